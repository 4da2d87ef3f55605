"""KPT005 nothing-checked: no file is tracked, so a green result would mean nothing."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.model.finding import Finding, Level
from kempt.model.repo import Repo
from kempt.model.rule import Rule


def check(repo: Repo) -> Iterator[Finding]:
    """Nothing: the command ends with exit 2 instead of a finding."""
    yield from ()


RULE = Rule(
    "KPT005", "nothing-checked", promise=None, level=Level.ERROR, since="0.1", check=check,
    summary="no file is tracked, so a green result would mean nothing",
    help="track the files first, or name another folder",
)  # fmt: skip
