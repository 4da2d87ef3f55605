"""Whether a disk keeps access times: the kernel's own table of what is mounted, and how."""

from __future__ import annotations

_MOUNTS = "/proc/self/mountinfo"


def mount_table() -> bytes:
    """`/proc/self/mountinfo` as it is; empty where there is none (macOS, Windows)."""
    try:
        with open(_MOUNTS, "rb") as handle:
            return handle.read()
    except OSError:
        return b""
