"""What was read at earlier runs, one file of the cache for each place: inode and ctime of a file, and its SHA-256.

Every change of a file, its name or its times moves its ctime, which nobody sets without setting the clock; the size was
looked at before. A file that was changed a moment before it was read can change again in the same tick, so it is not
written down.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable
from typing import NamedTuple

from kempt.engine.disk.dupes.members import Members
from kempt.errors import KemptError, UnreadableError
from kempt.host.state import environment_key, read_cache, write_cache

FOLDER = "contents"
MAGIC = b"kempt-contents 1\n"
SLACK_NS = 2_000_000_000
_LIMIT = 1024**3
_CHECK, _DIGEST, _ENTRY = 16, 32, 48
_READ = 2
_MOST_OLD = 200_000


class Entries(NamedTuple):
    """Columns: inodes, ctimes in nanoseconds, and digests of 32 bytes each."""

    inodes: array[int]
    changes: array[int]
    digests: bytes | bytearray


def known(members: Members) -> tuple[bytearray, dict[int, bytes]]:
    """Which members were read earlier and not changed since: 1 for each that was.

    Also what those of them do hold that do not hold what they are taken to hold.
    """
    found, others = bytearray(members.total), dict[int, bytes]()
    for place, first, end in _runs(members):
        entries = load(members.claims.places[place].site.path)
        at = {inode: number for number, inode in enumerate(entries.inodes)}
        for member in range(first, end):
            number = at.get(members.inodes[member])
            if number is not None and entries.changes[number] == members.changes[member]:
                digest = bytes(entries.digests[number * _DIGEST : (number + 1) * _DIGEST])
                found[member] = 1
                if digest != members.digest(member):
                    others[member] = digest
    return found, others


def save(members: Members, began_ns: int) -> None:
    """Write down what was read. A place of which nothing new was read stays as it is."""
    for place, first, end in _runs(members):
        run = range(first, end)
        if any(members.grades[member] == _READ for member in run):
            path = members.claims.places[place].site.path
            _write(path, _merged(load(path), members, run, began_ns - SLACK_NS))


def load(path: str) -> Entries:
    """The entries of a place; none where nothing was written down, or what was is damaged."""
    try:
        content = read_cache(FOLDER, _name(path), _LIMIT) or b""
    except (KemptError, UnreadableError):
        content = b""
    head, body = content[: len(MAGIC) + _CHECK], content[len(MAGIC) + _CHECK :]
    inodes, changes = array("Q"), array("q")
    if head != MAGIC + _checksum(path, body) or len(body) % _ENTRY:
        return Entries(inodes, changes, b"")
    count = len(body) // _ENTRY
    inodes.frombytes(body[: count * 8])
    changes.frombytes(body[count * 8 : count * 16])
    return Entries(inodes, changes, body[count * 16 :])


def _merged(old: Entries, members: Members, run: Iterable[int], before_ns: int) -> Entries:
    """The members that were read, and of the old entries those of other files, as long as they are not too many."""
    inodes, changes, digests = array("Q"), array("q"), bytearray()
    for member in run:
        if members.grades[member] >= _READ and members.numbers[member] >= 0 and members.changes[member] < before_ns:
            inodes.append(members.inodes[member])
            changes.append(members.changes[member])
            digests += members.digest(member)
    present = {members.inodes[member] for member in run} if old.inodes else set()
    kept = [at for at, inode in enumerate(old.inodes) if inode not in present]
    if len(kept) <= _MOST_OLD + len(inodes):
        for at in kept:
            inodes.append(old.inodes[at])
            changes.append(old.changes[at])
            digests += old.digests[at * _DIGEST : (at + 1) * _DIGEST]
    return Entries(inodes, changes, digests)


def _write(path: str, entries: Entries) -> None:
    head = MAGIC + _checksum(path, *entries)
    write_cache(FOLDER, _name(path), b"".join((head, *entries)))


def _checksum(path: str, *parts: bytes | bytearray | array[int]) -> bytes:
    """Of the parts one after the other, which may be long; an index of another place does not fit."""
    name = path.encode("utf-8", "surrogateescape")
    summing = hashlib.blake2b(digest_size=_CHECK, key=hashlib.sha256(name).digest())
    for part in parts:
        summing.update(part)
    return summing.digest()


def _name(path: str) -> str:
    return f"{environment_key(path)}.contents"


def _runs(members: Members) -> Iterable[tuple[int, int, int]]:
    """The members of one place after the other: its number, the first one, and the one after the last."""
    first = 0
    places = [each.place for each in members.claims.copies]
    for member in range(1, members.total + 1):
        place = places[members.copies[first]]
        if member == members.total or places[members.copies[member]] != place:
            yield place, first, member
            first = member
