"""Words of a command line, told apart: options, their values, and the rest. What the commands of managers share."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from kempt.model.pipeline import Word

TRUE = frozenset({"1", "true", "yes", "on", "y", "t"})


class Options(NamedTuple):
    """`flags` are all options as written, without values; `values` those with one; `rest` what is neither.

    Numbers are the places of words in the command line.
    """

    flags: dict[str, int]
    values: dict[str, tuple[str, ...]]
    rest: tuple[tuple[int, Word], ...]

    def has(self, *names: str) -> bool:
        """Whether one of these options is given."""
        return any(name in self.flags for name in names)

    def value(self, *names: str) -> str:
        """The last value of the first of these options that has one, empty where none has."""
        return next((self.values[name][-1] for name in names if name in self.values), "")

    def all(self, *names: str) -> tuple[str, ...]:
        """All values of these options."""
        return tuple(value for name in names for value in self.values.get(name, ()))


def read(words: Sequence[Word], start: int, valued: Collection[str], *, whole: bool = True) -> Options:
    """The options from word number `start` on. `valued` are those that take the next word as their value.

    Without `whole`, reading ends at the first word that is no option: what follows belongs to another program.
    """
    flags: dict[str, int] = {}
    values: dict[str, list[str]] = {}
    rest: list[tuple[int, Word]] = []
    at = start
    while at < len(words):
        text = words[at].text
        is_option = text.startswith("-") and text != "-"
        if text == "--" or not (is_option or whole):
            first = at + (text == "--")
            rest += enumerate(words[first:], first)
            break
        if not is_option:
            rest.append((at, words[at]))
        else:
            names, value = _cut(text, valued)
            for name in names:
                flags.setdefault(name, at)
            if value is None and names[-1] in valued:
                at += 1
                value = words[at].text if at < len(words) else ""
            if value is not None:
                values.setdefault(names[-1], []).append(value)
        at += 1
    return Options(flags, {name: tuple(each) for name, each in values.items()}, tuple(rest))


def _cut(text: str, valued: Collection[str]) -> tuple[tuple[str, ...], str | None]:
    """The options in a word, and the value that is joined to the last: `--group=dev`, `-rbase.txt`, `-qr`."""
    if text.startswith("--"):
        name, equals, value = text.partition("=")
        return (name,), value if equals else None
    names = []
    for at, letter in enumerate(text[1:], 2):
        names.append(f"-{letter}")
        if names[-1] in valued:
            return tuple(names), text[at:].removeprefix("=") or None
    return tuple(names), None


def is_on(value: str | None) -> bool:
    """Whether a variable of these managers says yes."""
    return value is not None and value.strip().lower() in TRUE
