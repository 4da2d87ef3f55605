"""KPT004 git-failed: git failed, is missing or refuses the folder."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.model.finding import Finding, Level
from kempt.model.repo import Repo
from kempt.model.rule import Rule


def check(repo: Repo) -> Iterator[Finding]:
    """Nothing: the command ends with exit 2 instead of a finding."""
    yield from ()


RULE = Rule(
    "KPT004", "git-failed", promise=2, level=Level.ERROR, since="0.1", check=check,
    summary="git failed, is missing or refuses the folder",
    help="read the message of git that is quoted; kempt changes nothing",
)  # fmt: skip
