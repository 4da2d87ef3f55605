"""What can be shared: where files lie, what their file system can do, how much of it is free. Nothing is changed."""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress
from typing import NamedTuple

from kempt.errors import UnsafeError
from kempt.host import extents
from kempt.host.alike import Traits, traits
from kempt.host.extents import Placement
from kempt.host.folders import open_parent
from kempt.host.reading import FLAGS
from kempt.model.plan import Expect

_FEW_LINKS = 1000
_TWICE = 2  # btrfs frees what one transaction let go of with the next one
_TABLE = "/proc/self/mountinfo"
_CLONING = frozenset({b"nfs4", b"cifs", b"smb3"})
_HIDING = (b"nfs", b"cifs", b"smb", b"9p", b"fuse", b"virtiofs", b"zfs")
"""How the types of file systems begin that may share blocks, and do not tell."""
_KIND = 0o170000
_REGULAR = 0o100000


class Seen(NamedTuple):
    """A regular file as it is now. `links` are all its names, `allocated` what it occupies, in bytes.

    `traits` is None where only its place was asked for, `placement` where only its traits were.
    """

    expect: Expect
    traits: Traits | None
    placement: Placement | None
    links: int
    allocated: int


def look_at(path: str, *, place: bool = True) -> Seen | None:
    """What a regular file looks like, and where it lies or, without `place`, what it has besides its bytes.

    None where it cannot be opened. No link is followed.
    """
    try:
        descriptor = os.open(path, FLAGS)
    except (OSError, ValueError):
        return None
    try:
        found = os.fstat(descriptor)
        if found.st_mode & _KIND != _REGULAR:
            return None
        expect = Expect(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_dev, found.st_ino)
        allocated = getattr(found, "st_blocks", 0) * 512 or found.st_size
        has, where = (None, extents.placement(descriptor)) if place else (traits(descriptor, found), None)
        return Seen(expect, has, where, found.st_nlink, allocated)
    except OSError:
        return None
    finally:
        os.close(descriptor)


def lies(path: str, inode: int) -> Placement | None:
    """Where a file lies; None where that cannot be told.

    That is so too where another file is at the path by now, and of what is not on the disk yet. Nothing is written.
    """
    try:
        descriptor = os.open(path, FLAGS)
    except (OSError, ValueError):
        return None
    try:
        found = os.fstat(descriptor)
        if found.st_ino != inode or not stat.S_ISREG(found.st_mode):
            return None
        return extents.placement(descriptor, settle=False)
    except OSError:
        return None
    finally:
        os.close(descriptor)


def may_lie_together(path: str, dev: int) -> bool | None:
    """Whether files on the file system of a file, with this number, may lie on the same blocks; None: nobody tells."""
    can = can_share(path)
    if can is not False:
        return can
    rows = _rows(dev)
    return None if not rows or any(each.startswith(_HIDING) for row in rows for each in row[7:]) else False


def shares(root: str, relative: str) -> bool | None:
    """Whether something else lies on blocks of a file below the root; None where that cannot be told."""
    with suppress(OSError, UnsafeError), open_parent(root, relative) as (folder, name):
        descriptor = folder.open_file(name, FLAGS)
        try:
            found = extents.placement(descriptor)
        finally:
            os.close(descriptor)
        return None if found is None else found.own < found.bytes
    return None


def stat_at(root: str, relative: str) -> os.stat_result | None:
    """What is at a path below the root; None where nothing is, or where that cannot be told."""
    with suppress(OSError, UnsafeError), open_parent(root, relative) as (folder, name):
        return folder.lstat(name)
    return None


def names_in(root: str, relative: str) -> tuple[str, ...]:
    """The names in a folder below the root; none where it is none, or cannot be listed."""
    with (
        suppress(OSError, UnsafeError),
        open_parent(root, relative) as (above, name),
        above.enter(name) as folder,
        folder.scan() as entries,
    ):
        return tuple(entry.name for entry in entries)
    return ()


def free_bytes(path: str) -> int | None:
    """How much is free on a file system once all is written to it, in bytes; None where it does not tell."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
        try:
            for _ in range(_TWICE):
                extents.settle_all(descriptor)
            found = os.fstatvfs(descriptor)
        finally:
            os.close(descriptor)
    except (OSError, AttributeError):
        return None
    return found.f_bfree * found.f_frsize


def current_user() -> int | None:
    """Who runs this process; None for who may do all, and where there are no such numbers."""
    user = os.geteuid() if hasattr(os, "geteuid") else 0
    return user or None


def most_links(path: str) -> int:
    """How many names a file may have on the file system of a path."""
    try:
        return os.pathconf(path, "PC_LINK_MAX")
    except (OSError, AttributeError, ValueError):
        return _FEW_LINKS


def may_clone(dev: int) -> bool:
    """Whether a file system is of a kind that clones files but does not compare them: worth a try."""
    if sys.platform != "linux":
        return sys.platform == "darwin"
    return any(not _CLONING.isdisjoint(row) for row in _rows(dev))


def _rows(dev: int) -> list[list[bytes]]:
    """What the kernel's table says of a file system; nothing where there is none."""
    if sys.platform != "linux":
        return []
    number = b"%d:%d" % (os.major(dev), os.minor(dev))
    try:
        with open(_TABLE, "rb") as table:
            return [row for line in table if number in (row := line.split())[2:3]]
    except OSError:
        return []


def can_share(path: str) -> bool | None:
    """Whether the file system of a file can share extents, told without changing anything; None: it cannot tell."""
    try:
        descriptor = os.open(path, FLAGS)
    except (OSError, ValueError):
        return None
    try:
        return extents.can_share(descriptor) if stat.S_ISREG(os.fstat(descriptor).st_mode) else None
    finally:
        os.close(descriptor)
