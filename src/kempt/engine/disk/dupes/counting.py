"""Files of one content put together, and what could go counted: by package, environment, kind and grade."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, compress, islice
from operator import sub
from typing import NamedTuple

from kempt.engine.disk.dupes.members import Members
from kempt.model.dupes import Amount, Grade

GRADES = (Grade.CLAIMED, Grade.UNTOUCHED, Grade.VERIFIED, Grade.VERIFIED)
"""By the numbers in `Members.grades`."""
_BLOCK = 512
_LEAST = 2
_LONGEST_KIND = 8
_Sum = tuple[int, int]


class Order(NamedTuple):
    """The members sorted by content: those of content n are `members[starts[n]:starts[n + 1]]`."""

    members: array[int]
    starts: array[int]

    def held(self, number: int) -> array[int]:
        """The members with one content."""
        return self.members[self.starts[number] : self.starts[number + 1]]

    def several(self) -> bytes:
        """1 for each content that more than one member has, by number."""
        return bytes(map(_LEAST.__le__, map(sub, islice(self.starts, 1, None), self.starts)))


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
    apart: Amount
    by_grade: tuple[Amount, ...]
    by_package: tuple[Amount, ...]
    by_environment: tuple[Amount, ...]
    by_kind: tuple[Amount, ...]
    shared_allocated: int = 0


def ordered(members: Members, among: Sequence[int] | None = None) -> Order:
    """Sort all members, or some, by content: in two passes and no object for any. Contents below 0 are left out."""
    numbers = members.numbers
    chosen = range(members.total) if among is None else among
    starts = array("q", [0]) * (len(members.sizes) + 2)
    for number in numbers if among is None else map(numbers.__getitem__, chosen):
        starts[number + 2] += 1
    starts[1] = 0
    starts = array("q", accumulate(starts))
    result = array("I", [0]) * starts[-1]
    for member in chosen:
        number = numbers[member]
        if number >= 0:
            at = starts[number + 1]
            result[at] = member
            starts[number + 1] = at + 1
    starts.pop()
    return Order(result, starts)


def is_single(members: Members) -> bool:
    """Whether all members lie on one file system, and none in a cache that is compared against."""
    places = members.claims.places
    return len({place.site.dev for place in places}) == 1 and not any(place.cached for place in places)


def split(members: Members, held: Sequence[int], *, single: bool = False) -> Iterator[tuple[Sequence[int], int]]:
    """Members of one content, one file system after the other: one of each inode, the one to keep first.

    Also how many names more lead to these inodes. Those in the cache that is compared against do not count. `single` is
    what `is_single` says.
    """
    copies, inodes, grades = members.copies, members.inodes, members.grades
    if single and len(set(map(inodes.__getitem__, held))) == len(held):
        best = max(held, key=grades.__getitem__)
        yield (held if best == held[0] else [best, *(member for member in held if member != best)]), 0
        return
    places = [members.claims.places[members.claims.copies[copies[member]].place] for member in held]
    by_device: dict[int, dict[int, int]] = {}
    names: dict[int, int] = {}
    for member, place in zip(held, places, strict=True):
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
    counting = _Counting(members, order)
    freed = array("q", [0]) * len(members.sizes)
    single, cached = is_single(members), any(place.cached for place in members.claims.places)
    alike = len(set(members.grades)) == 1
    inodes, grades, held_all, starts = (
        members.inodes.__getitem__,
        members.grades.__getitem__,
        order.members,
        order.starts,
    )
    end = 0
    for number, size in enumerate(members.sizes):
        begin, end = end, starts[number + 1]
        if end - begin < _LEAST - cached:
            continue
        held = held_all[begin:end]
        if single and len(set(map(inodes, held))) == end - begin:
            freed[number] = (end - begin - 1) * size
            counting.keep(held[0] if alike else max(held, key=grades), end - begin - 1, freed[number])
            continue
        counting.keep_all(held)
        for (best, *others), more in split(members, held):
            counting.share(best, more, size)
            freed[number] += len(others) * size
            counting.free(others)
            counting.keep(best, len(others), len(others) * size)
        if cached:
            counting.against(held, size)
    return counting.result(freed)


class _Counting:
    """Sums by kind, and which members could go: what packages, environments and grades come to follows from that."""

    def __init__(self, members: Members, order: Order) -> None:
        self._members, self._order = members, order
        self._bodies = [members.claims.bodies[copy.body] for copy in members.claims.copies]
        self._copies, self._rows = members.copies, members.rows
        self._shared, self._linked, self._could, self._apart = [0, 0], [0, 0], [0, 0], [0, 0]
        self._shared_blocks = 0
        self._kinds: dict[bytes, list[int]] = defaultdict(lambda: [0, 0])
        self._endings: dict[bytes, list[int]] = {}
        self._goes = bytearray(map((order.several() + b"\0").__getitem__, members.numbers))
        """1 for each member that could go: at first, all that are not the only one of their content."""

    def keep(self, best: int, files: int, size: int) -> None:
        """A member that stays, while so many others of its kind go: files, and bytes."""
        self._goes[best] = 0
        name = self._bodies[self._copies[best]].name(self._rows[best])
        kind = self._endings.get(name.rpartition(b".")[2]) or self._kind(name)
        kind[0] += files
        kind[1] += size

    def share(self, best: int, more: int, size: int) -> None:
        """So many names more than inodes, of one content."""
        self._shared[0] += more
        self._shared[1] += more * size
        self._shared_blocks += more * self._members.blocks[best]

    def keep_all(self, held: Iterable[int]) -> None:
        """None of these goes, unless it is freed."""
        for member in held:
            self._goes[member] = 0

    def free(self, others: Iterable[int]) -> None:
        """These go."""
        for member in others:
            self._goes[member] = 1

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
        apart = len(others) - linked - could if cached else 0
        for amount, number in ((self._linked, linked), (self._could, could), (self._apart, apart)):
            amount[0] += number
            amount[1] += number * size

    def result(self, freed: array[int]) -> Counted:
        """All sums."""
        members, goes = self._members, self._goes
        claims = members.claims
        files, amounts = [0] * len(claims.copies), [0] * len(claims.copies)
        grades = [[0, 0] for _ in GRADES]
        sizes = map(members.sizes.__getitem__, compress(members.numbers, goes))
        gone = zip(compress(members.copies, goes), compress(members.grades, goes), sizes, strict=True)
        for at, grade, size in gone:
            files[at] += 1
            amounts[at] += size
            grades[grade][0] += 1
            grades[grade][1] += size
        packages: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        environments: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for copy, number, amount in zip(claims.copies, files, amounts, strict=True):
            if number:
                for name, sums in ((copy.name, packages), (claims.places[copy.place].environment, environments)):
                    sums[name][0] += number
                    sums[name][1] += amount
        by_grade: dict[str, list[int]] = {grade: [0, 0] for grade in Grade}
        for name, (number, amount) in zip(GRADES, grades, strict=True):
            by_grade[name][0] += number
            by_grade[name][1] += amount
        kinds = {name.decode("ascii"): sums for name, sums in self._kinds.items()}
        return Counted(
            self._order, freed, sum(files), sum(amounts), sum(compress(members.blocks, goes)) * _BLOCK,
            Amount("already shared", *self._shared), Amount("linked", *self._linked), Amount("could", *self._could),
            Amount("apart", *self._apart), _amounts(by_grade), _amounts(packages), _amounts(environments),
            _amounts(kinds), self._shared_blocks * _BLOCK,
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
