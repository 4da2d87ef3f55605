"""Journals on disk: one file for each change, each line on the disk before what it announces is done."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from types import TracebackType
from typing import NamedTuple, Self

from kempt.errors import KemptError
from kempt.host.files import write_all
from kempt.host.folders import BINARY, CLOEXEC, NOFOLLOW
from kempt.host.reading import read_regular
from kempt.host.state import repository_key, state_folder

SUFFIX = ".jsonl"
LIMIT = 2 * 1024**3
_FIRST, _LAST = 64 * 1024, 4096
_HINT = "set KEMPT_STATE_DIR to a folder that can be written"


class Outline(NamedTuple):
    """The ends of a journal: its first line, and what is in its last 4 kB. `key` is that of its repository."""

    path: str
    identity: str
    key: str
    first: bytes
    last: bytes

    def is_about(self, root: str) -> bool:
        """Whether it is about the repository at a root."""
        return self.key == repository_key(root)

    def read(self) -> bytes:
        """All of the journal. Raises UnreadableError where it is gone by now."""
        return read_regular(self.path, LIMIT)


class JournalFile:
    """A journal that is being written."""

    def __init__(self, path: str, flags: int) -> None:
        self._path = path
        self._descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | NOFOLLOW | CLOEXEC | BINARY | flags, 0o600)

    @classmethod
    def create(cls, identity: str, root: str, header: bytes) -> JournalFile:
        """A new journal for a repository, with its first line.

        Raises FileExistsError if the id is taken, and KemptError, with nothing left, if it cannot be written.
        """
        path = os.path.join(state_folder("journals"), f"{identity}.{repository_key(root)}{SUFFIX}")
        try:
            journal = cls(path, os.O_CREAT | os.O_EXCL)
        except FileExistsError:
            raise
        except OSError as error:
            raise _unwritable(path, error) from error
        try:
            journal.append(header)
        except BaseException:
            journal.remove()
            journal.close()
            raise
        _sync_folder(os.path.dirname(path))
        return journal

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._descriptor)

    def append(self, line: bytes) -> None:
        """Write a line and wait until it is on the disk. Raises KemptError, with nothing written, when it cannot be."""
        size = os.fstat(self._descriptor).st_size
        try:
            write_all(self._descriptor, line)
            os.fsync(self._descriptor)
        except OSError as error:
            with suppress(OSError):
                os.ftruncate(self._descriptor, size)
            raise _unwritable(self._path, error) from error

    def remove(self) -> None:
        """Take the journal away: nothing was changed."""
        with suppress(OSError):
            os.unlink(self._path)


def append_to(identity: str, line: bytes) -> None:
    """Add a line to a journal that is there already."""
    for path in _paths():
        if _identity(path) == identity:
            with JournalFile(path, 0) as journal:
                journal.append(line)


def read_journals(identity: str = "", root: str = "") -> Iterator[bytes]:
    """The contents of journals, the last first: of all, of one, or of one repository."""
    key = repository_key(root) if root else ""
    for path in reversed(_paths()):
        if identity in {"", _identity(path)} and key in {"", path.split(".")[-2]}:
            yield read_regular(path, LIMIT)


def outlines(until: str = "") -> Iterator[Outline]:
    """The ends of all journals, the last first: some are large. One that cannot be read is left out.

    `until`: only those begun by then, a time as in their ids (`clock.stamp`).
    """
    for path in reversed(_paths()):
        if until and _identity(path) > until:
            continue
        with suppress(OSError):
            descriptor = os.open(path, os.O_RDONLY | NOFOLLOW | CLOEXEC | BINARY)
            try:
                first = os.read(descriptor, _FIRST).partition(b"\n")[0]
                os.lseek(descriptor, max(0, os.fstat(descriptor).st_size - _LAST), os.SEEK_SET)
                last = os.read(descriptor, _LAST)
            finally:
                os.close(descriptor)
            yield Outline(path, _identity(path), path.split(".")[-2], first, last)


def prune_journals(before: float) -> None:
    """Remove journals last written before a time, in seconds since the epoch."""
    for path in _paths():
        with suppress(OSError):
            if os.lstat(path).st_mtime < before:
                os.unlink(path)


def _paths() -> list[str]:
    folder = state_folder("journals")
    return sorted(os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(SUFFIX))


def _identity(path: str) -> str:
    return os.path.basename(path).split(".")[0]


def _sync_folder(folder: str) -> None:
    with suppress(OSError):  # Windows cannot open a folder, and some file systems cannot sync one
        descriptor = os.open(folder, os.O_RDONLY | CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _unwritable(path: str, error: OSError) -> KemptError:
    return KemptError(f"cannot write the journal: {error.strerror or error}", path=path, hint=_HINT)
