"""A job's matrix: its rows, what each of its names may be, and where that is written."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import prod
from typing import NamedTuple

from kempt.formats import yaml
from kempt.model.pipeline import UNPLACED, Text
from kempt.providers.github.expressions import Call, Expression, Name, parts, walk
from kempt.providers.github.scope import UNKNOWN, Scope, Values, possible, values
from kempt.providers.github.sources import Source

DEPTH_LIMIT = 5
VALUES_LIMIT = 2000
ROWS_LIMIT = 256
"""GitHub's own limit for the jobs of one matrix."""
WORK_LIMIT = 16 * ROWS_LIMIT
"""Rows times what is included or excluded, beyond which rows are not told apart."""

Item = dict[str, Text]
"""One item of an axis, or of `include` and `exclude`: names with what is written for them. Axes have a name each."""
Row = dict[str, Values]


class Written(NamedTuple):
    """A matrix as it is written.

    `open` are the names that may have other values too. It is `whole` unless an expression stands for `include`.
    """

    axes: tuple[tuple[Item, ...], ...] = ()
    included: tuple[Item, ...] = ()
    excluded: tuple[Item, ...] = ()
    open: tuple[str, ...] = ()
    whole: bool = True

    @property
    def items(self) -> Iterator[Item]:
        """All of them but those that are taken out."""
        yield from (item for axis in self.axes for item in axis)
        yield from self.included


def with_matrix(scope: Scope, source: Source, job: yaml.Node | None) -> Scope:
    """The scope with `matrix.…` of a job. What only a run knows has no names, or UNKNOWN among its values."""
    node = yaml.get(job, "strategy", "matrix")
    if node is None:
        return scope
    written = _written(node, source, scope)
    texts: dict[str, list[Text]] = {}
    for item in written.items:
        for name, text in item.items():
            texts.setdefault(name, []).append(text)
    if sum(map(len, texts.values())) > VALUES_LIMIT:
        return scope
    rows = tuple(_rows(written, scope)) if written.whole else ()
    known = {name: _values(name, found, rows, scope) for name, found in texts.items()}
    known |= {name: UNKNOWN for name in written.open if name not in known}
    if not written.whole or written.open:
        unsure = written.open if written.whole else tuple(known)
        known |= {name: (*known[name], None) for name in unsure if None not in known[name]}
    return scope._replace(
        values={**scope.values, **known},
        texts={**scope.texts, **{name: tuple(found) for name, found in texts.items()}},
        rows=rows if not written.open else (),
    )


def _values(name: str, found: list[Text], rows: tuple[Row, ...], scope: Scope) -> Values:
    """What a name may be: in the rows if they are known, which may leave it out, or else as it is written."""
    if rows:
        return tuple(dict.fromkeys(value for row in rows for value in row.get(name, ("",))))
    return tuple(dict.fromkeys(value for text in found for value in possible(text.value, scope)))


# --- rows ----------------------------------------------------------------------------------------------
def _rows(written: Written, scope: Scope) -> Iterator[Row]:
    """The product of the axes without what is excluded; what is included adds to each row that it fits, or is one."""
    count, changes = prod(map(len, written.axes)), len(written.included) + len(written.excluded)
    if count + len(written.included) > ROWS_LIMIT or count * changes > WORK_LIMIT:
        return
    axes = [[_row(item, scope) for item in axis] for axis in written.axes]
    own = {name for axis in axes for item in axis for name in item}
    excluded = [_row(item, scope) for item in written.excluded]
    rows = [_merged(items) for items in product(*axes)] if axes else []
    rows = [row for row in rows if not any(each.items() <= row.items() for each in excluded)]
    alone: list[Row] = []
    for included in (_row(item, scope) for item in written.included):
        asked = {name: value for name, value in included.items() if name in own}.items()
        fitting = [row for row in rows if asked <= row.items()]
        for row in fitting:
            row.update(included)
        if not fitting:
            alone.append(included)
    yield from (*rows, *alone)


