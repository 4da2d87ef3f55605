"""Which files are buildspecs by their name, and which may be CloudFormation templates that name more of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kempt import catalog
from kempt.model.listing import Listing

YAML = ("yml", "yaml")
BUILDSPEC = re.compile(
    r"(?:^|.*/)(?:buildspec[^/]*\.ya?ml|[^/]*[._-]buildspec\.ya?ml|buildspecs?/(?:[^/]*/)*[^/]*\.ya?ml)", re.IGNORECASE
)
"""`buildspec.yml` is the default; projects name others as they like, mostly with this word in name or folder."""
TEMPLATE = re.compile(
    r"(?:^|.*/)(?:[^/]*template[^/]*|[^/]*\.cfn|[^/]*code-?pipeline[^/]*|[^/]*pipeline|[^/]*cloudformation[^/]*"
    r"|cloudformation/(?:[^/]*/)*[^/]*)\.(?:ya?ml|json|template)",
    re.IGNORECASE,
)


def paths(listing: Listing) -> tuple[str, ...]:
    """The buildspecs of a repository, and the templates that may say where there are more."""
    return tuple(dict.fromkeys((*_matching(listing, BUILDSPEC, YAML), *templates(listing))))


def templates(listing: Listing) -> tuple[str, ...]:
    """The files that may be CloudFormation templates, told by their names only."""
    return tuple(path for path in _matching(listing, TEMPLATE, (*YAML, "json", "template")) if not is_buildspec(path))


def is_buildspec(path: str) -> bool:
    """Whether a name is one that buildspecs have."""
    return BUILDSPEC.fullmatch(path) is not None


def _matching(listing: Listing, pattern: re.Pattern[str], endings: tuple[str, ...]) -> Iterator[str]:
    for ending in endings:
        for path in listing.ending(f".{ending}"):
            if pattern.fullmatch(path) and not catalog.is_demoted(path):
                yield path
