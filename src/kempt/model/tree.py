"""What a rule may ask of the files it checks. The backends live in `host/trees.py`."""

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import NamedTuple, Protocol

from kempt.model.listing import Listing

REGULAR, EXECUTABLE, SYMLINK, SUBMODULE = "100644", "100755", "120000", "160000"


class Entry(NamedTuple):
    """One tracked file: git's mode (octal, as git prints it), object id (empty outside git) and path."""

    mode: str
    oid: str
    path: str


class Tree(Protocol):
    """The tracked files of one repository, wherever they are kept.

    Paths are relative to the root, with `/`, decoded as file names are.
    """

    @property
    def root(self) -> str:
        """What the tree is called in messages: the folder, or the git directory and the commit."""

    @property
    def listing(self) -> Listing:
        """All tracked paths."""

    def read(self, path: str) -> bytes:
        """The content of a file as this tree sees it.

        Raises UnreadableError when it is missing, not a regular file, or larger than kempt reads.
        """

    def is_untracked(self, path: str, /) -> bool:
        """Whether a regular file lies there that is not tracked. Only a work tree can hold one."""

    def prefetch(self, paths: Iterable[str]) -> None:
        """Make ready to `read` these paths, in as few calls as the backend needs."""

    def entries(self, paths: Iterable[str]) -> tuple[Entry, ...]:
        """Modes and object ids of all tracked files at or below these paths, in the order of `listing`."""

    def sizes(self, entries: Iterable[Entry]) -> tuple[int | None, ...]:
        """Bytes of each entry's content as git holds it; None where they cannot be known."""


class Verdict(NamedTuple):
    """What the ignore rules say of one path: the last pattern that matches it, and where that pattern stands."""

    ignored: bool
    source: PurePosixPath
    line: int
    pattern: str


class Ignores(Protocol):
    """Who answers "would `git add .` take it?"."""

    def ask(self, files: Mapping[str, bytes], paths: Iterable[str]) -> dict[str, Verdict]:
        """The verdict on each path that some pattern matches, given these ignore files and no others."""
