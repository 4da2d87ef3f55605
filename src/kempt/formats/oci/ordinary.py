"""Ordinary files in a tar, one after the other: nine of ten headers of a layer, read with no more steps than they need.

What is anything else in any way (another kind, a prefix, a long name, a size in base 256) is left to `tar.py`, which
knows all of it. This is a shorter way to the same entries and to the same faults, half as long.
"""

from __future__ import annotations

from struct import Struct
from zlib import adler32

from kempt.formats.oci.names import normal
from kempt.model.image import FILE, Entry

BLOCK = 512
_NAME = 100
_HEADER = Struct("124x11sc12x6s2sc188xc166x")  # size and its end, checksum and its end, type, first byte of the prefix
_SUM_AT, _SUM_END = 148, 156
_SUM_OF_BLANKS = 8 * 32
_HALF = 0xFFFF
_SLASH = ord("/")


def ordinary_files(data: bytes, at: int, entries: list[Entry]) -> int:
    """Add those whose headers stand at a place of `data`, up to one that is another; where that begins.

    It may begin behind the end of `data`: the content of the last file goes on there.
    """
    unpack, find, add, make = _HEADER.unpack_from, data.find, entries.append, tuple.__new__
    last = len(data) - BLOCK
    try:
        while at <= last:
            size, size_end, check, check_end, kind, prefix = unpack(data, at)
            if kind != b"0" or prefix != b"\0" or check_end != b"\0 " or size_end not in b"\0 ":
                break
            # The low half of adler32 is the sum of the bytes plus one: the checksum at C's speed.
            total = adler32(data[at + _SUM_END : at + BLOCK], adler32(data[at : at + _SUM_AT]))
            length, end = int(size, 8), find(b"\0", at, at + _NAME)
            if (
                (total & _HALF) - 1 + _SUM_OF_BLANKS != int(check, 8)
                or length < 0
                or end <= at
                or data[end - 1] == _SLASH
            ):
                break
            path = data[at:end].decode("utf-8", "surrogateescape")
            add(make(Entry, (FILE, length, normal(path), "")))
            at += BLOCK + length + -length % BLOCK
    except ValueError:  # no number: another way to write one, or a damaged header
        pass
    return at
