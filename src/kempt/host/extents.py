"""Where a file's bytes lie, and how two files come to lie at one place: what the kernel offers, one call each.

Sources: ioctl_fideduperange(2), ioctl_ficlone(2), ioctl_iflags(2), the kernel's fiemap.rst, clonefile(2) of macOS.
Errors are OSError; `is_unsupported` tells those that say "not on this file system".
"""

from __future__ import annotations

import errno
import os
import struct
import sys
from typing import NamedTuple

_FIDEDUPERANGE, _FICLONE, _FIEMAP, _GETFLAGS = 0xC0189436, 0x40049409, 0xC020660B, 0x80086601
_RANGE, _MAP, _EXTENT, _FLAGS = struct.Struct("=QQHHLqQQlL"), struct.Struct("=QQLLLL"), struct.Struct("=QQQQQLLLL"), 8
_DONE = struct.Struct("=QlL")
_DONE_AT = 40
_CHUNK = 16 * 1024**2
"""How much may be asked for at once: older btrfs takes no more."""
_MOST = 128
_LAST, _SETTLING, _ENCODED, _INLINE, _SHARED = 0x1, 0x2 | 0x4, 0x8, 0x200, 0x2000
_SYNC, _TO_THE_END = 0x1, 2**64 - 1
_DIFFERS = 1
BLOCK = 4096
_UNSUPPORTED = frozenset({errno.ENOTTY, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP})
_KEPT_FLAGS = 0x10 | 0x20 | 0x800000
"""Attributes that are a user's will (chattr): immutable, append only, no copy on write. Others are the system's own."""
_CLONE_NOFOLLOW = 0x0001


class Extent(NamedTuple):
    """A stretch of a file and where on the disk it lies, in bytes. `shared`: something else lies there too."""

    logical: int
    physical: int
    length: int
    shared: bool


class Placement(NamedTuple):
    """Where a file lies. `inline`: in its inode, or nowhere that can be told; then there is nothing to be shared."""

    extents: tuple[Extent, ...]
    inline: bool = False

    @property
    def where(self) -> tuple[tuple[int, int, int], ...]:
        """The same for two files that lie on the same blocks, in one order."""
        return tuple(each[:3] for each in self.extents)

    @property
    def bytes(self) -> int:
        """What it occupies."""
        return sum(each.length for each in self.extents)

    @property
    def own(self) -> int:
        """What nothing else lies on."""
        return sum(each.length for each in self.extents if not each.shared)


def is_unsupported(error: OSError) -> bool:
    """Whether the file system has no such call at all."""
    return error.errno in _UNSUPPORTED


def placement(descriptor: int, *, settle: bool = True) -> Placement | None:
    """Where an open file lies; None where the system does not tell.

    What is not on the disk yet is brought there, or, without `settle`, not told of.
    """
    flags = 0
    while True:
        try:
            found = _mapped(descriptor, flags)
        except OSError:
            return None
        if not any(each[3] & _SETTLING for each in found):
            inline = not found or any(each[3] & _INLINE for each in found)
            return Placement(tuple(_joined(found)), inline)
        if flags or not settle:
            return None
        flags = _SYNC


def share_range(source: int, target: int, size: int, *, at: int = 0, to: int = 0) -> bool:
    """Let the kernel compare a stretch of two open files and let the target lie on the blocks of the source.

    False where they differ; what came before the difference is shared then, and holds the same bytes as ever. Neither
    file's times change.
    """
    done = 0
    while done < size:
        length = min(size - done, _CHUNK)
        buffer = bytearray(_RANGE.pack(at + done, length, 1, 0, 0, target, to + done, 0, 0, 0))
        _call(source, _FIDEDUPERANGE, buffer)
        shared, status, _ = _DONE.unpack_from(buffer, _DONE_AT)
        if status < 0:
            raise OSError(-status, os.strerror(-status))
        if status == _DIFFERS or not shared:
            return False
        done += shared
    return True


