"""RECORD, the list of a distribution's installed files. Source: the specification "Recording installed projects".

A row is path, hash and size, as CSV. Nobody checks it: rows may be missing, cut, doubled, or point anywhere.
"""

from __future__ import annotations

from binascii import Error, a2b_base64
from collections.abc import Iterable
from typing import NamedTuple

LIMIT = 64 * 1024**2
MOST_ROWS = 1_000_000
_PREFIX = "sha256="
_LENGTH = 43  # of 32 bytes in base64 without padding
_COLUMNS = 3
_STANDARD = str.maketrans("-_", "+/")


class Record(NamedTuple):
    """The rows by path, as written: `hash` ("sha256=..." or empty) and size. `faults` says what is wrong with the list.

    Paths are relative to the folder that holds the dist-info, or absolute; bytes that are no UTF-8 are surrogates.
    """

    rows: dict[str, tuple[str, str]]
    faults: tuple[str, ...] = ()


def parse(content: bytes) -> Record:
    """The rows; those that are no rows are left out and told of. Of two rows for one path, the first counts."""
    if not content.strip():
        return Record({}, ("it is empty",))
    if b"\0" in content:
        return Record({}, ("it holds NUL bytes",))
    text = content.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
    faults: list[str] = []
    rows: dict[str, tuple[str, str]] = {}
    for number, cells in enumerate(_quoted(text) if '"' in text else _plain(text), 1):
        if number > MOST_ROWS:
            faults.append(f"it has more than {MOST_ROWS:,} rows")
            break
        if len(cells) != _COLUMNS or not cells[0]:
            faults.append(f"row {number} is no row of three columns")
        elif cells[0] not in rows:
            rows[cells[0]] = (cells[1], cells[2])
        elif rows[cells[0]] != (cells[1], cells[2]):
            faults.append(f"row {number} contradicts an earlier row")
    return Record(rows, tuple(faults))


def sha256_of(hashes: Iterable[str]) -> list[str]:
    """The SHA-256 of each hash as hexadecimal digits, empty where it is another hash or none.

    All are decoded in one go: one row at a time, this would cost as much as all the rest of reading a RECORD.
    """
    listed = [each[7:] if each.startswith(_PREFIX) and len(each) == _LENGTH + 7 else "" for each in hashes]
    known = [each for each in listed if each]
    try:  # a digit more makes each hash a whole number of bytes, 33 of them
        digits = a2b_base64(("A".join(known) + "A").translate(_STANDARD), strict_mode=True).hex() if known else ""
    except (Error, ValueError):
        return [_one(each) for each in listed]
    found = (digits[at : at + 64] for at in range(0, len(digits), 66))
    return [next(found) if each else "" for each in listed]


def _one(text: str) -> str:
    try:
        return a2b_base64((text + "=").translate(_STANDARD), strict_mode=True).hex() if text else ""
    except (Error, ValueError):
        return ""


def _plain(text: str) -> Iterable[list[str]]:
    """Rows of a file in which nothing is quoted; a path may hold a comma all the same, hash and size never do."""
    lines = text.replace("\r\n", "\n").split("\n")
    return [line.rsplit(",", 2) for line in lines if line]


def _quoted(text: str) -> Iterable[list[str]]:
    from csv import Error as CsvError
    from csv import reader
    from io import StringIO

    try:
        return [row for row in reader(StringIO(text, newline=""), strict=True) if row]
    except CsvError:
        return [[]]
