"""Where a bytecode file says which source it was compiled from: found, and put differently, without running anything.

Every code object of a file names its source. The compiler gives all of them one string, which `marshal` writes once and
refers to afterwards, so that it can be put differently in one place and nothing else changes. A file where that is not
so is left alone: a second name, or a constant that refers to the first. Nothing is made of what is read, so a hostile
file can do nothing.

Source: CPython's Python/marshal.c, format versions 4 and 5, and its magic numbers (Include/internal). `importlib` puts
the source's real path into every code object that it loads, whatever stands in the file (`_fix_co_filename`).
"""

from __future__ import annotations

from typing import NamedTuple

from kempt.formats.bytecode import HEADER

_REFERABLE = 0x80
_VALUE, _NAME, _NUMBER = range(3)
_CODE = ord("c")
_REFERENCE = ord("r")
_FIXED = {**dict.fromkeys(b"NFTS.", 0), ord("i"): 4, ord("g"): 8, ord("y"): 16}
_SHORT = frozenset(b"zZ")
_LONG = frozenset(b"aAuts")
_TEXT = frozenset(b"zZaAut")
_INTERNED = frozenset(b"ZAt")
_COUNTED = frozenset(b"(<>")
_FEW, _SLICE, _DIGITS = ord(")"), ord(":"), ord("l")
_OF_SLICE = 3
_BYTES_OF_DIGIT = 2
_SHORTEST_LONG = 256


class _Layout(NamedTuple):
    """What a code object is made of: so many bytes of counts, and then these, the last one first."""

    counts: int
    fields: tuple[int, ...]


_OLD = _Layout(24, (_VALUE, _NUMBER, _VALUE, _NAME, *[_VALUE] * 6))
_NEW = _Layout(20, (_VALUE, _VALUE, _NUMBER, _VALUE, _VALUE, _NAME, *[_VALUE] * 5))
_LAYOUTS = ((range(3400, 3450), _OLD), (range(3450, 3650), _NEW))  # 3.8 to 3.10; 3.11 to 3.14


class Spot(NamedTuple):
    """Where in a file the source's name stands, and how it stands there: its kind, its length, its text."""

    at: int
    token: bytes


class _MalformedError(ValueError):
    """It is cut short, refers to what is not there, or holds what no code object holds."""


def is_known(content: bytes) -> bool:
    """Whether it begins as the bytecode of a Python whose code objects are known here: 3.8 to 3.14."""
    return _layout(content) is not None


def find(content: bytes) -> Spot | None:
    """Where a bytecode file names its source; None where it does not do so in exactly one place."""
    layout = _layout(content)
    if layout is None:
        return None
    try:
        scan = _Scan(content, layout)
        scan.read()
    except (_MalformedError, IndexError):
        return None
    return scan.spot


def token(name: str, like: bytes) -> bytes:
    """A name as `marshal` writes it, referable and interned if the one that it takes the place of is."""
    kind, raw = like[0], name.encode("utf-8", "surrogatepass")
    interned = kind & ~_REFERABLE in _INTERNED
    if not name.isascii():
        letter = b"t" if interned else b"u"
    elif len(raw) < _SHORTEST_LONG:
        letter = b"Z" if interned else b"z"
    else:
        letter = b"A" if interned else b"a"
    length = len(raw).to_bytes(1 if letter in b"zZ" else 4, "little")
    return bytes([letter[0] | kind & _REFERABLE]) + length + raw


def with_token(content: bytes, at: int, before: bytes, after: bytes) -> bytes | None:
    """The file with another name of its source; None where the name that is expected does not stand there."""
    if content[at : at + len(before)] != before:
        return None
    return content[:at] + after + content[at + len(before) :]


def _layout(content: bytes) -> _Layout | None:
    if content[2:4] != b"\r\n":
        return None
    number = int.from_bytes(content[:2], "little")
    return next((layout for numbers, layout in _LAYOUTS if number in numbers), None)


class _Scan:
    """The state of a walk over everything that a file holds, value by value; `spot` is what it found."""

    def __init__(self, content: bytes, layout: _Layout) -> None:
        self.spot: Spot | None = None
        self._content, self._layout = content, layout
        self._at, self._seen, self._place = HEADER, 0, -1
        self._todo = [_VALUE]

    def read(self) -> None:
        """Walk to the end. Raises _MalformedError or IndexError where it is no code object, or names two sources."""
        content, todo = self._content, self._todo
        if content[HEADER] & ~_REFERABLE != _CODE:
            raise _MalformedError
        while todo:
            want = todo.pop()
            if want == _NUMBER:
                self._at += 4
                continue
            byte = content[self._at]
            self._at += 1
            if byte & _REFERABLE:
                self._seen += 1
            self._pass(byte & ~_REFERABLE, want)
        if self._at != len(content):
            raise _MalformedError

    def _pass(self, kind: int, want: int) -> None:
        if want == _NAME and kind != _REFERENCE:
            self._name(kind)
        elif kind in _FIXED:
            self._at += _FIXED[kind]
        elif kind in _SHORT:
            self._at += 1 + self._content[self._at]
        else:
            self._longer(kind, named=want == _NAME)

    def _name(self, kind: int) -> None:
        start = self._at - 1
        if kind not in _TEXT or self.spot is not None:
            raise _MalformedError
        self._at += 1 + self._content[self._at] if kind in _SHORT else 4 + self._number()
        if self._content[start] & _REFERABLE:
            self._place = self._seen - 1
        self.spot = Spot(start, self._content[start : self._at])

    def _longer(self, kind: int, *, named: bool) -> None:
        """What is longer than its first byte says."""
        if kind == _REFERENCE:
            number = self._number()
            if number >= self._seen or (number == self._place) is not named:
                raise _MalformedError
            self._at += 4
        elif kind in _LONG:
            self._at += 4 + self._number()
        elif kind == _CODE:
            self._at += self._layout.counts
            self._todo += self._layout.fields
        elif kind == _DIGITS:
            digits = int.from_bytes(self._content[self._at : self._at + 4], "little", signed=True)
            self._at += 4 + _BYTES_OF_DIGIT * abs(digits)
        else:
            self._several(kind)

    def _several(self, kind: int) -> None:
        if kind == _FEW:
            count, length = self._content[self._at], 1
        elif kind in _COUNTED:
            count, length = self._number(), 4
        elif kind == _SLICE:
            count, length = _OF_SLICE, 0
        else:
            raise _MalformedError
        self._at += length
        if count + len(self._todo) > len(self._content) - self._at:  # each takes a byte at least
            raise _MalformedError
        self._todo += [_VALUE] * count

    def _number(self) -> int:
        return int.from_bytes(self._content[self._at : self._at + 4], "little")
