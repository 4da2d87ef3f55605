"""Of bytecode files that can be the same: the one to keep, and those that come to lie where it does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from kempt.engine.disk.dedupe import eligible
from kempt.engine.disk.dedupe.choose import Chooser
from kempt.engine.disk.dedupe.forms import Form
from kempt.host.shareable import Seen, look_at
from kempt.model.dupes import FileFact
from kempt.model.plan import Expect, Means, RewriteBytecode


class Member(NamedTuple):
    """A bytecode file, what it can become, its source as planned, and the time that this gets.

    `is_put`: it holds what all are to hold already.
    """

    fact: FileFact
    form: Form
    source: str
    planned: Expect
    mtime_ns: int
    is_put: bool


class _Copy(NamedTuple):
    member: Member
    seen: Seen

    @property
    def place(self) -> tuple[object, ...]:
        """The same for names of one file, and for files on the same blocks."""
        where = self.seen.placement
        return where.where if where else (self.seen.expect.inode,)

    @property
    def bytes(self) -> int:
        """What it occupies."""
        return self.seen.placement.bytes if self.seen.placement else self.seen.allocated

    @property
    def own(self) -> int:
        """What nothing else lies on, as far as that can be told."""
        return self.seen.placement.own if self.seen.placement else self.seen.allocated


def rewrites(members: Sequence[Member], means: Means, chooser: Chooser) -> Iterator[RewriteBytecode]:
    """The steps for files that are the same once they are put alike; the file to keep comes first."""
    groups: dict[object, list[_Copy]] = defaultdict(list)
    for each in _seen(members, means, chooser):
        groups[each.seen.traits if means is Means.LINK else None].append(each)
    for copies in groups.values():
        if len(copies) > 1:
            yield from _one_of(copies, means, chooser)


def _seen(members: Iterable[Member], means: Means, chooser: Chooser) -> Iterator[_Copy]:
    for each in members:
        seen = look_at(each.fact.path, place=means is not Means.LINK)
        fact = each.fact
        if seen is None or (*seen.expect[:2], seen.expect.inode) != (fact.size, fact.mtime_ns, fact.inode):
            chooser.spare(eligible.GONE, 1, fact.size)
        elif means is Means.EXTENTS and seen.placement is None:
            chooser.spare(eligible.UNTOLD, 1, fact.size)
        elif seen.placement is not None and seen.placement.inline:
            chooser.spare(eligible.INLINE, 1, fact.size)
        else:
            yield _Copy(each, seen)


def _one_of(copies: Sequence[_Copy], means: Means, chooser: Chooser) -> Iterator[RewriteBytecode]:
    classes: dict[tuple[bool, tuple[object, ...]], list[_Copy]] = defaultdict(list)
    for each in copies:
        classes[each.member.is_put, each.place].append(each)
    keep, *rest = sorted(classes.items(), key=lambda item: (not item[0][0], -len(item[1]), item[1][0].member.fact.path))
    (is_put, _), kept = keep
    others = list(kept[1:]) if not is_put else []
    freed = {id(each): _frees(listed) for _, listed in rest for each in listed[-1:]}
    others += [each for _, listed in rest for each in listed]
    if is_put:
        chooser.already += len(kept) - 1
        chooser.already_bytes += (len(kept) - 1) * kept[0].bytes
    if not sum(freed.values()):
        for _, listed in rest:
            why = eligible.ELSEWHERE if means is Means.LINK else eligible.HELD
            chooser.spare(why, len(listed), listed[0].seen.expect.size)
        return
    keeper = kept[0]
    if not is_put:
        yield _step(keeper, "", means, 0)
    for each in others:
        yield _step(each, keeper.member.fact.path, means, freed.get(id(each), 0))


def _frees(listed: Sequence[_Copy]) -> int:
    """What goes when all of a class move away; nothing where names or blocks of it are used elsewhere."""
    if listed[0].seen.placement is None and listed[0].seen.links > len(listed):
        return 0
    return listed[0].own if len(listed) == 1 else listed[0].bytes


def _step(copy: _Copy, keep: str, means: Means, frees: int) -> RewriteBytecode:
    fact, form, source, planned, mtime_ns, _ = copy.member
    return RewriteBytecode(
        fact.path, keep, means, copy.seen.expect, source, planned, mtime_ns, form.at, form.before, form.after,
        form.digest, fact.mtime_ns, frees, fact.environment,
    )  # fmt: skip
