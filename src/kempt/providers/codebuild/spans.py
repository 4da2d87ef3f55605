"""Where a buildspec stands in its file, which is the whole of it or a block of text in a template."""

from __future__ import annotations

import re

from kempt.formats import yaml
from kempt.model.pipeline import UNPLACED

Span = tuple[int, int]

INK = re.compile(r"[^\r\n]")


def window(text: str, span: Span) -> yaml.Document | yaml.Unparsable:
    """What a span of a text says as YAML, with offsets, lines and columns of the text.

    All before the span becomes spaces, and all behind it is cut off: so the parser counts as if it were there.
    """
    start, end = span
    blank = INK.sub(" ", text[:start])
    return yaml.parse((blank + text[start:end]).encode("utf-8", "surrogateescape"))


def lines_of(text: str, scalar: yaml.Scalar) -> Span | None:
    """The lines of a literal block scalar below its `|`; None for any other scalar."""
    first = text.find("\n", scalar.start, scalar.end)
    return (first + 1, scalar.end) if scalar.style == "|" and first >= 0 else None


def block_of(text: str, entry: yaml.Entry) -> Span:
    """The whole lines of an entry of a block mapping; unplaced where its value is an alias."""
    key, value = entry
    if value.start < key.end:
        return UNPLACED, UNPLACED
    after = text.find("\n", value.end)
    return text.rfind("\n", 0, key.start) + 1, len(text) if after < 0 else after + 1


def own(node: yaml.Node | None, key: str) -> yaml.Entry | None:
    """The entry that is written in a mapping itself, with a value that stands there: no merge, no alias."""
    if not isinstance(node, yaml.Mapping):
        return None
    found = (entry for entry in node.entries if entry.key.value == key and entry.value.start >= entry.key.end)
    return next(found, None)
