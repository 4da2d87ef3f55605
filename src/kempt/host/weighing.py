"""What a file or a folder weighs, as `du` counts it, and what else only a look at each file tells.

Each folder is opened by its whole path and its files are then looked at by their names alone, which saves the kernel
from walking the path again for each of them: nearly all the time of a weighing goes into that one call for each file.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from typing import Any, NamedTuple

from kempt.host.blocks import BLOCK, TOLD, blocks_of, occupied
from kempt.model.disk import Weight

_TOLERANCE = 60  # seconds: what is written while it is looked at is not from the future
_TYPE, _FOLDER, _SMALLEST, _LINK = 0o170000, stat.S_IFDIR, stat.S_IFREG, stat.S_IFLNK  # in the order of their numbers
_FLAGS = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_BY_DESCRIPTOR = os.listdir in os.supports_fd and os.stat in os.supports_dir_fd
_CACHE = "__pycache__"
NAMES = 1 << 32
"""Blocks, and names not met yet, share one number: an environment has many files, and a pair is four times as large."""


class Inside(NamedTuple):
    """What a look at everything inside a folder (or at a file) tells.

    `written_ns` and `read_ns` are the latest times of its files, in nanoseconds since the epoch; `future` says that
    some file was written later than now, so that its times say nothing. `repositories` are the folders in it that hold
    a `.git`, `foreign` those on another file system, which are not entered; `unreadable` those that could not be
    listed. All are absolute paths.
    """

    weight: Weight
    written_ns: int = 0
    read_ns: int = 0
    future: bool = False
    repositories: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()


def weigh(path: str, *, dev: int) -> Weight:
    """What a file, or a folder with all below it, occupies on the file system `dev`; nothing where it is gone.

    Links are not followed and other file systems not entered. What cannot be listed weighs nothing.
    """
    return look_inside(path, dev=dev).weight


def look_inside(path: str, *, dev: int, now: float = float("inf")) -> Inside:
    """Weigh it, and tell what else is inside. `now` is in seconds since the epoch."""
    try:
        found = os.lstat(path)
    except OSError:
        return Inside(Weight())
    look = Look(dev, now)
    look.at(path, found)
    return look.result()


def to_plain(inside: Inside) -> tuple[object, ...]:
    """The same as tuples of numbers and strings, which one process can send to another."""
    return (tuple(inside.weight), *inside[1:])


def from_plain(plain: tuple[Any, ...]) -> Inside:
    """What `to_plain` was given."""
    weight, *rest = plain
    return Inside(Weight(*weight), *rest)


class Look:
    """What was seen until now on the file system `dev`.

    `bytes` is what is there but for inodes with several names. These are in `links`: their blocks times NAMES, and as
    many names as were not met yet; `names` is how many each has. `bytecode` is when bytecode was last written.
    """

    def __init__(self, dev: int, now: float = float("inf")) -> None:
        self.files = self.bytes = 0
        self.written = self.read = self.bytecode = 0.0
        self.links: dict[int, int] = {}
        self.names: dict[int, int] = {}
        self._dev, self._now = dev, now
        self._repositories: list[str] = []
        self._foreign: list[str] = []
        self._unreadable: list[str] = []

    def at(self, path: str, found: os.stat_result) -> None:
        """Look at a file, or at a folder and everything below it; `found` is what `os.lstat` says of it."""
        if stat.S_ISDIR(found.st_mode):
            self.bytes += occupied(found)
            self._enter(path)
            return
        self.files += 1
        self.written, self.read = found.st_mtime, found.st_atime
        if found.st_nlink > 1:
            self._count_link(found)
        else:
            self.bytes += occupied(found)

    def _enter(self, path: str) -> None:
        """Look at everything below a folder."""
        waiting = [path]
        while waiting:
            place = waiting.pop()
            try:
                self._list(place, waiting)
            except FileNotFoundError:
                continue
            except OSError:
                self._unreadable.append(place)

    def _list(self, place: str, waiting: list[str]) -> None:
        descriptor = os.open(place, _FLAGS) if _BY_DESCRIPTOR else -1
        try:
            names = os.listdir(descriptor if _BY_DESCRIPTOR else place)
            if ".git" in names:
                self._repositories.append(place)
            self._look_at(place, names, descriptor if _BY_DESCRIPTOR else place, waiting)
        finally:
            if _BY_DESCRIPTOR:
                os.close(descriptor)

    def _look_at(self, place: str, names: list[str], at: Any, waiting: list[str]) -> None:
        """Count the files of one folder and add the folders to enter. Written out: it runs once for every file."""
        blocks = files = 0
        written, read, lstat = self.written, self.read, _lstat
        for name in names:
            try:
                found = lstat(name, dir_fd=at)
            except FileNotFoundError:  # somebody is at work here
                continue
            if found[0] < _SMALLEST:  # neither a regular file nor a link: nearly always a folder
                self._note(place, name, found, waiting)
                continue
            if found[3] == 1:
                blocks += found.st_blocks if TOLD else -(-found.st_size // BLOCK)
            else:
                self._count_link(found)
            files += 1
            if found[8] > written:  # noqa: PLR1730 - a call of max() for each file takes longer than all else here
                written = found[8]
            if found[7] > read and found[0] < _LINK:  # finding an environment's Python reads its links
                read = found[7]
        self.files += files
        self.bytes += blocks * BLOCK
        self.written, self.read = written, read

    def _note(self, place: str, name: str, found: os.stat_result, waiting: list[str]) -> None:
        """A folder, on this or another file system, or what is neither folder nor file."""
        if found[0] & _TYPE != _FOLDER:
            self.files += 1
        elif found[2] == self._dev or os.name == "nt":  # where a listing does not say which file system it is
            self.bytes += found.st_blocks * BLOCK if TOLD else 0
            waiting.append(f"{place}{os.sep}{name}")
            if name == _CACHE:
                self.bytecode = max(self.bytecode, found.st_mtime)
        else:
            self._foreign.append(f"{place}{os.sep}{name}")

    def _count_link(self, found: os.stat_result) -> None:
        packed = self.links.get(found.st_ino)
        if packed is None:
            self.names[found.st_ino] = found.st_nlink
            packed = blocks_of(found) * NAMES + found.st_nlink
        self.links[found.st_ino] = packed - 1 if packed % NAMES else packed

    def result(self) -> Inside:
        """All of it. An inode that has names elsewhere too is `shared`."""
        blocks = [0, 0]
        for packed in self.links.values():
            blocks[packed % NAMES > 0] += packed // NAMES
        return Inside(
            Weight(self.files, self.bytes + blocks[0] * BLOCK, blocks[1] * BLOCK),
            int(self.written * 10**9), int(self.read * 10**9), self.written > self._now + _TOLERANCE,
            tuple(self._repositories), tuple(self._foreign), tuple(self._unreadable),
        )  # fmt: skip


def _lstat_in(name: str, *, dir_fd: str) -> os.stat_result:
    """`os.lstat` for systems without descriptors of folders: `dir_fd` is the folder's path."""
    return os.lstat(os.path.join(dir_fd, name))


_lstat: Callable[..., os.stat_result] = os.lstat if _BY_DESCRIPTOR else _lstat_in
