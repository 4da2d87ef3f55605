"""What layouts share: entries of files, when something was last used, and what says so."""

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator

from kempt.model.caches import CacheEntry, Item, Remake, Survey
from kempt.model.disk import Weight

BODY, LOCK = ".body", ".lock"
SHOWN_DIGITS = 12
READ, WRITTEN, LINKED = "read", "written", "linked into an environment"


def last_use(items: Iterable[Item], survey: Survey) -> tuple[int, str]:
    """The youngest of the items' times, in nanoseconds since the epoch, and its evidence.

    A time of reading that is not after the time of writing says nothing more, and none does where the file system keeps
    no such times.
    """
    found = tuple(items)
    written = max((each.written_ns for each in found), default=0)
    read = max((each.read_ns for each in found), default=0) if survey.reads_kept else 0
    return (read, READ) if read > written else (written, WRITTEN)


def together(items: Iterable[Item]) -> Weight:
    """What they weigh."""
    total = Weight()
    for each in items:
        total = total.plus(each.weight)
    return total


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
