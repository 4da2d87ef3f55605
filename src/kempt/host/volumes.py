"""How full a file system is."""

from __future__ import annotations

import os

from kempt.model.disk_overview import Volume


def volume(path: str) -> Volume | None:
    """The file system that a folder lies on; None where the system does not tell."""
    try:
        if hasattr(os, "statvfs"):
            return _by_blocks(path)
        from shutil import disk_usage

        total, used, free = disk_usage(path)
    except OSError:
        return None
    return Volume(path, total, used, free)


def device(path: str) -> int | None:
    """The number of the file system that a path is on; None where it is gone."""
    try:
        return os.stat(path).st_dev
    except OSError:
        return None


def _by_blocks(path: str) -> Volume:
    found = os.statvfs(path)
    used = found.f_blocks - found.f_bfree
    return Volume(
        path, found.f_blocks * found.f_frsize, used * found.f_frsize, found.f_bavail * found.f_frsize,
        found.f_files, found.f_ffree,
    )  # fmt: skip
