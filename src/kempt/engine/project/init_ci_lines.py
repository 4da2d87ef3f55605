"""What CI files are made of: commands, and the branch whose pushes are tested."""

from typing import NamedTuple


class Line(NamedTuple):
    """One command, and a comment that says why."""

    command: str
    why: str = ""


class Branch(NamedTuple):
    """The branch whose pushes are tested; `guess` says why this one where the repository does not say which it is."""

    name: str
    guess: str = ""
