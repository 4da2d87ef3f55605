"""Folders held open: what is done in one stays in it, whatever happens to its path meanwhile.

A path is checked once and then used again; between the two, a part of it can be swapped for a symbolic link. So a path
is walked part by part, each folder opened below the one before it and never through a link (openat with O_NOFOLLOW).
Where the platform cannot do that (Windows), each part is looked at instead, which leaves that gap open.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Self

from kempt.errors import UnsafeError

CLOEXEC = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOINHERIT", 0)
NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
BINARY = getattr(os, "O_BINARY", 0)
_DIRECTORY = getattr(os, "O_DIRECTORY", 0)
_REPARSE_POINT = 0x400  # Windows: a junction or link, st_file_attributes
BY_DESCRIPTOR = {os.open, os.stat, os.mkdir, os.rmdir, os.unlink, os.rename, os.link} <= os.supports_dir_fd

# Code points that HFS+ leaves out when it compares names: U+200C-F, U+202A-E, U+206A-F, U+FEFF.
_UNSEEN = dict.fromkeys((*range(0x200C, 0x2010), *range(0x202A, 0x202F), *range(0x206A, 0x2070), 0xFEFF))


class Folder:
    """An open folder. Names given to its methods are single names; no method follows a link. Errors are OSError."""

    __slots__ = ("_descriptor", "path")

    def __init__(self, path: str, descriptor: int | None) -> None:
        self.path = path
        self._descriptor = descriptor

    @classmethod
    def open(cls, path: str) -> Folder:
        """The folder at a path that the user chose: links in it are followed."""
        if BY_DESCRIPTOR:
            return cls(path, os.open(path, os.O_RDONLY | _DIRECTORY | CLOEXEC))
        if not os.path.isdir(path):
            raise NotADirectoryError(f"not a folder: {path}")
        return cls(path, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the folder."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def enter(self, name: str) -> Folder:
        """A folder inside. Raises NotADirectoryError or ELOOP for a link."""
        path = os.path.join(self.path, name)
        if self._descriptor is not None:
            flags = os.O_RDONLY | _DIRECTORY | NOFOLLOW | CLOEXEC
            return Folder(path, os.open(name, flags, dir_fd=self._descriptor))
        found = os.lstat(path)
        if not stat.S_ISDIR(found.st_mode) or getattr(found, "st_file_attributes", 0) & _REPARSE_POINT:
            raise NotADirectoryError(f"not a folder: {path}")
        return Folder(path, None)

    def lstat(self, name: str) -> os.stat_result | None:
        """What is at the name; None for nothing."""
        try:
            return os.stat(self._at(name), dir_fd=self._descriptor, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def open_file(self, name: str, flags: int, mode: int = 0o666) -> int:
        """A file descriptor."""
        return os.open(self._at(name), flags | NOFOLLOW | CLOEXEC | BINARY, mode, dir_fd=self._descriptor)

    def replace(self, old: str, new: str) -> None:
        """Rename a file, over another if there is one."""
        os.replace(self._at(old), self._at(new), src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor)

    def link(self, old: str, new: str) -> None:
        """Give a file a second name. Raises FileExistsError where the name is taken."""
        os.link(self._at(old), self._at(new), src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor)

    def unlink(self, name: str) -> None:
        """Remove a file."""
        os.unlink(self._at(name), dir_fd=self._descriptor)

    def discard(self, name: str) -> None:
        """Remove a file if it is there and can be removed."""
        with suppress(OSError):
            self.unlink(name)

    def mkdir(self, name: str) -> None:
        """Make a folder."""
        os.mkdir(self._at(name), dir_fd=self._descriptor)

    def rmdir(self, name: str) -> None:
        """Remove an empty folder."""
        os.rmdir(self._at(name), dir_fd=self._descriptor)

    def touch(self, name: str, mtime_ns: int) -> None:
        """Set a file's time of last change."""
        os.utime(self._at(name), ns=(mtime_ns, mtime_ns), dir_fd=self._descriptor)

    def sync(self) -> None:
        """Ask the disk to keep the folder's names. Some file systems cannot, and the names are right all the same."""
        if self._descriptor is not None:
            with suppress(OSError):
                os.fsync(self._descriptor)

    def _at(self, name: str) -> str:
        return name if self._descriptor is not None else os.path.join(self.path, name)


@contextmanager
def open_parent(root: str, relative: str, *, make: bool = False) -> Iterator[tuple[Folder, str]]:
    """The folder that holds a path below `root`, and the path's last name. `make` makes the folders that are missing.

    Raises UnsafeError when the path leads out of the root, through a link or into git's own folder, and
    FileNotFoundError when a folder is missing.
    """
    *parents, name = safe_parts(relative)
    folder = Folder.open(root)
    try:
        for part in parents:
            if make and folder.lstat(part) is None:
                folder.mkdir(part)
            try:
                inner = folder.enter(part)
            except FileNotFoundError:
                raise
            except OSError as error:
                raise UnsafeError(f"`{part}` on its path is no folder, or a symbolic link", path=relative) from error
            folder.close()
            folder = inner
        yield folder, name
    finally:
        folder.close()


def is_folder(path: str) -> bool:
    """Whether a folder is at the path; links are followed."""
    return os.path.isdir(path)


def make_link(path: str, target: str) -> None:
    """Make a symbolic link at a path that is free."""
    os.symlink(target, path)


def real(path: str) -> str:
    """The absolute path without links: how a root is named wherever it is compared with another."""
    return os.path.realpath(path)


def missing_folders(root: str, relative: str) -> tuple[str, ...]:
    """The folders on a path that do not exist yet, outermost first."""
    parents = safe_parts(relative)[:-1]
    paths = ["/".join(parents[: count + 1]) for count in range(len(parents))]
    return tuple(path for path in paths if not os.path.lexists(os.path.join(root, path)))


def safe_parts(relative: str) -> list[str]:
    """The names of a relative path. Raises UnsafeError for `..`, an absolute path, or git's folder however spelled."""
    parts = relative.split("/")
    for part in parts:
        if part in {"", ".", ".."} or "\0" in part or (os.name == "nt" and ("\\" in part or ":" in part)):
            raise UnsafeError("not a path below the root", path=relative)
        if part.translate(_UNSEEN).rstrip(" .").lower() in {".git", "git~1"}:
            raise UnsafeError("the path lies in git's own folder", path=relative)
    return parts
