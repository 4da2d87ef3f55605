"""KPT203 ignored-lock: the ignore rules keep a lock file out of git."""

from __future__ import annotations

from collections.abc import Iterator

from kempt import catalog
from kempt.model.finding import Finding, Level, Safety
from kempt.model.repo import Repo, Service
from kempt.model.rule import Rule
from kempt.rules import unignoring


def asks(repo: Repo) -> Iterator[str]:
    """Every manager's lock in every service root."""
    return unignoring.questions(repo, catalog.LOCKS)


def check(repo: Repo) -> Iterator[Finding]:
    """Without the lock no clone can be given the same environment. A lock of a manager not in use does no harm."""
    return unignoring.findings(RULE, repo, _locks)


def _locks(service: Service) -> list[str]:
    return [name for name, manager in catalog.LOCKS.items() if _is_wanted(service, manager)]


def _is_wanted(service: Service, manager: str) -> bool:
    """Whether the service's own manager writes this lock; a bare pyproject.toml may be anybody's."""
    is_pip = service.manager == "pip"
    undecided = is_pip and service.manifest is not None and service.manifest.name == "pyproject.toml"
    return manager == service.manager or undecided or (is_pip and manager == "pylock")


RULE = Rule(
    "KPT203", "ignored-lock", promise=1, level=Level.ERROR, since="0.1", check=check, asks=asks, fix=Safety.SAFE,
    summary="the ignore rules keep a lock file out of git",
    help="kempt check --fix lets git see it; then git add the lock file",
)  # fmt: skip
