"""Lock files of `[[package]]` blocks, read as far as they are asked: tomllib would take a second for the whole.

uv, Poetry, PDM and everybody who writes pylock.toml write one block for each package: its header on a line of its own,
a key at the beginning of a line, one item of an array a line, sub-tables (`[package.metadata]`) behind the keys. A file
is split at these headers; a field is read by a pattern within one block, and tomllib reads one block where more is
needed. A lock file that somebody laid out by hand is not understood: it holds no block then, or a block without fields.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

STRING = rb"\"((?:[^\"\\\n]|\\.)*+)\"|'([^'\n]*+)'"
TEXT = re.compile(STRING)
ITEM = re.compile(
    rb"([\w-]+) = (?:" + STRING + rb"|\[([^\[\]{}\n]*+)\]|\{([^{}\n]*+)\}|([^\s\"'\[\]{},]+))(?:, |,? *$)"
)
LISTED = re.compile(rb"[\s,]*+(?:" + STRING + rb"|\#[^\n]*+)")
ARRAY = re.compile(rb"^([\w-]+) = \[", re.MULTILINE)
CLOSING = {b"[": b"]", b"{": b"}"}
BLOCK_LIMIT = 4 * 1024**2
"""Bytes of one block above which tomllib is not asked."""

Value = str | bool | int | tuple[str, ...] | Mapping[str, Any]


class Block(NamedTuple):
    """One package of a lock file: `line` is that of its header, counted from 1; `content` begins below it."""

    kind: str
    line: int
    content: bytes

    @property
    def fields(self) -> bytes:
        """The block without its sub-tables."""
        end = self.content.find(b"\n[")
        return self.content if end < 0 else self.content[: end + 1]

    def text(self, key: str) -> str:
        """A string of the block itself, empty where it has none of this key."""
        return text(self.fields, key)

    def value(self, key: str) -> bytes:
        """An inline table or an array of the block itself, with its brackets, empty where it has none of this key."""
        return value(self.fields, key)

    def table(self, name: str) -> bytes:
        """What stands below `[package.NAME]`, empty where there is no such sub-table; not what is nested in it."""
        header = f"\n[{self.kind}.{name}]\n".encode()
        start = self.content.find(header)
        if start < 0:
            return b""
        end = self.content.find(b"\n[", start + len(header) - 1)
        return self.content[start + len(header) : None if end < 0 else end + 1]

    def parsed(self) -> Mapping[str, Any]:
        """The whole block as tomllib reads it; empty where it is no TOML, or beyond reason."""
        header = f"[[{self.kind}]]\n".encode()
        parsed = _parsed(header + self.content)
        found = parsed.get(self.kind)
        return found[0] if isinstance(found, list) and found else {}


def normal(content: bytes) -> bytes:
    """The text with one newline character at the end of each line, as all functions here want it."""
    return content.replace(b"\r\n", b"\n") if b"\r" in content else content


def blocks(content: bytes, kind: str = "package") -> Iterator[Block]:
    """All blocks of a lock file, in its order."""
    header = f"\n[[{kind}]]\n".encode()
    content = b"\n" + normal(content)
    start, line = content.find(header), 0
    counted = 0
    while start >= 0:
        line += content.count(b"\n", counted, start + 1)
        counted = start + 1
        body = start + len(header)
        following = content.find(header, body - 1)
        end = _end(content, body, len(content) if following < 0 else following + 1, kind)
        yield Block(kind, line, content[body:end])
        start = following


def holding(content: bytes, *parts: bytes, kind: str = "package") -> Iterator[Block]:
    """The blocks that hold one of these parts, those of the first part first; the others are not looked at.

    A block that holds two of the parts comes twice.
    """
    content = b"\n" + normal(content)
    for part in parts:
        yield from _holding(content, part, kind)


def _holding(content: bytes, part: bytes, kind: str) -> Iterator[Block]:
    header = f"\n[[{kind}]]\n".encode()
    position, line, counted = 0, 0, 0
    while (position := content.find(part, position)) >= 0:
        start = content.rfind(header, 0, position + 1)
        if start < 0:
            position += len(part)
            continue
        body = start + len(header)
        following = content.find(header, body - 1)
        limit = len(content) if following < 0 else following + 1
        end = _end(content, body, limit, kind)
        if position < end:
            line += content.count(b"\n", counted, start + 1)
            counted = start + 1
            yield Block(kind, line, content[body:end])
        position = max(limit - 1, position + len(part))


def outside(content: bytes, kind: str = "package") -> bytes:
    """All that belongs to no block: what stands above the first one, and the tables below the last."""
    header = f"\n[[{kind}]]\n".encode()
    content = b"\n" + normal(content)
    start = content.find(header)
    if start < 0:
        return content[1:]
    last = content.rfind(header)
    return content[1 : start + 1] + content[_end(content, last + len(header), len(content), kind) :]


def parsed_outside(content: bytes, kind: str = "package") -> Mapping[str, Any]:
    """What belongs to no block, as tomllib reads it; empty where that is no TOML, or beyond reason."""
    return _parsed(outside(content, kind))


def text(part: bytes, key: str) -> str:
    """The string that a key has in a part of a file, empty where there is none."""
    start = _after(part, key)
    match = None if start < 0 else TEXT.match(part, start)
    return "" if match is None else _decoded(match[1], match[2])


def value(part: bytes, key: str) -> bytes:
    """The inline table or array that a key has in a part of a file, with its brackets, empty where there is none.

    An array ends with a bracket at the end of its own line, or at the beginning of one.
    """
    start = _after(part, key)
    opening = b"" if start < 0 else part[start : start + 1]
    if opening not in CLOSING:
        return b""
    closing = CLOSING[opening]
    line_end = part.find(b"\n", start)
    first = part[start : len(part) if line_end < 0 else line_end]
    if first.rstrip().endswith(closing) and first.rstrip() != opening:
        return first.rstrip()
    end = part.find(b"\n" + closing, start)
    return part[start : end + 2] if end >= 0 else b""


def arrays(part: bytes) -> dict[str, bytes]:
    """All arrays of a part of a file by their keys, each as `value` returns it."""
    return {key.decode(): value(part, key.decode()) for key in ARRAY.findall(part)}


def strings(array: bytes) -> tuple[str, ...]:
    """The strings of an array, as `value` returns it; comments are passed over."""
    found = []
    position = 1
    while match := LISTED.match(array, position):
        if match[1] is not None or match[2] is not None:
            found.append(_decoded(match[1], match[2]))
        position = match.end()
    return tuple(found)


def items(array: bytes) -> tuple[Mapping[str, Value], ...] | None:
    """The inline tables of an array, as `value` returns it. None where they are laid out as no machine does it.

    Arrays in them hold strings only; tables in them are read as far as that.
    """
    lines = array[1:-1].strip().split(b"\n") if b"\n" in array else _on_one_line(array)
    found = []
    for line in lines:
        stripped = line.strip().rstrip(b",")
        if not stripped:
            continue
        if not (stripped.startswith(b"{") and stripped.endswith(b"}")):
            return None
        read = inline(stripped)
        if read is None:
            return None
        found.append(read)
    return tuple(found)


def inline(table: bytes) -> Mapping[str, Value] | None:
    """An inline table of strings, arrays of strings, flags, numbers and tables of these; None where it is another."""
    inner = table.strip()[1:-1].strip()
    found: dict[str, Value] = {}
    position = 0
    while position < len(inner):
        match = ITEM.match(inner, position)
        if match is None:
            return None
        key, double, single, array, nested, word = match.groups()
        if array is not None:
            found[key.decode()] = strings(b"[" + array + b"]")
        elif nested is not None:
            read = inline(b"{" + nested + b"}")
            if read is None:
                return None
            found[key.decode()] = read
        elif word is not None:
            found[key.decode()] = _word(word.decode("utf-8", "replace"))
        else:
            found[key.decode()] = _decoded(double, single)
        position = match.end()
    return found


def _end(content: bytes, start: int, limit: int, kind: str) -> int:
    """Where a block ends: at the next header that is not one of its sub-tables."""
    own = (f"\n[{kind}.".encode(), f"\n[[{kind}.".encode())
    position = start - 1
    while 0 <= (position := content.find(b"\n[", position, limit)) < limit:
        if not content.startswith(own, position):
            return position + 1
        position += 1
    return limit


def _after(part: bytes, key: str) -> int:
    """Where the value of a key begins; -1 where no line begins with this key."""
    words = f"{key} = ".encode()
    if part.startswith(words):
        return len(words)
    found = part.find(b"\n" + words)
    return found if found < 0 else found + 1 + len(words)


def _word(word: str) -> Value:
    """A flag or a number; a date stays as it is written."""
    return word == "true" if word in {"true", "false"} else int(word) if word.isdecimal() else word


def _on_one_line(array: bytes) -> list[bytes]:
    """The tables of an array that stands on one line."""
    inner = array[1:-1].strip()
    if not inner:
        return []
    return [part if part.endswith(b"}") else part + b"}" for part in re.split(rb"(?<=\}), (?=\{)", inner)]


def _decoded(double: bytes | None, single: bytes | None) -> str:
    """A basic string (between double quotes) or a literal one, without its quotes."""
    if double is None:
        return (single or b"").decode("utf-8", "replace")
    if b"\\" not in double:
        return double.decode("utf-8", "replace")
    found = _parsed(b'x = "' + double + b'"').get("x", "")
    return found if isinstance(found, str) else ""


def _parsed(content: bytes) -> Mapping[str, Any]:
    import tomllib

    if len(content) > BLOCK_LIMIT:
        return {}
    try:
        return tomllib.loads(content.decode("utf-8", "replace"))
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        return {}
