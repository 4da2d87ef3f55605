"""What a command is going to change, as data: a dry run prints it, one executor runs it, a journal takes it back."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from kempt.model.tree import Entry


class Expect(NamedTuple):
    """How a file looked when the plan was made. A step is refused when it looks otherwise right before it.

    Sizes in bytes, times in nanoseconds since the epoch, as `os.lstat` gives them.
    """

    size: int
    mtime_ns: int
    ctime_ns: int
    dev: int
    inode: int


class WriteFile(NamedTuple):
    """Write `content` to a regular file, atomically. `expect` is None for a file that must not exist yet."""

    path: str
    content: bytes
    expect: Expect | None


class RemoveFile(NamedTuple):
    """Remove a regular file, and those of `folders` (outermost first) that are empty then."""

    path: str
    expect: Expect
    folders: tuple[str, ...] = ()


class UpdateIndex(NamedTuple):
    """Change git's index and no file on disk: `remove` entries as they are now, `add` contents (path, content).

    Every removed entry must still have the mode and object id named here, and every added path must have the
    object id in `before` (aligned with `add`; "" for a path that is not in the index).
    """

    remove: tuple[Entry, ...] = ()
    add: tuple[tuple[str, bytes], ...] = ()
    before: tuple[str, ...] = ()


class Tracked(NamedTuple):
    """What git's index holds for one path, but its name.

    `tag` is the letter of `git ls-files -v`: H, or S where the file is not checked out (sparse checkouts), in lower
    case where git was told to assume it unchanged.
    """

    mode: str
    oid: str
    tag: str = "H"


class IndexChange(NamedTuple):
    """One path of git's index as it is before and after a change; None where it is not in the index."""

    path: str
    before: Tracked | None
    after: Tracked | None


class RestoreIndex(NamedTuple):
    """Give entries of git's index an earlier state back, and change no file. Each path must be as in `before`."""

    changes: tuple[IndexChange, ...]


class Identity(NamedTuple):
    """Which file or folder it was, whatever is at its path by now. `kind` is `stat.S_IFMT` of its mode."""

    dev: int
    inode: int
    kind: int


class RemoveTree(NamedTuple):
    """Remove a file, or a folder with all below it, that its tool makes again by itself: at once, and for good.

    `files` and `bytes` are what the plan said it would free.
    """

    path: str
    identity: Identity
    files: int = 0
    bytes: int = 0


class MoveToTrash(NamedTuple):
    """Move a file or a folder into the trash beside it, on the same file system, from where `undo` takes it back."""

    path: str
    identity: Identity
    files: int = 0
    bytes: int = 0


class RestoreFromTrash(NamedTuple):
    """Move a file or a folder back from the trash (`trash` is where it lies now) to `path`, if nothing is there."""

    path: str
    trash: str
    identity: Identity
    files: int = 0
    bytes: int = 0


class Means(StrEnum):
    """How two files come to lie on the same blocks.

    EXTENTS: the kernel compares both and lets one use the blocks of the other (FIDEDUPERANGE); both stay files of their
    own. CLONE: a copy that shares its blocks takes the place of the file (FICLONE, clonefile). LINK: both become names
    of one file, so that an edit of either reaches both.
    """

    EXTENTS = "extents"
    CLONE = "clone"
    LINK = "link"


class ShareFile(NamedTuple):
    """Let the file at `path` lie on the blocks of the one at `keep`, if both hold the same bytes.

    `digest` is the SHA-256 that both are expected to have, in hexadecimal digits, empty where none is known. `bytes` is
    what the plan said it would free. `environment` is the environment that `path` lies in, relative to the root; empty
    for none, "." for the root itself.
    """

    path: str
    keep: str
    means: Means
    expect: Expect
    kept: Expect
    digest: str = ""
    bytes: int = 0
    environment: str = ""


class UnshareFile(NamedTuple):
    """Give the file at `path` blocks of its own again, with the time of last change that it had before.

    `shared_ns` is the time that it has now; bytecode that was made for that time is stamped with `mtime_ns` again.
    `copy` is False where only such bytecode is left to be stamped. `digest` is what the content must still have, empty
    where nothing but this file's own name leads to it, and where it was `edited` since: today's content stays then.
    """

    path: str
    means: Means
    expect: Expect
    mtime_ns: int
    shared_ns: int
    digest: str = ""
    copy: bool = True
    bytes: int = 0
    environment: str = ""
    edited: bool = False


class RewriteBytecode(NamedTuple):
    """Put the name of its source differently in the bytecode at `path`, and let it lie where the file at `keep` does.

    `before` stands at `at` in the file, as `marshal` writes it, and `after` takes its place. `digest` is the SHA-256 of
    the file then, in hexadecimal digits, its stamp as zeros: both files must have it. `keep` is empty for a file that
    gets blocks of its own. `source` is as `planned`, and its time of last change, and with it the stamp, becomes
    `mtime_ns`; without a digest nothing but that changes. `own_ns` is the time of last change that the bytecode gets.
    `back`: the step takes an earlier one back. `bytes` and `environment` as in ShareFile.
    """

    path: str
    keep: str
    means: Means
    expect: Expect
    source: str
    planned: Expect
    mtime_ns: int
    at: int
    before: bytes
    after: bytes
    digest: str
    own_ns: int
    bytes: int = 0
    environment: str = ""
    back: bool = False


TreeStep = RemoveTree | MoveToTrash | RestoreFromTrash
ShareStep = ShareFile | UnshareFile | RewriteBytecode
LoneStep = TreeStep | ShareStep
"""Steps that do not depend on each other: one that is refused or fails stops no other."""

Step = WriteFile | RemoveFile | UpdateIndex | RestoreIndex | LoneStep


class Plan(NamedTuple):
    """Steps below one root, in order. Paths in steps are relative to `root`, with `/`.

    `why` names the command for people ("kempt check --fix"); `index_file` is set when it is not git's own.
    """

    root: str
    steps: tuple[Step, ...]
    why: str
    git_dir: str = ""
    index_file: str = ""


class Result(StrEnum):
    """How a step ended."""

    DONE = "done"
    SKIPPED = "skipped"
    REFUSED = "refused"
    FAILED = "failed"


class Outcome(NamedTuple):
    """One step and how it ended. `detail` says why it did not end well.

    `bytes` and `files` are what it wrote, freed or moved; a removal that failed half-way tells what it did free.
    """

    step: Step
    result: Result
    bytes: int = 0
    detail: str = ""
    files: int = 0


class Left(NamedTuple):
    """A path that `undo` leaves as it is, and why."""

    path: str
    reason: str


class Receipt(NamedTuple):
    """What was done. `journal` is the id that `kempt undo` takes, empty when nothing was changed.

    `left` are the paths that `undo` could not take back.
    """

    outcomes: tuple[Outcome, ...]
    journal: str = ""
    left: tuple[Left, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every step is done or was not needed."""
        return all(outcome.result in {Result.DONE, Result.SKIPPED} for outcome in self.outcomes)
