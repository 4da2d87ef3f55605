"""What a site-packages folder says of itself and what is really there: its RECORDs, and one stat for each listed file.

A folder is opened once and its files are then asked for by their paths below it. The stat is nearly all the time of a
look for duplicates, so it happens for those files alone of which RECORD says that others are like them.
"""

from __future__ import annotations

import os
import stat
from array import array
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

from kempt.errors import UnreadableError
from kempt.host.folders import BINARY, CLOEXEC, NOFOLLOW
from kempt.host.reading import read_open, reason, refuse_others

LIMIT = 64 * 1024**2
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | NOFOLLOW | CLOEXEC
_FILE = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | NOFOLLOW | CLOEXEC | BINARY
_BY_DESCRIPTOR = {os.open, os.stat} <= os.supports_dir_fd and os.scandir in os.supports_fd
_TYPE, _REGULAR = 0o170000, 0o100000
_BLOCK = 512
_BLOCKS = hasattr(os.stat_result, "st_blocks")
_SUFFIX = ".dist-info"
_SLACK_NS = 2 * 10**9
"""A RECORD whose last change is so much later than its last writing was touched after it was installed, or restored."""
UNPROVEN, UNTOUCHED = 0, 1
COLUMNS = "IQqIB"
"""The types of the columns of `Seen`: row, inode, ctime in nanoseconds, blocks of 512 bytes, how well it is known."""


class Site(NamedTuple):
    """A folder with packages, by its path and what it is on the disk."""

    path: str
    dev: int
    inode: int


class Listing(NamedTuple):
    """A RECORD: the name of its dist-info folder, its content, and up to when (ctime, ns) a file counts as untouched.

    That is 0 where the RECORD itself was touched later. `why` says why it could not be read; then there is no content.
    """

    name: str
    content: bytes
    until_ns: int
    why: str = ""


Seen = tuple[tuple[bytes, ...], int, int]
"""What was there of one list of files: columns of numbers as bytes (`COLUMNS`), how many were missing, and how many
were not as listed: no regular file of that size on the file system of its site, or below a link. All of it is plain, so
that one process can send it to another.
"""

Wanted = tuple[bytes, Sequence[int], Sequence[int], int]
"""Paths joined by NUL, for each its size, and a number that is below 0 where it is not asked for; `until_ns`."""


def site_at(path: str) -> Site | None:
    """The folder, if it is one and no link."""
    try:
        found = os.lstat(path)
    except OSError:
        return None
    return Site(path, found.st_dev, found.st_ino) if stat.S_ISDIR(found.st_mode) else None


def listings(site: Site) -> Iterator[Listing]:
    """Every RECORD of a site. Raises OSError where the folder cannot be listed."""
    with os.scandir(site.path) as listed:
        names = sorted(each.name for each in listed if each.name.endswith(_SUFFIX) and _is_folder(each))
    descriptor = os.open(site.path, _FOLDER) if _BY_DESCRIPTOR else None
    try:
        for name in names:
            yield _listing(site.path, name, descriptor)
    finally:
        if descriptor is not None:
            os.close(descriptor)


def look(site: Site, wanted: Sequence[Wanted]) -> list[Seen]:
    """What is there of some lists of files of a site. What cannot be asked for counts as missing."""
    try:
        descriptor = os.open(site.path, _FOLDER) if _BY_DESCRIPTOR else None
    except OSError:
        return [(tuple(b"" for _ in COLUMNS), len(each[1]), 0) for each in wanted]
    try:
        base = b"" if descriptor is not None else os.fsencode(site.path) + b"/"
        asking = _Asking(site, descriptor, base)
        return [asking.ask(each) for each in wanted]
    finally:
        if descriptor is not None:
            os.close(descriptor)


class _Asking:
    """One open site, and which of its folders are folders."""

    def __init__(self, site: Site, descriptor: int | None, base: bytes) -> None:
        self._site, self._descriptor, self._base = site, descriptor, base
        self._folders = {b"": True}

    def ask(self, wanted: Wanted) -> Seen:
        """One list of files. Written out, with the fields of a stat by number: it runs once for every file."""
        paths, sizes, numbers, until = wanted
        rows, inodes, changes, blocks, grades = (array(code) for code in COLUMNS)
        missing = differing = row = 0
        dev, descriptor, base, folder = self._site.dev, self._descriptor, self._base, b""
        ask, is_there, folders = os.stat, True, self._folders
        for row, (path, size, number) in enumerate(zip(paths.split(b"\0"), sizes, numbers, strict=True)):
            if number < 0:
                continue
            if (above := path.rpartition(b"/")[0]) != folder:
                folder = above
                if (known := folders.get(above)) is None:
                    known = self._is_folder(above)
                is_there = known
            try:
                found = ask(base + path if base else path, dir_fd=descriptor, follow_symlinks=False)
            except (OSError, ValueError):
                missing += 1
                continue
            if found[6] != size or found[2] != dev or found[0] & _TYPE != _REGULAR or not is_there:
                differing += 1
                continue
            changed = found.st_ctime_ns
            rows.append(row)
            inodes.append(found[1])
            changes.append(changed)
            blocks.append(found.st_blocks if _BLOCKS else -(-size // _BLOCK))
            grades.append(changed <= until)
        columns = tuple(column.tobytes() for column in (rows, inodes, changes, blocks, grades))
        return columns, missing, differing

    def _is_folder(self, path: bytes) -> bool:
        """Whether a folder and all above it, up to the site, are folders and no links."""
        known = self._folders.get(path)
        if known is None:
            known = self._is_folder(path.rpartition(b"/")[0])
            if known and path.rpartition(b"/")[2] != b"..":
                with suppress(OSError, ValueError):
                    found = os.stat(self._base + path, dir_fd=self._descriptor, follow_symlinks=False)
                    known = stat.S_ISDIR(found.st_mode)
            self._folders[path] = known
        return known


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _listing(path: str, name: str, descriptor: int | None) -> Listing:
    inner = f"{name}/RECORD"
    try:
        opened = os.open(inner if descriptor is not None else f"{path}/{inner}", _FILE, dir_fd=descriptor)
        try:
            found = os.fstat(opened)
            refuse_others(found, inner, LIMIT)
            content = read_open(opened, inner, min(LIMIT, found.st_size))
        finally:
            os.close(opened)
    except UnreadableError as error:
        return Listing(name, b"", 0, error.message)
    except OSError as error:
        return Listing(name, b"", 0, reason(error))
    is_whole = found.st_ctime_ns - found.st_mtime_ns <= _SLACK_NS
    return Listing(name, content, found.st_ctime_ns if is_whole else 0)


def same_file(path: str, inode: int, changed_ns: int) -> os.stat_result | None:
    """What a file looks like; None where it is another one by now, or was changed since that ctime."""
    try:
        found = os.lstat(path)
    except (OSError, ValueError):
        return None
    return found if (found.st_ino, found.st_ctime_ns) == (inode, changed_ns) else None
