"""KPT303 stale-lock: a lock file does not answer its manifest any more."""

from __future__ import annotations

from collections.abc import Iterator

from kempt import catalog
from kempt.model.finding import Finding, Level, Location
from kempt.model.locks import Freshness, LockState
from kempt.model.manager import Manager
from kempt.model.repo import Repo, Service
from kempt.model.rule import Rule
from kempt.rules import locking


def check(repo: Repo) -> Iterator[Finding]:
    """Told from the files alone, as each manager records what its lock was made for. What is unknown is no finding.

    Tools that handle lock files keep stale ones as test data. Of a lock with a merge's conflict markers KPT002 speaks.
    """
    broken = {fault.path for fault in repo.faults}
    for service in repo.services:
        manager = None if catalog.is_fixture(f"{service.root}/x") else locking.known(service)
        if manager is not None and (service.lock or service.requirements):
            state = manager.freshness(service, repo.documents)
            if state.freshness is Freshness.STALE and state.path not in broken:
                yield _finding(service, manager, state)


def _finding(service: Service, manager: Manager, state: LockState) -> Finding:
    """Requirements files are spoken of together, because the reason says which one it is."""
    lock = service.lock or service.requirements[0]
    if service.lock is None:
        what, command = "the requirements are", "compile them again with the command at their head"
    else:
        what, command = f"`{lock}` is", locking.in_folder(service, manager.lock_command)
    return RULE.finding(
        Location(state.path or lock, state.line), f"{what} stale" + (f": {state.reason}" if state.reason else ""),
        about=lock, level=Level.INFO if service.demoted else None, service=service.root,
        help=f"{command}, then git add the lock file",
    )  # fmt: skip


RULE = Rule(
    "KPT303", "stale-lock", promise=1, level=Level.ERROR, since="0.1", check=check,
    summary="a lock file does not answer its manifest any more",
    help="lock again (uv lock, poetry lock, pdm lock, pipenv lock), then git add the lock file",
)  # fmt: skip
