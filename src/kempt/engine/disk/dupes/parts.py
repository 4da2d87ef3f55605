"""More files than fit in memory: gone through in parts, by what their digests begin with, and the sums added."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from heapq import nlargest
from itertools import islice
from typing import NamedTuple

from kempt.engine.disk.dupes.blocks import Together, lying_together
from kempt.engine.disk.dupes.counting import Counted, count
from kempt.engine.disk.dupes.groups import lazy
from kempt.engine.disk.dupes.members import Members
from kempt.model.disk import Spared
from kempt.model.dupes import Amount, DupeGroup, Groups

KEPT = 1000
"""The largest groups, which are held: what comes after them is found again when it is asked for."""
Find = Callable[[int], Members]


class Total(NamedTuple):
    """What all parts come to. `listed`, `files`, `missing` and so on are as in `Claims` and `Members`."""

    counted: Counted
    groups: Groups
    files: int
    listed: int
    outside: int
    missing: int
    differing: int
    failed: int
    unread: tuple[Spared, ...]
    together: Together | None = None


def total(find: Find, parts: int, *, blocks: bool = False) -> Total:
    """Go through all parts; `find` gives the members of one. `blocks`: look where files lie, unless they are many."""
    whole: Total | None = None
    largest: list[DupeGroup] = []
    for part in range(parts):
        members = find(part)
        one = _one(members, blocks=blocks and parts == 1)
        if parts > 1:
            largest = nlargest(KEPT, [*largest, *islice(one.groups, KEPT)], key=lambda group: group.bytes)
        whole = one if whole is None else _plus(whole, one)
        del members
    if whole is None:
        raise ValueError("no parts")
    if parts == 1:
        return whole
    return whole._replace(groups=_InParts(find, parts, tuple(largest), len(whole.groups)))


def _one(members: Members, *, blocks: bool) -> Total:
    claims = members.claims
    failed = sum(each < 0 for each in members.numbers) if claims.numbers else 0
    together = lying_together(members) if blocks else None
    counted = count(members)
    return Total(
        counted, lazy(members, counted), members.total, claims.listed, claims.outside, members.missing,
        members.differing, failed, claims.unread, together,
    )  # fmt: skip


def _plus(one: Total, other: Total) -> Total:
    mine, theirs = one.counted, other.counted
    counted = mine._replace(
        redundant=mine.redundant + theirs.redundant,
        bytes=mine.bytes + theirs.bytes,
        allocated=mine.allocated + theirs.allocated,
        shared=_sum((mine.shared, theirs.shared))[0],
        linked=_sum((mine.linked, theirs.linked))[0],
        could=_sum((mine.could, theirs.could))[0],
        apart=_sum((mine.apart, theirs.apart))[0],
        shared_allocated=mine.shared_allocated + theirs.shared_allocated,
        by_grade=_sum((*mine.by_grade, *theirs.by_grade)),
        by_package=_sum((*mine.by_package, *theirs.by_package)),
        by_environment=_sum((*mine.by_environment, *theirs.by_environment)),
        by_kind=_sum((*mine.by_kind, *theirs.by_kind)),
    )
    return one._replace(
        counted=counted,
        groups=_Longer(len(one.groups) + len(other.groups)),
        files=one.files + other.files,
        listed=one.listed + other.listed,
        outside=one.outside + other.outside,
        missing=one.missing + other.missing,
        differing=one.differing + other.differing,
        failed=one.failed + other.failed,
    )


def _sum(amounts: Iterable[Amount]) -> tuple[Amount, ...]:
    sums: dict[str, Amount] = {}
    for name, files, size in amounts:
        before = sums.get(name, Amount(name, 0, 0))
        sums[name] = Amount(name, before.files + files, before.bytes + size)
    return tuple(sorted(sums.values(), key=lambda each: (-each.bytes, each.name)))


class _Longer:
    """How many groups there are by now."""

    def __init__(self, length: int) -> None:
        self._length = length

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[DupeGroup]:
        return iter(())


class _InParts:
    """The largest groups, then all others, part by part."""

    def __init__(self, find: Find, parts: int, largest: tuple[DupeGroup, ...], length: int) -> None:
        self._find, self._parts, self._largest, self._length = find, parts, largest, length

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[DupeGroup]:
        yield from self._largest
        if self._length <= len(self._largest):
            return
        told = {(each.digest, each.dev) for each in self._largest}
        for part in range(self._parts):
            members = self._find(part)
            yield from (each for each in lazy(members, count(members)) if (each.digest, each.dev) not in told)
