"""Promise 1 where no rule objects: whether every lock is fresh, and what to type where that is not known."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from kempt.managers import unsupported
from kempt.model.finding import Finding
from kempt.model.locks import Freshness, LockState
from kempt.model.repo import Repo, Service
from kempt.model.status import Promise, State
from kempt.rules import locking

ENDED_BY_LOCKING = frozenset({"KPT301", "KPT303", "KPT701"})
"""Findings that are gone when the service's manager has locked again."""
UNTRACKED_LOCK = "KPT304"
"""Its help is one command, to be typed at the top."""


def rebuilds(repo: Repo) -> Promise:
    """Kept where every lock is fresh; that an environment really is what its lock says is for `verify` to prove."""
    services = locking.own_services(repo)
    if not services:
        return Promise(1, State.UNCHECKED, "no Python project found", absent=True)
    bare = next((service for service in services if _lacks_lock(service, repo)), None)
    if bare is not None:  # and the finding that says so is suppressed
        return _unchecked(bare, f"{_called(bare)} has no lock file", lock_command(bare))
    locked = [service for service in services if service.lock is not None or service.requirements]
    if not locked:
        library = not any(service.application for service in services)
        said = "a library needs no lock file" if library else "no package is asked for"
        return Promise(1, State.UNCHECKED, said, absent=True)
    return _as_fresh_as(locked, repo)


def remedy(worst: Finding, repo: Repo) -> tuple[str, str]:
    """What to type against a finding that kempt cannot mend, and the folder to type it in."""
    service = next((each for each in repo.services if each.root == worst.service), None)
    if worst.code in ENDED_BY_LOCKING and service is not None:
        return lock_command(service), str(service.root)
    return (worst.help if worst.code == UNTRACKED_LOCK else "kempt check"), "."


def lock_command(service: Service) -> str:
    """What writes a service's lock, typed in its folder."""
    return locking.lock_command(service._replace(root=PurePosixPath(".")))


def _lacks_lock(service: Service, repo: Repo) -> bool:
    needs_one = service.application and not service.dependency and locking.is_unlocked(service)
    return needs_one and locking.asks_for_packages(repo, service)


def _as_fresh_as(locked: Sequence[Service], repo: Repo) -> Promise:
    """Kept if all of these locks are fresh, else what is open about the first that may not be."""
    states = [(service, _freshness(service, repo)) for service in locked]
    unknown = [(service, state) for service, state in states if state.freshness is not Freshness.FRESH]
    fresh = len(states) - len(unknown)
    if not unknown:
        said = f"{_lock_of(locked[0])} is fresh" if fresh == 1 else f"{fresh:,} lock files are fresh"
        return Promise(1, State.KEPT, f"{said}; not proven on an environment", "kempt verify")
    service, state = unknown[0]
    said = f"{fresh:,} of {len(locked):,} lock files are fresh; " if fresh else ""
    reason = state.reason or "not compared with its manifest"
    return _unchecked(service, f"{said}{_lock_of(service)}: {reason}", _check_command(service, state))


def _freshness(service: Service, repo: Repo) -> LockState:
    manager = locking.known(service)
    if manager is None:
        return LockState(Freshness.UNKNOWN, f"kempt does not read what {service.manager} locks")
    return manager.freshness(service, repo.documents)


def _check_command(service: Service, state: LockState) -> str:
    """What tells whether a lock is fresh; where its manager has no such command, what proves the environment."""
    manager = locking.known(service)
    if manager is None:
        other = unsupported.find(service.manager)
        return other.install_command if other else ""
    if state.freshness is Freshness.STALE:
        return lock_command(service)
    return manager.check_command or "kempt verify"


def _unchecked(service: Service, detail: str, command: str) -> Promise:
    folder = "." if command.startswith("kempt ") else str(service.root)
    return Promise(1, State.UNCHECKED, detail, command, folder=folder)


def _lock_of(service: Service) -> str:
    return f"`{service.lock or service.requirements[0]}`"


def _called(service: Service) -> str:
    return "the project" if str(service.root) == "." else f"`{service.root}`"
