"""Globs as GitHub's actions read them, asked of the tracked files."""

from __future__ import annotations

from collections.abc import Iterable

from kempt.formats import glob
from kempt.model.listing import Listing


def matches(listing: Listing, globs: Iterable[str]) -> tuple[str, ...]:
    """The tracked files that globs match; what a glob with `!` matches is left out again."""
    found: dict[str, None] = {}
    for pattern in globs:
        if pattern.startswith("!"):
            found = {path: None for path in found if not glob.matches(pattern[1:], path, braces=False)}
        else:
            found |= dict.fromkeys(glob.tracked(listing, pattern, braces=False, below=not glob.is_glob(pattern)))
    return tuple(found)
