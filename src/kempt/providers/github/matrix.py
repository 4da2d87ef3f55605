"""A job's matrix: what each of its names may be, and where that is written."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.formats import yaml
from kempt.model.pipeline import Text
from kempt.providers.github.scope import UNKNOWN, Scope, Values, possible
from kempt.providers.github.sources import Source

DEPTH_LIMIT = 5
VALUES_LIMIT = 2000


def with_matrix(scope: Scope, source: Source, job: yaml.Node | None) -> Scope:
    """The scope with `matrix.…` of a job. A matrix that an expression makes has no names that are known."""
    matrix = yaml.get(job, "strategy", "matrix")
    found: dict[str, list[yaml.Scalar]] = {}
    for number, (name, scalar) in enumerate(_written(matrix)):
        if number >= VALUES_LIMIT:
            return scope
        found.setdefault(name, []).append(scalar)
    values = {name: _values(scalars, scope) for name, scalars in found.items()}
    texts = {name: tuple(_texts(source, scalars)) for name, scalars in found.items()}
    if isinstance(yaml.get(matrix, "include"), yaml.Scalar):
        values = {name: (*known, None) if None not in known else known for name, known in values.items()}
    return scope._replace(values={**scope.values, **values}, texts={**scope.texts, **texts})


def _written(matrix: yaml.Node | None) -> Iterator[tuple[str, yaml.Scalar]]:
    for entry in yaml.entries(matrix):
        name = entry.key.value.lower()
        if name == "include" and isinstance(entry.value, yaml.Sequence):
            for item in entry.value.items:
                yield from _flat("matrix", item, 0)
        elif name == "exclude":
            pass
        elif isinstance(entry.value, yaml.Sequence):
            for item in entry.value.items:
                yield from _flat(f"matrix.{name}", item, 1)
        elif isinstance(entry.value, yaml.Scalar):
            yield f"matrix.{name}", entry.value


def _flat(name: str, node: yaml.Node, depth: int) -> Iterator[tuple[str, yaml.Scalar]]:
    if isinstance(node, yaml.Scalar):
        yield name, node
    elif isinstance(node, yaml.Mapping) and depth < DEPTH_LIMIT:
        for entry in yaml.entries(node):
            yield from _flat(f"{name}.{entry.key.value.lower()}", entry.value, depth + 1)


def _values(scalars: list[yaml.Scalar], scope: Scope) -> Values:
    found = tuple(dict.fromkeys(value for scalar in scalars for value in possible(scalar.value, scope)))
    return found or UNKNOWN


def _texts(source: Source, scalars: list[yaml.Scalar]) -> Iterator[Text]:
    return (source.text(scalar) for scalar in scalars)
