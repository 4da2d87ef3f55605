"""What interpreters have said of themselves, remembered in kempt's cache for as long as the file is the same."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress

from kempt.errors import KemptError
from kempt.host.files import write_atomic
from kempt.host.state import cache_folder, read_cache

FOLDER = "interpreters"
LIMIT = 64 * 1024


def remembered(path: str) -> bytes:
    """What the program at a path said, empty where it is another file by now, or was never asked."""
    name = _name(path)
    if name:
        with suppress(KemptError):
            return read_cache(FOLDER, name, LIMIT) or b""
    return b""


def remember(path: str, said: bytes) -> None:
    """Write it down. Where that is impossible, the program is asked again the next time."""
    name = _name(path)
    if name:
        with suppress(KemptError):
            folder = cache_folder(FOLDER)
            if not os.path.lexists(os.path.join(folder, name)):
                write_atomic(folder, name, said, None)


def kernel() -> dict[str, str]:
    """The markers that change when the system is updated, and no interpreter with it."""
    if not hasattr(os, "uname"):
        return {}
    system = os.uname()
    return {"platform_release": system.release, "platform_version": system.version}


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
