"""A command of a CI file."""

from typing import NamedTuple


class Line(NamedTuple):
    """One command, and a comment that says why."""

    command: str
    why: str = ""
