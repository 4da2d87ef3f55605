"""What a YAML text holds: light nodes that know their places in it.

Offsets count characters of `Document.text`, and ends are exclusive; lines and columns count from 1. A span holds the
quotes or brackets of its node, but neither the anchor or tag before it nor the comment or line end behind it. An alias
stands as the very node of its anchor, with the anchor's place.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias


class Scalar(NamedTuple):
    """A text; no tag and no spelling turns it into anything else. The style is "" (plain), "'", '"', "|" or ">"."""

    value: str
    style: str
    start: int
    end: int
    line: int
    column: int


class Sequence(NamedTuple):
    """A list: `[a, b]` if it is flow, lines with dashes otherwise."""

    items: tuple[Node, ...]
    flow: bool
    start: int
    end: int
    line: int
    column: int


class Entry(NamedTuple):
    """A key of a mapping with its value."""

    key: Scalar
    value: Node


class Mapping(NamedTuple):
    """Entries as they are written, merge keys `<<` among them; `{a: b}` if it is flow."""

    entries: tuple[Entry, ...]
    flow: bool
    start: int
    end: int
    line: int
    column: int


Node: TypeAlias = Scalar | Sequence | Mapping


class Document(NamedTuple):
    """A text, with its line ends and its byte order mark, and the root of each YAML document in it."""

    text: str
    roots: tuple[Node, ...]


class Unparsable(NamedTuple):
    """Why a text is not YAML that kempt reads, and where."""

    message: str
    line: int = 1


class Change(NamedTuple):
    """A text to put in the place of what stands from start to end."""

    start: int
    end: int
    text: str
