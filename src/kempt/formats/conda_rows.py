"""The files of a conda package whose content it claims to know: a `conda-meta/*.json`, in the columns of a RECORD.

Source: conda's documentation of prefix records (`PrefixRecord`, `PathsData`): `paths_data.paths` has `_path`, relative
to the environment, `path_type`, `sha256`, `size_in_bytes`, and `sha256_in_prefix` where the environment's own path was
written into the file.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from itertools import accumulate
from typing import Any, NamedTuple

from kempt.formats.record_rows import LARGEST, Rows, is_inside

_DIGITS = 64  # of SHA-256, hexadecimal
_RECORD = ".dist-info/RECORD"


class Package(NamedTuple):
    """The rows, and the RECORDs among the package's files: what those list is listed here too, so they add nothing."""

    rows: Rows
    records: tuple[str, ...]


def parse(content: bytes) -> Package | None:
    """The files of a package; None for what is no record of one, or knows no digests.

    Links, bytecode, empty files and those that hold the path of their environment are left out: the size of the last is
    not known, and no other environment has the same.
    """
    import json

    try:
        listed = json.loads(content)["paths_data"]["paths"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    rows: dict[bytes, tuple[bytes, int]] = {}
    outside: set[bytes] = set()
    for path, digest, size in _listed(listed if isinstance(listed, list) else []):
        if is_inside(path, 0):
            rows.setdefault(path, (digest, size))
        else:
            outside.add(path)
    if not rows and not outside:
        return None
    starts = array("I", accumulate([len(path) + 1 for path in rows], initial=0))
    digests = b"".join([digest + b"\0" for digest, _ in rows.values()])
    sizes = array("q", [size for _, size in rows.values()])
    records = tuple(path.decode("utf-8", "surrogateescape") for path in rows if path.endswith(_RECORD.encode()))
    return Package(Rows(b"\0".join(rows), starts, digests, sizes, len(outside)), records)


def _listed(paths: list[Any]) -> Iterator[tuple[bytes, bytes, int]]:
    """Path, SHA-256 and size of each regular file that is as the package has it."""
    for row in paths:
        if not isinstance(row, dict) or row.get("path_type", "hardlink") != "hardlink":
            continue
        path, digest, size = row.get("_path"), row.get("sha256"), row.get("size_in_bytes")
        if not isinstance(path, str) or not isinstance(digest, str) or type(size) is not int:
            continue
        is_own = row.get("sha256_in_prefix") or (digest if not row.get("prefix_placeholder") else "")
        known = _bytes(digest)
        if known and is_own == digest and 0 < size < LARGEST and path and "\0" not in path and path[-4:] != ".pyc":
            yield path.encode("utf-8", "surrogatepass"), known, size


def _bytes(digest: str) -> bytes:
    """A SHA-256 by its digits; empty for what is none."""
    try:
        return bytes.fromhex(digest) if len(digest) == _DIGITS else b""
    except ValueError:
        return b""
