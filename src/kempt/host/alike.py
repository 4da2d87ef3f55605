"""Whether two open files are the same, and making a new one like another: bytes, owner, mode, attributes, times."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from typing import NamedTuple

from kempt.errors import UnsafeError
from kempt.host import extents
from kempt.host.files import write_all
from kempt.host.reading import CHUNK

_NO_XATTRS = frozenset({errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})


class Traits(NamedTuple):
    """What names of one file have in common besides its bytes: two files that differ in it are not made one.

    `xattrs` are extended attributes, access lists and security labels among them; `flags` those of chattr.
    """

    uid: int
    gid: int
    mode: int
    xattrs: tuple[tuple[str, bytes], ...]
    flags: int


def traits(descriptor: int, found: os.stat_result) -> Traits:
    """What an open file has besides its bytes."""
    flags = extents.attributes(descriptor)
    return Traits(found.st_uid, found.st_gid, found.st_mode, _xattrs(descriptor), flags)


def looks(found: os.stat_result) -> tuple[int, ...]:
    """What changes when a file is written, replaced, or changed in any other way that a system tells."""
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_dev


def require_equal(one: int, other: int, path: str, digest: str) -> None:
    """Read two open files to their ends. Raises UnsafeError, naming `path`, where they differ, or differ from `digest`.

    Empty, the digest is not asked for.
    """
    hashed, at = hashlib.sha256(), 0
    while chunk := os.pread(one, CHUNK, at):
        if os.pread(other, len(chunk), at) != chunk:
            raise UnsafeError("its bytes are not those of the other file", path=path)
        hashed.update(chunk)
        at += len(chunk)
    if os.pread(other, 1, at):
        raise UnsafeError("its bytes are not those of the other file", path=path)
    if digest and hashed.hexdigest() != digest:
        raise UnsafeError("its bytes are not what was expected of it: it was edited", path=path)


def copy_bytes(source: int, target: int) -> str:
    """Copy an open file into an empty one, block by block of its own; the SHA-256 of what was copied.

    Where a block holds nothing but zeros, the copy has a hole.
    """
    hashed, at = hashlib.sha256(), 0
    while chunk := os.pread(source, CHUNK, at):
        hashed.update(chunk)
        at += len(chunk)
        if chunk.count(0) == len(chunk):
            os.lseek(target, at, os.SEEK_SET)
        else:
            write_all(target, chunk)
    os.ftruncate(target, at)
    return hashed.hexdigest()


def dress(descriptor: int, source: int, like: os.stat_result, mtime_ns: int) -> None:
    """Give an open file the owner, mode and attributes of another, and a time of last change."""
    now = os.fstat(descriptor)
    if (now.st_uid, now.st_gid) != (like.st_uid, like.st_gid):
        os.fchown(descriptor, like.st_uid, like.st_gid)
    os.fchmod(descriptor, stat.S_IMODE(like.st_mode))
    wanted, there = dict(_xattrs(source)), dict(_xattrs(descriptor))
    for name in there.keys() - wanted.keys():
        os.removexattr(descriptor, name)
    for name, value in wanted.items():
        if there.get(name) != value:
            os.setxattr(descriptor, name, value)
    set_times(descriptor, like, mtime_ns)


def set_times(descriptor: int, like: os.stat_result, mtime_ns: int) -> None:
    """Set the time of last change, and the time of last use as it was."""
    os.utime(descriptor, ns=(like.st_atime_ns, mtime_ns))


def _xattrs(descriptor: int) -> tuple[tuple[str, bytes], ...]:
    """All that may be read. None where the platform or the file system has none."""
    if not hasattr(os, "listxattr"):
        return ()
    try:
        names = os.listxattr(descriptor)
        return tuple((name, os.getxattr(descriptor, name)) for name in sorted(names))
    except OSError as error:
        if error.errno in _NO_XATTRS:
            return ()
        raise
