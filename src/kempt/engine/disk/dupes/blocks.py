"""Copies that could free nothing: by now they lie on the same blocks as another one, or in their inodes."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import compress, islice
from operator import sub
from typing import NamedTuple

from kempt.engine.disk.dupes.claims import ALONE
from kempt.engine.disk.dupes.counting import Order, ordered
from kempt.engine.disk.dupes.members import Members
from kempt.host.extents import Placement
from kempt.host.shareable import lies, may_lie_together
from kempt.model.dupes import Amount

MOST = 50_000
"""So many names of copies are looked at; where there are more, that would take longer than all the rest."""
_ASKED = 16
_LEAST = 2
_Inodes = dict[int, list[int]]  # the members of each inode


class Together(NamedTuple):
    """Copies on the same blocks as another one, those in their inodes, those whose blocks something else holds."""

    reflinked: Amount
    inline: Amount
    held: Amount


class _Left:
    """Sums of what is taken out of the columns."""

    def __init__(self, members: Members) -> None:
        self._members = members
        self._files, self._bytes = 0, 0

    def out(self, inodes: Iterable[Sequence[int]], size: int, *, kept: int = 0) -> None:
        """The members of these inodes no longer count; they are that many copies, of a size, and one is `kept`."""
        gone = -kept
        for held in inodes:
            gone += 1
            for member in held:
                self._members.numbers[member] = ALONE
        self._files += max(gone, 0)
        self._bytes += max(gone, 0) * size

    def amount(self, name: str) -> Amount:
        """All of it."""
        return Amount(name, self._files, self._bytes)


def lying_together(members: Members) -> Together | None:
    """Take copies out of the columns of which nothing would be freed; None where that is not known.

    What is left of each content is one copy for each place on the disk. Nothing is taken out where it is not known.
    """
    told = {dev: _can(members, dev) for dev in {place.site.dev for place in members.claims.places}}
    if None in told.values():
        return None
    sharing = frozenset(dev for dev, can in told.items() if can)
    order = ordered(members) if sharing else Order(array("I"), array("q"))
    if sum(compress(map(sub, order.starts[1:], order.starts), order.several())) > MOST:
        return None
    found = list(_candidates(members, order, sharing))
    reflinked, inline, held = _Left(members), _Left(members), _Left(members)
    for inodes in found:
        size = members.sizes[members.numbers[next(iter(inodes.values()))[0]]]
        tiny, classes = _classes(members, inodes)
        inline.out(tiny, size, kept=not classes)
        for number, (listed, where) in enumerate(classes):
            best = max(listed, key=lambda each: max(members.grades[member] for member in each))
            if number and where is not None and len(listed) == 1 and not where.own:
                held.out(listed, size)
            else:
                reflinked.out((each for each in listed if each is not best), size)
    return Together(reflinked.amount("reflinked"), inline.amount("inline"), held.amount("held"))


def _classes(
    members: Members, inodes: _Inodes
) -> tuple[list[list[int]], list[tuple[list[list[int]], Placement | None]]]:
    """The members of inodes that hold all they have, and those of inodes on the same blocks, most of them first."""
    tiny: list[list[int]] = []
    classes: dict[object, tuple[list[list[int]], Placement | None]] = {}
    for inode, held in inodes.items():
        where = lies(members.path(held[0]), inode)
        if where is not None and where.inline:
            tiny.append(held)
        else:  # one of its own where that cannot be told, as of what is not on the disk yet
            classes.setdefault(where.where if where else inode, ([], where))[0].append(held)
    return tiny, sorted(classes.values(), key=lambda each: -len(each[0]))


def _can(members: Members, dev: int) -> bool | None:
    """Whether files on a file system may share blocks, asked of some; one without files has none that do."""
    asked = islice((each for each in range(members.total) if members.dev(each) == dev), _ASKED)
    answers = (may_lie_together(members.path(each), dev) for each in asked)
    return next((can for can in answers if can is not None), None if _has(members, dev) else False)


def _has(members: Members, dev: int) -> bool:
    return any(members.dev(each) == dev for each in range(members.total))


def _candidates(members: Members, order: Order, sharing: frozenset[int]) -> Iterator[_Inodes]:
    """Of each content, the members by inode, where one file system that shares blocks has several inodes."""
    for number in compress(range(len(members.sizes)), order.several()):
        yield from _by_device(members, order.held(number), sharing)


def _by_device(members: Members, held: Sequence[int], sharing: frozenset[int]) -> Iterator[_Inodes]:
    devices: dict[int, _Inodes] = defaultdict(lambda: defaultdict(list))
    for member in held:
        dev = members.dev(member)
        if dev in sharing:
            devices[dev][members.inodes[member]].append(member)
    yield from (inodes for inodes in devices.values() if len(inodes) >= _LEAST)
