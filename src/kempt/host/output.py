"""Where a report goes when the user names a file: never onto a device's name, never through a link onto one."""

from __future__ import annotations

import errno
import os
import re
import stat

from kempt.errors import UnsafeError, UsageError
from kempt.host.files import expect_of, put, temporary_name, unwritable, write_all
from kempt.host.folders import BINARY, CLOEXEC, Folder
from kempt.host.reading import kind_of

_STANDARD = re.compile(r"/dev/std(?P<name>out|err)|/(?:dev|proc/self)/fd/(?P<number>\d+)")
_NO_RENAME = {errno.EACCES, errno.EPERM, errno.EBUSY, errno.EROFS}


def write_output(path: str, text: str) -> None:
    r"""Write a report to where the user says, in UTF-8; what UTF-8 cannot hold is written as `\udc80`.

    A regular file, or the one a link leads to, is replaced at once; devices, FIFOs and /dev/stdout are written to.
    Raises UsageError for a folder, a missing folder or a dangling link, UnsafeError for anything else, KemptError where
    it cannot be written, and BrokenPipeError as it comes.
    """
    data = text.encode("utf-8", "backslashreplace")
    with unwritable(path):
        if standard := _STANDARD.fullmatch(path):
            write_all(int(standard["number"] or {"out": 1, "err": 2}[standard["name"]]), data)
            return
        mode = os.lstat(path).st_mode if os.path.lexists(path) else 0
        if stat.S_ISCHR(mode) or stat.S_ISFIFO(mode):
            _write_to(os.open(path, os.O_WRONLY | CLOEXEC | BINARY), data)
        else:
            _replace(os.path.realpath(path) if stat.S_ISLNK(mode) else path, path, data)


def is_part_of(path: str, other: str) -> bool:
    """Whether a path is a regular file that another path names too, or that lies in that folder; links are followed."""
    try:
        if not os.path.isfile(path) or not os.path.exists(other):
            return False
        inside = os.path.realpath(path).startswith(os.path.join(os.path.realpath(other), ""))
        return os.path.samefile(path, other) or inside
    except (OSError, ValueError):
        return False


def is_one_place(path: str, other: str) -> bool:
    """Whether a file written at a path would take the place of what is, or will be, at another one; links are followed.

    A device or a pipe takes nothing's place. What is not there yet counts by where it would be.
    """
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return os.path.realpath(path) == os.path.realpath(other)
    try:
        return stat.S_ISREG(found.st_mode) and os.path.samestat(found, os.stat(other))
    except (OSError, ValueError):
        return False


def append_output(path: str, text: str) -> None:
    """Add text to a file that another program reads at the end, made if it is missing; no link is followed.

    Raises UnsafeError where it is no regular file, KemptError where it cannot be written.
    """
    with unwritable(path):
        parent, name = os.path.split(os.path.abspath(path))
        with Folder.open(parent) as folder:
            found = folder.lstat(name)
            if found is not None and not stat.S_ISREG(found.st_mode):
                raise UnsafeError(kind_of(found.st_mode), path=path)
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
            _write_to(folder.open_file(name, flags), text.encode("utf-8", "backslashreplace"))


def _write_to(descriptor: int, data: bytes) -> None:
    try:
        write_all(descriptor, data)
    finally:
        os.close(descriptor)


def _replace(place: str, path: str, data: bytes) -> None:
    parent, name = os.path.split(os.path.abspath(place))
    if not os.path.isdir(parent):
        raise UsageError("no such folder", path=parent, hint=f"mkdir -p {parent}")
    with Folder.open(parent) as folder:
        found = folder.lstat(name) if name else os.lstat(parent)
        if found is None and place != path:
            raise UsageError("a symbolic link that leads nowhere", path=path)
        if found is not None and stat.S_ISDIR(found.st_mode):
            raise UsageError("a folder, not a file", path=path)
        if found is not None and not stat.S_ISREG(found.st_mode):
            raise UnsafeError(kind_of(found.st_mode), path=path)
        try:
            expect = None if found is None else expect_of(found)
            put(folder, name, path, data, expect, temporary=temporary_name(os.urandom(6).hex()))
        except OSError as error:
            if found is None or error.errno not in _NO_RENAME:
                raise
            # A single file mounted into a container, or a writable one in a folder that is not: overwrite it in place.
            _write_to(folder.open_file(name, os.O_WRONLY | os.O_TRUNC), data)
