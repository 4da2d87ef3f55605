"""KPT701 unlocked-service: one of several services has no lock file."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.model.finding import Finding, Level, Location
from kempt.model.repo import Repo, Service
from kempt.model.rule import Rule
from kempt.rules import locking, referring

NAMED = 3


def asks(repo: Repo) -> Iterator[str]:
    """Whether the ignore rules keep a lock out: then KPT203 speaks of it."""
    for service in repo.services if len(repo.services) > 1 else ():
        if locking.is_unlocked(service):
            yield from map(str, locking.expected_locks(service))


def check(repo: Repo) -> Iterator[Finding]:
    """The only service of a repository that is no example is KPT301's. Examples and test projects are told at once."""
    several = len(locking.own_services(repo)) > 1
    examples: list[Service] = []
    for service in repo.services if len(repo.services) > 1 else ():
        if service.dependency or (service.demoted and len(examples) > NAMED) or not (several or service.demoted):
            continue
        if not _is_unlocked(repo, service):
            continue
        if service.demoted:
            examples.append(service)
        else:
            level = None if service.application else Level.INFO
            message = f"`{service.manifest}` asks for packages, and no lock file says which versions"
            yield _finding(service, message, level)
    if examples:
        names = referring.named((str(service.manifest) for service in examples), NAMED)
        verb = "asks" if len(examples) == 1 else "ask"
        yield _finding(examples[0], f"{names} {verb} for packages, and no lock file says which versions", Level.INFO)


def _finding(service: Service, message: str, level: Level | None) -> Finding:
    return RULE.finding(
        Location(service.manifest or service.root, 0), message, level=level, service=service.root,
        help=f"{locking.lock_command(service)}, then git add the lock file",
    )  # fmt: skip


def _is_unlocked(repo: Repo, service: Service) -> bool:
    if service.manifest is None or not locking.is_unlocked(service) or _is_elsewhere(repo, service):
        return False
    return locking.asks_for_packages(repo, service)


def _is_elsewhere(repo: Repo, service: Service) -> bool:
    """Whether another rule speaks of the lock: one that is ignored, or lies there untracked."""
    paths = list(map(str, locking.expected_locks(service)))
    verdicts = (repo.ignores.get(path) for path in paths)
    hidden = any(verdict is not None and verdict.ignored for verdict in verdicts)
    return not service.demoted and (hidden or any(map(repo.tree.is_untracked, paths)))


RULE = Rule(
    "KPT701", "unlocked-service", promise=1, level=Level.WARNING, since="0.1", check=check, asks=asks,
    summary="one of several services has no lock file",
    help="uv lock (or your manager's command) in its folder, then git add the lock file",
)  # fmt: skip
