"""Reports made by hand."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

from kempt.model.finding import Finding, Fix, Level, Location, Safety
from kempt.model.repo import Repo
from kempt.model.report import Report, Trouble
from kempt.model.rule import Rule


def nothing(_repo: Repo) -> Iterable[Finding]:
    """What a rule that is only spoken of finds."""
    return ()


ENVIRONMENT = Rule(
    "KPT101", "tracked-environment", 2, Level.ERROR, "an environment is tracked by git",
    "kempt check --fix --unsafe-fixes takes it out of git", "0.1", nothing, fix=Safety.UNSAFE,
)  # fmt: skip
BYTECODE = Rule(
    "KPT102", "tracked-bytecode", 2, Level.ERROR, "compiled bytecode is tracked by git",
    "kempt check --fix takes it out of git", "0.1", nothing, fix=Safety.SAFE,
)  # fmt: skip
SECRETS = Rule(
    "KPT108", "tracked-secrets", 2, Level.WARNING, "a file that usually holds secrets is tracked by git",
    "change every secret in it", "0.1", nothing,
)  # fmt: skip
PATTERN = Rule(
    "KPT205", "dead-ignore-pattern", 2, Level.INFO, "a line of an ignore file matches nothing",
    "kempt check --fix removes it", "0.1", nothing, fix=Safety.SAFE,
)  # fmt: skip
CRASHED = Rule("KPT000", "rule-crashed", None, Level.ERROR, "a rule crashed", "", "0.1", nothing)

SAFE, UNSAFE = Fix("untrack it", Safety.SAFE), Fix("untrack it", Safety.UNSAFE)
HISTORY = "git's history still holds the bytes; to rewrite it: git filter-repo --invert-paths --path"
DUBIOUS = Trouble(
    "git failed: detected dubious ownership, https://me:hunter2@example.org/x", "git config safe.directory", "KPT004"
)

HOSTILE = {
    "newline": "a\nb.pyc",
    "escape": "\x1b]0;owned\x07.pyc",
    "workflow-command": "::error file=x::owned",
    "logging-command": "a##vso[task.setvariable variable=x]y",
    "old-command": "###[error]x",
    "bidi": "gnp\u202efdp.exe",
    "c1": "a\x9b31mb",
    "not-utf-8": "caf\udce9.pyc",
    "lone-surrogate": "a\ud800b",
    "dash": "-n",
    "markup": "<b>&`|*_[x](y)`",
    "colon": ":",
    "percent": "100%0A%25,a:b",
    "blanks": " \t lead and trail \u2028",
}


def finding(rule: Rule, path: str, message: str = "", line: int = 1, **parts: Any) -> Finding:
    """A finding of a rule at the first column of a line; `parts` replace its fields."""
    named = path.encode("utf-8", "backslashreplace").decode()
    made = rule.finding(Location(PurePosixPath(named), line), message or rule.summary)
    return made._replace(location=made.location._replace(path=PurePosixPath(path)))._replace(**parts)


def report(*findings: Finding, **parts: Any) -> Report:
    """A report of these findings in a repository of 412 files that took 12 milliseconds; `parts` replace its fields."""
    rules = (CRASHED, ENVIRONMENT, BYTECODE, SECRETS, PATTERN)
    return Report("/home/me/shop", rules, findings, files=412, seconds=0.0123)._replace(**parts)


def shop() -> Report:
    """The report of the documentation: a tracked environment and a misspelled pattern."""
    environment = finding(
        ENVIRONMENT, "env/pyvenv.cfg", "a Python 3.9 environment is tracked by git",
        fix=UNSAFE, files=14_113, bytes=412_000_000,
    )  # fmt: skip
    pattern = finding(
        PATTERN, ".gitignore", "`.__pypackages__/` matches nothing that any tool makes; PDM makes `__pypackages__/`", 3,
        fix=SAFE,
    )  # fmt: skip
    return report(environment, pattern)
