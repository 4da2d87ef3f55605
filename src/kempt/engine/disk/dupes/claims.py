"""What RECORDs claim, all of them together: equal ones are read once, and equal contents get one number.

A disk has millions of listed files, so nothing here is an object for each of them: there are a few long strings and
columns of numbers.
"""

from __future__ import annotations

import hashlib
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from kempt.engine.disk.dupes.places import Place
from kempt.formats.record_rows import STRIDE, Rows, parse
from kempt.host.reading import reason
from kempt.host.recorded import listings, package_records
from kempt.model.disk import Spared

PART_ROWS = 1 << 17
"""So many rows are compared at a time: a dictionary of all would be larger than all the rest."""
MOST_ROWS = 4_000_000
"""So many are held in memory, in about 200 bytes each; beyond, RECORDs are gone through several times, in parts."""
ALONE = -1


class Copy(NamedTuple):
    """A distribution in a place: which body its RECORD has, and up to when (ns) its files count as untouched."""

    place: int
    body: int
    name: str
    until_ns: int


class Claims(NamedTuple):
    """All RECORDs.

    `bodies` are the distinct ones; `bases` says where the rows of each begin in `numbers`, which has the number of the
    content for each row, ALONE for one that no other row has. `sizes` is by number. `listed` and `outside` are without
    the cache that is compared against.
    """

    places: tuple[Place, ...]
    copies: tuple[Copy, ...]
    bodies: tuple[Rows, ...]
    bases: array[int]
    numbers: array[int]
    sizes: array[int]
    listed: int
    outside: int
    unread: tuple[Spared, ...]

    def numbers_of(self, body: int) -> array[int]:
        """The numbers of the rows of a body."""
        return self.numbers[self.bases[body] : self.bases[body + 1]]


class TooManyError(Exception):
    """There are more rows than are to be held in memory at a time."""


def read(places: Iterable[Place], tell: Callable[[str], None], part: int = 0, parts: int = 1) -> Claims:
    """Read the RECORDs of these places, and number the contents that occur more than once.

    Of several `parts`, only the rows of one are taken. Raises TooManyError for more than `MOST_ROWS`.
    """
    places = tuple(places)
    reading = _Reading(part, parts)
    for number, place in enumerate(places):
        tell(f"reading RECORDs in {place.environment}")
        reading.add(number, place)
    bodies = tuple(reading.bodies)
    copied = [0] * len(bodies)
    for each in reading.copies:
        copied[each.body] += 1
    bases = array("q", [0])
    for body in bodies:
        bases.append(bases[-1] + len(body.sizes))
    numbers, sizes = _number(bodies, copied, bases)
    own = [each for each in reading.copies if not places[each.place].cached]
    listed = sum(len(bodies[each.body].sizes) for each in own)
    outside = sum(bodies[each.body].outside for each in own)
    return Claims(
        places, tuple(reading.copies), bodies, bases, numbers, sizes, listed, outside, tuple(reading.unread)
    )  # fmt: skip


class _Reading:
    """What was read until now."""

    def __init__(self, part: int, parts: int) -> None:
        self._part, self._parts, self._rows = part, parts, 0
        self.copies: list[Copy] = []
        self.bodies: list[Rows] = []
        self.unread: list[Spared] = []
        self._known: dict[tuple[bytes, int], int] = {}
        self._covered: set[str] = set()  # folders of RECORDs that a package of conda lists, with all that they list

    def add(self, number: int, place: Place) -> None:
        """Read the RECORDs of one place."""
        path = place.site.path
        try:
            for name, content, until, why in package_records(place.site) if place.conda else listings(place.site):
                if why:
                    self.unread.append(Spared(f"{path}/{name}" if place.conda else f"{path}/{name}/RECORD", why))
                elif place.conda:
                    self._add_package(number, name, content, until, path)
                elif f"{path}/{name}" not in self._covered:
                    body = self._body(content, place.depth)
                    self.copies.append(Copy(number, body, name.removesuffix(".dist-info").replace("-", " ", 1), until))
        except OSError as error:
            self.unread.append(Spared(path, reason(error)))

    def _add_package(self, number: int, name: str, content: bytes, until_ns: int, path: str) -> None:
        """A package of conda. One that knows no digests adds nothing: RECORDs in it may."""
        from kempt.formats.conda_rows import parse as parse_package

        package = parse_package(content)
        if package is None:
            return
        self._covered.update(f"{path}/{each.rpartition('/')[0]}" for each in package.records)
        rows = package.rows
        key = self._key(b"".join((rows.paths, rows.digests, rows.sizes)), 0)
        body = self._known[key] if key in self._known else self._take(key, rows)
        title = name.rpartition("/")[2].removesuffix(".json").rpartition("-")[0]  # without the build
        self.copies.append(Copy(number, body, " ".join(title.rsplit("-", 1)), until_ns))

    def _body(self, content: bytes, depth: int) -> int:
        key = self._key(content, depth)
        return self._known[key] if key in self._known else self._take(key, parse(content, depth))

    @staticmethod
    def _key(content: bytes, depth: int) -> tuple[bytes, int]:
        return hashlib.blake2b(content, digest_size=16).digest(), depth

    def _take(self, key: tuple[bytes, int], rows: Rows) -> int:
        """A body that was not met before."""
        self._known[key] = len(self.bodies)
        self.bodies.append(rows if self._parts == 1 else rows.part(self._part, self._parts))
        self._rows += len(self.bodies[-1].sizes)
        if self._rows > MOST_ROWS:
            raise TooManyError
        return self._known[key]


