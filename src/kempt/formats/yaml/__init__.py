"""YAML as nodes that know their places, and changes to its text that leave all else as it is (decision 0004).

What only an edit needs is loaded with the first edit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kempt.formats.yaml.lookup import entries, get, is_null, scalars, text_of, truthy
from kempt.formats.yaml.nodes import Change, Document, Entry, Mapping, Node, Scalar, Sequence, Unparsable
from kempt.formats.yaml.positions import Positions, positions
from kempt.formats.yaml.reader import parse

if TYPE_CHECKING:
    from kempt.formats.yaml.editing import applied, with_entry, with_item, without_entry, without_item
    from kempt.formats.yaml.layout import block_of_entry, block_of_item, indent_of
    from kempt.formats.yaml.quoting import quoted, with_value

__all__ = [
    "Change",
    "Document",
    "Entry",
    "Mapping",
    "Node",
    "Positions",
    "Scalar",
    "Sequence",
    "Unparsable",
    "applied",
    "block_of_entry",
    "block_of_item",
    "entries",
    "get",
    "indent_of",
    "is_null",
    "parse",
    "positions",
    "quoted",
    "scalars",
    "text_of",
    "truthy",
    "with_entry",
    "with_item",
    "with_value",
    "without_entry",
    "without_item",
]

_HOMES = {
    "applied": "editing",
    "block_of_entry": "layout",
    "block_of_item": "layout",
    "indent_of": "layout",
    "quoted": "quoting",
    "with_entry": "editing",
    "with_item": "editing",
    "with_value": "quoting",
    "without_entry": "editing",
    "without_item": "editing",
}


def __getattr__(name: str) -> object:
    """Load a name on first use (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
