"""KPT002 unparsable-file: a project file that a rule needs does not parse."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.model.finding import Finding, Level, Location
from kempt.model.repo import Repo
from kempt.model.rule import Rule


def check(repo: Repo) -> Iterator[Finding]:
    """A file that was wanted is broken, or holds the conflict markers of a merge."""
    for fault in repo.faults:
        if fault.code == RULE.code:
            yield RULE.finding(Location(fault.path, fault.line), f"does not parse: {fault.message}", key=fault.message)


RULE = Rule(
    "KPT002", "unparsable-file", promise=None, level=Level.ERROR, since="0.1", check=check,
    summary="a project file that a rule needs does not parse",
    help="mend the file at that line, then check again",
)  # fmt: skip
