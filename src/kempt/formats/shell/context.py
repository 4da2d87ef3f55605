"""What the walk carries: what holds where it stands, and what it has found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kempt.formats.shell.data import NOWHERE, Assignment, Branch, Parsed

_MOST = 20_000  # commands and assignments


class Context(NamedTuple):
    """What holds for a command because of where it stands; the fields are those of `Parsed`."""

    statement: tuple[int, int] | None = None
    own: tuple[int, int] = NOWHERE
    branches: tuple[Branch, ...] = ()
    swallowed: tuple[int, int] = NOWHERE
    otherwise: tuple[str, ...] = ()
    piped_into: tuple[str, ...] = ()
    pipeline_head: bool = True
    is_test: bool = False
    negated: bool = False
    background: bool = False
    substituted: bool = False
    function: str = ""
    followed: tuple[int, int] = NOWHERE
    depth: int = 0
    looped: tuple[tuple[str, tuple[str, ...]], ...] = ()
    last: bool = True


class State:
    """What the walk has found, and the options that are set where it stands."""

    __slots__ = ("commands", "errexit", "exported", "has_errors", "pipefail")

    def __init__(self, commands: list[Parsed], *, errexit: bool | None = None) -> None:
        self.commands = commands
        self.exported: list[Assignment] = []
        self.errexit = errexit
        self.pipefail: bool | None = None
        self.has_errors = False

    def is_full(self) -> bool:
        """Whether it holds more than any script that people write."""
        return len(self.commands) + len(self.exported) > _MOST

    def set(self, argv: Sequence[str]) -> None:
        """What `set` is told."""
        options = _options(argv)
        self.errexit = options.get("errexit", self.errexit)
        self.pipefail = options.get("pipefail", self.pipefail)


def _options(argv: Sequence[str]) -> dict[str, bool]:
    """What `set` is told: `-euo pipefail` is {"errexit": True, "nounset": True, "pipefail": True}."""
    found: dict[str, bool] = {}
    letters = {"e": "errexit", "u": "nounset", "x": "xtrace"}
    names = iter(argv)
    for option in names:
        if option[:1] not in {"-", "+"} or option in {"--", "-"}:
            break
        for letter in option[1:]:
            name = next(names, "") if letter == "o" else letters.get(letter, letter)
            found[name] = option[0] == "-"
    return found
