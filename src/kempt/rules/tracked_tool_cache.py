"""KPT103 tracked-tool-cache: a tool's cache is tracked by git."""

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
    """A cache is remade by the tool that wrote it and changes with every run."""
    return untracking.findings(RULE, repo, describe, Safety.SAFE)


def describe(found: Found) -> str:
    """What the finding says of one artefact."""
    return f"the cache of {found.row.tool} is tracked by git: {untracking.shown(found)}"


RULE = Rule(
    "KPT103", "tracked-tool-cache", promise=2, level=Level.ERROR, since="0.1", check=check, asks=asks, fix=Safety.SAFE,
    summary="a tool's cache is tracked by git",
    help="kempt check --fix takes it out of git and leaves it on disk",
)  # fmt: skip