def _row(item: Item, scope: Scope) -> Row:
    return {name: possible(text.value, scope) for name, text in item.items()}


def _merged(items: tuple[Row, ...]) -> Row:
    return {name: value for item in items for name, value in item.items()}


# --- as it is written ----------------------------------------------------------------------------------
def _written(node: yaml.Node, source: Source, scope: Scope) -> Written:
    root = node
    if isinstance(node, yaml.Scalar):
        made, whole = _made(node, source, scope)
        if len(made) != 1 or not whole:
            return Written(whole=False)
        root = made[0]
    axes: list[tuple[Item, ...]] = []
    found = Written()
    for entry in yaml.entries(root):
        name = entry.key.value.lower()
        items, whole = _items(
            "matrix" if name in {"include", "exclude"} else f"matrix.{name}", entry.value, source, scope
        )
        if name == "include":
            found = found._replace(included=items, whole=whole)
        elif name == "exclude":
            found = found._replace(excluded=items)
        else:
            axes.append(items)
            found = found if whole else found._replace(open=(*found.open, f"matrix.{name}"))
    return found._replace(axes=tuple(axes))


def _items(name: str, node: yaml.Node, source: Source, scope: Scope) -> tuple[tuple[Item, ...], bool]:
    """The items of a list, and whether these are all; a list may be an expression that makes one."""
    listed, whole = _made(node, source, scope) if isinstance(node, yaml.Scalar) else ((node,), True)
    found = (each for one in listed if isinstance(one, yaml.Sequence) for each in one.items)
    items = tuple(dict(_flat(name, each, source, 0)) for each in found)
    if not items and isinstance(node, yaml.Scalar) and "${{" not in node.value and name != "matrix":
        return ({name: source.text(node)},), True
    return items, whole


def _flat(name: str, node: yaml.Node, source: Source, depth: int) -> Iterator[tuple[str, Text]]:
    if isinstance(node, yaml.Scalar):
        yield name, source.text(node)
    elif isinstance(node, yaml.Mapping) and depth < DEPTH_LIMIT:
        for entry in yaml.entries(node):
            yield from _flat(f"{name}.{entry.key.value.lower()}", entry.value, source, depth + 1)


# --- what `fromJSON` makes -----------------------------------------------------------------------------
def _made(scalar: yaml.Scalar, source: Source, scope: Scope) -> tuple[tuple[yaml.Node, ...], bool]:
    """What `${{ fromJSON(…) }}` makes of the texts that stand in the file, and whether there can be no others.

    The default of an input is one of them. Its nodes stand where the text stands, at no offset of their own.
    """
    found = parts(scalar.value.strip())
    match found[0].expression if len(found) == 1 else None:
        case Call("fromjson", (argument,)):
            known = values(argument, scope)
            said = [source.text(scalar)._replace(value=value) for value in known if value]
            given = _given(argument, scope) if None in known else ()
            made = [_moved(root, text) for text in (*said, *given) for root in _roots(text.value)]
            return tuple(made), None not in known
        case _:
            return (), False


def _given(argument: Expression, scope: Scope) -> tuple[Text, ...]:
    names = (each.path for each in walk(argument) if isinstance(each, Name))
    return tuple(text for name in names for text in scope.texts.get(name, ()))


def _roots(text: str) -> tuple[yaml.Node, ...]:
    """JSON is read as the YAML that it also is."""
    parsed = yaml.parse(text.encode("utf-8", "surrogateescape")) if text[:1] in {"[", "{"} else None
    return parsed.roots if isinstance(parsed, yaml.Document) else ()


def _moved(node: yaml.Node, text: Text) -> yaml.Node:
    """The same node where a text stands."""
    if isinstance(node, yaml.Sequence):
        return node._replace(items=tuple(_moved(item, text) for item in node.items))
    if isinstance(node, yaml.Mapping):
        return node._replace(entries=tuple(each._replace(value=_moved(each.value, text)) for each in node.entries))
    return node._replace(start=UNPLACED, end=UNPLACED, line=text.location.line, column=text.location.column)
