"""GitHub's `${{ … }}`: read, and worked out as far as the file itself can tell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

EXPRESSION = re.compile(r"\$\{\{((?:[^'}$]|'[^']*+'|\}(?!\})|\$(?!\{\{))*+)\}\}")
TOKEN = re.compile(
    r"\s*+(?:(?P<string>'(?:[^']|'')*+')|(?P<number>[+-]?(?:0x[0-9A-Fa-f]++|[0-9]++(?:\.[0-9]++)?))"
    r"|(?P<name>[A-Za-z_][\w-]*+(?:\.(?:[A-Za-z_][\w-]*+|\*))*+)|(?P<mark>&&|\|\||[=!<>]=|[<>!()\[\],.]))"
)
DEPTH_LIMIT, TOKENS_LIMIT = 40, 2000
REMEMBERED = 500
"""Characters of a text whose parts are kept: the same few keys and versions stand in all jobs."""
COMPARISONS = frozenset({"==", "!=", "<", ">", "<=", ">="})


class Literal(NamedTuple):
    """A string, a number, true, false or null, as text."""

    value: str


class Name(NamedTuple):
    """What a context holds, in small letters: `matrix.python-version`."""

    path: str


class Call(NamedTuple):
    """A function with its arguments; its name is in small letters."""

    name: str
    arguments: tuple[Expression, ...]


class Choice(NamedTuple):
    """`&&` or `||`: one of two values comes out of it."""

    operator: str
    left: Expression
    right: Expression


class Test(NamedTuple):
    """A comparison or `!`: true or false comes out of it."""

    parts: tuple[Expression, ...]


class Part(NamedTuple):
    """A part of a text: as it is written, and, between `${{` and `}}`, what it says; None where it is no expression."""

    written: str
    expression: Expression | None = None


Expression = Literal | Name | Call | Choice | Test


class UnreadableError(Exception):
    """Not an expression, or one beyond reason."""


def parts(text: str) -> tuple[Part, ...]:
    """The parts of a text: what stands between expressions, and these."""
    if "${{" not in text:
        return (Part(text),) if text else ()
    return _known(text) if len(text) <= REMEMBERED else tuple(_parts(text))


@lru_cache(maxsize=512)
def _known(text: str) -> tuple[Part, ...]:
    return tuple(_parts(text))


def _parts(text: str) -> Iterator[Part]:
    done = 0
    for match in EXPRESSION.finditer(text):
        if match.start() > done:
            yield Part(text[done : match.start()])
        yield Part(match[0], read(match[1]))
        done = match.end()
    if done < len(text):
        yield Part(text[done:])


def read(text: str) -> Expression:
    """The expression; a call of nothing, which is known to nobody, where it cannot be read."""
    try:
        reader = _Reader(text)
        found = reader.either(0)
        reader.end()
    except UnreadableError:
        return Call("", ())
    return found


def walk(expression: Expression) -> Iterator[Expression]:
    """An expression and all in it, in the order in which they are written."""
    yield expression
    if isinstance(expression, Call):
        inner = expression.arguments
    elif isinstance(expression, Choice):
        inner = (expression.left, expression.right)
    else:
        inner = expression.parts if isinstance(expression, Test) else ()
    for each in inner:
        yield from walk(each)


class _Reader:
    """The tokens of one expression, taken from left to right."""

    __slots__ = ("kinds", "place", "tokens")

    def __init__(self, text: str) -> None:
        self.tokens: list[str] = []
        self.kinds: list[str] = []
        self.place = offset = 0
        while (match := TOKEN.match(text, offset)) and len(self.tokens) < TOKENS_LIMIT:
            kind = match.lastgroup or ""
            self.kinds.append(kind)
            self.tokens.append(match[kind])
            offset = match.end()
        if text[offset:].strip():
            raise UnreadableError

    def end(self) -> None:
        """Refuse what is left over."""
        if self.place < len(self.tokens):
            raise UnreadableError

    def either(self, depth: int) -> Expression:
        """`a || b`."""
        found = self._both(depth + 1)
        while self._takes("||"):
            found = Choice("||", found, self._both(depth + 1))
        return found

    def _both(self, depth: int) -> Expression:
        found = self._compared(depth)
        while self._takes("&&"):
            found = Choice("&&", found, self._compared(depth))
        return found

    def _compared(self, depth: int) -> Expression:
        found = self._single(depth)
        while self.place < len(self.tokens) and self.kinds[self.place] == "mark" and self._now() in COMPARISONS:
            self.place += 1
            found = Test((found, self._single(depth)))
        return found

    def _single(self, depth: int) -> Expression:
        if depth > DEPTH_LIMIT or self.place >= len(self.tokens):
            raise UnreadableError
        if self._takes("!"):
            return Test((self._single(depth + 1),))
        if self._takes("("):
            found = self.either(depth + 1)
            self._must(")")
        else:
            found = self._atom(depth)
        return self._indexed(found, depth)

    def _atom(self, depth: int) -> Expression:
        kind, token = self.kinds[self.place], self._now()
        self.place += 1
        if kind == "string":
            return Literal(token[1:-1].replace("''", "'"))
        if kind == "number":
            return Literal(token)
        if kind != "name":
            raise UnreadableError
        if self._takes("("):
            return Call(token.lower(), self._arguments(depth))
        lowered = token.lower()
        return Literal({"null": ""}.get(lowered, lowered)) if lowered in {"true", "false", "null"} else Name(lowered)

    def _arguments(self, depth: int) -> tuple[Expression, ...]:
        if self._takes(")"):
            return ()
        found = [self.either(depth + 1)]
        while self._takes(","):
            found.append(self.either(depth + 1))
        self._must(")")
        return tuple(found)

    def _indexed(self, found: Expression, depth: int) -> Expression:
        """`a['b']` is `a.b`; any other index makes it a call that nobody knows."""
        while self.place < len(self.tokens) and self._now() in {"[", "."} and self.kinds[self.place] == "mark":
            bracket = self._now() == "["
            self.place += 1
            index = self.either(depth + 1) if bracket else self._atom(depth)
            if bracket:
                self._must("]")
            key = index.value.lower() if isinstance(index, Literal) else index.path if isinstance(index, Name) else ""
            plain = isinstance(found, Name) and key and (isinstance(index, Literal) or not bracket)
            found = Name(f"{found.path}.{key}") if plain and isinstance(found, Name) else Call("", (found, index))
        return found

    def _now(self) -> str:
        return self.tokens[self.place]

    def _takes(self, mark: str) -> bool:
        taken = self.place < len(self.tokens) and self._now() == mark and self.kinds[self.place] == "mark"
        self.place += taken
        return taken

    def _must(self, mark: str) -> None:
        if not self._takes(mark):
            raise UnreadableError
