"""Hashing files: SHA-256 of many, on threads, because reading and hashing both let other threads run."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from typing import NamedTuple

from kempt.host.reading import CHUNK, FLAGS, kind_of, reason
from kempt.host.workers import at_once, processors

BATCH_FILES = 64
_REGULAR = 0o100000
_KIND = 0o170000


class Hashed(NamedTuple):
    """The SHA-256 of a file and what it looked like while it was read; or, without a digest, why it was not read."""

    digest: str
    found: os.stat_result | None = None
    why: str = ""


def hash_files(root: str, paths: Sequence[str], jobs: int = 0) -> dict[str, Hashed]:
    """Each file, by its path below `root`; `jobs` threads, as many as there are processors where it is 0."""
    batches = [paths[at : at + BATCH_FILES] for at in range(0, len(paths), BATCH_FILES)]
    done = at_once(
        lambda batch: [hash_file(f"{root}/{path}") for path in batch], batches, jobs or processors(), _carry_on
    )
    return dict(zip(paths, (each for batch in done for each in batch), strict=True))


def hash_file(path: str) -> Hashed:
    """One regular file; a link is not followed, and nothing else is read."""
    try:
        descriptor = os.open(path, FLAGS)
    except (OSError, ValueError) as error:
        return Hashed("", why=reason(error))
    try:
        found = os.fstat(descriptor)
        if found.st_mode & _KIND != _REGULAR:
            return Hashed("", why=kind_of(found.st_mode))
        return Hashed(_digest(descriptor, found.st_size), found)
    except OSError as error:
        return Hashed("", why=reason(error))
    finally:
        os.close(descriptor)


def _digest(descriptor: int, size: int) -> str:
    wanted = min(size + 1, CHUNK)
    content = os.read(descriptor, wanted)
    digest = hashlib.sha256(content)
    while len(content) == wanted:
        wanted = CHUNK
        content = os.read(descriptor, wanted)
        digest.update(content)
    return digest.hexdigest()


def _carry_on() -> None:
    """Nothing has to be cut short: a batch takes a moment."""
