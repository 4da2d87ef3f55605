from __future__ import annotations

import pytest

from kempt.report import render
from report.builders import BYTECODE, DUBIOUS, ENVIRONMENT, HOSTILE, SAFE, SECRETS, UNSAFE, finding, report


def test_one_finding_a_line_and_a_star_where_fix_mends_it() -> None:
    found = (
        finding(ENVIRONMENT, "env/pyvenv.cfg", fix=UNSAFE, files=3, bytes=None),
        finding(BYTECODE, "a.pyc", fix=SAFE),
        finding(SECRETS, ".env", line=0),
    )
    expected = """\
kempt: KPT004 git failed: detected dubious ownership, https://...@example.org/x. git config safe.directory
env/pyvenv.cfg:1:1: KPT101 an environment is tracked by git: 3 files, size unknown
a.pyc:1:1: KPT102 [*] compiled bytecode is tracked by git
.env:1:1: KPT108 a file that usually holds secrets is tracked by git
3 findings (2 errors, 1 warning). Not everything could be checked: 1 error. \
Mend 1 of them with `kempt check --fix`, and with `--unsafe-fixes` the environment too.
"""

    assert expected == render(report(*found, errors=(DUBIOUS,)), "concise")


def test_quiet_leaves_the_findings() -> None:
    expected = "a.pyc:1:1: KPT102 [*] compiled bytecode is tracked by git\n"

    assert expected == render(report(finding(BYTECODE, "a.pyc", fix=SAFE)), "concise", quiet=True)


@pytest.mark.parametrize(
    "name, shown",
    [
        ("newline", "a\\nb.pyc"),
        ("escape", "\\x1b]0;owned\\x07.pyc"),
        ("workflow-command", "\\x3a:error file=x::owned"),
        ("logging-command", "a\\x23#vso[task.setvariable variable=x]y"),
        ("old-command", "#\\x23#[error]x"),
        ("bidi", "gnp\\u202efdp.exe"),
        ("c1", "a\\u009b31mb"),
        ("not-utf-8", "caf\\xe9.pyc"),
        ("lone-surrogate", "a\\ud800b"),
        ("dash", "-n"),
        ("percent", "100%0A%25,a:b"),
        ("colon", "\\x3a"),
    ],
)
def test_a_hostile_name_is_shown_and_not_obeyed(name: str, shown: str) -> None:
    expected = f"{shown}:1:1: KPT102 compiled bytecode is tracked by git\n"

    assert expected == render(report(finding(BYTECODE, HOSTILE[name])), "concise", quiet=True)
