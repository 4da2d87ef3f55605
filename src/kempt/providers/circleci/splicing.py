"""The steps of a job in one row: commands with their parameters, `when` and `steps` put in the place of their names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from kempt.formats import yaml
from kempt.model.pipeline import UNPLACED
from kempt.providers.circleci.parameters import Scope, called, holds, resolved

DEEPEST = 8
"""Commands that call commands further down are left out: CircleCI allows no recursion, a hostile file might try."""
NOWHERE = (UNPLACED, UNPLACED)


class Item(NamedTuple):
    """A step of a kind that CircleCI or an orb defines: its name, its body, and the parameters known in it.

    `key` is the scalar that names it. `block` is the span of its entry in the list of steps.
    """

    name: str
    key: yaml.Scalar
    body: yaml.Node | None
    scope: Scope
    condition: str
    block: tuple[int, int]


class Place(NamedTuple):
    """Where steps are listed: the file, its commands by name, what is known there, and how deep in commands it is."""

    document: yaml.Document
    commands: Mapping[str, yaml.Node]
    scope: Scope
    condition: str = ""
    depth: int = 0


def spliced(steps: yaml.Node | None, place: Place) -> Iterator[Item | None]:
    """The items of a list of steps. A None is yielded for each node that is looked at, so that a caller can count."""
    found, scope = resolved(steps, place.scope)
    if not isinstance(found, yaml.Sequence) or place.depth > DEEPEST:
        return
    for node, block in zip(found.items, blocks(place.document, found), strict=True):
        yield None
        yield from _item(node, place._replace(scope=scope), block)


def _item(node: yaml.Node, place: Place, block: tuple[int, int]) -> Iterator[Item | None]:
    found, scope = resolved(node, place.scope)
    place = place._replace(scope=scope)
    if isinstance(found, yaml.Sequence):
        yield from spliced(found, place._replace(depth=place.depth + 1))
        return
    if isinstance(found, yaml.Scalar):
        key, body = found, None
    else:
        entries = yaml.entries(found)
        if not entries:
            return
        key, body = entries[0].key, entries[0].value
    name = key.value
    if name in {"when", "unless"}:
        yield from _conditional(name, body, place)
    elif name == "steps":
        yield from spliced(body, place._replace(depth=place.depth + 1))
    elif name in place.commands:
        yield from _called(name, body, place)
    else:
        yield Item(name, key, body, scope, place.condition, block)


def _conditional(name: str, body: yaml.Node | None, place: Place) -> Iterator[Item | None]:
    condition = yaml.get(body, "condition")
    known = holds(condition, place.scope)
    if known is (name == "unless"):
        return
    text = place.condition
    if known is None and condition is not None:
        written = " ".join(place.document.text[condition.start : condition.end].split())
        text = f"{name} {written}"[:200]
    yield from spliced(yaml.get(body, "steps"), place._replace(condition=text, depth=place.depth + 1))


def _called(name: str, arguments: yaml.Node | None, place: Place) -> Iterator[Item | None]:
    definition = place.commands[name]
    scope = called(definition, arguments, place.scope)
    yield from spliced(yaml.get(definition, "steps"), place._replace(scope=scope, depth=place.depth + 1))


def blocks(document: yaml.Document, sequence: yaml.Sequence) -> Iterator[tuple[int, int]]:
    """The span of each item in whole lines, without the lines between; none of an alias, which stands elsewhere."""
    done = sequence.start
    for item in sequence.items:
        if item.start < done:
            yield NOWHERE
        else:
            done = item.end
            yield (item.start, item.end) if sequence.flow else lines(document.text, item.start, item.end)


def lines(text: str, start: int, end: int) -> tuple[int, int]:
    """The whole lines from an offset to another."""
    after = text.find("\n", end)
    return text.rfind("\n", 0, start) + 1, len(text) if after < 0 else after + 1
