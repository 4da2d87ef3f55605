"""What a site-packages folder says of itself and what is really there: its RECORDs, and one stat for each listed file.

A folder is opened once and its files are then asked for by their paths below it. The stat is nearly all the time of a
look for duplicates, so it happens for those files alone of which RECORD says that others are like them.
"""

from __future__ import annotations

import os
import stat
from array import array
from collections.abc import Iterator, Sequence
from itertools import compress
from operator import attrgetter
from typing import NamedTuple

from kempt.errors import UnreadableError
from kempt.host.folders import BINARY, CLOEXEC, NOFOLLOW
from kempt.host.reading import read_open, reason, refuse_others

LIMIT = 64 * 1024**2
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | NOFOLLOW | CLOEXEC
_FILE = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | NOFOLLOW | CLOEXEC | BINARY
_BY_DESCRIPTOR = {os.open, os.stat} <= os.supports_dir_fd and os.scandir in os.supports_fd
_TYPE, _REGULAR, _IS_FOLDER = 0o170000, 0o100000, 0o040000
_BLOCK = 512
_BLOCKS = hasattr(os.stat_result, "st_blocks")
_FIELDS = attrgetter("st_size", "st_mode", "st_dev", "st_ino", "st_ctime_ns", *(("st_blocks",) if _BLOCKS else ()))
_AT_ONCE = 256
_SUFFIX, _PACKAGES = ".dist-info", "conda-meta"
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


def package_records(site: Site) -> Iterator[Listing]:
    """Every `conda-meta/*.json` of an environment of conda, by its path in that. Raises OSError for no such folder."""
    with os.scandir(f"{site.path}/{_PACKAGES}") as listed:
        names = sorted(each.name for each in listed if each.name.endswith(".json") and not _is_folder(each))
    for name in names:
        yield _read(f"{site.path}/{_PACKAGES}/{name}", f"{_PACKAGES}/{name}", None)


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
        """One list of files, some at a time: what each stat says goes into columns before the next ones are asked."""
        paths, sizes, numbers, until = wanted
        names, listed = paths.split(b"\0"), [row for row, number in enumerate(numbers) if number >= 0]
        columns = tuple(array(code) for code in COLUMNS)
        missing = 0
        for first in range(0, len(listed), _AT_ONCE):
            rows, found = self._there(listed[first : first + _AT_ONCE], names)
            missing += min(_AT_ONCE, len(listed) - first) - len(rows)
            if rows:
                rows, inodes, changes, blocks = self._as_listed(rows, found, names, sizes)
                grades = map(until.__ge__, changes)
                for column, values in zip(columns, (rows, inodes, changes, blocks, grades), strict=True):
                    column.extend(values)
        differing = len(listed) - missing - len(columns[0])
        return tuple(column.tobytes() for column in columns), missing, differing

    def _there(self, rows: Sequence[int], names: Sequence[bytes]) -> tuple[Sequence[int], list[os.stat_result]]:
        """One stat for each row, and the rows that are there: nearly always all, so none is looked at in between."""
        base, descriptor = self._base, self._descriptor
        try:
            found = [os.stat(base + names[row], dir_fd=descriptor, follow_symlinks=False) for row in rows]
        except (OSError, ValueError):
            known = [(row, each) for row in rows if (each := self._stat(names[row]))]
            return [row for row, _ in known], [each for _, each in known]
        return rows, found

    def _as_listed(
        self, rows: Sequence[int], found: Sequence[os.stat_result], names: Sequence[bytes], sizes: Sequence[int]
    ) -> tuple[Sequence[int], ...]:
        """The rows of regular files that are as they were listed; their inodes, ctimes and blocks."""
        known, modes, devs, *columns = zip(*map(_FIELDS, found), strict=True)
        if not _BLOCKS:
            columns.append(tuple(-(-size // _BLOCK) for size in known))
        wanted, dev, is_folder = tuple([sizes[row] for row in rows]), self._site.dev, self._is_folder
        links = {path for path in {names[row].rpartition(b"/")[0] for row in rows} if not is_folder(path)}
        kinds = {mode & _TYPE for mode in set(modes)}
        if known == wanted and not links and kinds == {_REGULAR} and set(devs) == {dev}:
            return rows, *columns
        fine = [
            size == listed and where == dev and mode & _TYPE == _REGULAR and names[row].rpartition(b"/")[0] not in links
            for row, size, listed, where, mode in zip(rows, known, wanted, devs, modes, strict=True)
        ]
        return tuple(tuple(compress(column, fine)) for column in (rows, *columns))

    def _stat(self, path: bytes) -> os.stat_result | None:
        try:
            return os.stat(self._base + path, dir_fd=self._descriptor, follow_symlinks=False)
        except (OSError, ValueError):
            return None

    def _is_folder(self, path: bytes) -> bool:
        """Whether a folder and all above it, up to the site, are folders and no links."""
        known = self._folders.get(path)
        if known is None:
            above = path.rpartition(b"/")[0]
            known = self._folders.get(above) or self._is_folder(above)
            if known:
                found = self._stat(path)
                known = found is not None and found.st_mode & _TYPE == _IS_FOLDER
            self._folders[path] = known
        return known


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _listing(path: str, name: str, descriptor: int | None) -> Listing:
    inner = f"{name}/RECORD"
    return _read(inner if descriptor is not None else f"{path}/{inner}", name, descriptor)


def _read(path: str, name: str, descriptor: int | None) -> Listing:
    try:
        opened = os.open(path, _FILE, dir_fd=descriptor)
        try:
            found = os.fstat(opened)
            refuse_others(found, path, LIMIT)
            content = read_open(opened, path, min(LIMIT, found.st_size))
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
