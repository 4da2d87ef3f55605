"""KPT301 missing-lock: an application names its packages, and no lock file says which versions."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.model.finding import Finding, Level, Location
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.rules import locking


def asks(repo: Repo) -> Iterator[str]:
    """Whether the ignore rules keep the lock out: then KPT203 speaks of it."""
    for service in locking.own_services(repo):
        if locking.is_unlocked(service):
            yield from map(str, locking.expected_locks(service))


def check(repo: Repo) -> Iterator[Finding]:
    """The only service of a repository; where there are several, KPT701 says it of each.

    A library is resolved anew wherever it is installed, so it needs none. A lock that lies there untracked is KPT304's.
    """
    services = locking.own_services(repo)
    if len(services) != 1:
        return
    (service,) = services
    manifest = service.manifest
    if manifest is None or not (service.application and locking.is_unlocked(service)) or service.dependency:
        return
    if not locking.expected_locks(service) or not locking.asks_for_packages(repo, service):
        return
    for lock in map(str, locking.expected_locks(service)):
        verdict = repo.ignores.get(lock)
        if (verdict is not None and verdict.ignored) or repo.tree.is_untracked(lock):
            return
    yield RULE.finding(
        Location(manifest, 0), f"`{manifest}` asks for packages, and no lock file says which versions",
        help=f"{locking.lock_command(service)}, then git add the lock file", service=service.root,
    )  # fmt: skip


RULE = Rule(
    "KPT301", "missing-lock", promise=1, level=Level.WARNING, since="0.1", check=check, asks=asks,
    summary="an application names its packages, and no lock file says which versions",
    help="uv lock (or your manager's command), then git add the lock file",
)  # fmt: skip
