"""KPT553 wheelhouse-in-image: wheels lie in the image beside what was installed from them."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.model.finding import Finding, Level
from kempt.model.repo import Repo
from kempt.model.rule import Rule


def check(repo: Repo) -> Iterator[Finding]:
    """Nothing: `kempt image` finds it in a built image, where no repository is."""
    yield from ()


RULE = Rule(
    "KPT553", "wheelhouse-in-image", promise=4, level=Level.WARNING, since="0.1", check=check,
    summary="wheels lie in the image beside what was installed from them",
    help="mount them for the one command that needs them: `RUN --mount=type=bind,from=STAGE`",
)  # fmt: skip
