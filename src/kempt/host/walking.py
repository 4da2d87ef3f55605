"""Walking a folder quickly: what each file's inode says, and nothing read.

No link is followed, so nothing outside is seen. Each folder is opened without following a link and listed by its
descriptor: one that is swapped for a link meanwhile is not entered, and the kernel looks up one name for each file
instead of a whole path.
"""

from __future__ import annotations

import hashlib
import os
import stat
from typing import NamedTuple, TypeAlias

from kempt.host.folders import CLOEXEC, NOFOLLOW
from kempt.host.reading import reason

_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | NOFOLLOW | CLOEXEC
_WINDOWS = os.name == "nt"
_BY_DESCRIPTOR = os.scandir in os.supports_fd


Stat: TypeAlias = os.stat_result


class Walk(NamedTuple):
    """What lies below a folder: paths relative to it, with `/`.

    `folders` are all of them, `links` maps each symbolic link to its target; `others` are devices, FIFOs and sockets,
    with their modes; `unreadable` says why a folder could not be listed.
    """

    root: str
    files: dict[str, Stat]
    folders: set[str]
    links: dict[str, str]
    others: dict[str, int]
    unreadable: dict[str, str]

    @property
    def ignores_case(self) -> bool:
        """Whether the file system takes `pyvenv.cfg` and `PYVENV.CFG` for one name."""
        return os.path.exists(f"{self.root}/PYVENV.CFG") and "PYVENV.CFG" not in self.files

    def digest(self) -> str:
        """One SHA-256 over all names, kinds, sizes, times and inodes: the same means that nothing was touched."""
        rows = [
            f"{path}\0{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_ino} {found.st_mode}"
            for path, found in self.files.items()
        ]
        rows.sort()
        rows += sorted(self.folders)
        rows += [f"{path}\0> {target}" for path, target in sorted(self.links.items())]
        rows += [f"{path}\0! {mode}" for path, mode in sorted(self.others.items())]
        rows += [f"{path}\0? {why}" for path, why in sorted(self.unreadable.items())]
        return hashlib.sha256("\0\0".join(rows).encode("utf-8", "surrogateescape")).hexdigest()

    def changed_ns(self) -> int:
        """When the youngest file was changed, by its own time or by its inode's, in nanoseconds since the epoch."""
        return max((max(found.st_mtime_ns, found.st_ctime_ns) for found in self.files.values()), default=0)


def walk(root: str) -> Walk:
    """Everything below a folder that the caller has chosen; a link at `root` itself is followed."""
    found = Walk(os.path.realpath(root), {}, set(), {}, {}, {})
    waiting = [""]
    while waiting:
        prefix = waiting.pop()
        try:
            _list(found, prefix, waiting)
        except OSError as error:
            found.unreadable[prefix.rstrip("/")] = reason(error)
    return found


def _list(found: Walk, prefix: str, waiting: list[str]) -> None:
    """One folder: `prefix` is its path and a `/`, or nothing for the root."""
    path = f"{found.root}/{prefix}"
    if not _BY_DESCRIPTOR:
        _sort_out(found, prefix, path, waiting)
        return
    descriptor = os.open(path, _FOLDER)
    try:
        _sort_out(found, prefix, descriptor, waiting)
    finally:
        os.close(descriptor)


def _sort_out(found: Walk, prefix: str, folder: str | int, waiting: list[str]) -> None:
    files = found.files
    with os.scandir(folder) as entries:
        for entry in entries:
            name = prefix + entry.name
            if entry.is_file(follow_symlinks=False):
                files[name] = entry.stat(follow_symlinks=False)
            elif entry.is_dir(follow_symlinks=False) and not (_WINDOWS and _is_junction(entry)):
                waiting.append(name + "/")
                found.folders.add(name)
            elif entry.is_symlink() or (_WINDOWS and _is_junction(entry)):
                found.links[name] = _target(f"{found.root}/{name}")
            else:
                found.others[name] = stat.S_IFMT(entry.stat(follow_symlinks=False).st_mode)


def _is_junction(entry: os.DirEntry[str]) -> bool:
    """Whether it is a folder to `is_dir`, and leads elsewhere all the same."""
    found = entry.stat(follow_symlinks=False)
    return bool(getattr(found, "st_file_attributes", 0) & stat.FILE_ATTRIBUTE_REPARSE_POINT)


def _target(path: str) -> str:
    try:
        return os.readlink(path)
    except OSError as error:
        return f"? {reason(error)}"
