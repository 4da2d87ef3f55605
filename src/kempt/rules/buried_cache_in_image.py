"""KPT552 buried-cache-in-image: a download cache was deleted in a later layer, and is still shipped in a lower one."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.model.finding import Finding, Level
from kempt.model.repo import Repo
from kempt.model.rule import Rule


def check(repo: Repo) -> Iterator[Finding]:
    """Nothing: `kempt image` finds it in a built image, where no repository is."""
    yield from ()


RULE = Rule(
    "KPT552", "buried-cache-in-image", promise=4, level=Level.ERROR, since="0.1", check=check,
    summary="a download cache was deleted in a later layer, and is still shipped in a lower one",
    help="delete it in the RUN that fills it, or mount the cache while building",
)  # fmt: skip
