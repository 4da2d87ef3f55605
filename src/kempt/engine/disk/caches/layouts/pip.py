"""pip's cache: answers of indexes in pairs of files, and the wheels that it built.

`http-v2/a/b/c/d/e/<sha>` tells of an answer and `<sha>.body` is its bytes; each of them can go at any time, while pip
runs too: pip downloads again (measured, pip 26.3). `wheels/../../../../` holds what was built of one source archive.
`selfcheck` stays: it keeps pip from asking for its own newest version.
"""

from __future__ import annotations

from collections.abc import Iterator

from kempt.engine.disk.caches.layouts.use import answers, entry_of, is_file
from kempt.model.caches import CacheEntry, Look, Survey

BUCKETS = ("http-v2", "http")
WHEEL_DEPTH = 5  # below `wheels`: three parts of a digest, the rest of it, the file


def entries(survey: Survey, _look: Look) -> tuple[CacheEntry, ...]:
    """One for each answer, and one for each source archive that wheels were built of."""
    return (*answers(survey, BUCKETS), *_built(survey))


def _built(survey: Survey) -> Iterator[CacheEntry]:
    folders: dict[str, list[str]] = {}
    for path, item in survey.items.items():
        if path.startswith("wheels/") and path.count("/") == WHEEL_DEPTH and is_file(item):
            folders.setdefault(path.rpartition("/")[0], []).append(path)
    for paths in folders.values():
        paths.sort(key=lambda path: (not path.endswith(".whl"), path))
        yield entry_of(survey, paths[0].rpartition("/")[2], paths, built=True)
