"""Files of one content put together, and what could go counted: by package, environment, kind and grade."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from kempt.engine.disk.dupes.members import Members
from kempt.model.dupes import Amount, Grade

GRADES = (Grade.CLAIMED, Grade.UNTOUCHED, Grade.VERIFIED, Grade.VERIFIED)
"""By the numbers in `Members.grades`."""
_BLOCK = 512
_LONGEST_KIND = 8
_Sum = tuple[int, int]


class Order(NamedTuple):
    """The members sorted by content: those of content n are `members[starts[n]:starts[n + 1]]`."""

    members: array[int]
    starts: array[int]

    def held(self, number: int) -> array[int]:
        """The members with one content."""
        return self.members[self.starts[number] : self.starts[number + 1]]


class Counted(NamedTuple):
    """What could go. `freed` is by content, in bytes; `inodes` are the amounts that share one already."""

    order: Order
    freed: array[int]
    redundant: int
    bytes: int
    allocated: int
    shared: Amount
    linked: Amount
    could: Amount
    by_grade: tuple[Amount, ...]
    by_package: tuple[Amount, ...]
    by_environment: tuple[Amount, ...]
    by_kind: tuple[Amount, ...]


def ordered(members: Members) -> Order:
    """Sort by content, in two passes and no object for a member. Contents below 0 are left out."""
    starts = array("q", [0]) * (len(members.sizes) + 2)
    for number in members.numbers:
        starts[number + 2] += 1
    starts[1] = 0
    for at in range(2, len(starts)):
        starts[at] += starts[at - 1]
    result = array("I", [0]) * starts[-1]
    for member, number in enumerate(members.numbers):
        if number >= 0:
            at = starts[number + 1]
            result[at] = member
            starts[number + 1] = at + 1
    starts.pop()
    return Order(result, starts)


def split(members: Members, held: Iterable[int]) -> Iterator[tuple[list[int], int]]:
    """Members of one content, one file system after the other: one of each inode, the one to keep first.

    Also how many names more lead to these inodes. Those in the cache that is compared against do not count.
    """
    claims, copies, inodes, grades = members.claims, members.copies, members.inodes, members.grades
    by_device: dict[int, dict[int, int]] = {}
    names: dict[int, int] = {}
    for member in held:
        place = claims.places[claims.copies[copies[member]].place]
        if place.cached:
            continue
        dev = place.site.dev
        found = by_device.setdefault(dev, {})
        names[dev] = names.get(dev, 0) + 1
        known = found.setdefault(inodes[member], member)
        if known != member and grades[known] < grades[member]:
            found[inodes[member]] = member
    for dev, found in by_device.items():
        one_each = list(found.values())
        best = max(one_each, key=grades.__getitem__)
        one_each.remove(best)
        yield [best, *one_each], names[dev] - len(found)


def count(members: Members) -> Counted:
    """Count all of it."""
    order = ordered(members)
    counting = _Counting(members)
    freed = array("q", [0]) * len(members.sizes)
    cached = any(place.cached for place in members.claims.places)
    single = len({place.site.dev for place in members.claims.places}) == 1 and not cached
    begin = 0
    inodes, grades, held_all, starts = members.inodes, members.grades, order.members, order.starts
    for number, size in enumerate(members.sizes):
        begin, end = starts[number], starts[number + 1]
        if end - begin < 2 - cached:
            continue
        held = held_all[begin:end]
        if single and len({inodes[member] for member in held}) == end - begin:
            known = [grades[member] for member in held]
            best = held.pop(known.index(max(known)))
            freed[number] = counting.add(best, held, size)
            continue
        for (best, *others), more in split(members, held):
            counting.shared[0] += more
            counting.shared[1] += more * size
            freed[number] += counting.add(best, others, size)
        if cached:
            counting.against(held, size)
    return counting.result(order, freed)


class _Counting:
    """Sums, by distribution and by grade; what a package and an environment come to follows from these."""

    def __init__(self, members: Members) -> None:
        self._members = members
        self.shared, self.linked, self.could = [0, 0], [0, 0], [0, 0]
        self._allocated = 0
        self._files = [0] * len(members.claims.copies)
        self._bytes = [0] * len(members.claims.copies)
        self._grades: dict[int, list[int]] = {grade: [0, 0] for grade in range(len(GRADES))}
        self._kinds: dict[bytes, list[int]] = defaultdict(lambda: [0, 0])
        self._endings: dict[bytes, list[int]] = {}

    def add(self, best: int, others: Sequence[int], size: int) -> int:
        """Copies that could go while one is kept; the bytes of them."""
        if not others:
            return 0
        members, files, amounts = self._members, self._files, self._bytes
        for copy in map(members.copies.__getitem__, others):
            files[copy] += 1
            amounts[copy] += size
        self._allocated += sum(map(members.blocks.__getitem__, others))
        for number in map(members.grades.__getitem__, others):
            self._grades[number][0] += 1
            self._grades[number][1] += size
        name = members.name(best)
        kind = self._endings.get(name.rpartition(b".")[2]) or self._kind(name)
        kind[0] += len(others)
        kind[1] += len(others) * size
        return len(others) * size

    def _kind(self, name: bytes) -> list[int]:
        """The sums of a kind; an ending that tells it by itself is looked up the next time."""
        suffix, ending = _suffix(name), name.rpartition(b".")[2]
        sums = self._kinds[suffix]
        if suffix == b"." + ending:
            self._endings[ending] = sums
        return sums

    def against(self, held: Iterable[int], size: int) -> None:
        """How the files of one content stand to the cache's."""
        members = self._members
        places, copies = members.claims.places, members.claims.copies
        cached: set[tuple[int, int]] = set()
        others: set[tuple[int, int]] = set()
        for member in held:
            place = places[copies[members.copies[member]].place]
            (cached if place.cached else others).add((place.site.dev, members.inodes[member]))
        linked = len(others & cached)
        devices = {dev for dev, _ in cached}
        could = sum(dev in devices for dev, _ in others) - linked
        for amount, number in ((self.linked, linked), (self.could, could)):
            amount[0] += number
            amount[1] += number * size

    def result(self, order: Order, freed: array[int]) -> Counted:
        """All sums."""
        packages: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        environments: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        claims = self._members.claims
        for copy, files, amount in zip(claims.copies, self._files, self._bytes, strict=True):
            if files:
                for name, sums in ((copy.name, packages), (claims.places[copy.place].environment, environments)):
                    sums[name][0] += files
                    sums[name][1] += amount
        grades: dict[str, list[int]] = {grade: [0, 0] for grade in Grade}
        for number, (files, amount) in self._grades.items():
            grades[GRADES[number]][0] += files
            grades[GRADES[number]][1] += amount
        kinds = {name.decode("ascii"): sums for name, sums in self._kinds.items()}
        return Counted(
            order, freed, sum(self._files), sum(self._bytes), self._allocated * _BLOCK,
            Amount("already shared", *self.shared), Amount("linked", *self.linked), Amount("could", *self.could),
            _amounts(grades), _amounts(packages), _amounts(environments), _amounts(kinds),
        )  # fmt: skip


def _suffix(name: bytes) -> bytes:
    """The kind of a file by its name, in lower case: `.py`, `.so`, or "other"."""
    last = name.rpartition(b"/")[2]
    _, dot, suffix = last.rpartition(b".")
    if not dot or len(suffix) > _LONGEST_KIND or not suffix.isalnum() or suffix.isdigit():
        return b".so" if b".so." in last else b"other"
    return b"." + suffix.lower()


def _amounts(sums: dict[str, list[int]]) -> tuple[Amount, ...]:
    listed = (Amount(str(name), *each) for name, each in sums.items() if name and each[0])
    return tuple(sorted(listed, key=lambda each: (-each.bytes, each.name)))
