"""KPT203 ignored-lock: the ignore rules keep a lock file out of git."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.model.finding import Finding, Level, Location, Safety
from kempt.model.repo import Repo, Service
from kempt.model.rule import Rule
from kempt.rules import unignoring

LOCKS = {"uv.lock": "uv", "poetry.lock": "poetry", "pdm.lock": "pdm", "Pipfile.lock": "pipenv", "pylock.toml": "pip"}


def asks(repo: Repo) -> Iterator[str]:
    """Every manager's lock in every service root."""
    return (str(service.root / name) for service in _services(repo) for name in LOCKS)


def check(repo: Repo) -> Iterator[Finding]:
    """Without the lock no clone can be given the same environment. A lock of a manager not in use does no harm."""
    for service in _services(repo):
        for name, manager in LOCKS.items():
            verdict = repo.ignores.get(str(service.root / name))
            if verdict is not None and verdict.ignored and _is_wanted(service, manager):
                yield RULE.finding(
                    Location(verdict.source, verdict.line), f"`{verdict.pattern}` keeps `{service.root / name}` out of git",
                    key=str(service.root / name), level=Level.ERROR if service.application else Level.INFO,
                    fix=unignoring.fix_for(repo, verdict, name), service=service.root,
                )  # fmt: skip


def _services(repo: Repo) -> tuple[Service, ...]:
    return tuple(service for service in repo.services if not service.demoted)


def _is_wanted(service: Service, manager: str) -> bool:
    """Whether the service's own manager writes this lock; a bare pyproject.toml may be anybody's."""
    undecided = service.manager == "pip" and service.manifest is not None and service.manifest.name == "pyproject.toml"
    return manager == service.manager or undecided


RULE = Rule(
    "KPT203", "ignored-lock", promise=1, level=Level.ERROR, since="0.1", check=check, asks=asks, fix=Safety.SAFE,
    summary="the ignore rules keep a lock file out of git",
    help="kempt check --fix lets git see it; then git add the lock file",
)  # fmt: skip
