"""Scalars of one file as values with their places, and lists written as the lines of one scalar."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import NamedTuple

from kempt.formats import yaml
from kempt.model.pipeline import UNPLACED, Text
from kempt.providers import scripts
from kempt.providers.github.scope import NOTHING, Scope, filled, possible


class Source(NamedTuple):
    """One YAML file: a workflow, or a local action. `own` says whether it is the workflow that is being read."""

    path: PurePosixPath
    document: yaml.Document
    own: bool = True

    def text(self, scalar: yaml.Scalar, scope: Scope = NOTHING) -> Text:
        """A scalar with its place; what is known of its expressions is filled in."""
        found = scripts.text(scalar, self.path)
        return found._replace(value=filled(found.value, scope))

    def lines(self, scalar: yaml.Scalar, scope: Scope) -> tuple[Text, ...]:
        """The lines of a scalar that say something, each with its own place where there are several."""
        if "\n" not in scalar.value.strip() and scalar.style not in {"|", ">"}:
            return (self.text(scalar, scope),) if scalar.value.strip() else ()
        placed = yaml.positions(self.document, scalar)
        at = placed.at if placed else None
        return tuple(self._line(scalar, start, end, at, scope) for start, end in _spans(scalar.value))

    def behind(self, scalar: yaml.Scalar) -> str:
        """What stands after a scalar on its line."""
        text = self.document.text
        stop = text.find("\n", scalar.end)
        return text[scalar.end : stop if stop >= 0 else len(text)][:200]

    def _line(
        self, scalar: yaml.Scalar, start: int, end: int, at: Callable[[int], int] | None, scope: Scope
    ) -> Text:  # fmt: skip
        value = filled(scalar.value[start:end], scope)
        location = scripts.place(scalar, self.path)
        if at is None:
            return Text(value, location, UNPLACED, UNPLACED, scalar.style)
        first, last = at(start), at(end - 1) + 1
        text = self.document.text
        line, column = scalar.line + text.count("\n", scalar.start, first), first - text.rfind("\n", 0, first)
        return Text(value, location._replace(line=line, column=column), first, last, scalar.style)


class With(NamedTuple):
    """The inputs that a step gives to an action."""

    source: Source
    node: yaml.Node | None
    scope: Scope

    def scalar(self, name: str) -> yaml.Scalar | None:
        """The scalar of an input, whatever the case of its name."""
        for entry in yaml.entries(self.node):
            if entry.key.value.lower() == name and isinstance(entry.value, yaml.Scalar):
                return entry.value
        return None

    def value(self, name: str, default: str = "") -> str:
        """What an input says, as far as it is known."""
        scalar = self.scalar(name)
        return default if scalar is None else filled(scalar.value, self.scope).strip()

    def text(self, name: str) -> Text | None:
        """An input with its place; None where it is missing or empty."""
        scalar = self.scalar(name)
        return self.source.text(scalar, self.scope) if scalar is not None and scalar.value.strip() else None

    def written(self, name: str) -> Text | None:
        """An input as it is written."""
        scalar = self.scalar(name)
        return self.source.text(scalar) if scalar is not None and scalar.value.strip() else None

    def lines(self, name: str) -> tuple[Text, ...]:
        """An input that is a list, one a line."""
        scalar = self.scalar(name)
        return () if scalar is None else self.source.lines(scalar, self.scope)

    def versions(self, name: str) -> tuple[Text, ...]:
        """An input that names versions, one a line, as they are written."""
        scalar = self.scalar(name)
        return () if scalar is None else self.source.lines(scalar, NOTHING)

    def folders(self, written: str, scope: Scope) -> tuple[str, ...]:
        """What a folder comes to in the rows of the matrix; one that only a run knows as far as it is known."""
        rows = scope.by_row(written)
        found = (filled(written, row) if each is None else each for row in rows for each in possible(written, row))
        return tuple(dict.fromkeys(found))

    def every(self, name: str) -> tuple[Text, ...]:
        """The lines of an input; in the place of one that is an expression, all that it comes to in the matrix."""
        return tuple(each for line in self.lines(name) for each in self._come_to(line))

    def _come_to(self, line: Text) -> Iterator[Text]:
        found = possible(line.value, self.scope) if line.value.startswith("${{") and line.value.endswith("}}") else ()
        if len(found) < 2 or None in found:  # noqa: PLR2004 - it is one thing, or only a run knows
            yield line
        else:
            yield from (line._replace(value=value, start=UNPLACED, end=UNPLACED) for value in found if value)


def variables(node: yaml.Node | None, scope: Scope) -> tuple[tuple[str, yaml.Scalar, str], ...]:
    """The entries of an `env:` with what they are worth; one does not see the others."""
    found = ((entry.key.value, entry.value) for entry in yaml.entries(node))
    return tuple((name, value, filled(value.value, scope)) for name, value in found if isinstance(value, yaml.Scalar))


def merged(*levels: Mapping[str, str]) -> dict[str, str]:
    """Variables of several levels, the last one winning."""
    return {name: value for level in levels for name, value in level.items()}


def _spans(value: str) -> Iterator[tuple[int, int]]:
    offset = 0
    for line in value.split("\n"):
        said = line.strip()
        if said:
            start = offset + line.index(said)
            yield start, start + len(said)
        offset += len(line) + 1
