"""What names stand for while a job is read: `env`, `matrix` and, in a local action, its `inputs`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import product
from typing import NamedTuple

from kempt.model.pipeline import Text
from kempt.providers.github.expressions import Call, Choice, Expression, Literal, Name, Test, parts, walk

LIMIT = 64
UNKNOWN: Values = (None,)
NOTHING_SAID: Values = ("",)
FALSY = frozenset({"", "false", "0"})
PLACE = re.compile(r"\{(\d{1,2})\}")

Values = tuple[str | None, ...]
"""All that something may be; None among them says that it may be something else too."""


class Scope(NamedTuple):
    """Names in small letters (`matrix.os`) with what they may be.

    `written` is the text that an input of a local action was given, where that is an expression of the caller's.
    `texts` are the places where a name's values are written down. `rows` are the rows of the matrix, where it says them
    all: what a row leaves out is empty in it.
    """

    values: Mapping[str, Values] = {}
    written: Mapping[str, str] = {}
    texts: Mapping[str, tuple[Text, ...]] = {}
    rows: tuple[Mapping[str, Values], ...] = ()

    def with_env(self, variables: Mapping[str, str]) -> Scope:
        """The same with these variables as `env`."""
        if not variables:
            return self
        known = {
            f"env.{name.lower()}": possible(value, self) if "${{" in value else (value,)
            for name, value in variables.items()
        }
        return self._replace(values={**self.values, **known})

    def by_row(self, *texts: str) -> tuple[Scope, ...]:
        """The scope of each row of the matrix, as far as these texts tell rows apart: values that belong together."""
        if not self.rows or not any("matrix" in text.lower() for text in texts):
            return (self,)
        known = {name for row in self.rows for name in row}
        asked = [name for name in dict.fromkeys(name for text in texts for name in names(text)) if name in known]
        told: dict[tuple[Values, ...], list[Mapping[str, Values]]] = {}
        for row in self.rows:
            told.setdefault(tuple(row.get(name, NOTHING_SAID) for name in asked), []).append(row)
        if not asked or len(told) > LIMIT:
            return (self,)
        return tuple(
            self._replace(values={**self.values, **dict(zip(asked, said, strict=True))}, rows=tuple(rows))
            for said, rows in told.items()
        )


NOTHING = Scope()


def possible(text: str, scope: Scope) -> Values:
    """What a text may come to."""
    if "${{" not in text:
        return (text,)
    return _distinct(value for row in scope.by_row(text) for value in _possible(text, row))


def single(text: str, scope: Scope) -> str | None:
    """What a text comes to, if that is one thing only."""
    found = possible(text, scope)
    return found[0] if len(found) == 1 else None


def filled(text: str, scope: Scope) -> str:
    """The text with what is known put in the place of its expressions; the others as they are written."""
    if "${{" not in text:
        return text
    return "".join(
        part.written if part.expression is None else _filled(part.written, part.expression, scope)
        for part in parts(text)
    )


def values(expression: Expression, scope: Scope) -> Values:
    """What an expression may come to."""
    match expression:
        case Literal(value):
            return (value,)
        case Name(path):
            return scope.values.get(path, UNKNOWN)
        case Choice(operator, left, right):
            either = [value for value in values(left, scope) if value not in FALSY] if operator == "||" else [""]
            return _distinct((*either, *values(right, scope)))
        case Test():
            return ("true", "false")
        case Call("format", (form, *arguments)):
            return _formatted(values(form, scope), [values(each, scope) for each in arguments])
        case _:
            return UNKNOWN


def names(text: str) -> tuple[str, ...]:
    """The names that the expressions of a text refer to."""
    found = (part.expression for part in parts(text) if part.expression is not None)
    return tuple(dict.fromkeys(each.path for one in found for each in walk(one) if isinstance(each, Name)))


def places(text: Text, scope: Scope) -> tuple[Text, ...]:
    """Where the values of a text are written: here, or at the names that it refers to."""
    if "${{" not in text.value:
        return (text,)
    return tuple(place for name in names(text.value) for place in scope.texts.get(name, ()))


def _possible(text: str, scope: Scope) -> Values:
    return _joined(
        [(part.written,) if part.expression is None else values(part.expression, scope) for part in parts(text)]
    )


def _filled(written: str, expression: Expression, scope: Scope) -> str:
    found = values(expression, scope)
    if len(found) == 1 and found[0] is not None:
        return found[0]
    return scope.written.get(expression.path, written) if isinstance(expression, Name) else written


def _formatted(forms: Values, arguments: list[Values]) -> Values:
    if len(forms) != 1 or forms[0] is None:
        return UNKNOWN
    pieces = PLACE.split(forms[0])
    found: list[Values] = []
    for number, piece in enumerate(pieces):
        if number % 2 == 0:
            found.append((piece.replace("{{", "{").replace("}}", "}"),))
        else:
            found.append(arguments[int(piece)] if int(piece) < len(arguments) else UNKNOWN)
    return _joined(found)


def _joined(found: list[Values]) -> Values:
    count = 1
    for each in found:
        count *= len(each)
        if count > LIMIT:
            return UNKNOWN
    return _distinct(None if None in each else "".join(map(str, each)) for each in product(*found))


def _distinct(found: Iterable[str | None]) -> Values:
    kept = tuple(dict.fromkeys(found))
    return kept if len(kept) <= LIMIT else UNKNOWN
