"""tree-sitter's grammar of bash, held to a limit of time: for some texts it needs the square of their length."""

from __future__ import annotations

from functools import cache
from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Language, Node

SECONDS = 3.0
"""For a script and all those inside of it; an ordinary one of a megabyte needs half a second."""
_BLOCK = 8192


class Grammar:
    """A parser for one script and those inside of it."""

    __slots__ = ("_parser", "_until")

    def __init__(self) -> None:
        from tree_sitter import Parser

        self._parser = Parser(_language())
        self._until = perf_counter() + SECONDS

    def root(self, text: str) -> Node | None:
        """The syntax tree of an ASCII text; None where that took too long."""
        content = text.encode("ascii")
        if len(content) <= _BLOCK:
            return self._parser.parse(content).root_node
        try:
            tree = self._parser.parse(
                lambda at, _: content[at : at + _BLOCK],
                progress_callback=lambda _at, _has_error: perf_counter() > self._until,
            )
        except ValueError:
            self._parser.reset()
            return None
        return tree.root_node


@cache
def _language() -> Language:
    from tree_sitter import Language
    from tree_sitter_bash import language

    return Language(language())
