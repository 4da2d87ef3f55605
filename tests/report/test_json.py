from __future__ import annotations

import json

import pytest

from kempt import to_json
from kempt.model.report import Suppressed
from kempt.report import render
from report.builders import BYTECODE, CRASHED, DUBIOUS, HOSTILE, SECRETS, finding, report, shop

KEYS = [
    "code", "name", "level", "promise", "path", "line", "column", "message", "help", "fix", "fingerprint", "service",
    "files", "bytes", "notes",
]  # fmt: skip


def test_the_whole_document() -> None:
    environment, pattern = (item.fingerprint for item in shop().findings)
    expected = f"""\
{{
  "version": 1,
  "command": "check",
  "root": "/home/me/shop",
  "findings": [
    {{"code": "KPT101", "name": "tracked-environment", "level": "error", "promise": 2, "path": "env/pyvenv.cfg", \
"line": 1, "column": 1, "message": "a Python 3.9 environment is tracked by git", \
"help": "kempt check --fix --unsafe-fixes takes it out of git", "fix": "unsafe", "fingerprint": "{environment}", \
"service": null, "files": 14113, "bytes": 412000000, "notes": []}},
    {{"code": "KPT205", "name": "dead-ignore-pattern", "level": "info", "promise": 2, "path": ".gitignore", \
"line": 3, "column": 1, \
"message": "`.__pypackages__/` matches nothing that any tool makes; PDM makes `__pypackages__/`", \
"help": "kempt check --fix removes it", "fix": "safe", "fingerprint": "{pattern}", \
"service": null, "files": null, "bytes": null, "notes": []}}
  ],
  "suppressed": [],
  "errors": [],
  "summary": {{"error": 1, "warning": 0, "info": 1, "fixable": 2}},
  "seconds": 0.012
}}
"""

    assert expected == to_json(shop())


def test_the_keys_of_version_1() -> None:
    whole = report(finding(SECRETS, ".env"), suppressed=(Suppressed(finding(SECRETS, "x"), "baseline"),))
    parsed = json.loads(to_json(whole))
    top = ["version", "command", "root", "findings", "suppressed", "errors", "summary", "seconds"]

    assert (top, KEYS, [*KEYS, "by"]) == (list(parsed), list(parsed["findings"][0]), list(parsed["suppressed"][0]))


def test_nothing_found() -> None:
    parsed = json.loads(to_json(report()))

    assert ([], [], []) == (parsed["findings"], parsed["suppressed"], parsed["errors"])
    assert {"error": 0, "warning": 0, "info": 0, "fixable": 0} == parsed["summary"]


def test_conditions_of_kempt_itself_belong_to_no_promise() -> None:
    assert json.loads(to_json(report(finding(CRASHED, "x"))))["findings"][0]["promise"] is None


def test_a_finding_of_a_rule_that_the_report_does_not_list_has_no_name() -> None:
    parsed = json.loads(to_json(report(finding(BYTECODE, "x"), rules=())))["findings"][0]

    assert ("", None) == (parsed["name"], parsed["promise"])


def test_errors_have_no_passwords() -> None:
    expected = {
        "message": "git failed: detected dubious ownership, https://...@example.org/x",
        "hint": "git config safe.directory",
        "code": "KPT004",
    }

    assert [expected] == json.loads(to_json(report(errors=(DUBIOUS,))))["errors"]


def test_the_command_is_named() -> None:
    assert "status" == json.loads(render(report(), "json", command="status"))["command"]


@pytest.mark.parametrize("name", sorted(set(HOSTILE) - {"not-utf-8", "lone-surrogate"}))
def test_a_path_that_is_unicode_comes_back_exactly(name: str) -> None:
    text = to_json(report(finding(BYTECODE, HOSTILE[name])))

    assert HOSTILE[name] == json.loads(text)["findings"][0]["path"]
    assert text.isascii()
    assert "##" not in text


def test_a_path_that_is_not_unicode_is_spelled_out() -> None:
    assert "caf\\xe9.pyc" == json.loads(to_json(report(finding(BYTECODE, "caf\udce9.pyc"))))["findings"][0]["path"]
