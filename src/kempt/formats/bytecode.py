"""Bytecode files: the sixteen bytes in front of the code, and what their names say.

Source: PEP 552 and `importlib`. Python runs a bytecode file in `__pycache__` in place of its source if its magic number
is the interpreter's and its header fits the source: the time and size of it, or its hash, or, where the header says so,
nothing at all.
"""

from __future__ import annotations

import re
from typing import NamedTuple

HEADER = 16
FOLDER = "__pycache__"
_CHECKED, _UNCHECKED = 0b11, 0b01
_NAME = re.compile(r"(?P<stem>.+)\.(?P<tag>(?!opt-)[a-z]+-?\d+[a-z]*)(?:\.opt-(?P<optimized>[a-zA-Z0-9]+))?\.pyc")
_WORD = 4


class Header(NamedTuple):
    """What stands in front of the code. `kind` is "time", "hash" or "unchecked"; empty if Python reads no further."""

    kind: str
    mtime: int
    size: int
    hash: bytes


class Name(NamedTuple):
    """`alpha.cpython-311.opt-1.pyc`: the source's stem, the interpreter's tag, and how far it is optimized."""

    stem: str
    tag: str
    optimized: str


def header(content: bytes) -> Header | None:
    """The header; None where the file is too short for one."""
    if len(content) < HEADER:
        return None
    flags = int.from_bytes(content[_WORD : 2 * _WORD], "little")
    kind = {0: "time", _CHECKED: "hash", _UNCHECKED: "unchecked"}.get(flags, "")
    mtime = int.from_bytes(content[2 * _WORD : 3 * _WORD], "little")
    size = int.from_bytes(content[3 * _WORD : HEADER], "little")
    return Header(kind, mtime, size, content[2 * _WORD : HEADER])


def stamp(mtime_ns: int) -> int:
    """A time of last change, in nanoseconds since the epoch, as a header holds it: whole seconds, in 32 bits."""
    return mtime_ns // 10**9 & 0xFFFFFFFF


def with_stamp(beginning: bytes, mtime_ns: int) -> bytes:
    """The first bytes of a file, made for a source with another time of last change."""
    at = 2 * _WORD
    return beginning[:at] + stamp(mtime_ns).to_bytes(_WORD, "little") + beginning[at + _WORD :]


def name(file_name: str) -> Name | None:
    """What the name of a file in `__pycache__` says; None for one that Python does not look for."""
    match = _NAME.fullmatch(file_name)
    return match and Name(match["stem"], match["tag"], match["optimized"] or "")
