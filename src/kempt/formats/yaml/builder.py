"""Nodes from parser events, one at a time: without recursion, and within bounds that hold for aliases written out too.

The parser's events are used rather than its composer, which is recursive in C and would overflow the stack, and whose
blocks end at the next token, past blank lines and comments. Here a block ends with the last thing in it.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from kempt.formats.yaml.nodes import Entry, Mapping, Node, Scalar, Sequence

DEPTH_LIMIT = 100
NODES_LIMIT = 1_000_000
PROPERTY = re.compile(r"(?:!<[^>\s]*+>|[&!][^\s,\[\]{}]*+)(?:\s++|(?<=\s)#[^\r\n]*+)*+")
"""An anchor or a tag, and what stands between it and what it belongs to."""
HEADER = re.compile(r"[|>][-+0-9]*")
BLANKS = " \t\r\n"


class RefusedError(Exception):
    """A text that is YAML, and is not read: why, and the line."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


class Known(NamedTuple):
    """A node with how deep it is and how many nodes it is, all aliases in it written out."""

    node: Node
    depth: int
    size: int


class Frame:
    """A collection that is being read. Its `outer` offset is where its anchor or tag begins, if it has one."""

    __slots__ = (
        "anchor", "children", "column", "depth", "end", "flow", "is_mapping", "line", "outer", "places", "size", "start"
    )  # fmt: skip

    def __init__(self, outer: int, *, is_mapping: bool, flow: bool, anchor: str | None) -> None:
        self.outer, self.is_mapping, self.flow, self.anchor = outer, is_mapping, flow, anchor
        self.start = self.end = outer
        self.line = self.column = 1
        self.depth = self.size = 1
        self.children: list[Node] = []
        self.places: list[tuple[int, int]] = []


