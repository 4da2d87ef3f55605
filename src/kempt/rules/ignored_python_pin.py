"""KPT204 ignored-python-pin: the ignore rules keep `.python-version` out of git."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.model.finding import Finding, Level, Safety
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.rules import unignoring

PIN = ".python-version"


def asks(repo: Repo) -> Iterator[str]:
    """The pin in every service root."""
    return unignoring.questions(repo, (PIN,))


def check(repo: Repo) -> Iterator[Finding]:
    """uv and pyenv read the pin; without it two clones get two Pythons from one lock."""
    return unignoring.findings(RULE, repo, lambda _: (PIN,))


RULE = Rule(
    "KPT204", "ignored-python-pin", promise=1, level=Level.WARNING, since="0.1", check=check, asks=asks,
    fix=Safety.SAFE,
    summary="the ignore rules keep `.python-version` out of git",
    help="kempt check --fix lets git see it; then git add .python-version",
)  # fmt: skip
