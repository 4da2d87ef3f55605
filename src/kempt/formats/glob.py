"""Globs as CI knows them: `*`, `?` and `[…]` stay within a folder, `**` crosses folders.

GitHub's `hashFiles` and its setup actions take a brace for a brace (their minimatch runs with `nobrace`), and a folder
that matches for all that lies in it; hidden files are matched as others are (`dot`).
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import lru_cache

from kempt.model.listing import Listing

SIGNS = "*?[{"
MOST, LONGEST = 64, 1024
"""Alternatives of a pattern, and characters of one, after which braces stay closed: hostile ones double with each."""


def is_glob(pattern: str) -> bool:
    """Whether a pattern can match more than itself."""
    return any(sign in pattern for sign in SIGNS)


def matches(pattern: str, path: str, *, braces: bool = True) -> bool:
    """Whether a glob names a path. `braces`: `{a,b}` stands for either."""
    parts = path.split("/")
    return any(_fits(wanted, parts) for wanted in _compiled(pattern, braces=braces))


def reaches(pattern: str, path: str, *, braces: bool = True) -> bool:
    """Whether a glob names a path, or a folder that it lies in."""
    parts = path.split("/")
    found = _compiled(pattern.rstrip("/"), braces=braces)
    return any(_fits(wanted, parts[:count]) for count in range(len(parts), 0, -1) for wanted in found)


@lru_cache(maxsize=64)
def tracked(listing: Listing, pattern: str, *, braces: bool = True, below: bool = False) -> tuple[str, ...]:
    """The listed paths that a glob names; `below` with what lies in the folders that it names.

    Several rules and jobs ask the same of one listing. Where the glob ends in letters (`**/uv.lock`, `*.txt`), only
    paths that hold these are looked at: a large repository has many, and few of these.
    """
    if not is_glob(pattern):
        if not below:
            return (pattern,) if pattern in listing else ()
        return tuple(listing.paths(*listing.span_of(pattern.rstrip("/")))) if pattern.strip("./") else ()
    fits = reaches if below else matches
    return tuple(path for path in _candidates(listing, pattern, below=below) if fits(pattern, path, braces=braces))


def _candidates(listing: Listing, pattern: str, *, below: bool) -> Iterator[str]:
    last = pattern.rstrip("/").rpartition("/")[2]
    tail = last[max(map(last.rfind, "*?]}")) + 1 :]
    is_folder = below and tail and f"{tail.lower()}/".encode() in listing.folded
    if tail and not is_folder and not any(sign in tail for sign in "[{"):
        return listing.ending(tail)
    return listing.paths(*listing.span(fixed_folder(pattern)))


def fixed_folder(pattern: str) -> str:
    """The folder that all matches of a glob lie in, empty for none."""
    first = min((at for sign in SIGNS if (at := pattern.find(sign)) >= 0), default=len(pattern))
    return pattern[:first].rpartition("/")[0]


@lru_cache(maxsize=256)
def _compiled(pattern: str, *, braces: bool) -> tuple[tuple[str, ...], ...]:
    """A glob as components, once for each alternative of its braces; `[^` is written `[!`, as fnmatch knows it."""
    patterns = _alternatives(pattern) if braces else (pattern,)
    return tuple(tuple(each.replace("[^", "[!").split("/")) for each in patterns)


def _alternatives(pattern: str) -> tuple[str, ...]:
    """What a pattern stands for, its braces opened from the left; one that is too rich stays as it is."""
    found = [pattern]
    while len(pattern) <= LONGEST and any(map(_pair, found)):
        found = list(dict.fromkeys(text for each in found for text in _opened(each)))
        if len(found) > MOST:
            return (pattern,)
    return tuple(found)


def _pair(pattern: str) -> tuple[int, int] | None:
    """The first innermost pair of braces with a comma in it."""
    end = -1
    while (end := pattern.find("}", end + 1)) >= 0:
        start = pattern.rfind("{", 0, end)
        if start >= 0 and "," in pattern[start:end]:
            return start, end
    return None


def _opened(pattern: str) -> Iterator[str]:
    found = _pair(pattern)
    if found is None:
        yield pattern
        return
    start, end = found
    for each in pattern[start + 1 : end].split(","):
        yield pattern[:start] + each + pattern[end + 1 :]


def _fits(wanted: tuple[str, ...], parts: list[str]) -> bool:
    """Whether components fit a glob's: after a `**` the first fit is the best, so nothing is tried twice."""
    at = place = 0
    stars = retry = -1
    while place < len(parts):
        if at < len(wanted) and wanted[at] == "**":
            stars, retry = at, place
            at += 1
        elif at < len(wanted) and _is_like(parts[place], wanted[at]):
            at, place = at + 1, place + 1
        elif stars >= 0:
            retry += 1
            at, place = stars + 1, retry
        else:
            return False
    return all(each == "**" for each in wanted[at:])


def _is_like(name: str, part: str) -> bool:
    """Whether a name fits a component. One with stars alone needs no regular expression, which is dear to make."""
    if "?" in part or "[" in part:
        return fnmatchcase(name, part)
    if "*" not in part:
        return name == part
    first, *middle, last = part.split("*")
    at, end = len(first), len(name) - len(last)
    if end < at or not name.startswith(first) or not name.endswith(last):
        return False
    for piece in middle:
        at = name.find(piece, at, end)
        if at < 0:
            return False
        at += len(piece)
    return True
