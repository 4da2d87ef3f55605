"""What lies on a disk and can go: found things, what they weigh, and why some of them stay.

A weight is what `du` counts: blocks that a file occupies, each inode once. What removing frees is less where a file has
names elsewhere too (hard links), so the two are told apart.
"""

from __future__ import annotations

from typing import NamedTuple

from kempt.model.artefact import Kind
from kempt.model.plan import Identity


class Weight(NamedTuple):
    """How much something occupies.

    `files` counts all entries but folders; `bytes` is what removing it frees: blocks of inodes whose names all lie
    inside, folders among them; `shared` is the rest, the blocks of inodes that have names elsewhere too. `du -s` shows
    `bytes + shared`.
    """

    files: int = 0
    bytes: int = 0
    shared: int = 0

    def plus(self, other: Weight) -> Weight:
        """Both together; right where no inode has names in both."""
        return Weight(self.files + other.files, self.bytes + other.bytes, self.shared + other.shared)


class Disposable(NamedTuple):
    """Something that can be made again: a folder with all below it, or a file.

    `path` is absolute and without links; `tool` is who makes it again; `project` the root of the Python project that it
    lies in, empty where there is none. `used_ns` is when it was last used, in nanoseconds since the epoch, as far as
    that is known (0: not looked at), and `evidence` what says so ("bytecode written", "file read").
    """

    path: str
    kind: Kind
    tool: str
    identity: Identity
    project: str = ""
    weight: Weight | None = None
    used_ns: int = 0
    evidence: str = ""


class Spared(NamedTuple):
    """Something that looks disposable and stays, and why, in words that end a sentence ("is tracked by git")."""

    path: str
    reason: str


TRASH_DAYS = 7
"""How long what was moved to the trash stays there."""


class Trash(NamedTuple):
    """A trash that kempt made, or what is left of a removal that was stopped: then there is nothing in `things`.

    `path` is absolute; `made` is in seconds since the epoch, 0 for leftovers; `things` are the names of what is in it.
    `root` is the folder that was cleaned then. `weight` is what it weighed when it went there.
    """

    path: str
    root: str
    made: float
    identity: Identity
    things: tuple[str, ...] = ()
    weight: Weight = Weight()

    @property
    def until(self) -> float:
        """From when on it is removed by the next run, in seconds since the epoch."""
        return self.made + TRASH_DAYS * 24 * 3600


class Process(NamedTuple):
    """A running process that uses a folder. `how` says what it does there ("runs its Python", "works in it")."""

    pid: int
    name: str
    how: str
