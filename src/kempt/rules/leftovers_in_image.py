"""KPT554 leftovers-in-image: caches of tools, package lists or a second copy of an environment lie in the image."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.model.finding import Finding, Level
from kempt.model.repo import Repo
from kempt.model.rule import Rule


def check(repo: Repo) -> Iterator[Finding]:
    """Nothing: `kempt image` finds it in a built image, where no repository is."""
    yield from ()


RULE = Rule(
    "KPT554", "leftovers-in-image", promise=4, level=Level.INFO, since="0.1", check=check,
    summary="caches of tools, package lists or a second copy of an environment lie in the image",
    help="leave them out of the build context, or delete them in the RUN that makes them",
)  # fmt: skip
