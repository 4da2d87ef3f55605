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

    @property
    def descriptor(self) -> int | None:
        """For loops that cannot afford a call for each file; None where the platform only knows paths."""
        return self._descriptor

    @classmethod
    def open(cls, path: str) -> Folder:
        """The folder at a path that the user chose: links in it are followed."""
        path = extended(path)
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
        if not stat.S_ISDIR(found.st_mode) or is_junction(found):
            raise NotADirectoryError(f"not a folder: {path}")
        return Folder(path, None)

    def lstat(self, name: str) -> os.stat_result | None:
        """What is at the name; None for nothing."""
        try:
            return os.stat(self._at(name), dir_fd=self._descriptor, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def stat(self) -> os.stat_result:
        """What the folder itself is."""
        return os.lstat(self.path) if self._descriptor is None else os.fstat(self._descriptor)

    def scan(self) -> os._ScandirIterator[str]:
        """What lies in it. Use it as a context or to its end; the paths of the entries mean nothing."""
        return os.scandir(self.path if self._descriptor is None else self._descriptor)

    def open_file(self, name: str, flags: int, mode: int = 0o666) -> int:
        """A file descriptor."""
        return os.open(self._at(name), flags | NOFOLLOW | CLOEXEC | BINARY, mode, dir_fd=self._descriptor)

    def replace(self, old: str, new: str) -> None:
        """Rename a file, over another if there is one."""
        os.replace(self._at(old), self._at(new), src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor)

    def move(self, old: str, into: Folder, new: str) -> None:
        """Rename a file or a folder into another open folder. What may be lost at `new` depends on the system."""
        os.rename(self._at(old), into._at(new), src_dir_fd=self._descriptor, dst_dir_fd=into._descriptor)

    def link(self, old: str, new: str) -> None:
        """Give a file a second name. Raises FileExistsError where the name is taken."""
        os.link(self._at(old), self._at(new), src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor)

    def link_into(self, old: str, into: Folder, new: str) -> None:
        """Give a file a second name in another open folder. Raises FileExistsError where the name is taken."""
        os.link(self._at(old), into._at(new), src_dir_fd=self._descriptor, dst_dir_fd=into._descriptor)

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

    def open_up(self) -> bool:
        """Let its owner list and change this folder; whether that made a difference."""
        with suppress(OSError, AttributeError):  # Windows has no fchmod, and its folders have no such modes
            mode = self.stat().st_mode
            if self._descriptor is not None and mode & stat.S_IRWXU != stat.S_IRWXU:
                os.fchmod(self._descriptor, stat.S_IMODE(mode) | stat.S_IRWXU)
                return True
        return False

    def unlock_file(self, name: str) -> bool:
        """Windows: let a file that is read-only be removed; whether that made a difference."""
        found = self.lstat(name)
        if self._descriptor is not None or found is None or found.st_mode & stat.S_IWUSR:
            return False
        return self.change_mode(name, stat.S_IMODE(found.st_mode) | stat.S_IWUSR)

    def read_link(self, name: str) -> str:
        """What a link points to. A tool may tell by the time of reading whether it used a link, so that time stays."""
        before = os.stat(self._at(name), dir_fd=self._descriptor, follow_symlinks=False)
        target = os.readlink(self._at(name), dir_fd=self._descriptor)
        after = os.stat(self._at(name), dir_fd=self._descriptor, follow_symlinks=False)
        if after.st_atime_ns != before.st_atime_ns and os.utime in os.supports_follow_symlinks:
            times = (before.st_atime_ns, before.st_mtime_ns)
            with suppress(OSError):  # another user's link
                os.utime(self._at(name), ns=times, dir_fd=self._descriptor, follow_symlinks=False)
        return target

    def unlock(self, name: str) -> bool:
        """Let its owner list and change a folder inside; whether that made a difference. A link is not followed."""
        found = self.lstat(name)
        if found is None or not stat.S_ISDIR(found.st_mode) or found.st_mode & stat.S_IRWXU == stat.S_IRWXU:
            return False
        return self.change_mode(name, stat.S_IMODE(found.st_mode) | stat.S_IRWXU)

    def change_mode(self, name: str, mode: int) -> bool:
        """Set the mode of a folder inside; whether that was possible. A link is not followed."""
        with suppress(OSError):
            if self._descriptor is None:
                os.chmod(self._at(name), mode)
            elif os.chmod in os.supports_follow_symlinks:
                os.chmod(name, mode, dir_fd=self._descriptor, follow_symlinks=False)
            else:
                self._change_mode_by_path_descriptor(name, mode)
            return True
        return False

    def _change_mode_by_path_descriptor(self, name: str, mode: int) -> None:
        """Linux: a folder that may not be read can still be opened as a place, and /proc leads to just that place."""
        flags = getattr(os, "O_PATH", 0) | _DIRECTORY | NOFOLLOW | CLOEXEC
        place = os.open(name, flags, dir_fd=self._descriptor)
        try:
            os.chmod(f"/proc/self/fd/{place}", mode)
        finally:
            os.close(place)

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
    folder, name = open_above(root, relative, make=make)
    with folder:
        yield folder, name


def open_above(root: str, relative: str, *, make: bool = False) -> tuple[Folder, str]:
    """`open_parent` for who closes the folder."""
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
    except BaseException:
        folder.close()
        raise
    return folder, name


def extended(path: str, *, windows: bool = os.name == "nt") -> str:
    r"""A path that Windows takes also where it is longer than 260 characters: `\\?\` in front. Others: as it is."""
    if not windows or path.startswith("\\\\?\\"):
        return path
    from ntpath import abspath

    full = abspath(path)
    return f"\\\\?\\UNC{full[1:]}" if full.startswith("\\\\") else f"\\\\?\\{full}"


def is_junction(found: os.stat_result) -> bool:
    """Whether it leads elsewhere, although it is a folder: a junction of Windows."""
    return bool(getattr(found, "st_file_attributes", 0) & _REPARSE_POINT)


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
        if is_gits(part):
            raise UnsafeError("the path lies in git's own folder", path=relative)
    return parts


def is_gits(name: str) -> bool:
    """Whether a name means git's own folder on some file system, however it is spelled."""
    return name.translate(_UNSEEN).rstrip(" .").lower() in {".git", "git~1"}