def can_share(descriptor: int) -> bool | None:
    """Whether its file system can share what lies on it, told without changing anything; None: nobody can tell.

    The kernel is asked to share two blocks of the file that differ: it compares them first, and says so. Of a file that
    has no such blocks it is asked to share nothing, which tells whether there is such a call, and not all: XFS has
    it also where it was made without reflinks.
    """
    try:
        block = max(BLOCK, os.fstatvfs(descriptor).f_bsize)
        first, second = os.pread(descriptor, block, 0), os.pread(descriptor, block, block)
        if len(second) == block and first != second:
            share_range(descriptor, descriptor, block, to=block)
        else:
            _call(descriptor, _FIDEDUPERANGE, bytearray(_RANGE.pack(0, 0, 1, 0, 0, descriptor, 0, 0, 0, 0)))
    except OSError as error:
        return False if is_unsupported(error) or error.errno == errno.EINVAL else None
    return True


def clone(source: int, target: int) -> None:
    """Let an empty open file lie on all blocks of another (Linux)."""
    import fcntl

    fcntl.ioctl(target, _FICLONE, source)


def clone_new(source: int, folder: int, name: str) -> None:
    """Make a clone of an open file under a free name in an open folder (macOS)."""
    import ctypes

    function = ctypes.CDLL(None, use_errno=True).fclonefileat
    if function(source, folder, os.fsencode(name), _CLONE_NOFOLLOW) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), name)


def attributes(descriptor: int) -> int:
    """The attributes that somebody set on an open file (chattr); 0 where there are none, or no such thing."""
    buffer = bytearray(_FLAGS)
    try:
        _call(descriptor, _GETFLAGS, buffer)
    except OSError:
        return 0
    return int.from_bytes(buffer, sys.byteorder) & _KEPT_FLAGS


def settle_all(descriptor: int) -> None:
    """Bring everything on an open file's file system to the disk (syncfs), or everything everywhere (sync)."""
    import ctypes

    try:
        done = ctypes.CDLL(None, use_errno=True).syncfs(descriptor) == 0
    except (AttributeError, OSError, TypeError):  # no such function: macOS, Windows
        done = False
    if not done and hasattr(os, "sync"):
        os.sync()


def _mapped(descriptor: int, flags: int) -> list[tuple[int, int, int, int]]:
    """All stretches: logical, physical, length, flags."""
    found: list[tuple[int, int, int, int]] = []
    start = 0
    while True:
        buffer = bytearray(_MAP.size + _MOST * _EXTENT.size)
        _MAP.pack_into(buffer, 0, start, _TO_THE_END - start, flags, 0, _MOST, 0)
        _call(descriptor, _FIEMAP, buffer)
        number = _MAP.unpack_from(buffer)[3]
        rows = (_EXTENT.unpack_from(buffer, _MAP.size + each * _EXTENT.size) for each in range(number))
        found += ((row[0], row[1], row[2], row[5]) for row in rows)
        if not number or found[-1][3] & _LAST:
            return found
        start = found[-1][0] + found[-1][2]


def _joined(found: list[tuple[int, int, int, int]]) -> list[Extent]:
    """Stretches that follow each other in the file and on the disk as one: the kernel cuts them as it likes."""
    joined: list[Extent] = []
    for logical, physical, length, flags in found:
        shared = bool(flags & _SHARED)
        if joined and not flags & _ENCODED:
            last = joined[-1]
            follows = (last.logical + last.length, last.physical + last.length, last.shared)
            if follows == (logical, physical, shared):
                joined[-1] = last._replace(length=last.length + length)
                continue
        joined.append(Extent(logical, physical, length, shared))
    return joined


if sys.platform == "win32":

    def _call(*_asked: object) -> None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
else:
    import fcntl

    def _call(descriptor: int, request: int, buffer: bytearray) -> None:
        fcntl.ioctl(descriptor, request, buffer)
