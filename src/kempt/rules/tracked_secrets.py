"""KPT108 tracked-secrets: a file that usually holds secrets is tracked by git."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.model.artefact import Found
from kempt.model.finding import Finding, Level
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.rules import untracking


def check(repo: Repo) -> Iterator[Finding]:
    """No edit is offered: whether it holds secrets, and what to do with those already published, a person decides."""
    return untracking.findings(RULE, repo, describe, None)


def describe(found: Found) -> str:
    """What the finding says of one file."""
    return f"a file that usually holds secrets is tracked by git: {untracking.shown(found)}"


RULE = Rule(
    "KPT108", "tracked-secrets", promise=2, level=Level.WARNING, since="0.1", check=check,
    summary="a file that usually holds secrets is tracked by git",
    help="change every secret in it, then git rm --cached it; or allow it in [tool.kempt] if it holds none",
)  # fmt: skip
