"""Reading what may be anything: a FIFO that blocks for ever, a link to a device that never ends, a file without end."""

from __future__ import annotations

import os
import stat

from kempt.errors import UnreadableError

FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


def read_regular(path: str, limit: int) -> bytes:
    """The content of a regular file of at most `limit` bytes; no link is followed at its end, no device is opened.

    Raises UnreadableError with the reason.
    """
    try:
        handle = os.open(path, FLAGS)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise UnreadableError(getattr(error, "strerror", None) or str(error), path=path) from error
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableError("not a regular file", path=path)
        if status.st_size > limit:
            raise UnreadableError(f"larger than {limit:,} bytes", path=path)
        return _whole(handle, status.st_size, limit)
    except OSError as error:
        raise UnreadableError(error.strerror or str(error), path=path) from error
    finally:
        os.close(handle)


def _whole(handle: int, size: int, limit: int) -> bytes:
    """All of an open file; it may have grown since it was measured, or lie about its size as files of the kernel do."""
    parts, left = [], limit + 1
    while left > 0 and (part := os.read(handle, min(left, size + 1))):
        parts.append(part)
        left -= len(part)
    if left <= 0:
        raise UnreadableError(f"larger than {limit:,} bytes")
    return b"".join(parts)
