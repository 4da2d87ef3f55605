from __future__ import annotations

import json

from kempt.report import render
from report.builders import BYTECODE, DUBIOUS, SECRETS, finding, report, shop


def test_the_whole_output() -> None:
    environment, pattern = (item.fingerprint for item in shop().findings)
    expected = f"""\
[
  {{"description": "KPT101: a Python 3.9 environment is tracked by git: 14,113 files, 412 MB", \
"check_name": "KPT101", "fingerprint": "{environment}", "severity": "major", \
"location": {{"path": "env/pyvenv.cfg", "lines": {{"begin": 1}}}}}},
  {{"description": "KPT205: `.__pypackages__/` matches nothing that any tool makes; PDM makes `__pypackages__/`", \
"check_name": "KPT205", "fingerprint": "{pattern}", "severity": "info", \
"location": {{"path": ".gitignore", "lines": {{"begin": 3}}}}}}
]
"""

    assert expected == render(shop(), "gitlab")


def test_a_clean_report_is_an_empty_list() -> None:
    assert "[]\n" == render(report(), "gitlab")


def test_a_report_that_could_not_be_made_is_not_an_empty_list() -> None:
    issue = json.loads(render(report(errors=(DUBIOUS,)), "gitlab"))[0]

    assert ("blocker", "KPT004") == (issue["severity"], issue["check_name"])
    assert (
        "not checked: git failed: detected dubious ownership, https://...@example.org/x git config safe.directory"
        == issue["description"]
    )


def test_no_two_issues_share_a_fingerprint() -> None:
    found = [finding(BYTECODE, "a"), finding(BYTECODE, "a"), finding(SECRETS, "a")]
    issues = json.loads(render(report(*found, errors=(DUBIOUS, DUBIOUS)), "gitlab"))

    assert 5 == len({issue["fingerprint"] for issue in issues})
