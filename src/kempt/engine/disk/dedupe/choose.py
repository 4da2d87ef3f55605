"""Of each group of duplicates: the file to keep, and those that come to share its blocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from kempt.engine.disk.dedupe import eligible
from kempt.host.files import temporary_name
from kempt.host.folders import is_gits
from kempt.host.hashing import hash_file
from kempt.host.share import can_clone
from kempt.host.shareable import Seen, can_share, look_at, may_clone, most_links
from kempt.model.dupes import DupeGroup, FileFact, Grade
from kempt.model.plan import Means, ShareFile

_SECOND = 10**9
_SPARE = 16
"""So many names less than the file system allows: others may link to a file as well."""


class Copy(NamedTuple):
    """One inode: what it looks like now, and its names in the group."""

    seen: Seen
    names: tuple[FileFact, ...]

    @property
    def first(self) -> FileFact:
        """One of its names."""
        return self.names[0]


class Chooser:
    """Makes steps, group by group, with absolute paths. `user` is who runs kempt, None for one who may all.

    `busy` are environments that running programs use. `spared` counts names and bytes that stay, by reason; `already`
    files that lie on the same blocks by now. `told` are the file systems that said whether they share blocks.
    """

    def __init__(self, *, hardlink: bool, user: int | None, busy: Collection[str] = (), any: bool = False) -> None:
        self.ways: dict[int, Means | None] = {}
        self.places: dict[int, str] = {}
        self.spared: Counter[str] = Counter()
        self.spared_bytes: Counter[str] = Counter()
        self.already, self.already_bytes = 0, 0
        self.told: set[int] = set()
        self._hardlink, self._user, self._busy, self._any = hardlink, user, busy, any
        self._asked: Counter[int] = Counter()
        self._most: dict[int, int] = {}
        self._digest = ""

    def steps(self, group: DupeGroup) -> list[ShareFile]:
        """What lets the files of one group share; nothing where they do, or where that frees nothing."""
        if not group.size:
            return []
        means = self.means(group)
        facts = list(self.allowed(group.files, means))
        if len({each.inode for each in facts}) < 2:  # noqa: PLR2004 - one alone has nobody to share with
            return []
        if means is None:
            self.spare(self.no_way(group.dev), len({each.inode for each in facts}) - 1, group.size)
            return []
        self._digest = group.digest
        copies = list(self._copies(facts, means))
        return list(self._linked(copies) if means is Means.LINK else self._on_blocks(copies, means))

    def means(self, group: DupeGroup) -> Means | None:
        """The best that the group's file system has; asked of files until one can tell."""
        dev = group.dev
        if dev not in self.ways or (self.ways[dev] is not Means.EXTENTS and self._asked[dev] < _SPARE):
            self._asked[dev] += 1
            mine = (each for each in group.files if self._user in {None, each.uid})
            can = can_share(next(mine, group.files[0]).path)
            if dev not in self.ways or can:
                folder = group.files[0].path.rpartition("/")[0]
                self.ways[dev] = Means.EXTENTS if can else self._second_best(dev, folder)
                self.places[dev] = group.files[0].environment or folder
            if can is not None:
                self._asked[dev] = _SPARE
                self.told.add(dev)
        return self.ways[dev]

    def _second_best(self, dev: int, folder: str) -> Means | None:
        if may_clone(dev) and can_clone(folder, temporary_name(f"try-{dev}")):
            return Means.CLONE
        return Means.LINK if self._hardlink else None

    def allowed(self, facts: Iterable[FileFact], means: Means | None) -> Iterator[FileFact]:
        """Those that may share; the others are counted as spared."""
        for each in facts:
            why = eligible.why_not(each, self._user, means)
            if not why and means is Means.LINK and each.environment in self._busy:
                why = eligible.IN_USE
            if not why and self._any and next(filter(is_gits, each.path.split("/")), ""):
                why = eligible.GITS
            if why:
                self.spare(why, 1, each.size)
            else:
                yield each

    def _copies(self, facts: Iterable[FileFact], means: Means) -> Iterator[Copy]:
        by_inode: dict[int, list[FileFact]] = {}
        for each in facts:
            by_inode.setdefault(each.inode, []).append(each)
        for names in by_inode.values():
            first = names[0]
            seen = look_at(first.path, place=means is not Means.LINK)
            if seen is None or seen.expect[:2] != (first.size, first.mtime_ns) or seen.expect.inode != first.inode:
                self.spare(eligible.GONE, len(names), first.size)
            else:
                yield Copy(seen, tuple(names))

    def _on_blocks(self, copies: Iterable[Copy], means: Means) -> Iterator[ShareFile]:
        """All but the largest class of files that lie on the same blocks move there."""
        ordered = self._by_place(copies, means)
        frees = [_frees(listed) for listed in ordered]
        for listed, freed in zip(ordered[1:], frees[1:], strict=True):
            if not freed:
                self.spare(eligible.HELD, len(listed), listed[0].seen.expect.size)
        if not any(frees[1:]) or not self._is_unedited(ordered[0][0]):
            return
        for listed, freed in zip(ordered[1:], frees[1:], strict=True):
            if freed and self._is_unedited(listed[0]):  # what lies on the same blocks holds the same bytes
                for each in listed:
                    last = each is listed[-1]
                    yield self._step(ordered[0][0], each.first, each, means, freed if last else 0)

    def _by_place(self, copies: Iterable[Copy], means: Means) -> list[list[Copy]]:
        """Files that lie on the same blocks together, most of them first, and those first that occupy least."""
        classes: dict[tuple[tuple[int, int, int], ...], list[Copy]] = {}
        for each in copies:
            place = each.seen.placement
            if place is None and means is Means.EXTENTS:
                self.spare(eligible.UNTOLD, 1, each.seen.expect.size)
            elif place is not None and place.inline:
                self.spare(eligible.INLINE, 1, each.seen.expect.size)
            else:
                classes.setdefault(place.where if place else ((each.first.inode, 0, 0),), []).append(each)
        for listed in classes.values():
            self.already += len(listed) - 1
            self.already_bytes += (len(listed) - 1) * _occupied(listed[0])
        return sorted(classes.values(), key=lambda each: (-len(each), _occupied(each[0]), each[0].first.path))

    def _linked(self, copies: Iterable[Copy]) -> Iterator[ShareFile]:
        """Names of one file, where owner, mode and attributes are the same."""
        groups: dict[object, list[Copy]] = {}
        for each in copies:
            groups.setdefault(each.seen.traits, []).append(each)
        for listed in groups.values():
            if len(listed) == 1 < len(groups):
                self.spare(eligible.TRAITS, 1, listed[0].seen.expect.size)
            else:
                yield from self._one_of([each for each in listed if self._is_unedited(each)])

    def _one_of(self, copies: Sequence[Copy]) -> Iterator[ShareFile]:
        """One file is kept: one with names elsewhere first, else one with the time that most have."""
        times = Counter(each.seen.expect.mtime_ns // _SECOND for each in copies)
        ordered = sorted(
            copies,
            key=lambda each: (
                each.seen.links <= len(each.names), -times[each.seen.expect.mtime_ns // _SECOND], -each.seen.links,
                each.first.path,
            ),
        )  # fmt: skip
        keeper: Copy | None = None
        room = 0
        for each in ordered:
            if keeper is None or room < len(each.names):
                keeper, room = each, self._most_links(each.first) - each.seen.links - _SPARE
            elif each.seen.links > len(each.names):
                self.spare(eligible.ELSEWHERE, len(each.names), each.seen.expect.size)
            else:
                room -= len(each.names)
                for name in each.names:
                    last = name is each.names[-1]
                    yield self._step(keeper, name, each, Means.LINK, each.seen.allocated if last else 0)

    def _is_unedited(self, copy: Copy) -> bool:
        """Whether it holds what RECORD says. Where only the size speaks for that, it is read."""
        if all(each.grade is not Grade.CLAIMED for each in copy.names):
            return True
        digest = hash_file(copy.first.path).digest
        if digest == self._digest:
            return True
        self.spare(eligible.EDITED, len(copy.names), copy.seen.expect.size)
        return False

    def _step(self, keeper: Copy, name: FileFact, copy: Copy, means: Means, frees: int) -> ShareFile:
        return ShareFile(
            name.path, keeper.first.path, means, copy.seen.expect, keeper.seen.expect, self._digest, frees,
            name.environment,
        )  # fmt: skip

    def _most_links(self, fact: FileFact) -> int:
        if fact.dev not in self._most:
            self._most[fact.dev] = most_links(fact.path)
        return self._most[fact.dev]

    def no_way(self, dev: int) -> str:
        """Why files stay on a file system that offers nothing, or does not say what."""
        none = eligible.NO_BLOCKS if self._any else eligible.NO_WAY
        return none if dev in self.told else eligible.UNASKED

    def spare(self, reason: str, files: int, size: int) -> None:
        """Count files of one size that stay."""
        self.spared[reason] += files
        self.spared_bytes[reason] += files * size


def _occupied(copy: Copy) -> int:
    return copy.seen.placement.bytes if copy.seen.placement else copy.seen.allocated


def _frees(listed: Sequence[Copy]) -> int:
    """What goes when all files on the same blocks move away: nothing where another file lies there too."""
    placement = listed[0].seen.placement
    if placement is None:
        return listed[0].seen.allocated
    return placement.own if len(listed) == 1 else placement.bytes
