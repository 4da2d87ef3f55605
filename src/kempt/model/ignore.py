"""An ignore file as data: its text and its patterns, each with its place."""

from pathlib import PurePosixPath
from typing import NamedTuple


class Pattern(NamedTuple):
    """One pattern line. `start` and `end` are character offsets of the line in the file, its line end included.

    `text` is the pattern as written, without trailing blanks; `body` is it without `!`, a leading `/` and a trailing
    one; `anchored` says that git matches it from the file's folder only.
    """

    line: int
    start: int
    end: int
    text: str
    body: str
    negated: bool
    folder_only: bool
    anchored: bool


class IgnoreFile(NamedTuple):
    """One tracked .gitignore. `text` keeps every character, undecodable bytes as surrogates."""

    path: PurePosixPath
    text: str
    patterns: tuple[Pattern, ...]
