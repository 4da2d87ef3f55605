"""KPT006 unused-suppression: a suppression that silences nothing."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.model.finding import Finding, Level, Safety
from kempt.model.repo import Repo
from kempt.model.rule import Rule


def check(repo: Repo) -> Iterator[Finding]:
    """Nothing: the engine reports idle suppressions once it knows what all rules found."""
    yield from ()


RULE = Rule(
    "KPT006", "unused-suppression", promise=None, level=Level.WARNING, since="0.1", check=check, fix=Safety.SAFE,
    summary="a `kempt: ignore[...]` comment or a path setting silences nothing",
    help="remove it, so that it cannot hide a later finding",
)  # fmt: skip
