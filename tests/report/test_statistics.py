from __future__ import annotations

import json

from kempt.report import render
from report.builders import BYTECODE, DUBIOUS, ENVIRONMENT, SAFE, SECRETS, UNSAFE, finding, report

MANY = report(
    *[finding(BYTECODE, f"{n}.pyc", fix=SAFE) for n in range(1200)],
    finding(ENVIRONMENT, "env/x", fix=UNSAFE),
    finding(SECRETS, "a", fix=SAFE),
    finding(SECRETS, "b"),
)


def test_a_row_for_each_rule_the_most_frequent_first() -> None:
    expected = """\
kempt: KPT004 git failed: detected dubious ownership, https://...@example.org/x. git config safe.directory
1,200  KPT102  [*]  tracked-bytecode
    2  KPT108  [-]  tracked-secrets
    1  KPT101  [ ]  tracked-environment
"""

    assert expected == render(MANY._replace(errors=(DUBIOUS,)), "text", statistics=True)


def test_as_json() -> None:
    expected = [
        {"code": "KPT102", "name": "tracked-bytecode", "count": 1200, "fixable": 1200},
        {"code": "KPT108", "name": "tracked-secrets", "count": 2, "fixable": 1},
        {"code": "KPT101", "name": "tracked-environment", "count": 1, "fixable": 0},
    ]

    assert expected == json.loads(render(MANY, "json", statistics=True))


def test_nothing_to_count() -> None:
    assert ("", "[]\n") == (render(report(), "text", statistics=True), render(report(), "json", statistics=True))
