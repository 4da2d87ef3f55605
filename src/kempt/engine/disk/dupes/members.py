"""The files that may be duplicates, as columns of numbers: what was there of them, and what they hold."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from kempt.engine.disk.dupes.claims import Claims, Copy
from kempt.formats.record_rows import STRIDE
from kempt.host.everything import NOTHING
from kempt.host.forks import in_forks
from kempt.host.recorded import COLUMNS, Seen, Wanted, look

_CHUNK = 32  # distributions of one place that are looked at in one go


class Members(NamedTuple):
    """One entry in each column for each name of a file; `total` of them.

    `copies` and `rows` lead to the path, `numbers` is the number of the content; `grades` is 0 for claimed, 1 for
    untouched, 2 for verified by reading, 3 for verified by the index. `digests` has the SHA-256 of the contents
    that are not what a RECORD says, 32 bytes for each number from `first` on; `moved` has the numbers of some of them.
    """

    claims: Claims
    copies: array[int]
    rows: array[int]
    inodes: array[int]
    changes: array[int]
    blocks: array[int]
    grades: array[int]
    numbers: array[int]
    sizes: array[int]
    first: int
    digests: bytearray
    moved: dict[bytes, int]
    missing: int
    differing: int

    @property
    def total(self) -> int:
        """How many there are."""
        return len(self.rows)

    def copy(self, member: int) -> Copy:
        """The distribution that a file belongs to."""
        return self.claims.copies[self.copies[member]]

    def name(self, member: int) -> bytes:
        """The path of a file below the folder of its place."""
        claims = self.claims
        return claims.bodies[claims.copies[self.copies[member]].body].name(self.rows[member])

    def path(self, member: int) -> str:
        """The whole path of a file, without `..` in it."""
        name = self.name(member)
        return self.base(member) + name[3 * _above(name) :].decode("utf-8", "surrogateescape")

    def base(self, member: int) -> str:
        """The folder that a file's path without `..` begins at, with `/` at its end."""
        site = self.claims.places[self.copy(member).place].site.path.rstrip("/")
        above = _above(self.name(member))
        return f"{site.rsplit('/', above)[0] if above else site}/"

    def dev(self, member: int) -> int:
        """The file system that a file lies on."""
        return self.claims.places[self.copy(member).place].site.dev

    def digest(self, member: int) -> bytes:
        """The SHA-256 of what a file holds; empty where it was not read yet, and no RECORD says it."""
        own = self.numbers[member] - self.first
        if own < 0:
            return self.claims.bodies[self.copy(member).body].digest(self.rows[member])
        digest = bytes(self.digests[own * 32 : own * 32 + 32])
        return b"" if digest == NOTHING else digest

    def digests_of(self, some: range) -> bytes:
        """The SHA-256 of some members one after the other, as `digest` gives them; NOTHING where it is not known."""
        if self.digests:
            return b"".join([self.digest(member) or NOTHING for member in some])
        bodies = [self.claims.bodies[copy.body].digests for copy in self.claims.copies]
        places = zip(self.copies[some.start : some.stop], self.rows[some.start : some.stop], strict=True)
        return b"".join([bodies[copy][STRIDE * row : STRIDE * row + 32] for copy, row in places])


def members_of(claims: Claims, jobs: int) -> Members:
    """One stat for each listed file that others are like, on up to `jobs` processors."""
    chunks = list(_chunks(claims))

    def seen(chunk: tuple[int, list[int]]) -> list[Seen]:
        place, copies = chunk
        return look(claims.places[place].site, [_wanted(claims, copy) for copy in copies])

    found = _Columns()
    for (_, copies), results in zip(chunks, in_forks(seen, chunks, jobs), strict=True):
        for copy, result in zip(copies, results, strict=True):
            found.add(copy, result, claims)
    return found.members(claims)


def _above(name: bytes) -> int:
    """How many folders above its place a path begins."""
    above = 0
    while name.startswith(b"../", 3 * above):
        above += 1
    return above


def _wanted(claims: Claims, copy: int) -> Wanted:
    each = claims.copies[copy]
    body = claims.bodies[each.body]
    return body.paths, body.sizes, claims.numbers_of(each.body), each.until_ns


def _chunks(claims: Claims) -> Iterator[tuple[int, list[int]]]:
    """A few distributions of one place each, those left out of which no file is like another."""
    waiting: dict[int, list[int]] = defaultdict(list)
    for number, copy in enumerate(claims.copies):
        if max(claims.numbers_of(copy.body), default=-1) >= 0:
            waiting[copy.place].append(number)
    for place, copies in waiting.items():
        for first in range(0, len(copies), _CHUNK):
            yield place, copies[first : first + _CHUNK]


class _Columns:
    """The columns, one distribution after the other."""

    def __init__(self) -> None:
        self._seen = [array(code) for code in COLUMNS]
        self._copies = array("I")
        self._numbers = array("i")
        self._missing = self._differing = 0

    def add(self, copy: int, seen: Seen, claims: Claims) -> None:
        """What was seen of one distribution."""
        columns, missing, differing = seen
        self._missing += missing
        self._differing += differing
        for column, content in zip(self._seen, columns, strict=True):
            column.frombytes(content)
        numbers = claims.numbers_of(claims.copies[copy].body)
        first = len(self._numbers)
        self._numbers.extend(map(numbers.__getitem__, self._seen[0][first:]))
        self._copies.extend(array("I", [copy]) * (len(self._numbers) - first))

    def members(self, claims: Claims) -> Members:
        """All of them."""
        rows, inodes, changes, blocks, grades = self._seen
        return Members(
            claims, self._copies, rows, inodes, changes, blocks, grades, self._numbers, claims.sizes,
            len(claims.sizes), bytearray(), {},
            self._missing, self._differing,
        )  # fmt: skip
