"""Globs as GitHub's actions read them, asked of the tracked files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kempt.formats import glob
from kempt.model.listing import Listing


def matches(listing: Listing, globs: Iterable[str]) -> tuple[str, ...]:
    """The tracked files that globs match; what a glob with `!` matches is left out again."""
    found: dict[str, None] = {}
    for pattern in globs:
        if pattern.startswith("!"):
            found = {path: None for path in found if not glob.matches(pattern[1:], path, braces=False)}
        else:
            found.update(dict.fromkeys(_matching(listing, pattern)))
    return tuple(found)


def _matching(listing: Listing, pattern: str) -> Iterator[str]:
    if not any(char in pattern for char in "*?["):
        yield from listing.paths(*listing.span_of(pattern.rstrip("/"))) if pattern.strip("./") else ()
        return
    tail = pattern[max(map(pattern.rfind, "*?[]")) + 1 :].removeprefix("/")
    candidates = listing.ending(tail) if tail.strip("/") else iter(listing)
    yield from (path for path in candidates if glob.matches(pattern, path, braces=False))
