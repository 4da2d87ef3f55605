"""pip's cache: answers of indexes in pairs of files, and the wheels that it built.

`http-v2/a/b/c/d/e/<sha>` tells of an answer and `<sha>.body` is its bytes; each of them can go at any time, while pip
runs too: pip downloads again (measured, pip 26.3). `wheels/../../../../` holds what was built of one source archive.
`selfcheck` stays: it keeps pip from asking for its own newest version.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator

from kempt.engine.disk.caches.layouts.use import last_use, together
from kempt.model.caches import CacheEntry, Item, Look, Remake, Survey

BODY, LOCK = ".body", ".lock"
BUCKETS = ("http-v2", "http")
SHOWN_DIGITS = 12
WHEEL_DEPTH = 5  # below `wheels`: three parts of a digest, the rest of it, the file


def entries(survey: Survey, _look: Look) -> tuple[CacheEntry, ...]:
    """One for each answer, and one for each source archive that wheels were built of."""
    return (*answers(survey, BUCKETS), *_built(survey))


def answers(survey: Survey, folders: tuple[str, ...], of: str = "answer") -> Iterator[CacheEntry]:
    """The pairs of files below these folders, the body of each first, locks last. Half a pair is one, too."""
    pairs: dict[str, list[str]] = {}
    for path, item in survey.items.items():
        if path.startswith(tuple(f"{folder}/" for folder in folders)) and is_file(item):
            pairs.setdefault(path.removesuffix(LOCK).removesuffix(BODY), []).append(path)
    for key, paths in pairs.items():
        paths.sort(key=lambda path: (path.endswith(LOCK), not path.endswith(BODY), path))
        yield entry_of(survey, f"{of} {key.rpartition('/')[2][:SHOWN_DIGITS]}", paths)


def entry_of(survey: Survey, name: str, paths: list[str], *, built: bool = False) -> CacheEntry:
    """An entry of some files."""
    items = [survey.items[path] for path in paths]
    remake = Remake.CREATE if built else Remake.DOWNLOAD
    return CacheEntry(name, tuple(paths), remake, together(items), *last_use(items, survey), built=built)


def is_file(item: Item) -> bool:
    """Whether it is a regular file."""
    return item.identity.kind == stat.S_IFREG


def _built(survey: Survey) -> Iterator[CacheEntry]:
    folders: dict[str, list[str]] = {}
    for path, item in survey.items.items():
        if path.startswith("wheels/") and path.count("/") == WHEEL_DEPTH and is_file(item):
            folders.setdefault(path.rpartition("/")[0], []).append(path)
    for paths in folders.values():
        paths.sort(key=lambda path: (not path.endswith(".whl"), path))
        yield entry_of(survey, paths[0].rpartition("/")[2], paths, built=True)
