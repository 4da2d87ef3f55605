"""Globs as GitHub's actions read them, asked of the tracked files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from kempt.model.listing import Listing


def matches(listing: Listing, globs: Iterable[str]) -> tuple[str, ...]:
    """The tracked files that globs match; what a glob with `!` matches is left out again."""
    found: dict[str, None] = {}
    for glob in globs:
        if glob.startswith("!"):
            wanted = glob[1:].split("/")
            found = {path: None for path in found if not _fits(wanted, path.split("/"))}
        else:
            found.update(dict.fromkeys(_matching(listing, glob)))
    return tuple(found)


def _matching(listing: Listing, glob: str) -> Iterator[str]:
    if not any(char in glob for char in "*?["):
        yield from listing.paths(*listing.span_of(glob.rstrip("/"))) if glob.strip("./") else ()
        return
    wanted = glob.split("/")
    tail = glob[max(map(glob.rfind, "*?[]")) + 1 :].removeprefix("/")
    candidates = listing.ending(tail) if tail.strip("/") else iter(listing)
    for path in candidates:
        if _fits(wanted, path.split("/")):
            yield path


def _fits(wanted: list[str], parts: list[str]) -> bool:
    """Whether components fit a glob's: after a `**` the first fit is the best, so nothing is tried twice."""
    at = place = 0
    stars = retry = -1
    while place < len(parts):
        if at < len(wanted) and wanted[at] == "**":
            stars, retry = at, place
            at += 1
        elif at < len(wanted) and fnmatchcase(parts[place], wanted[at]):
            at, place = at + 1, place + 1
        elif stars >= 0:
            retry += 1
            at, place = stars + 1, retry
        else:
            return False
    return all(each == "**" for each in wanted[at:])
