"""Whether files hold the same bytes: the first of each group is hashed, and the others are compared to it.

Comparing takes a fraction of the time of hashing, and proves the same. What changes while it is read proves nothing:
each file must look at the end as it did when it was found.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence

from kempt.host.hashing import hash_file
from kempt.host.reading import FLAGS

CHUNK = 256 * 1024
"""Bytes that are read of each file in turn: so many stay in the processor's cache until they were compared."""
_AT_ONCE = 64  # files of one group that are open at the same time
GONE, SAME = b"", b"="
File = tuple[bytes, int, int]
"""A path, and the inode and ctime in nanoseconds that are expected there."""


def compare(files: Sequence[File], size: int) -> tuple[bytes, tuple[bytes, ...]]:
    """The SHA-256 of the first, and for each file: SAME as that, its own SHA-256, or GONE where it cannot be told.

    The first is the first one that can be read, and counts as SAME. Nothing but regular files is read, and no link is
    followed. All of it is plain, so that one process can send it to another.
    """
    results: list[bytes] = []
    digest = b""
    for at, first in enumerate(files):
        if digest := read_digest(first, size) if size > CHUNK else b"":
            break
        if size <= CHUNK and (content := _content(first, size)) is not None:
            digest = hashlib.sha256(content).digest()
            results += [_compared(other, content, size) for other in files[at + 1 :]]
            return digest, (*(GONE,) * at, SAME, *results)
    if not digest:
        return b"", (GONE,) * len(files)
    others = files[at + 1 :]
    for begin in range(0, len(others), _AT_ONCE):
        results += _long(files[at], others[begin : begin + _AT_ONCE], size)
    return digest, (*(GONE,) * at, SAME, *results)


def read_digest(file: File, size: int) -> bytes:
    """The SHA-256 of a file by reading it; GONE where it is not the one that was expected."""
    path, inode, changed = file
    hashed = hash_file(os.fsdecode(path))
    found = hashed.found
    if found is None or (found.st_ino, found.st_ctime_ns, found.st_size) != (inode, changed, size):
        return GONE
    try:
        again = os.lstat(path)
    except OSError:
        return GONE
    return bytes.fromhex(hashed.digest) if (again.st_ino, again.st_ctime_ns) == (inode, changed) else GONE


def _content(file: File, size: int) -> bytes | None:
    """All of a short file, if it is as expected after that."""
    try:
        descriptor = os.open(file[0], FLAGS)
    except (OSError, ValueError):
        return None
    try:
        content = os.read(descriptor, size + 1)
        return content if len(content) == size and _is_as_expected(descriptor, file, size) else None
    except OSError:
        return None
    finally:
        os.close(descriptor)


def _compared(file: File, content: bytes, size: int) -> bytes:
    own = _content(file, size)
    return GONE if own is None else SAME if own == content else hashlib.sha256(own).digest()


def _is_as_expected(descriptor: int, file: File, size: int) -> bool:
    found = os.fstat(descriptor)
    return (found.st_ino, found.st_ctime_ns, found.st_size) == (file[1], file[2], size)


def _long(first: File, others: Sequence[File], size: int) -> list[bytes]:
    """Long files side by side, a chunk of each at a time."""
    descriptors: list[int] = []
    results = [GONE] * len(others)
    try:
        descriptors += (_opened(path) for path, _, _ in (first, *others))
        for at in _equal(descriptors, size):
            if _is_as_expected(descriptors[at + 1], others[at], size):
                results[at] = SAME
    finally:
        for each in descriptors:
            if each >= 0:
                os.close(each)
    return [each or read_digest(file, size) for each, file in zip(results, others, strict=True)]


def _opened(path: bytes) -> int:
    try:
        return os.open(path, FLAGS)
    except (OSError, ValueError):
        return -1


def _equal(descriptors: Sequence[int], size: int) -> list[int]:
    """Which of the files but the first have its bytes, by their place after it."""
    first, *others = descriptors
    if first < 0:
        return []
    left = [at for at, each in enumerate(others) if each >= 0]
    done = 0
    try:
        while left and (chunk := os.read(first, CHUNK)):
            done += len(chunk)
            left = [at for at in left if _read(others[at], len(chunk)) == chunk]
    except OSError:
        return []
    return left if done == size else []


def _read(descriptor: int, length: int) -> bytes:
    try:
        return os.read(descriptor, length)
    except OSError:
        return b""
