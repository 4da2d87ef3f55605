"""KPT304 untracked-lock: the lock file lies in the work tree, and git does not know it."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.model.finding import Finding, Level, Location
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.rules import locking


def asks(repo: Repo) -> Iterator[str]:
    """Whether the ignore rules keep the lock out: then KPT203 speaks of it."""
    for service in locking.own_services(repo):
        if service.lock is None:
            yield from map(str, locking.expected_locks(service))


def check(repo: Repo) -> Iterator[Finding]:
    """Only a work tree can tell: what is staged and what is committed hold no untracked files."""
    for service in locking.own_services(repo):
        for lock in locking.expected_locks(service) if service.lock is None else ():
            verdict = repo.ignores.get(str(lock))
            if (verdict is None or not verdict.ignored) and repo.tree.is_untracked(str(lock)):
                yield RULE.finding(
                    Location(lock, 0), f"`{lock}` is there, and git does not track it",
                    help=f"git add {locking.quoted(lock)}",
                    level=None if service.application else Level.INFO, service=service.root,
                )  # fmt: skip


RULE = Rule(
    "KPT304", "untracked-lock", promise=1, level=Level.WARNING, since="0.1", check=check, asks=asks,
    summary="the lock file lies in the work tree, and git does not know it",
    help="git add the lock file",
)  # fmt: skip
