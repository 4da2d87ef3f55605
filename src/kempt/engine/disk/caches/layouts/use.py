"""When an entry of a cache was last used, and what says so."""

from __future__ import annotations

from collections.abc import Iterable

from kempt.model.caches import Item, Survey
from kempt.model.disk import Weight

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
