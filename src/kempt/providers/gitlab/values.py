"""Values of a configuration that several files make up, each still knowing the file it stands in.

GitLab merges what it includes, and a job with the jobs it extends, map by map: a list or a scalar of the later one
takes the place of the earlier one's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import NamedTuple, TypeAlias

from kempt.formats import yaml

REFERENCE = re.compile(r"!reference[ \t]*$")
REFERENCE_DEPTH = 10
"""How deep GitLab follows references to references."""
BEFORE = 40
"""How many characters before a list are searched for its tag."""


class Source(NamedTuple):
    """One of the files."""

    path: PurePosixPath
    document: yaml.Document


class Held(NamedTuple):
    """A node as it stands in its file."""

    node: yaml.Node
    source: Source


Value: TypeAlias = "Held | Mapping[str, Value]"
"""What is written at one place, or a map that was merged from several."""


def children(value: Value | None) -> Mapping[str, Value]:
    """The entries of a map, merge keys resolved; none of anything else."""
    if isinstance(value, Held):
        return {entry.key.value: Held(entry.value, value.source) for entry in yaml.entries(value.node)}
    return {} if value is None else value


def is_map(value: Value | None) -> bool:
    """Whether a value is a map."""
    return value is not None and (not isinstance(value, Held) or isinstance(value.node, yaml.Mapping))


def merged(base: Value, over: Value) -> Value:
    """Both maps in one, and what the second says of a key holds. Anything else: the second. YAML bounds the depth."""
    if not (is_map(base) and is_map(over)):
        return over
    found = dict(children(base))
    for key, value in children(over).items():
        found[key] = merged(found[key], value) if key in found else value
    return found


def items(value: Value | None) -> tuple[Held, ...]:
    """The items of a list, or the one value that stands in its place."""
    if not isinstance(value, Held):
        return ()
    if isinstance(value.node, yaml.Sequence):
        return tuple(Held(item, value.source) for item in value.node.items)
    return () if yaml.is_null(value.node) else (value,)


def text_of(value: Value | None) -> str:
    """The text of a scalar, "" of anything else."""
    return yaml.text_of(value.node) if isinstance(value, Held) else ""


def referred(value: Value | None) -> tuple[str, ...]:
    """The keys that `!reference [job, script]` names; none where a value is no reference."""
    if not isinstance(value, Held) or not isinstance(value.node, yaml.Sequence) or not value.node.flow:
        return ()
    start = value.node.start
    if not REFERENCE.search(value.source.document.text[max(0, start - BEFORE) : start]):
        return ()
    return tuple(map(yaml.text_of, value.node.items))
