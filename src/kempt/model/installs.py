"""What a command line does with packages and locks, whichever manager it calls."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from kempt.model.pipeline import Word


class Effect(StrEnum):
    """What a command does to the environment and to the lock."""

    CHECKED = "checked"  # installs what the lock says, and fails where the lock does not answer the manifest
    FROZEN = "frozen"  # installs what the lock says; a stale lock is not noticed
    UNLOCKED = "unlocked"  # may ignore the lock, or write another one
    CHANGES = "changes"  # is there to change the manifest or the lock
    COMPARES = "compares"  # compares the lock with the manifest, and installs nothing
    TOOL = "tool"  # installs a program into a place of its own
    RUNS = "runs"  # runs a program in the environment as it is
    PACKAGES = "packages"  # installs what is named: files, names and folders decide whether that is locked
    PRUNES = "prunes"  # removes from the download cache what a later run would not need
    CLEARS = "clears"  # empties the download cache


INSTALLING = frozenset({Effect.CHECKED, Effect.FROZEN, Effect.UNLOCKED, Effect.PACKAGES})
"""What fills an environment of the project."""


class Doing(NamedTuple):
    """One command line, understood.

    `manager` is whose download cache it fills and whose lock it follows. `verb` is the index of the word after which
    an option can be put, `option` the index of the word that makes it FROZEN (0: a variable does). `names` are the
    requirements on the command line, `files` and `constraints` requirements files, `folders` projects (`.`, `./lib`);
    paths as written. `runs` is the program that it starts, with its arguments. `folder` is where it says that the
    project lies (`--directory`, `-C`), as written. `upgrades`: it asks for the newest versions on purpose. `cached`:
    the download cache is used. `target` is the folder of `--target`. `hashed`: hashes are required.
    """

    manager: str
    effect: Effect
    verb: int = 0
    option: int = 0
    names: tuple[Word, ...] = ()
    files: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()
    folder: str = ""
    upgrades: bool = False
    cached: bool = True
    target: str = ""
    hashed: bool = False

    @property
    def installs(self) -> bool:
        """Whether it fills an environment of the project."""
        return self.effect in INSTALLING


class Downloads(NamedTuple):
    """The download cache of a manager.

    `variable` moves it. `linux`, `macos` and `windows` are its default places, the first below XDG_CACHE_HOME.
    `kept` are the folders in it that hold downloads, empty for all of it; `asked` are the words of the command that
    prints its place. `prune` removes what a later run in CI does not need, empty where the manager has no such command.
    """

    variable: str
    linux: str
    macos: str
    windows: str
    asked: tuple[str, ...]
    kept: tuple[str, ...] = ()
    prune: str = ""
