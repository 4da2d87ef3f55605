"""What runs at a commit or by hand: hooks of pre-commit, shell scripts, recipes; offsets as in `model/pipeline.py`."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import NamedTuple

from kempt.model.pipeline import UNPLACED, Command, Text


class Hook(NamedTuple):
    """One hook of a pre-commit configuration. `repo` is the address it comes from, "local" or "meta".

    `block` is the span of its whole entry, list dash included; `repo_block` that of the repository's entry and
    `alone` says whether it is the only hook there. `commands` are those of its `entry` and `args`, none where its
    repository says what it runs. `stages` are what it is limited to, empty where it runs on each commit.
    """

    id: Text
    repo: str
    rev: Text | None = None
    entry: Text | None = None
    args: tuple[str, ...] = ()
    language: str = ""
    commands: tuple[Command, ...] = ()
    block: tuple[int, int] = (UNPLACED, UNPLACED)
    repo_block: tuple[int, int] = (UNPLACED, UNPLACED)
    alone: bool = False
    stages: tuple[str, ...] = ()


class HookFile(NamedTuple):
    """A pre-commit configuration. `insert` is the offset where another repository's entry goes, `indent` its margin.

    `hosted`: it has settings for pre-commit.ci, where hooks reach no network.
    """

    path: PurePosixPath
    text: str
    hooks: tuple[Hook, ...] = ()
    insert: int = UNPLACED
    indent: str = ""
    hosted: bool = False


class Script(NamedTuple):
    """A shell script, Makefile or justfile of the repository, as commands."""

    path: PurePosixPath
    text: str
    commands: tuple[Command, ...] = ()
