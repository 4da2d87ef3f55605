"""Code objects as bytecode files hold them: read without being made, so that a hostile file can do nothing.

`marshal` writes the same code in different bytes: whether a value is marked for later reference depends on how often it
was in use when it was written, and equal values may be written twice or referred to. Here a stream becomes a nest of
tuples in which all that is gone, and with it what does not change what runs: the file's name and the table of lines.

Source: CPython's Python/marshal.c, format version 4 (3.11 to 3.13) and 5 (3.14). `marshal.loads` on bytes of unknown
origin is not safe, as its documentation says.
"""

from __future__ import annotations

from typing import TypeAlias

Value: TypeAlias = "tuple[object, ...]"

_REFERABLE = 0x80
_SINGLETONS = frozenset(b"NFTS.")
_SHORT_TEXT, _LONG_TEXT = frozenset(b"zZ"), frozenset(b"aAut")
_LONGS = 5  # of a code object: three counts of arguments, the size of the stack, flags
_IGNORED = {"filename", "linetable"}
_FIELDS = (
    "code", "consts", "names", "localsplusnames", "localspluskinds", "filename", "name", "qualname", "firstlineno",
    "linetable", "exceptiontable",
)  # fmt: skip
_BYTES_OF_DIGIT, _BYTES_OF_FLOAT = 2, 8


class MalformedError(ValueError):
    """The stream is cut short, refers to what is not there, or holds what no code object holds."""


def canonical(stream: bytes) -> Value:
    """A code object, comparable. Raises MalformedError and, for a nest too deep for code, RecursionError."""
    reader = _Reader(stream)
    value = reader.value()
    if reader.at != len(stream) or value[:1] != ("code",):
        raise MalformedError("not one code object")
    return value


class _Reader:
    """The state of reading: where, and what can be referred to."""

    __slots__ = ("at", "seen", "stream")

    def __init__(self, stream: bytes) -> None:
        self.stream = stream
        self.at = 0
        self.seen: list[Value | None] = []

    def value(self) -> Value:
        """The next value."""
        kind = self._take(1)[0]
        if kind == ord("r"):
            return self._referred()
        place = None
        if kind & _REFERABLE:
            kind &= ~_REFERABLE
            place = len(self.seen)
            self.seen.append(None)
        found = self._of_kind(kind)
        if place is not None:
            self.seen[place] = found
        return found

    def _referred(self) -> Value:
        number = self._long()
        found = self.seen[number] if 0 <= number < len(self.seen) else None
        if found is None:
            raise MalformedError("refers to nothing")
        return found

    def _of_kind(self, kind: int) -> Value:
        if kind in _SHORT_TEXT or kind in _LONG_TEXT:
            return ("text", self._take(self._take(1)[0] if kind in _SHORT_TEXT else self._long()))
        if kind in _SINGLETONS:
            return (chr(kind),)
        if kind == ord("s"):
            return ("bytes", self._take(self._long()))
        if kind == ord("c"):
            return self._code()
        if kind in b")(":
            return ("tuple", *self._values(self._take(1)[0] if kind == ord(")") else self._long()))
        return self._rare(kind)

    def _rare(self, kind: int) -> Value:
        if kind == ord("i"):
            return ("int", self._take(4))
        if kind == ord("l"):
            count = self._long()
            return ("long", count, self._take(_BYTES_OF_DIGIT * abs(count)))
        if kind == ord("g"):
            return ("float", self._take(_BYTES_OF_FLOAT))
        if kind == ord("y"):
            return ("complex", self._take(2 * _BYTES_OF_FLOAT))
        if kind in b"<>":
            return ("set", chr(kind), *sorted(self._values(self._long()), key=repr))
        if kind == ord(":"):
            return ("slice", *self._values(3))
        raise MalformedError(f"holds {chr(kind)!r}")

    def _code(self) -> Value:
        counts = self._take(4 * _LONGS)
        fields: list[object] = ["code", counts]
        for field in _FIELDS:
            found: object = self._long() if field == "firstlineno" else self.value()
            if field not in _IGNORED:
                fields.append(found)
        return tuple(fields)

    def _values(self, count: int) -> list[Value]:
        if not 0 <= count <= len(self.stream) - self.at:
            raise MalformedError("cut short")
        return [self.value() for _ in range(count)]

    def _long(self) -> int:
        return int.from_bytes(self._take(4), "little", signed=True)

    def _take(self, count: int) -> bytes:
        end = self.at + count
        if count < 0 or end > len(self.stream):
            raise MalformedError("cut short")
        found = self.stream[self.at : end]
        self.at = end
        return found
