"""YAML that a stranger may have written: read within bounds, with the line of what is wrong."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from kempt.formats.yaml.nodes import Document, Mapping, Sequence, Unparsable

if TYPE_CHECKING:
    from kempt.formats.yaml.builder import Builder

SIZE_LIMIT = 10 * 1024**2
BOM = "\ufeff"


@lru_cache(maxsize=2)
def parse(content: bytes) -> Document | Unparsable:
    """The text with its nodes, or why there are none. Nothing is resolved: `on`, `3.10` and dates stay text.

    The last ones are kept: a fix is made of the text, so that a file with a thousand findings would be read as often.
    """
    import yaml

    from kempt.formats.yaml.builder import RefusedError

    if len(content) > SIZE_LIMIT:
        return Unparsable(f"larger than {SIZE_LIMIT:,} bytes")
    try:
        text = content.decode("utf-8")
        return Document(text, tuple(_built(text).stream.children))
    except UnicodeDecodeError as error:
        return Unparsable("not UTF-8", content.count(b"\n", 0, error.start) + 1)
    except RefusedError as error:
        return Unparsable(error.message, error.line)
    except yaml.YAMLError as error:
        return Unparsable(_message(error), min(_line(error, content), content.count(b"\n") + 1))
    except (ValueError, RecursionError) as error:
        return Unparsable(f"nested or long beyond reason ({type(error).__name__})")


def places(document: Document, node: Sequence | Mapping) -> tuple[tuple[int, int], ...]:
    """Where the children of a collection are written: items, or keys and values in turn, with their anchors and tags.

    The text is read once more for it: only an edit asks, and for an alias the nodes do not tell.
    """
    return _places(document.text).get((isinstance(node, Mapping), node.start), ())


@lru_cache(maxsize=1)
def _places(text: str) -> dict[tuple[bool, int], tuple[tuple[int, int], ...]]:
    """Of each collection, by its place."""
    return _built(text, keeps_places=True).places


def _built(text: str, *, keeps_places: bool = False) -> Builder:
    import yaml

    from kempt.formats.yaml.builder import Builder

    base = int(text.startswith(BOM))
    builder = Builder(text, base, keeps_places=keeps_places)
    take = {
        yaml.ScalarEvent: builder.scalar,
        yaml.AliasEvent: builder.alias,
        yaml.SequenceStartEvent: builder.sequence,
        yaml.MappingStartEvent: builder.mapping,
        yaml.SequenceEndEvent: builder.close,
        yaml.MappingEndEvent: builder.close,
        yaml.DocumentStartEvent: builder.document,
    }
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text[base:])
    try:
        next_event = loader.get_event
        while (event := next_event()) is not None:
            kind = type(event)
            if kind in take:
                take[kind](event)
    finally:
        loader.dispose()
    return builder


def _message(error: Exception) -> str:
    """What the parser says, in one short line."""
    said = getattr(error, "problem", None) or getattr(error, "reason", None) or getattr(error, "context", None)
    return " ".join(str(said or "not YAML").split())[:200]


def _line(error: Exception, content: bytes) -> int:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is not None:
        return int(mark.line) + 1
    position = getattr(error, "position", None)
    return content.count(b"\n", 0, position) + 1 if isinstance(position, int) else 1
