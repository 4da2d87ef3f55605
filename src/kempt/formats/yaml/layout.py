"""Where the parts of a collection begin and end in the text, in whole lines where it is a block."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from kempt.formats.yaml.nodes import Document, Mapping, Node, Sequence
from kempt.formats.yaml.reader import places

MARGIN = re.compile(r"\ufeff?((?:[ \t]|[-?](?=[ \t]))*+)")
BETWEEN = re.compile(r"(?:[ \t]*+(?:#[^\n]*+)?\n|[ \t]*+\r\n)*+[ \t]*+")
"""What may stand between two children of a block: the rest of a line, comments, blank lines, the margin."""


class Part(NamedTuple):
    """An item, or an entry: from its dash or key to the end of its value."""

    start: int
    end: int


def parts(document: Document, node: Sequence | Mapping) -> tuple[Part, ...]:
    """The items of a sequence with their dashes, or the entries of a mapping, as they are written.

    Comments and blanks below a part of a block that are indented deeper than it are its own: a block scalar that came
    to stand above them would take them in.
    """
    spans = places(document, node)
    if isinstance(node, Mapping):
        spans = tuple((key[0], value[1]) for key, value in zip(spans[::2], spans[1::2], strict=True))
    if node.flow:
        return tuple(Part(*span) for span in spans)
    return _in_block(document.text, spans, node.start, node.column - 1)


@lru_cache(maxsize=8)
def _in_block(text: str, spans: tuple[tuple[int, int], ...], begin: int, margin: int) -> tuple[Part, ...]:
    """Asked for each edit in one collection after the other."""
    found: list[Part] = []
    for _, end in spans:
        start = after_gap(text, found[-1].end) if found else begin
        found.append(Part(start, _with_comments(text, max(start, end), margin)))
    return tuple(found)


def block_of_item(document: Document, sequence: Sequence, index: int) -> tuple[int, int]:
    """The whole lines of an item, without the blank lines and comments of the next one."""
    return _lines(document.text, parts(document, sequence)[index])


def block_of_entry(document: Document, mapping: Mapping, key: str) -> tuple[int, int]:
    """The whole lines of an entry, without the blank lines and comments of the next one; KeyError if there is none."""
    return _lines(document.text, parts(document, mapping)[index_of(mapping, key)])


def index_of(mapping: Mapping, key: str) -> int:
    """Which entry of a mapping has a key, merged ones aside; KeyError if none has."""
    for index, entry in enumerate(mapping.entries):
        if entry.key.value == key:
            return index
    raise KeyError(key)


def indent_of(document: Document, place: Node | int) -> str:
    """The white space at the start of the line of a node or an offset, up to it at most; dashes count as spaces."""
    offset = place if isinstance(place, int) else place.start
    match = MARGIN.match(document.text, line_start(document.text, offset), offset)
    return match[1].replace("-", " ").replace("?", " ") if match else ""


def line_start(text: str, offset: int) -> int:
    """Where the line of an offset begins."""
    return text.rfind("\n", 0, offset) + 1


def line_end(text: str, offset: int) -> int:
    """Where the line of an offset ends, before its line end."""
    stop = text.find("\n", offset)
    if stop < 0:
        return len(text)
    return stop - (stop > offset and text[stop - 1] == "\r")


def line_after(text: str, offset: int) -> int:
    """Where the line after that of an offset begins; the end of the text if there is none."""
    stop = text.find("\n", offset)
    return len(text) if stop < 0 else stop + 1


def line_break(text: str) -> str:
    """The line end of a text, as its first line has it."""
    first = text.find("\n")
    return "\r\n" if first > 0 and text[first - 1] == "\r" else "\n"


def after_gap(text: str, offset: int) -> int:
    """Where, after comments and blank lines, something stands again."""
    match = BETWEEN.match(text, offset)
    return match.end() if match else offset


def is_first_on_line(text: str, offset: int) -> bool:
    """Whether nothing but blanks stands before an offset on its line."""
    return not text[line_start(text, offset) : offset].strip(" \t\ufeff")


def _with_comments(text: str, end: int, margin: int) -> int:
    """The end of a part with the comments, and the lines of blanks, that are indented deeper than it."""
    at = line_after(text, end)
    while at < len(text):
        line = text[at : line_end(text, at)]
        said = line.lstrip(" \t")
        is_deep = len(line) - len(said) > margin
        if said and not (is_deep and said[0] == "#"):
            break
        end = at + len(line) if is_deep else end
        at = line_after(text, at)
    return end


def _lines(text: str, part: Part) -> tuple[int, int]:
    return line_start(text, part.start), line_after(text, part.end)