class Builder:
    """Takes a parser's events, and has the roots when all are taken.

    `base` is the offset of the parser's text in `text`. If it `keeps_places`, `places` says afterwards where each child
    of each collection stands: with anchor and tag, and an alias where it is written.
    """

    def __init__(self, text: str, base: int, *, keeps_places: bool = False) -> None:
        self.text, self.base, self.keeps_places = text, base, keeps_places
        self.stream = Frame(0, is_mapping=False, flow=False, anchor=None)
        self.stack = [self.stream]
        self.anchors: dict[str, Known | Frame] = {}
        self.places: dict[tuple[bool, int], tuple[tuple[int, int], ...]] = {}

    def document(self, _event: Any) -> None:
        """Forget the anchors of the document before."""
        self.anchors = {}

    def scalar(self, event: Any) -> None:
        """Add a scalar."""
        mark, anchor = event.start_mark, event.anchor
        outer = start = mark.index + self.base
        line, column, end = mark.line + 1, mark.column + 1, event.end_mark.index + self.base
        if anchor is not None or event.tag is not None:
            start, line, column = self._after_properties(event, end)
        value, style = event.value, event.style or ""
        if style == "|" or style == ">":  # noqa: PLR1714 - the quickest, and there is one for each scalar
            end = block_end(self.text, start, end, value)
        node = Scalar(value, style, start, end, line, column)
        if anchor is not None:
            self.anchors[anchor] = Known(node, 0, 1)
        self._add(node, outer, end, 0, 1)

    def alias(self, event: Any) -> None:
        """Add the node of an anchor once more."""
        known = self.anchors.get(event.anchor)
        line = event.start_mark.line + 1
        if known is None:
            raise RefusedError(f"no anchor called {event.anchor} before its alias", line)
        if isinstance(known, Frame):
            raise RefusedError(f"the anchor {event.anchor} refers to itself", line)
        self._add(
            known.node, event.start_mark.index + self.base, event.end_mark.index + self.base, known.depth, known.size
        )

    def sequence(self, event: Any) -> None:
        """Begin a sequence."""
        self._begin(event, is_mapping=False)

    def mapping(self, event: Any) -> None:
        """Begin a mapping."""
        self._begin(event, is_mapping=True)

    def close(self, event: Any) -> None:
        """End the collection that began last, and add it to the one around it."""
        frame = self.stack.pop()
        if frame.flow:
            frame.end = event.end_mark.index + self.base
        node: Node
        if frame.is_mapping:
            node = Mapping(_entries(frame.children), frame.flow, frame.start, frame.end, frame.line, frame.column)
        else:
            node = Sequence(tuple(frame.children), frame.flow, frame.start, frame.end, frame.line, frame.column)
        if frame.anchor is not None and self.anchors.get(frame.anchor) is frame:
            self.anchors[frame.anchor] = Known(node, frame.depth, frame.size)
        if self.keeps_places:
            self.places[frame.is_mapping, frame.start] = tuple(frame.places)
        self._add(node, frame.outer, frame.end, frame.depth, frame.size)

    def _begin(self, event: Any, *, is_mapping: bool) -> None:
        mark = event.start_mark
        flow = bool(event.flow_style)
        frame = Frame(mark.index + self.base, is_mapping=is_mapping, flow=flow, anchor=event.anchor)
        frame.line, frame.column = mark.line + 1, mark.column + 1
        if event.anchor is not None or event.tag is not None:
            frame.start, frame.line, frame.column = self._after_properties(event, len(self.text))
        self.stack.append(frame)
        if len(self.stack) > DEPTH_LIMIT + 1:
            raise RefusedError(f"nested deeper than {DEPTH_LIMIT}", frame.line)
        if event.anchor is not None:
            self.anchors[event.anchor] = frame

    def _add(self, node: Node, start: int, end: int, depth: int, size: int) -> None:
        frame = self.stack[-1]
        frame.children.append(node)
        frame.end = end
        frame.size += size
        if frame.size > NODES_LIMIT:
            raise RefusedError(f"more than {NODES_LIMIT:,} nodes, with aliases written out", self._line(start))
        if depth >= frame.depth:
            frame.depth = depth + 1
            if depth + len(self.stack) > DEPTH_LIMIT + 1:
                raise RefusedError(f"nested deeper than {DEPTH_LIMIT}, with aliases written out", self._line(start))
        if self.keeps_places:
            frame.places.append((start, end))

    def _line(self, offset: int) -> int:
        return self.text.count("\n", 0, offset) + 1

    def _after_properties(self, event: Any, limit: int) -> tuple[int, int, int]:
        """Offset, line and column of what an anchor, a tag or both stand before."""
        at = begin = event.start_mark.index + self.base
        for _ in range((event.anchor is not None) + (event.tag is not None)):
            match = PROPERTY.match(self.text, at)
            at = match.end() if match else at
        at = min(at, limit)
        breaks = self.text.count("\n", begin, at)
        if not breaks:
            return at, event.start_mark.line + 1, event.start_mark.column + 1 + at - begin
        return at, event.start_mark.line + 1 + breaks, at - self.text.rfind("\n", 0, at)


def block_end(text: str, start: int, end: int, value: str) -> int:
    """Where the text of a block scalar ends, before the line end; the blank lines after it are its own only if kept."""
    header = HEADER.match(text, start)
    indicator = header.end() if header else start
    if "+" in text[start:indicator]:
        behind = text[start:end].removesuffix("\n").removesuffix("\r")
        return max(indicator, start + len(behind))
    said = value.rstrip("\n")
    if not said:
        return indicator
    body = text[start:end]
    if not said.rsplit("\n", 1)[-1].strip(BLANKS):  # the last line is of blanks that are said
        return start + len(body.rstrip("\r\n"))
    stop = text.find("\n", start + len(body.rstrip(BLANKS)), end)
    if stop < 0:
        return end
    return stop - (text[stop - 1] == "\r")


def _entries(children: list[Node]) -> tuple[Entry, ...]:
    """Pairs of the keys and values that came in turn; a key is a scalar, and none but the merge key comes twice."""
    found: list[Entry] = []
    seen = set[str]()
    turns = iter(children)
    for key in turns:
        if not isinstance(key, Scalar):
            raise RefusedError("a key that is a list or a mapping", key.line)
        if key.value in seen and (key.value != "<<" or key.style):
            raise RefusedError(f"duplicate key `{key.value}`", key.line)
        seen.add(key.value)
        found.append(Entry(key, next(turns)))
    return tuple(found)
