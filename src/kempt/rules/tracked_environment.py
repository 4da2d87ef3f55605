"""KPT101 tracked-environment: an environment is tracked by git."""

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
    """It holds absolute paths and one platform's binaries: a clone cannot use it, and the lock file remakes it."""
    return untracking.findings(RULE, repo, describe, Safety.UNSAFE)


def describe(found: Found) -> str:
    """What the finding says of one artefact."""
    return f"{_kind(found)} environment is tracked by git: `{found.root}`"


def _kind(found: Found) -> str:
    return f"a {found.detail}" if found.detail else "an"


RULE = Rule(
    "KPT101", "tracked-environment", promise=2, level=Level.ERROR, since="0.1", check=check, asks=asks,
    fix=Safety.UNSAFE,
    summary="an environment is tracked by git",
    help="kempt check --fix --unsafe-fixes takes it out of git and leaves it on disk",
)  # fmt: skip
