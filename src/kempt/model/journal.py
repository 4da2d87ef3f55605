"""What a journal says of a change: enough to take it back, whenever it was interrupted."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from kempt.model.plan import Expect, Identity, IndexChange, Left, Means, Plan


class FileChange(NamedTuple):
    """A file that is about to change. Paths are relative to the root.

    `before` is its content, None where there is none yet; `after` the SHA-256 of its new content in hex, empty where it
    is removed. `temporary` is the file that the new content is written to first; `folders` are those made for it, or
    removed with it.
    """

    path: str
    before: bytes | None
    after: str
    temporary: str = ""
    folders: tuple[str, ...] = ()


class IndexEdit(NamedTuple):
    """Entries of git's index that are about to change, all at once. `token` names the temporary files beside it."""

    changes: tuple[IndexChange, ...]
    token: str


class Fate(StrEnum):
    """What becomes of a file or a folder that is taken whole."""

    REMOVED = "removed"
    TRASHED = "trashed"
    RESTORED = "restored"


class TreeChange(NamedTuple):
    """A file, or a folder with all below it, that is about to go or to come back. Paths are relative to the root.

    `place` is the other end: the name under which it waits to be removed, or its place in the trash. `files` and
    `bytes` are what the plan said of it.
    """

    path: str
    place: str
    identity: Identity
    fate: Fate
    files: int = 0
    bytes: int = 0


class ShareChange(NamedTuple):
    """A file that is about to share the blocks of another, or, `unshared`, to have its own again.

    `before` and `kept` are both files as they were; `temporary` is the name under which the new one is made, in the
    folder of `path`. The paths are relative to the root; `digest`, `bytes` and `environment` are those of the step.
    """

    path: str
    keep: str
    means: Means
    before: Expect
    kept: Expect
    temporary: str
    digest: str = ""
    bytes: int = 0
    environment: str = ""
    unshared: bool = False


class BytecodeChange(NamedTuple):
    """A bytecode file that is about to name its source differently. The fields are those of the step RewriteBytecode.

    `was` is the file as it was, `source_was` its source; `temporary` is the name under which the new file is made.
    """

    path: str
    source: str
    temporary: str
    means: Means
    was: Expect
    source_was: Expect
    mtime_ns: int
    at: int
    before: bytes
    after: bytes
    digest: str
    bytes: int = 0
    environment: str = ""
    back: bool = False


LoneChange = TreeChange | ShareChange | BytecodeChange
Intent = FileChange | IndexEdit | LoneChange


class Header(NamedTuple):
    """Which change it is. `time` is in seconds since the epoch; `undoes` is the id of the change it took back."""

    id: str
    root: str
    git_dir: str
    index_file: str
    why: str
    time: float
    undoes: str = ""


class Journal(NamedTuple):
    """One change as its journal tells it. Not `finished`: kempt was stopped on the way. `undone`: it was taken back.

    Steps that were refused, and so changed nothing, are not among the `intents`.
    """

    header: Header
    intents: tuple[Intent, ...] = ()
    finished: bool = False
    undone: bool = False


class Shortage(NamedTuple):
    """A file system that has less room than a change needs, both in bytes. `folder` lies on it."""

    folder: str
    needs: int
    free: int


class Undo(NamedTuple):
    """What taking a change back would do: the steps, and the paths that are left alone because they changed since.

    `needless` counts what was removed for good, because its tools make it again by themselves. `passed` are later
    changes of which nothing is in the trash any more, where none was named. `short`: there is no room for the copies.
    """

    journal: Journal
    plan: Plan
    left: tuple[Left, ...] = ()
    needless: int = 0
    passed: tuple[Journal, ...] = ()
    short: tuple[Shortage, ...] = ()
