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
    Damage.MODIFIED: "is not what RECORD says",
    Damage.RESIZED: "is not what RECORD says, nor is its size",
    Damage.MISSING: "is missing",
    Damage.STRAY: "belongs to no distribution",
    Damage.NO_RECORD: "is missing or cannot be read",
    Damage.BROKEN_RECORD: "is damaged",
    Damage.UNSAFE_RECORD: "names files outside of the environment",
    Damage.BROKEN_METADATA: "is damaged",
    Damage.LEFTOVER: "was left by an installation that was stopped",
    Damage.MISSING_SCRIPT: "is missing",
    Damage.FOREIGN_SCRIPT: "starts the Python of another environment",
    Damage.EDITED_SCRIPT: "is not what an installer writes",
    Damage.BYTECODE: "is bytecode that its source does not give",
    Damage.UNCHECKED_BYTECODE: "is bytecode that Python never compares with its source",
    Damage.SHARED: "is brought by two distributions",
    Damage.DUPLICATE: "is there twice",
    Damage.SYSTEM_SITE: "lets the packages of the base interpreter in",
    Damage.SYMLINK: "is a symbolic link",
    Damage.WRONG_PYTHON: "is not the Python that the environment was made with",
    Damage.MOVED: "is of another place",
    Damage.UNREADABLE: "cannot be read",
}
"""Each damage as the end of a sentence that begins with the path."""


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
        """What is wrong, for people: the end of a sentence that begins with the path."""
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
