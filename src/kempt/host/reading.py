"""Reading what may be anything: a FIFO that blocks for ever, a link to a device that never ends, a file without end.

Measured on a hostile checkout: a FIFO called .gitignore blocks a plain open() for ever, and a link to /dev/zero never
ends. Opening a device can already do something (rewind a tape, start a watchdog), so a file is looked at before.
"""

from __future__ import annotations

import os
import stat

from kempt.errors import UnreadableError

CHUNK = 1024**2
FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


def read_regular(path: str, limit: int) -> bytes:
    """The content of a regular file of at most `limit` bytes; no link is followed at its end.

    Raises UnreadableError with the reason.
    """
    try:
        refuse_others(os.lstat(path), path, limit)
        descriptor = os.open(path, FLAGS)
        try:
            refuse_others(os.fstat(descriptor), path, limit)
            return read_open(descriptor, path, limit)
        finally:
            os.close(descriptor)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise UnreadableError(reason(error), path=path) from error


def read_open(descriptor: int, path: str, limit: int) -> bytes:
    """All of an open file. It may have grown since it was measured, or lie about its size as files of the kernel do."""
    chunks, left = [], limit + 1
    while left and (chunk := os.read(descriptor, min(left, CHUNK))):
        chunks.append(chunk)
        left -= len(chunk)
    if not left:
        raise UnreadableError(f"larger than {limit:,} bytes", path=path)
    return b"".join(chunks)


def refuse_others(found: os.stat_result | None, path: str, limit: int) -> None:
    """Raise UnreadableError for what is missing, no regular file, or larger than `limit` bytes."""
    if found is None:
        raise UnreadableError("no such file", path=path)
    if not stat.S_ISREG(found.st_mode):
        raise UnreadableError(kind_of(found.st_mode), path=path)
    if found.st_size > limit:
        raise UnreadableError(f"larger than {limit:,} bytes", path=path)


def kind_of(mode: int) -> str:
    """What a file is that is not a regular one, in words."""
    kinds = (
        (stat.S_ISLNK, "a symbolic link"), (stat.S_ISDIR, "a folder"), (stat.S_ISFIFO, "a FIFO"),
        (stat.S_ISSOCK, "a socket"), (stat.S_ISCHR, "a device"), (stat.S_ISBLK, "a device"),
    )  # fmt: skip
    return f"{next((words for is_kind, words in kinds if is_kind(mode)), 'something else')}, not a regular file"


def reason(error: OSError | ValueError) -> str:
    """Why, in a few words that begin small: they stand after a colon."""
    text = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return "no such file" if isinstance(error, FileNotFoundError) else text[:1].lower() + text[1:]


def read_untouched(path: str, length: int) -> bytes:
    """The first bytes of a regular file, whose access time stays as it was where the system lets it; else nothing.

    What tells when something was last used must not be changed by looking at it.
    """
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            return b""
        try:
            descriptor = os.open(path, FLAGS | getattr(os, "O_NOATIME", 0))
        except PermissionError:  # only a file's owner may ask for that
            descriptor = os.open(path, FLAGS)
    except (OSError, ValueError):
        return b""
    try:
        return os.read(descriptor, length) if stat.S_ISREG(os.fstat(descriptor).st_mode) else b""
    except OSError:
        return b""
    finally:
        os.close(descriptor)


def read_beginning(path: str, length: int) -> bytes:
    """The first bytes of a regular file, empty for what cannot be read. It must have been looked at before."""
    try:
        descriptor = os.open(path, FLAGS)
    except (OSError, ValueError):
        return b""
    try:
        return os.read(descriptor, length)
    except OSError:
        return b""
    finally:
        os.close(descriptor)