def _number(bodies: tuple[Rows, ...], copied: list[int], bases: array[int]) -> tuple[array[int], array[int]]:
    """A number for each content that more than one listed file has, and the sizes by number."""
    numbers = array("i", [ALONE]) * bases[-1]
    sizes = array("q")
    if bases[-1] <= PART_ROWS:
        numbering = _Numbering(bodies, bases, numbers, sizes)
        for number, (body, many) in enumerate(zip(bodies, copied, strict=True)):
            numbering.add(number, 0, len(body.sizes), many=many > 1)
        return numbers, sizes
    for rows in _parts(bodies, bases):
        numbering = _Numbering(bodies, bases, numbers, sizes)
        for number, row in zip(rows[::2], rows[1::2], strict=True):
            numbering.add(number, row, row + 1, many=copied[number] > 1)
    return numbers, sizes


def _parts(bodies: tuple[Rows, ...], bases: array[int]) -> Iterator[array[int]]:
    """The rows by the beginning of their digests: equal digests are in one part. Body and row, in turn."""
    bits = min(max((bases[-1] // PART_ROWS).bit_length(), 1), 16)
    shift = 16 - bits
    parts = [array("I") for _ in range(1 << bits)]
    for number, body in enumerate(bodies):
        digests = body.digests
        for row, (one, two) in enumerate(zip(digests[::STRIDE], digests[1::STRIDE], strict=True)):
            parts[(one << 8 | two) >> shift].extend((number, row))
    while parts:
        yield parts.pop()


class _Numbering:
    """Contents by digest. Of one that was met once, it is kept where, as a number below 0."""

    def __init__(self, bodies: tuple[Rows, ...], bases: array[int], numbers: array[int], sizes: array[int]) -> None:
        self._bodies, self._bases, self._numbers, self._sizes = bodies, bases, numbers, sizes
        self._seen: dict[bytes, int] = {}

    def add(self, number_of_body: int, first: int, end: int, *, many: bool) -> None:
        """Some rows of a body; `many` places have it. Two sizes for one digest are two contents: one is a lie."""
        body, base = self._bodies[number_of_body], self._bases[number_of_body]
        seen, numbers, sizes = self._seen, self._numbers, self._sizes
        digests, listed = body.digests, body.sizes
        for row in range(first, end):
            key, size, at = digests[row * STRIDE : row * STRIDE + 32], listed[row], base + row
            number = seen.get(key)
            if number is not None and (sizes[number] if number >= 0 else self._listed(~number)) != size:
                key += size.to_bytes(8, "little")
                number = seen.get(key)
            if number is None:
                if many:
                    seen[key] = numbers[at] = len(sizes)
                    sizes.append(size)
                else:
                    seen[key] = ~at
            elif number < 0:
                seen[key] = numbers[at] = numbers[~number] = len(sizes)
                sizes.append(size)
            else:
                numbers[at] = number

    def _listed(self, at: int) -> int:
        """The size in a row, by its place among all rows."""
        body = bisect_right(self._bases, at) - 1
        return self._bodies[body].sizes[at - self._bases[body]]
