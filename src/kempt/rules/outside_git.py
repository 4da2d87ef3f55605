"""KPT003 outside-git: no git repository: nothing says which files are tracked."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.model.finding import Finding, Level
from kempt.model.repo import Repo
from kempt.model.rule import Rule


def check(repo: Repo) -> Iterator[Finding]:
    """Nothing: the command ends with exit 2 instead of a finding."""
    yield from ()


RULE = Rule(
    "KPT003", "outside-git", promise=2, level=Level.ERROR, since="0.1", check=check,
    summary="no git repository: nothing says which files are tracked",
    help="name a folder inside a repository, or use --no-git for a source archive",
)  # fmt: skip
