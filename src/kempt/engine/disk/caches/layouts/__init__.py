"""What kempt knows of how tools lay out their caches: one module each, found by the name in the catalog."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from kempt.engine.disk.caches.layouts import hub, pip, plain, poetry, pre_commit, uv
from kempt.model.caches import CacheEntry, CacheFacts, Look, Survey


class Layout(NamedTuple):
    """How one kind of cache is read. All of it is pure: a survey in, entries out.

    `is_whole(facts, path)` tells the folders that are added up, not listed; `readers` give what can go, each;
    `remarks` says what is left alone in this very cache.
    """

    is_whole: Callable[[CacheFacts, str], bool]
    readers: tuple[Callable[[Survey, Look], tuple[CacheEntry, ...]], ...]
    remarks: Callable[[Survey], tuple[str, ...]] = lambda _: ()

    def entries(self, survey: Survey, look: Look) -> tuple[CacheEntry, ...]:
        """All that can go."""
        return tuple(entry for read in self.readers for entry in read(survey, look))


LAYOUTS = {
    "hub": Layout(hub.is_whole, (hub.entries,)),
    "pip": Layout(plain.is_whole, (pip.entries, plain.entries)),
    "plain": Layout(plain.is_whole, (plain.entries,)),
    "poetry": Layout(plain.is_whole, (poetry.entries,)),
    "pre-commit": Layout(pre_commit.is_whole, (pre_commit.entries,)),
    "uv": Layout(uv.is_whole, (uv.entries,), uv.remarks),
}
