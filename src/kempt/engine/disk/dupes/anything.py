"""Duplicates among all files of a folder: by size, then by the first bytes, then by all of them."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence

from kempt.engine.disk.dupes.claims import ALONE, PART_ROWS, Claims, Copy
from kempt.engine.disk.dupes.members import Members
from kempt.engine.disk.dupes.places import Place
from kempt.engine.disk.dupes.verified import READ, verify
from kempt.errors import UsageError
from kempt.formats.record_rows import Rows
from kempt.host.everything import HEAD, NOTHING, Everything, heads, list_files
from kempt.host.forks import in_forks
from kempt.host.reading import reason
from kempt.host.recorded import Site
from kempt.model.disk import Spared

_CHUNK = 1024  # files whose beginnings are read in one go
_Reading = tuple[int, Sequence[int]]  # a root, and rows of it


def all_members(roots: Sequence[str], jobs: int, tell: Callable[[str], None]) -> Members:
    """The files of these folders that are like another one, read; a folder inside another one counts once."""
    outer = [each for each in dict.fromkeys(roots) if not any(_is_inside(each, other) for other in roots)]
    members = _like_sized(outer, tell)
    _number(members, jobs, tell)
    return verify(members, jobs, tell)


def _like_sized(roots: Sequence[str], tell: Callable[[str], None]) -> Members:
    found = [_listed(each, tell) for each in roots]
    return _candidates(_claims(roots, found), found)


def _is_inside(path: str, other: str) -> bool:
    return path != other and path.startswith(f"{other.rstrip('/')}/")


def _listed(root: str, tell: Callable[[str], None]) -> Everything:
    try:
        return list_files(root, tell)
    except OSError as error:
        raise UsageError(f"cannot be listed: {reason(error)}", path=root) from error


def _claims(roots: Sequence[str], found: Sequence[Everything]) -> Claims:
    """Each folder as a place with one nameless distribution that knows no digests."""
    places = tuple(Place(Site(root, each.dev, each.inode), root, 0) for root, each in zip(roots, found, strict=True))
    copies = tuple(Copy(number, number, "", 0) for number in range(len(places)))
    bodies = tuple(Rows(each.paths, each.starts, b"", each.sizes) for each in found)
    unread = tuple(Spared(*each) for one in found for each in one.unread)
    listed = sum(len(each.sizes) for each in found)
    return Claims(places, copies, bodies, array("q"), array("i"), array("q"), listed, 0, unread)


def _candidates(claims: Claims, found: Sequence[Everything]) -> Members:
    """The files whose size another one has."""
    sizes = Counter[int]()
    for each in found:
        sizes.update(each.sizes)
    members = Members(
        claims, array("I"), array("I"), array("Q"), array("q"), array("I"), array("B"), array("i"), array("q"), 0,
        bytearray(), {}, 0, 0,
    )  # fmt: skip
    for copy, each in enumerate(found):
        for row, size in enumerate(each.sizes):
            if sizes[size] > 1:
                members.copies.append(copy)
                members.rows.append(row)
                members.inodes.append(each.inodes[row])
                members.changes.append(each.changes[row])
                members.blocks.append(min(each.blocks[row], 2**32 - 1))
                members.grades.append(0)
                members.numbers.append(ALONE)
    return members


def _number(members: Members, jobs: int, tell: Callable[[str], None]) -> None:
    """One number for those of one size that begin alike; a short file is known by its beginning."""
    tell(f"reading the beginnings of {members.total:,} files")
    chunks = [range(first, min(first + _CHUNK, members.total)) for first in range(0, members.total, _CHUNK)]

    def work(chunk: Sequence[int]) -> bytes:
        return b"".join(
            heads(members.base(part[0]), [members.name(each) for each in part]) for part in _by_root(members, chunk)
        )

    digests = bytearray(32 * members.total)
    results = in_forks(work, chunks, jobs)
    while results:  # the last one first, each freed as soon as it was taken over
        chunk = chunks[len(results) - 1]
        digests[chunk.start * 32 : chunk.stop * 32] = results.pop()
    bodies, copies, rows = members.claims.bodies, members.copies, members.rows
    by_size: dict[int, array[int]] = defaultdict(lambda: array("I"))
    for member in range(members.total):
        by_size[bodies[copies[member]].sizes[rows[member]]].append(member)
    while by_size:
        size, held = by_size.popitem()
        parts = 1 + len(held) // PART_ROWS
        for part in range(parts):
            _number_like_sized(members, [each for each in held if digests[each * 32] % parts == part], size, digests)


def _number_like_sized(members: Members, held: Sequence[int], size: int, digests: bytearray) -> None:
    """One number for those of one size that begin alike, and none for those that are alone in that."""
    seen: dict[bytes, int] = {}
    for member in held:
        digest = bytes(digests[member * 32 : member * 32 + 32])
        if digest == NOTHING:
            continue
        number = seen.get(digest)
        if number is None:
            seen[digest] = ~member
            continue
        if number < 0:
            _take(members, ~number, len(members.sizes), size)
            number = seen[digest] = len(members.sizes)
            members.sizes.append(size)
            members.digests.extend(digest if size <= HEAD else NOTHING)
        _take(members, member, number, size)


def _take(members: Members, member: int, number: int, size: int) -> None:
    members.numbers[member] = number
    members.grades[member] = READ if size <= HEAD else 0


def _by_root(members: Members, chunk: Sequence[int]) -> Iterator[Sequence[int]]:
    first = 0
    for at in range(1, len(chunk) + 1):
        if at == len(chunk) or members.copies[chunk[at]] != members.copies[chunk[first]]:
            yield chunk[first:at]
            first = at
