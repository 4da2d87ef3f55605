"""KPT106 tracked-test-output: output of a test run is tracked by git."""

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
    """Coverage data and reports change with every run."""
    return untracking.findings(RULE, repo, describe, Safety.SAFE)


def describe(found: Found) -> str:
    """What the finding says of one artefact."""
    return f"test output ({found.row.tool}) is tracked by git: {untracking.shown(found)}"


RULE = Rule(
    "KPT106", "tracked-test-output", promise=2, level=Level.ERROR, since="0.1", check=check, asks=asks, fix=Safety.SAFE,
    summary="output of a test run is tracked by git",
    help="kempt check --fix takes it out of git and leaves it on disk",
)  # fmt: skip
