"""KPT105 tracked-build-output: build output is tracked by git."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.model.artefact import Found
from kempt.model.finding import Finding, Level, Safety
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.rules import untracking


def asks(repo: Repo) -> Iterator[str]:
    """Whether it would stay out once it is untracked."""
    return untracking.questions(RULE, repo)


def check(repo: Repo) -> Iterator[Finding]:
    """What a build makes belongs to a release, not to the sources it is made from."""
    return untracking.findings(RULE, repo, describe, Safety.UNSAFE)


def describe(found: Found) -> str:
    """What the finding says of one artefact."""
    return f"build output ({found.row.tool}) is tracked by git: {untracking.shown(found)}"


RULE = Rule(
    "KPT105", "tracked-build-output", promise=2, level=Level.WARNING, since="0.1", check=check, asks=asks,
    fix=Safety.UNSAFE,
    summary="build output is tracked by git",
    help="kempt check --fix --unsafe-fixes takes it out of git and leaves it on disk",
)  # fmt: skip
