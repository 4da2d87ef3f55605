"""What interpreters have said of themselves, remembered in kempt's cache for as long as the file is the same."""

from __future__ import annotations

import hashlib
import os
import platform
from contextlib import suppress

from kempt.errors import KemptError
from kempt.host.files import write_atomic
from kempt.host.reading import read_regular
from kempt.host.state import cache_folder

FOLDER = "interpreters"
LIMIT = 64 * 1024


def remembered(path: str) -> bytes:
    """What the program at a path said, empty where it is another file by now, or was never asked."""
    name = _name(path)
    if name:
        with suppress(KemptError):
            return read_regular(os.path.join(cache_folder(FOLDER), name), LIMIT)
    return b""


def remember(path: str, said: bytes) -> None:
    """Write it down. Where that is impossible, the program is asked again the next time."""
    name = _name(path)
    if name:
        with suppress(KemptError):
            write_atomic(cache_folder(FOLDER), name, said, None)


def kernel() -> dict[str, str]:
    """The markers that change when the system is updated, and no interpreter with it."""
    return {"platform_release": platform.release(), "platform_version": platform.version()}


def _name(path: str) -> str:
    """By the real path, and by all that changes with the file. A link may make the same file another interpreter."""
    try:
        found = os.stat(path)
    except OSError:
        return ""
    what = (
        os.path.abspath(path),
        os.path.realpath(path),
        found.st_size,
        found.st_mtime_ns,
        found.st_ctime_ns,
        found.st_ino,
    )
    return hashlib.sha256(os.fsencode(repr(what))).hexdigest()[:32]
