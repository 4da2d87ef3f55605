"""A script as text to its commands."""

from __future__ import annotations

import re
from functools import lru_cache

from kempt.formats.shell.data import Shell

LIMIT = 1024**2
REMEMBERED = 4096
"""Characters of a script whose commands are kept: the jobs of a repository repeat each other."""
MOST_PIPES = 4096  # a pipeline of many more keeps the grammar busy where its time cannot be limited
_ENDS_AT_ERROR = re.compile(r"#![^\n]*sh +-[a-z]*e")


def parse(script: str) -> Shell:
    """The commands of a script; no text is an error. One that is too large comes to none, with `has_errors`."""
    return _known(script) if len(script) <= REMEMBERED else _parsed(script)


@lru_cache(maxsize=256)
def _known(script: str) -> Shell:
    return _parsed(script)


def _parsed(script: str) -> Shell:
    from kempt.formats.shell.context import Context, State
    from kempt.formats.shell.folders import Folder
    from kempt.formats.shell.grammar import Grammar
    from kempt.formats.shell.source import source
    from kempt.formats.shell.walk import Walk

    if len(script) > LIMIT or script.count("|") > MOST_PIPES:
        return Shell(has_errors=True)
    state = State([], errexit=True if _ENDS_AT_ERROR.match(script) else None)
    Walk(Grammar(), source(script), state).run(Context(), Folder())
    return Shell(tuple(state.commands), tuple(state.exported), state.errexit, state.pipefail, state.has_errors)
