"""Parameters of jobs, commands and executors: what `<< parameters.x >>` stands for where it is used."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from kempt.formats import yaml

PARAMETER = re.compile(r"<< *parameters\.([\w-]+) *>>", re.ASCII)
MOST_IN_A_TEXT, LONGEST_VALUE = 64, 2048
"""Bounds of what is filled in: parameters handed on from command to command could double a text each time."""
FALSE = frozenset({"", "false", "0", "null", "~"})
DEEPEST, WIDEST = 3, 10
"""Bounds of a condition: a larger one is not evaluated."""


class Bound(NamedTuple):
    """An argument, with the parameters of the place where it is written. `text` is its text with them filled in."""

    node: yaml.Node
    scope: Scope
    text: str


class Scope(NamedTuple):
    """The parameters that are known in a place. One whose value differs from use to use is not among them."""

    values: Mapping[str, Bound]


EMPTY = Scope({})
"""Where nothing is known, as in a default value."""


def filled(text: str, scope: Scope) -> str:
    """A text with its known parameters filled in; the others stay as they are written."""
    if not scope.values or "<<" not in text:
        return text
    return PARAMETER.sub(lambda match: _value(match, scope), text, MOST_IN_A_TEXT)


def _value(match: re.Match[str], scope: Scope) -> str:
    bound = scope.values.get(match[1])
    known = bound is not None and isinstance(bound.node, yaml.Scalar) and len(bound.text) <= LONGEST_VALUE
    return bound.text if known and bound is not None else match[0]


def resolved(node: yaml.Node | None, scope: Scope) -> tuple[yaml.Node | None, Scope]:
    """The argument that a node is nothing but the name of, with its scope; all else as it is."""
    while isinstance(node, yaml.Scalar) and (match := PARAMETER.fullmatch(node.value.strip())):
        bound = scope.values.get(match[1])
        if bound is None:
            break
        node, scope = bound.node, bound.scope
    return node, scope


def text_of(node: yaml.Node | None, scope: Scope) -> str:
    """The text of a scalar with its parameters filled in; "" of anything else."""
    node, scope = resolved(node, scope)
    return filled(yaml.text_of(node), scope)


def bound(node: yaml.Node, scope: Scope) -> Bound:
    """An argument where it is written."""
    found, inner = resolved(node, scope)
    return Bound(found or node, inner, filled(yaml.text_of(found), inner))


def called(definition: yaml.Node | None, arguments: yaml.Node | None, scope: Scope) -> Scope:
    """The parameters inside a command or an executor that is called with these arguments."""
    values = dict[str, Bound]()
    for name, parameter in yaml.entries(yaml.get(definition, "parameters")):
        argument = yaml.get(arguments, name.value)
        default = yaml.get(parameter, "default")
        if argument is not None:
            values[name.value] = bound(argument, scope)
        elif default is not None:
            values[name.value] = bound(default, EMPTY)
    return Scope(values)


def holds(node: yaml.Node | None, scope: Scope, depth: int = 0) -> bool | None:
    """Whether a condition is true; None where that is not known before it runs."""
    node, scope = resolved(node, scope)
    if isinstance(node, yaml.Scalar):
        text = filled(yaml.text_of(node), scope)
        return None if "<<" in text else text.lower() not in FALSE
    found = yaml.entries(node)
    if len(found) != 1 or depth > DEEPEST:
        return None
    operator, value = found[0].key.value, found[0].value
    if operator == "not":
        inner = holds(value, scope, depth + 1)
        return None if inner is None else not inner
    items = value.items if isinstance(value, yaml.Sequence) else ()
    if not items or len(items) > WIDEST:
        return None
    if operator == "equal":
        return _equal([text_of(item, scope) for item in items])
    parts = [holds(item, scope, depth + 1) for item in items]
    return {"and": _all(parts), "or": _any(parts)}.get(operator)


def _equal(texts: list[str]) -> bool | None:
    return None if any("<<" in text for text in texts) else len(set(texts)) == 1


def _all(parts: Iterable[bool | None]) -> bool | None:
    known = set(parts)
    return False if False in known else None if None in known else True


def _any(parts: Iterable[bool | None]) -> bool | None:
    known = set(parts)
    return True if True in known else None if None in known else False
