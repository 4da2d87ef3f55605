"""Reading what is claimed: files of one content are compared, and what comes of it is written down for the next run."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import compress
from operator import not_

from kempt.engine.disk.dupes import index
from kempt.engine.disk.dupes.claims import ALONE
from kempt.engine.disk.dupes.counting import Order, is_single, ordered, split
from kempt.engine.disk.dupes.members import Members
from kempt.host.clock import now
from kempt.host.contents import GONE, SAME, File, compare
from kempt.host.forks import in_forks

READ, INDEXED = 2, 3
_CHUNK_BYTES, _CHUNK_FILES = 32 * 10**6, 512
_DIGEST = 32
_LEFT, _EQUAL, _UNLIKE = 0, 1, 2


def verify(members: Members, jobs: int, tell: Callable[[str], None]) -> Members:
    """The same with every file read that is like another one, or known from the index.

    A file that does not hold what RECORD says gets the content that it has; one that cannot be read gets none.
    """
    began = int(now() * 10**9)
    _apply(members, *index.known(members))
    order = ordered(members, _unread(members))
    chunks = list(_chunks(members, order))
    if not any(chunks):
        return members
    tell(f"reading {sum(map(len, chunks)):,} contents")

    single, file = is_single(members), _files(members)

    def work(chunk: Sequence[int]) -> bytes:
        tasks = (each for number in chunk for each in _tasks(members, order.held(number), single=single))
        return b"".join(
            _packed(*compare(list(map(file, held)), members.sizes[members.numbers[held[0]]])) for held, _ in tasks
        )

    for chunk, result in zip(chunks, in_forks(work, chunks, jobs), strict=True):
        at = 0
        for number in chunk:
            for held, links in list(_tasks(members, order.held(number), single=single)):
                at = _settle(members, held, result, at)
                for member, names in links.items():
                    for each in names:
                        members.grades[each], members.numbers[each] = members.grades[member], members.numbers[member]
    index.save(members, began)
    return members


def _packed(digest: bytes, found: Sequence[bytes]) -> bytes:
    """What a comparison says in as few bytes as it takes: there may be a million."""
    codes = {GONE: bytes((_LEFT,)), SAME: bytes((_EQUAL,))}
    return digest.ljust(_DIGEST, b"\0") + b"".join(codes.get(each) or bytes((_UNLIKE,)) + each for each in found)


def _apply(members: Members, known: bytearray, others: Mapping[int, bytes]) -> None:
    """Take over what the index knows; not for one of several alike of which another one was not read."""
    unknown = bytearray(len(members.sizes) + 1)  # the last one stands for those without a content
    for number in compress(members.numbers, map(not_, known)):
        unknown[number] = 1
    for member in others:
        known[member] = 0
    for member, digest in others.items():
        number = members.numbers[member]
        if number >= 0 and not unknown[number]:
            _move(members, member, digest)
            known[member] = 1
    graded = zip(members.grades, known, strict=True)
    members.grades[:] = array("B", [INDEXED if is_known else grade for grade, is_known in graded])


def _unread(members: Members) -> array[int]:
    """The members whose content is that of one that was not read."""
    wanted = bytearray(len(members.sizes) + 1)
    for number in compress(members.numbers, map(READ.__gt__, members.grades)):
        wanted[number] = 1
    wanted[-1] = 0
    return array("I", compress(range(members.total), map(wanted.__getitem__, members.numbers)))


def _files(members: Members) -> Callable[[int], File]:
    """What opens a member, and what it is expected to be then."""
    claims, copies, rows, inodes, changes = (
        members.claims,
        members.copies,
        members.rows,
        members.inodes,
        members.changes,
    )
    folders = [place.prefix for place in claims.places]
    listed = [(folders[each.place], claims.bodies[each.body]) for each in claims.copies]

    def file(member: int) -> File:
        folder, body = listed[copies[member]]
        return folder + body.name(rows[member]), inodes[member], changes[member]

    return file


def _tasks(
    members: Members, held: Sequence[int], *, single: bool
) -> Iterator[tuple[Sequence[int], dict[int, list[int]]]]:
    """Of the members with one content, one of each inode on one file system, where at least one was not read.

    Also the other names of these inodes, by the member that stands for them.
    """
    grades = members.grades.__getitem__
    if len(held) > 1 and min(map(grades, held)) < READ:
        for one_each, more in split(members, held, single=single):
            if len(one_each) > 1 and min(map(grades, one_each)) < READ:
                yield one_each, _names(members, held, one_each) if more else {}


def _names(members: Members, held: Iterable[int], one_each: Sequence[int]) -> dict[int, list[int]]:
    """The other names of some inodes."""
    stand = {(members.dev(each), members.inodes[each]): each for each in one_each}
    names: dict[int, list[int]] = defaultdict(list)
    for member in held:
        first = stand.get((members.dev(member), members.inodes[member]), member)
        if first != member:
            names[first].append(member)
    return names


def _chunks(members: Members, order: Order) -> Iterator[array[int]]:
    """The contents that have to be read, so many at a time that several processors have work to the end."""
    waiting = array("I")
    files = amount = 0
    for number in compress(range(len(members.sizes)), order.several()):
        held, size = order.held(number), members.sizes[number]
        waiting.append(number)
        files += len(held)
        amount += len(held) * size
        if files >= _CHUNK_FILES or amount >= _CHUNK_BYTES:
            yield waiting
            waiting = array("I")
            files = amount = 0
    yield waiting


def _settle(members: Members, held: Sequence[int], result: bytes, at: int) -> int:
    """Take over what came of reading the files of one content, from its place in a result; where that ends."""
    claimed, digest = members.digest(held[0]), result[at : at + _DIGEST]
    at += _DIGEST
    for member in held:
        code = result[at]
        at += 1
        members.grades[member] = READ
        if code == _LEFT:
            members.numbers[member], members.grades[member] = ALONE, 0
        elif code == _UNLIKE:
            _move(members, member, result[at : at + _DIGEST])
            at += _DIGEST
        elif digest != claimed:
            _move(members, member, digest)
    return at


def _move(members: Members, member: int, digest: bytes) -> None:
    """Give a member another content than the one that was claimed."""
    size = members.sizes[members.numbers[member]]
    moved = members.moved
    if digest not in moved:
        moved[digest] = len(members.sizes)
        members.digests.extend(digest)
        members.sizes.append(size)
    members.numbers[member] = moved[digest]
