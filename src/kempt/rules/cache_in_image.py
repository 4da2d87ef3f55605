"""KPT551 cache-in-image: a download cache lies in the image: its bytes are shipped and never used."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.model.finding import Finding, Level
from kempt.model.repo import Repo
from kempt.model.rule import Rule


def check(repo: Repo) -> Iterator[Finding]:
    """Nothing: `kempt image` finds it in a built image, where no repository is."""
    yield from ()


RULE = Rule(
    "KPT551", "cache-in-image", promise=4, level=Level.ERROR, since="0.1", check=check,
    summary="a download cache lies in the image: its bytes are shipped and never used",
    help="mount the cache while building (`RUN --mount=type=cache`), or switch it off in the command that fills it",
)  # fmt: skip
