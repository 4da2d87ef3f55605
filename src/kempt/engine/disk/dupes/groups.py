"""Groups of equal files as objects, made one after the other from the columns."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence

from kempt.engine.disk.dupes.counting import GRADES, Counted, Order, split
from kempt.engine.disk.dupes.members import Members
from kempt.host.recorded import same_file
from kempt.model.dupes import DupeGroup, FileFact, Origin

_ORIGINS = (Origin.RECORD, Origin.RECORD, Origin.READ, Origin.INDEX)


def lazy(members: Members, counted: Counted) -> Lazy:
    """The groups of these members."""
    freeing = (number for number, freed in enumerate(counted.freed) if freed)
    numbers = array("i", sorted(freeing, key=counted.freed.__getitem__, reverse=True))
    return Lazy(members, counted.order, numbers)


class Lazy:
    """All groups, the one that frees most first. A file that was changed since it was looked at is left out."""

    def __init__(self, members: Members, order: Order, numbers: Sequence[int]) -> None:
        self._members, self._order, self._numbers = members, order, numbers

    def __len__(self) -> int:
        """How many contents there are twice or more often."""
        return len(self._numbers)

    def __iter__(self) -> Iterator[DupeGroup]:
        """Look at each of its files again, and yield what is still as it was."""
        for number in self._numbers:
            yield from self._groups(number)

    def _groups(self, number: int) -> Iterator[DupeGroup]:
        members, held = self._members, self._order.held(number)
        for (best, *_), _ in split(members, held):
            dev = members.dev(best)
            facts = [fact for each in held if members.dev(each) == dev and (fact := self._fact(each))]
            facts.sort(key=lambda fact: fact.cached)
            first = [fact for fact in facts if fact.inode == members.inodes[best]]
            files = (*first, *(fact for fact in facts if fact not in first))
            if len({fact.inode for fact in files}) > 1:
                yield DupeGroup(members.digest(best).hex(), members.sizes[number], dev, files)

    def _fact(self, member: int) -> FileFact | None:
        members = self._members
        copy = members.copy(member)
        place = members.claims.places[copy.place]
        path = members.path(member)
        found = same_file(path, members.inodes[member], members.changes[member])
        if found is None:
            return None
        return FileFact(
            path, found.st_size, found.st_dev, found.st_ino, found.st_mtime_ns, found.st_ctime_ns, found.st_mode,
            found.st_uid, found.st_gid, found.st_nlink, members.blocks[member] * 512,
            GRADES[members.grades[member]], _ORIGINS[members.grades[member]], copy.name,
            place.environment if copy.name else "", place.cached,
        )  # fmt: skip
