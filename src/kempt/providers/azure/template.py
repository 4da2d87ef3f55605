"""Values of a pipeline with its templates put in: `${{ if }}`, `${{ each }}` and parameters are followed, not computed.

Which branch of an `if` is taken is not known when a file is read, so that both count; an `each` counts once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import NamedTuple

from kempt.formats import yaml

EXPRESSION = re.compile(r"\$\{\{([^{}]{1,500})\}\}")
STRUCTURE = re.compile(r"\$\{\{\s*(?:if|elseif|else|each|insert)\b")
PARAMETER = re.compile(r"\s*parameters(?:\.([\w-]+)|\[\s*'([^']*)'\s*\])\s*")
DEPTH = 20
"""How deep expressions and templates are followed into each other."""

BUDGET = 100_000
"""How many values are read in all: templates that name each other twice would double without end."""

LONGEST = 64 * 1024
"""Characters of a text in which parameters are put in."""


class Source(NamedTuple):
    """A file."""

    path: PurePosixPath
    document: yaml.Document


class Frame(NamedTuple):
    """A file as it is used in one place, with the parameters that are given to it there."""

    source: Source
    parameters: Mapping[str, Held] = {}
    depth: int = 0


class Held(NamedTuple):
    """A node in the frame that it belongs to."""

    node: yaml.Node
    frame: Frame


class Budget:
    """What may still be read."""

    def __init__(self) -> None:
        self.left = BUDGET

    def spend(self, amount: int = 1) -> bool:
        """Whether so much more may be."""
        self.left -= amount
        return self.left >= 0


def named(expression: str) -> str:
    """The name of the parameter that an expression is, "" where it is anything else."""
    match = PARAMETER.fullmatch(expression)
    return (match[1] or match[2]) if match else ""


def resolved(held: Held | None, depth: int = DEPTH) -> Held | None:
    """A value, or what is given for the parameter that it is."""
    while held is not None and isinstance(held.node, yaml.Scalar) and depth > 0:
        match = EXPRESSION.fullmatch(held.node.value.strip())
        name = named(match[1]) if match else ""
        if name not in held.frame.parameters:
            break
        held, depth = held.frame.parameters[name], depth - 1
    return held


def text(held: Held | None) -> str:
    """The text of a scalar, with the parameters in it that are known."""
    found = resolved(held)
    if found is None or not isinstance(found.node, yaml.Scalar) or yaml.is_null(found.node):
        return ""
    return substituted(found.node.value, found.frame)


def substituted(value: str, frame: Frame, depth: int = 3) -> str:
    """A text with the parameters in it that are known and literal."""
    if "${{" not in value or len(value) > LONGEST:
        return value

    def given(match: re.Match[str]) -> str:
        held = resolved(frame.parameters.get(named(match[1])))
        if held is None or not isinstance(held.node, yaml.Scalar) or len(held.node.value) > LONGEST // 64:
            return match[0]
        return substituted(held.node.value, held.frame, depth - 1) if depth > 0 else match[0]

    return EXPRESSION.sub(given, value)


def entries(held: Held | None, budget: Budget) -> dict[str, Held]:
    """The entries of a map, those below an `if` among them."""
    found: dict[str, Held] = {}
    _collect(resolved(held), budget, found, DEPTH)
    return found


def _collect(held: Held | None, budget: Budget, found: dict[str, Held], depth: int) -> None:
    if held is None or depth <= 0:
        return
    for entry in yaml.entries(held.node):
        if not budget.spend():
            return
        value = Held(entry.value, held.frame)
        if STRUCTURE.match(entry.key.value):
            _collect(resolved(value), budget, found, depth - 1)
        else:
            found.setdefault(entry.key.value, value)


def items(held: Held | None, budget: Budget, depth: int = DEPTH) -> Iterator[Held]:
    """The items of a list, those below an `if` or an `each` and of lists given as parameters among them."""
    held = resolved(held)
    if held is None or depth <= 0 or not isinstance(held.node, yaml.Sequence):
        return
    for node in held.node.items:
        if not budget.spend():
            return
        item = Held(node, held.frame)
        inner = resolved(item)
        if inner is not None and inner is not item and isinstance(inner.node, yaml.Sequence):
            yield from items(inner, budget, depth - 1)
        elif isinstance(node, yaml.Mapping) and any(STRUCTURE.match(entry.key.value) for entry in node.entries):
            for entry in node.entries:
                yield from _branch(Held(entry.value, held.frame), budget, depth - 1)
        elif inner is not None:
            yield inner


def _branch(value: Held, budget: Budget, depth: int) -> Iterator[Held]:
    """What stands below an `if`: a list, or one item."""
    if isinstance(value.node, yaml.Sequence):
        yield from items(value, budget, depth)
    elif isinstance(value.node, yaml.Mapping):
        yield value
