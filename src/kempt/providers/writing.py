"""Changes to the pipeline's own file, found again in its text: a place that is not exactly there gives no change."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

from kempt.formats import yaml
from kempt.model.finding import Replace
from kempt.model.pipeline import UNPLACED, Pipeline

if TYPE_CHECKING:
    from kempt.model.provider import Edits  # at run time it would lengthen every chain of imports by half

N = TypeVar("N", yaml.Mapping, yaml.Sequence)
COUNTED = re.compile(r"[\"']?(v[0-9]{1,4})(?=[-_./ |\"']|$)", re.IGNORECASE)


def counted(key: str) -> str:
    """The word at the start of a key that people count up to begin anew, with a hyphen behind it; or nothing."""
    match = COUNTED.match(key)
    return f"{match[1]}-" if match else ""


def opened(pipeline: Pipeline) -> yaml.Document | None:
    """The file with its nodes."""
    document = yaml.parse(pipeline.text.encode("utf-8", "surrogateescape"))
    return document if isinstance(document, yaml.Document) and document.roots else None


def own(mapping: yaml.Node | None, key: str) -> yaml.Node | None:
    """What a map says of a key itself, and not by a merge key; None also where an alias stands there."""
    entry = own_entry(mapping, key)
    return None if entry is None else entry.value


def own_entry(mapping: yaml.Node | None, key: str) -> yaml.Entry | None:
    """The same with its key."""
    for entry in mapping.entries if isinstance(mapping, yaml.Mapping) else ():
        if entry.key.value == key and entry.key.start < entry.value.start:
            return entry
    return None


def says(mapping: yaml.Node | None, key: str) -> bool:
    """Whether a map says anything of a key, by a merge key too."""
    return yaml.get(mapping, key) is not None


def at(document: yaml.Document, start: int, kind: type[N]) -> N | None:
    """The map or the list that starts at an offset."""
    if start == UNPLACED:
        return None
    return next((node for node in around(document, start) if isinstance(node, kind) and node.start == start), None)


def list_with(document: yaml.Document, start: int) -> tuple[yaml.Sequence, int] | None:
    """The list that has an item at an offset, and the index of that."""
    if start == UNPLACED:
        return None
    for node in around(document, start):
        if not isinstance(node, yaml.Sequence):
            continue
        for index, item in enumerate(node.items):
            if item.start == start:
                return node, index
    return None


def around(document: yaml.Document, offset: int) -> Iterator[yaml.Node]:
    """The nodes that an offset lies in, outermost first. No alias leads there: its place is its anchor's."""
    todo: list[yaml.Node] = list(document.roots)
    while todo:
        node = todo.pop()
        if not node.start <= offset < max(node.end, node.start + 1):
            continue
        yield node
        if isinstance(node, yaml.Mapping):
            todo += [entry.value for entry in node.entries]
        elif isinstance(node, yaml.Sequence):
            todo += node.items


def with_items(
    document: yaml.Document, sequence: yaml.Sequence, items: Iterable[str], index: int | None = None
) -> yaml.Change | None:
    """Several items at one place, as YAML text."""
    texts = list(items)
    if not texts:
        return None
    if sequence.flow:
        return yaml.with_item(document, sequence, ", ".join(texts), index=index)
    changes = [yaml.with_item(document, sequence, text, index=index) for text in texts]
    return changes[0]._replace(text="".join(change.text for change in changes))


def replaces(pipeline: Pipeline, changes: Sequence[yaml.Change | None]) -> Edits:
    """Changes as edits of the file; those that touch become one. None of them where one is not possible.

    An insertion takes the character beside it along: so the same one, asked for twice, overlaps itself.
    """
    if any(change is None for change in changes):
        return ()
    found: list[yaml.Change] = []
    for change in sorted(filter(None, changes), key=lambda each: (each.start, each.end)):
        last = found[-1] if found else None
        if last is not None and change.start < last.end:
            return ()
        if last is not None and change.start == last.end:
            found[-1] = yaml.Change(last.start, change.end, last.text + change.text)
        elif change.start == change.end and change.start:
            before = pipeline.text[change.start - 1]
            found.append(yaml.Change(change.start - 1, change.end, before + change.text))
        elif change.start == change.end:
            found.append(yaml.Change(0, 1, change.text + pipeline.text[:1]))
        else:
            found.append(change)
    return tuple(Replace(pipeline.path, *change) for change in found)


def is_bare(document: yaml.Document, key: yaml.Scalar, value: yaml.Node) -> bool:
    """Whether nothing but a colon and blanks stands between key and value: no anchor, no tag, no comment."""
    between = document.text[key.end : value.start]
    return between.startswith(":") and not between[1:].strip()
