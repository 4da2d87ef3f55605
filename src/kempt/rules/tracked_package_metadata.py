"""KPT104 tracked-package-metadata: metadata of an installed or built package is tracked by git."""

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
    """An installer or a build writes it; in git it goes stale and misleads the next build."""
    return untracking.findings(RULE, repo, describe, Safety.UNSAFE)


def describe(found: Found) -> str:
    """What the finding says of one artefact."""
    return f"package metadata ({found.row.tool}) is tracked by git: {untracking.shown(found)}"


RULE = Rule(
    "KPT104", "tracked-package-metadata", promise=2, level=Level.ERROR, since="0.1", check=check, asks=asks,
    fix=Safety.UNSAFE,
    summary="metadata of an installed or built package is tracked by git",
    help="kempt check --fix --unsafe-fixes takes it out of git and leaves it on disk",
)  # fmt: skip
