"""The files of a RECORD whose content it claims to know, in few bytes: a disk has millions of them.

Source: the specification "Recording installed projects". `formats.record` reads the same text row by row; this is for
reading very many RECORDs, and a test holds the two to the same answer.
"""

from __future__ import annotations

from array import array
from binascii import Error, a2b_base64
from collections.abc import Sequence
from itertools import accumulate, compress
from typing import NamedTuple

from kempt.formats import record

STRIDE = 33
"""Bytes from one digest to the next in `Rows.digests`: the 32 of SHA-256, and one of no meaning."""
_MARK = b",sha256="
_HASH = 43  # characters of a SHA-256 in base64 without padding
_STANDARD = bytes.maketrans(b"-_,", b"+/A")
LARGEST = 2**62
_ABSOLUTE = (b"/", b"\\")


class Rows(NamedTuple):
    """The rows with a SHA-256 and a size above 0 that lie inside the environment, bytecode left out.

    `paths` are relative to the folder that holds the dist-info, joined by NUL; `starts` says where each begins, and
    has one entry more than there are paths. `outside` counts the rows that lead out of the environment, or nowhere.
    """

    paths: bytes
    starts: array[int]
    digests: bytes
    sizes: array[int]
    outside: int = 0

    def part(self, part: int, parts: int) -> Rows:
        """The rows whose digests begin like that: each row is in one of so many parts, equal digests in the same."""
        wanted = [first % parts == part for first in self.digests[::STRIDE]]
        digests = [self.digests[at : at + STRIDE] for at in range(0, len(self.digests), STRIDE)]
        names = list(compress(self.names(), wanted))
        starts = array("I", accumulate([len(path) + 1 for path in names], initial=0))
        sizes = array("q", compress(self.sizes, wanted))
        return Rows(b"\0".join(names), starts, b"".join(compress(digests, wanted)), sizes, 0 if part else self.outside)

    def names(self) -> list[bytes]:
        """All paths."""
        return self.paths.split(b"\0") if self.paths else []

    def name(self, row: int) -> bytes:
        """One path."""
        return self.paths[self.starts[row] : self.starts[row + 1] - 1]

    def digest(self, row: int) -> bytes:
        """The SHA-256 of a row."""
        return self.digests[row * STRIDE : row * STRIDE + 32]


def parse(content: bytes, depth: int = 0) -> Rows:
    """The rows of a RECORD in a folder that lies `depth` folders below its environment. Of two rows, one counts.

    Whatever is no row, or has no SHA-256 or no size, is left out.
    """
    if _MARK not in content or b"\0" in content:
        return _packed(_Columns([], [], []), 0)
    content = content.removeprefix(b"\xef\xbb\xbf")
    quick = None if b'"' in content else _split(content)
    rows = _one_by_one(content) if quick is None else quick
    if 0 in rows.sizes:
        rows = _chosen(rows, rows.sizes)
    whole = _joined(rows.paths)
    if b".pyc/" in whole:
        rows = _chosen(rows, [not path.endswith(b".pyc") for path in rows.paths])
        whole = _joined(rows.paths)
    odd = _odd(rows.paths, whole)
    left = {path for path in odd if not is_inside(path, depth)}
    inside = _chosen(rows, [path not in left for path in rows.paths]) if left else rows
    return _packed(inside, len(left))


class _Columns(NamedTuple):
    """Paths, hashes in base64, and sizes."""

    paths: list[bytes]
    hashes: list[bytes]
    sizes: list[int]


def _chosen(rows: _Columns, wanted: Sequence[int]) -> _Columns:
    return _Columns(
        list(compress(rows.paths, wanted)), list(compress(rows.hashes, wanted)), list(compress(rows.sizes, wanted))
    )


def _split(content: bytes) -> _Columns | None:
    """The rows where nothing is unusual, else None: nearly all RECORDs, in a third of the time."""
    parts = (content + b"\n").split(_MARK)
    paths = [part.rpartition(b"\n")[2] for part in parts]
    paths.pop()
    del parts[0]
    hashes = [part[: _HASH + 1] for part in parts]
    sizes = [part[_HASH + 1 : part.find(b"\n")] for part in parts]
    digits = b"".join(sizes).replace(b"\r", b"").isdigit()
    if not digits or b"" in paths or len(set(paths)) != len(paths) or {each[_HASH:] for each in hashes} != {b","}:
        return None
    try:
        return _Columns(paths, hashes, list(map(int, sizes)))
    except ValueError:
        return None


def _one_by_one(content: bytes) -> _Columns:
    rows = _Columns([], [], [])
    for path, (digest, size) in record.parse(content).rows.items():
        if record.sha256_of([digest])[0] and size.isascii() and size.isdigit():
            rows.paths.append(path.encode("utf-8", "surrogateescape"))
            rows.hashes.append(digest[len(_MARK) - 1 :].encode() + b",")
            rows.sizes.append(int(size))
    return rows


def _joined(paths: list[bytes]) -> bytes:
    """All paths, with a slash before and after each: to be searched all at once for what nearly none has."""
    return b"/".join((b"", *paths, b""))


def _odd(paths: list[bytes], whole: bytes) -> list[bytes]:
    """The paths that may lead elsewhere, or to no file: absolute ones, and those with empty parts, dots, or drives."""
    if not _is_odd(whole):
        return []
    others = _joined([path for path in paths if path[:1] != b"."])
    return paths if _is_odd(others) else [path for path in paths if path[:1] == b"."]


def _is_odd(whole: bytes) -> bool:
    return b":" in whole or b"\\" in whole or b"//" in whole or b"./" in whole


def is_inside(path: bytes, depth: int) -> bool:
    """Whether a path stays in the environment and names a file. Scripts lie above site-packages: `../../../bin/x`."""
    if path[:1] in _ABSOLUTE or path[1:2] == b":":
        return False
    parts = path.split(b"/")
    above = 0
    while above < len(parts) and parts[above] == b"..":
        above += 1
    return above <= depth and not {b"..", b".", b""} & set(parts[above:]) and above < len(parts)


def _packed(rows: _Columns, outside: int) -> Rows:
    if max(rows.sizes, default=0) >= LARGEST:
        rows = _chosen(rows, [size < LARGEST for size in rows.sizes])
    starts = array("I", accumulate([len(path) + 1 for path in rows.paths], initial=0))
    known = b"".join(rows.hashes).translate(_STANDARD)  # the comma becomes a digit: each is a whole number of bytes
    try:
        digests = a2b_base64(known, strict_mode=True)
    except (Error, ValueError):
        wanted = [bool(record.sha256_of(["sha256=" + each[:-1].decode("latin-1")])[0]) for each in rows.hashes]
        return _packed(_chosen(rows, wanted), outside)
    return Rows(b"\0".join(rows.paths), starts, digests, array("q", rows.sizes), outside)
