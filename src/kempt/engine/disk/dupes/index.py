"""What was read at earlier runs, one file of the cache for each place: inode and ctime of a file, and its SHA-256.

The files stand in the order in which they are found, so that a run after which nothing has changed compares columns.
Every change of a file, its name or its times moves its ctime, which nobody sets without setting the clock; the size was
looked at before. A file that was changed a moment before it was read can change again in the same tick, so it is not
written down.
"""

from __future__ import annotations

import hashlib
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import compress, groupby
from operator import eq
from typing import NamedTuple

from kempt.engine.disk.dupes.members import Members
from kempt.errors import KemptError, UnreadableError
from kempt.host.everything import NOTHING
from kempt.host.state import environment_key, read_cache, write_cache

FOLDER = "contents"
MAGIC = b"kempt-contents 2\n"
SLACK_NS = 2_000_000_000
_LIMIT = 1024**3
_CHECK, _DIGEST, _ENTRY = 16, 32, 48
_HEAD = len(MAGIC) + _CHECK
_READ = 2
_MOST_OLD = 200_000
_AT_ONCE = 4096
_UNREAD = -1
"""Instead of the ctime of a file that was found, but not read."""


class Entries(NamedTuple):
    """Columns: inodes, ctimes in nanoseconds, and digests of 32 bytes each."""

    inodes: array[int]
    changes: array[int]
    digests: bytes | memoryview


def known(members: Members) -> tuple[bytearray, dict[int, bytes]]:
    """Which members were read earlier and not changed since: 1 for each that was.

    Also what those of them do hold that do not hold what they are taken to hold.
    """
    found, others = bytearray(members.total), dict[int, bytes]()
    for place, first, end in _runs(members):
        entries = load(members.claims.places[place].site.path)
        for begin, some in _in_order(entries, members.inodes[first:end]):
            run = range(first + begin, first + begin + len(some.inodes))
            is_known = bytes(map(eq, some.changes, members.changes[run.start : run.stop]))
            found[run.start : run.stop] = is_known
            digests, expected = bytes(some.digests), members.digests_of(run)
            for at in compress(range(len(run)), is_known) if digests != expected else ():
                digest = digests[at * _DIGEST : (at + 1) * _DIGEST]
                if digest != expected[at * _DIGEST : (at + 1) * _DIGEST]:
                    others[run[at]] = digest
    return found, others


def _in_order(entries: Entries, inodes: array[int]) -> Iterator[tuple[int, Entries]]:
    """The entries of these inodes, some at a time, and where these begin; nearly always, they stand in this order."""
    many = len(inodes) if entries.inodes else 0
    is_in_order = entries.inodes[:many] == inodes
    read = () if is_in_order else compress(range(len(entries.inodes)), map(_UNREAD.__lt__, entries.changes))
    places = {entries.inodes[at]: at for at in read}
    for first in range(0, many, _AT_ONCE):
        end = min(first + _AT_ONCE, many)
        some = inodes[first:end]
        if is_in_order:
            yield first, Entries(some, entries.changes[first:end], entries.digests[first * _DIGEST : end * _DIGEST])
            continue
        order = [places.get(inode, _UNREAD) for inode in some]
        changes = array("q", [_UNREAD if at < 0 else entries.changes[at] for at in order])
        digests = [NOTHING if at < 0 else entries.digests[at * _DIGEST : (at + 1) * _DIGEST] for at in order]
        yield first, Entries(some, changes, b"".join(digests))


def save(members: Members, began_ns: int) -> None:
    """Write down what was read. A place of which nothing new was read stays as it is."""
    for place, first, end in _runs(members):
        if _READ in members.grades[first:end]:
            path = members.claims.places[place].site.path
            content = _merged(load(path), members, range(first, end), began_ns - SLACK_NS)
            content[:_HEAD] = MAGIC + _checksum(path, memoryview(content)[_HEAD:])
            write_cache(FOLDER, _name(path), content)


def load(path: str) -> Entries:
    """The entries of a place; none where nothing was written down, or what was is damaged."""
    try:
        content = read_cache(FOLDER, _name(path), _LIMIT) or b""
    except (KemptError, UnreadableError):
        content = b""
    view = memoryview(content)
    head, body = bytes(view[:_HEAD]), view[_HEAD:]
    inodes, changes = array("Q"), array("q")
    if head != MAGIC + _checksum(path, body) or len(body) % _ENTRY:
        return Entries(inodes, changes, b"")
    count = len(body) // _ENTRY
    inodes.frombytes(body[: count * 8])
    changes.frombytes(body[count * 8 : count * 16])
    return Entries(inodes, changes, body[count * 16 :])


def _merged(old: Entries, members: Members, run: range, before_ns: int) -> bytearray:
    """All members of a place, and of the old entries those of other files, as long as they are not too many.

    That is the content of a file but for its head: made at its full length, since there may be millions.
    """
    inodes, changes = members.inodes[run.start : run.stop], members.changes[run.start : run.stop]
    for at, member in enumerate(run):
        if members.grades[member] < _READ or members.numbers[member] < 0 or changes[at] >= before_ns:
            changes[at] = _UNREAD
    present = set(inodes) if old.inodes else set()
    kept = [at for at, inode in enumerate(old.inodes) if inode not in present and old.changes[at] >= 0]
    if len(kept) > _MOST_OLD + len(run):
        kept = []
    inodes.extend([old.inodes[at] for at in kept])
    changes.extend([old.changes[at] for at in kept])
    content = bytearray(_HEAD + len(inodes) * _ENTRY)
    at = _HEAD
    for column in (inodes, changes):
        content[at : at + 8 * len(column)] = memoryview(column).cast("B")
        at += 8 * len(column)
    for first in range(0, len(run), _AT_ONCE):
        digests = members.digests_of(run[first : first + _AT_ONCE])
        content[at : at + len(digests)] = digests
        at += len(digests)
    for each in kept:
        content[at : at + _DIGEST] = old.digests[each * _DIGEST : (each + 1) * _DIGEST]
        at += _DIGEST
    return content


def _checksum(path: str, body: memoryview) -> bytes:
    """Of all that follows; an index of another place does not fit."""
    name = path.encode("utf-8", "surrogateescape")
    return hashlib.blake2b(body, digest_size=_CHECK, key=hashlib.sha256(name).digest()).digest()


def _name(path: str) -> str:
    return f"{environment_key(path)}.contents"


def _runs(members: Members) -> Iterable[tuple[int, int, int]]:
    """The members of one place after the other: its number, the first one, and the one after the last."""
    first = 0
    for place, copies in groupby(enumerate(members.claims.copies), key=lambda each: each[1].place):
        end = bisect_right(members.copies, max(copy for copy, _ in copies))  # they stand in the order of their copies
        if end > first:
            yield place, first, end
        first = end
