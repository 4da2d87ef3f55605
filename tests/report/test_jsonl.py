from __future__ import annotations

import json

from kempt.model.report import Suppressed
from kempt.report import render, to_json
from report.builders import DUBIOUS, SECRETS, finding, report, shop


def test_one_finding_a_line_the_same_as_in_json() -> None:
    *lines, _ = render(shop(), "jsonl").splitlines()

    assert json.loads(to_json(shop()))["findings"] == [json.loads(line) for line in lines]


def test_the_last_line_is_the_summary() -> None:
    whole = shop()._replace(errors=(DUBIOUS,), suppressed=(Suppressed(finding(SECRETS, "x"), "allow"),))
    expected = (
        '{"version": 1, "command": "check", "root": "/home/me/shop", "suppressed": 1, "errors": [{"message": '
        '"git failed: detected dubious ownership, https://...@example.org/x", "hint": "git config safe.directory", '
        '"code": "KPT004"}], "summary": {"error": 1, "warning": 0, "info": 1, "fixable": 2}, "seconds": 0.012}'
    )

    assert expected == render(whole, "jsonl").splitlines()[-1]


def test_a_clean_report_is_one_line() -> None:
    assert 1 == len(render(report(), "jsonl").splitlines())
