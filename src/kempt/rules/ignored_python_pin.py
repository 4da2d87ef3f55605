"""KPT204 ignored-python-pin: the ignore rules keep `.python-version` out of git."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.model.finding import Finding, Level, Location, Safety
from kempt.model.repo import Repo, Service
from kempt.model.rule import Rule
from kempt.rules import unignoring

PIN = ".python-version"


def asks(repo: Repo) -> Iterator[str]:
    """The pin in every service root."""
    return (str(service.root / PIN) for service in _services(repo))


def check(repo: Repo) -> Iterator[Finding]:
    """uv and pyenv read the pin; without it two clones get two Pythons from one lock."""
    reported = set()
    for service in _services(repo):
        verdict = repo.ignores.get(str(service.root / PIN))
        if verdict is None or not verdict.ignored or (verdict.source, verdict.line) in reported:
            continue
        reported.add((verdict.source, verdict.line))
        yield RULE.finding(
            Location(verdict.source, verdict.line), f"`{verdict.pattern}` keeps `{service.root / PIN}` out of git",
            key=str(service.root / PIN), level=Level.WARNING if service.application else Level.INFO,
            fix=unignoring.fix_for(repo, verdict, PIN), service=service.root,
        )  # fmt: skip


def _services(repo: Repo) -> tuple[Service, ...]:
    return tuple(service for service in repo.services if not service.demoted)


RULE = Rule(
    "KPT204", "ignored-python-pin", promise=1, level=Level.WARNING, since="0.1", check=check, asks=asks, fix=Safety.SAFE,
    summary="the ignore rules keep `.python-version` out of git",
    help="kempt check --fix lets git see it; then git add .python-version",
)  # fmt: skip
