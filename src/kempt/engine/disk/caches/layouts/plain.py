"""Caches that patterns tell enough of: each file or folder that fits one is an entry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from kempt.engine.disk.caches.layouts.use import last_use
from kempt.model.caches import CacheEntry, CacheFacts, Look, Remake, Survey


def is_whole(facts: CacheFacts, path: str) -> bool:
    """Whether a folder is an entry of its own."""
    return any(fits(path, pattern) for pattern in (*facts.download, *facts.create))


def entries(survey: Survey, look: Look) -> tuple[CacheEntry, ...]:
    """What the patterns of the catalog's row name."""
    facts = look.facts
    return (
        *_fitting(survey, facts.download, Remake.DOWNLOAD),
        *_fitting(survey, facts.create, Remake.CREATE),
    )  # fmt: skip


def fits(path: str, pattern: str) -> bool:
    """Whether a path is named by a pattern: `*` stands for anything in one name."""
    names, wanted = path.split("/"), pattern.split("/")
    return len(names) == len(wanted) and all(map(fnmatchcase, names, wanted))


def _fitting(survey: Survey, patterns: Iterable[str], remake: Remake) -> Iterator[CacheEntry]:
    wanted = tuple(patterns)
    for path, item in survey.items.items():
        if any(fits(path, pattern) for pattern in wanted):
            used, evidence = last_use((item,), survey)
            yield CacheEntry(path, (path,), remake, item.weight, used, evidence)
