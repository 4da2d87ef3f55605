"""Questions to nodes: what a path leads to, with merge keys resolved, and what a scalar says."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.formats.yaml.nodes import Entry, Mapping, Node, Scalar, Sequence

NULLS = frozenset({"", "~", "null", "Null", "NULL"})
TRUTHS = frozenset({"true", "yes", "on"})


def entries(node: Node | None) -> tuple[Entry, ...]:
    """The entries of a mapping, then those that its `<<` bring and it lacks; none of anything else."""
    if not isinstance(node, Mapping):
        return ()
    if not any(map(_is_merge, node.entries)):
        return node.entries
    found = dict[str, Entry]()
    for mapping in _sources(node, set()):
        for entry in mapping.entries:
            if not _is_merge(entry):
                found.setdefault(entry.key.value, entry)
    return tuple(found.values())


def get(node: Node | None, *keys: str) -> Node | None:
    """The node that a path of keys leads to."""
    for key in keys:
        node = _value(node, key)
    return node


def text_of(node: Node | None) -> str:
    """The text of a scalar; "" of a null and of anything else."""
    return node.value if isinstance(node, Scalar) and not is_null(node) else ""


def scalars(node: Node | None) -> tuple[Scalar, ...]:
    """A scalar alone, or those of a sequence and of the sequences in it; none of anything else."""
    if isinstance(node, Scalar):
        return (node,)
    return tuple(_flat(node)) if isinstance(node, Sequence) else ()


def is_null(node: Node | None) -> bool:
    """Whether a node is there and says nothing: plain and empty, `~` or `null`."""
    return isinstance(node, Scalar) and not node.style and node.value in NULLS


def truthy(node: Node | None) -> bool:
    """Whether a scalar says true, yes or on."""
    return isinstance(node, Scalar) and node.value.lower() in TRUTHS


def _value(node: Node | None, key: str) -> Node | None:
    if not isinstance(node, Mapping):
        return None
    merges = False
    for entry in node.entries:
        name = entry.key.value
        if name == key and not _is_merge(entry):
            return entry.value
        merges = merges or name == "<<"
    if not merges:
        return None
    return next((entry.value for entry in entries(node) if entry.key.value == key), None)


def _is_merge(entry: Entry) -> bool:
    return entry.key.value == "<<" and not entry.key.style


def _sources(node: Node, seen: set[int]) -> Iterator[Mapping]:
    """A mapping, then what it merges in the order of precedence; each once, so that no chain of merges takes long."""
    if isinstance(node, Sequence):
        for item in node.items:
            yield from _sources(item, seen)
    if not isinstance(node, Mapping) or id(node) in seen:
        return
    seen.add(id(node))
    yield node
    for entry in node.entries:
        if _is_merge(entry):
            yield from _sources(entry.value, seen)


def _flat(node: Sequence) -> Iterator[Scalar]:
    for item in node.items:
        if isinstance(item, Scalar):
            yield item
        elif isinstance(item, Sequence):
            yield from _flat(item)
