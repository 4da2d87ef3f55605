"""Looking at a download cache in one pass: what lies in it, what that weighs, and when it was last used.

No link is followed and no file is read. Folders that the caller takes as a whole are added up and not listed, so a
cache of a million files fits in memory.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import NamedTuple

from kempt.host.blocks import occupied
from kempt.host.folders import CLOEXEC, NOFOLLOW, Folder
from kempt.host.mounts import Mounts
from kempt.host.reading import reason
from kempt.host.removing import identity_of
from kempt.model.caches import Item, Survey
from kempt.model.disk import Weight
from kempt.model.plan import Identity

_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | NOFOLLOW | CLOEXEC
_BY_DESCRIPTOR = os.scandir in os.supports_fd

IsWhole = Callable[[str], bool]


def survey(root: str, is_whole: IsWhole) -> Survey:
    """All of a cache. `root` is an absolute path without links; `is_whole` tells folders to be added up by their paths.

    Raises OSError where the root itself cannot be listed.
    """
    found = os.lstat(root)
    looking = _Looking(root, found, is_whole)
    looking.run()
    with Mounts() as mounts:
        reads_kept = mounts.keeps_access_times(root) is not False
    return Survey(
        root, identity_of(found), looking.items, looking.links, looking.weight, looking.unreadable, reads_kept
    )  # fmt: skip


def used_since(root: str, path: str, used_ns: int) -> bool:
    """Whether a file was read or written after a time, in nanoseconds since the epoch. What is gone was not."""
    try:
        found = os.lstat(os.path.join(root, path))
    except OSError:
        return False
    read = found.st_atime_ns if stat.S_ISREG(found.st_mode) else 0
    return max(read, found.st_mtime_ns) > used_ns


def place_of(path: str) -> tuple[str, str]:
    """The real path of a folder that is to be a cache, and why it cannot be looked at, in words; "" for nothing there.

    A link is followed: who moves a cache to another disk leaves one. What another user owns is left alone, for root as
    well: who owns a folder can put a link into it at any time.
    """
    real = os.path.realpath(path)
    try:
        found = os.stat(real)
    except FileNotFoundError:
        return "", ""
    except OSError as error:
        return real, reason(error)
    if not stat.S_ISDIR(found.st_mode):
        return real, kind_in_words(found.st_mode)
    if hasattr(os, "geteuid") and found.st_uid != os.geteuid():
        return real, "belongs to another user"
    return real, "" if os.access(real, os.R_OK | os.W_OK | os.X_OK) else "cannot be read or written"


def kind_in_words(mode: int) -> str:
    """What is there instead of a folder."""
    return "is a file, not a folder" if stat.S_ISREG(mode) else "is no folder"


class _Whole(NamedTuple):
    """A folder that is added up. `totals` are files, blocks, shared, read, written and linked."""

    path: str
    identity: Identity
    totals: list[int]
    names: dict[int, tuple[int, int]]  # inode -> names that were not met yet, bytes


class _Looking:
    """What was seen until now."""

    def __init__(self, root: str, found: os.stat_result, is_whole: IsWhole) -> None:
        self.items: dict[str, Item] = {}
        self.links: dict[str, str] = {}
        self.unreadable: dict[str, str] = {}
        self._root = root
        self._dev = found.st_dev
        self._is_whole = is_whole
        self._files = 0
        self._own = occupied(found)
        self._shared = 0
        self._left: dict[int, int] = {}  # inode -> names that were not met yet
        self._waiting: list[tuple[str, _Whole | None]] = [("", None)]
        self._wholes: list[_Whole] = []

    @property
    def weight(self) -> Weight:
        """All of it, each inode once."""
        return Weight(self._files, self._own, self._shared)

    def run(self) -> None:
        """Look at everything."""
        while self._waiting:
            prefix, whole = self._waiting.pop()
            try:
                self._list(prefix, whole)
            except OSError as error:
                if not prefix:
                    raise
                self.unreadable[prefix.rstrip("/")] = reason(error)
        self._settle()

    def _add(self, prefix: str, name: str, found: os.stat_result, whole: _Whole | None, folder: Folder) -> None:
        path = prefix + name
        if stat.S_ISDIR(found.st_mode):
            self._add_folder(path, found, whole)
            return
        self._count(found)
        target = folder.read_link(name) if stat.S_ISLNK(found.st_mode) else ""
        if whole is None:
            weight = Weight(1, occupied(found)) if found.st_nlink == 1 else Weight(1, 0, occupied(found))
            linked = found.st_ctime_ns if found.st_nlink > 1 else 0
            self.items[path] = Item(
                identity_of(found), weight, found.st_atime_ns, found.st_mtime_ns, linked, target
            )  # fmt: skip
            return
        if target:
            self.links[path] = target
        _add_up(whole, found)

    def _add_folder(self, path: str, found: os.stat_result, whole: _Whole | None) -> None:
        if found.st_dev != self._dev and os.name != "nt":
            self.unreadable[path] = "another file system"
            return
        size = occupied(found)
        self._own += size
        if whole is not None:
            whole.totals[1] += size
        elif self._is_whole(path):
            whole = _Whole(path, identity_of(found), [0, size, 0, 0, found.st_mtime_ns, 0], {})
            self._wholes.append(whole)
        else:
            self.items[path] = Item(
                identity_of(found), Weight(0, size), 0, found.st_mtime_ns
            )  # listing it is a reading
        self._waiting.append((f"{path}/", whole))

    def _count(self, found: os.stat_result) -> None:
        """For the weight of all: an inode whose last name is met weighs as its own."""
        size = occupied(found)
        self._files += 1
        if found.st_nlink == 1:
            self._own += size
            return
        left = self._left.pop(found.st_ino, None)
        if left is None:
            self._shared += size
            left = found.st_nlink
        if left > 1:
            self._left[found.st_ino] = left - 1
        else:
            self._shared -= size
            self._own += size

    def _list(self, prefix: str, whole: _Whole | None) -> None:
        path = os.path.join(self._root, prefix)
        if not _BY_DESCRIPTOR:
            self._add_all(prefix, whole, Folder(path, None))
            return
        with Folder(path, os.open(path, _FOLDER)) as folder:
            self._add_all(prefix, whole, folder)

    def _add_all(self, prefix: str, whole: _Whole | None, folder: Folder) -> None:
        for name, found in _stats(folder.scan()):
            self._add(prefix, name, found, whole, folder)

    def _settle(self) -> None:
        for path, identity, totals, names in self._wholes:
            files, blocks, shared, read, written, linked = totals
            inside = sum(size for left, size in names.values() if left == 0)
            weight = Weight(files, blocks + inside, shared - inside)
            self.items[path] = Item(identity, weight, read, written, linked, whole=True)


def _stats(entries: Iterator[os.DirEntry[str]]) -> Iterator[tuple[str, os.stat_result]]:
    for entry in entries:
        with suppress(FileNotFoundError):  # the tool is at work
            yield entry.name, entry.stat(follow_symlinks=False)


def _add_up(whole: _Whole, found: os.stat_result) -> None:
    totals, size = whole.totals, occupied(found)
    totals[0] += 1
    if stat.S_ISREG(found.st_mode):
        totals[3] = max(totals[3], found.st_atime_ns)
        totals[4] = max(totals[4], found.st_mtime_ns)
    if found.st_nlink == 1:
        totals[1] += size
        return
    totals[5] = max(totals[5], found.st_ctime_ns)
    known = whole.names.get(found.st_ino)
    if known is None:
        totals[2] += size
        known = (found.st_nlink, size)
    whole.names[found.st_ino] = (known[0] - 1, size)
