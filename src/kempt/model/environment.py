"""An installed environment: its distributions, its fingerprint, and what is wrong with it."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Damage(StrEnum):
    """What can be wrong with an installed environment; the value is the word for it in reports and test ids."""

    MODIFIED = "modified"  # the content is not what RECORD says
    RESIZED = "resized"  # not even the size is
    MISSING = "missing"
    STRAY = "stray"  # no distribution owns it
    NO_RECORD = "no-record"
    BROKEN_RECORD = "broken-record"  # empty, cut short, or without METADATA, WHEEL and itself
    UNSAFE_RECORD = "unsafe-record"  # rows that point out of the environment
    BROKEN_METADATA = "broken-metadata"
    LEFTOVER = "leftover"  # of an install that was stopped
    MISSING_SCRIPT = "missing-script"
    FOREIGN_SCRIPT = "foreign-script"  # a wrapper that starts another environment's Python
    EDITED_SCRIPT = "edited-script"
    BYTECODE = "bytecode"  # a .pyc that Python would run, and that does not belong to its source
    UNCHECKED_BYTECODE = "unchecked-bytecode"  # a .pyc that Python never compares with its source
    SHARED = "shared"  # two distributions own one file
    DUPLICATE = "duplicate"  # one distribution is installed twice
    SYSTEM_SITE = "system-site"
    SYMLINK = "symlink"
    WRONG_PYTHON = "wrong-python"  # the interpreter is gone, or another one than pyvenv.cfg says
    MOVED = "moved"  # made at another place and copied or moved here
    UNREADABLE = "unreadable"


_WORDS = {
    Damage.MODIFIED: "its content is not what RECORD says",
    Damage.RESIZED: "its size is not what RECORD says",
    Damage.MISSING: "it is missing",
    Damage.STRAY: "no distribution owns it",
    Damage.NO_RECORD: "the list of its files is missing",
    Damage.BROKEN_RECORD: "the list of its files is broken",
    Damage.UNSAFE_RECORD: "the list of its files leads out of the environment",
    Damage.BROKEN_METADATA: "its metadata is broken",
    Damage.LEFTOVER: "a leftover",
    Damage.MISSING_SCRIPT: "the script is missing",
    Damage.FOREIGN_SCRIPT: "the script belongs to another environment",
    Damage.EDITED_SCRIPT: "the script was edited",
    Damage.BYTECODE: "bytecode that is not its source's",
    Damage.UNCHECKED_BYTECODE: "bytecode that Python runs without comparing it with its source",
    Damage.SHARED: "two distributions own it",
    Damage.DUPLICATE: "it is installed twice",
    Damage.SYSTEM_SITE: "packages from outside can be imported",
    Damage.SYMLINK: "a symbolic link",
    Damage.WRONG_PYTHON: "the interpreter is not the one it was made with",
    Damage.MOVED: "the environment was copied or moved here",
    Damage.UNREADABLE: "it cannot be read",
}


class Problem(NamedTuple):
    """One thing that is wrong. `path` is relative to the environment, with `/`; `distribution` is a normalised name.

    `detail` says more, in words, and may be empty.
    """

    damage: Damage
    path: str
    distribution: str = ""
    detail: str = ""

    @property
    def words(self) -> str:
        """What is wrong, for people."""
        return f"{_WORDS[self.damage]}: {self.detail}" if self.detail else _WORDS[self.damage]


class Distribution(NamedTuple):
    """What is installed: normalised name, version, and the dist-info folder relative to the environment.

    `editable` is the absolute path of the project that it is installed from in place, else empty. `seed`: it came with
    the environment (pip, setuptools, wheel) and not from the lock.
    """

    name: str
    version: str
    folder: str
    installer: str = ""
    editable: str = ""
    seed: bool = False


class Fingerprint(NamedTuple):
    """What an environment holds, as `kempt-env-1` says it: the same for one lock at every place, by every installer.

    `digest` is the SHA-256 of `lines` (header first, then sorted). `read` files were read whole, the others are known
    by RECORD or by an earlier reading; `files` and `bytes` count all that the fingerprint covers. `notes` say in words
    what could not be looked at, and is no problem by itself.
    """

    environment: str
    digest: str
    python: str
    lines: tuple[str, ...]
    problems: tuple[Problem, ...] = ()
    distributions: tuple[Distribution, ...] = ()
    files: int = 0
    bytes: int = 0
    read: int = 0
    proof: bool = False
    notes: tuple[str, ...] = ()

    @property
    def packages(self) -> int:
        """How many distributions there are, without those that came with the environment."""
        return sum(not each.seed for each in self.distributions)
