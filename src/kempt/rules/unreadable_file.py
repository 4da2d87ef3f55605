"""KPT001 unreadable-file: a project file that a rule needs cannot be read."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.model.finding import Finding, Level, Location
from kempt.model.repo import Repo
from kempt.model.rule import Rule


def check(repo: Repo) -> Iterator[Finding]:
    """A file that was wanted is a device, a dangling link, too large or forbidden."""
    for fault in repo.faults:
        if fault.code == RULE.code:
            yield RULE.finding(Location(fault.path), f"cannot be read: {fault.message}")


RULE = Rule(
    "KPT001", "unreadable-file", promise=None, level=Level.ERROR, since="0.1", check=check,
    summary="a project file that a rule needs cannot be read",
    help="make it a regular file that you may read",
)  # fmt: skip
