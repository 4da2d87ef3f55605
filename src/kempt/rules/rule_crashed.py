"""KPT000 rule-crashed: a rule raised an error instead of checking."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.model.finding import Finding, Level
from kempt.model.repo import Repo
from kempt.model.rule import Rule


def check(repo: Repo) -> Iterator[Finding]:
    """Nothing: the engine reports a crash at the boundary around each rule."""
    yield from ()


RULE = Rule(
    "KPT000", "rule-crashed", promise=None, level=Level.ERROR, since="0.1", check=check,
    summary="a rule crashed, so what it checks is unknown",
    help="report the message as a bug of kempt; the other rules have run",
)  # fmt: skip
