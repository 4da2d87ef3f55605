"""`/proc/self/mountinfo`: what is mounted where, and how. Source: proc(5), section /proc/pid/mountinfo."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

_ESCAPED = re.compile(rb"\\([0-7]{3})")
_POINT, _OPTIONS, _FIELDS = 4, 5, 6
_REMOTE = ("nfs", "cifs", "smb", "9p", "fuse", "vboxsf", "ceph", "afs", "glusterfs", "lustre")
"""File systems whose access times another machine, or another program, may or may not keep."""


class Mount(NamedTuple):
    """One mount: where, the file system's type, and the options that hold at this place."""

    point: str
    type: str
    options: tuple[str, ...]


def parse(content: bytes) -> tuple[Mount, ...]:
    """The mounts in order; a line that is none is left out."""
    return tuple(filter(None, map(_mount, content.split(b"\n"))))


def mount_of(mounts: Iterable[Mount], path: str) -> Mount | None:
    """The mount that a path lies on, the last of those at one place; links in the path must be resolved by now."""
    best: Mount | None = None
    for each in mounts:
        point = each.point.rstrip("/")
        if (path == point or path.startswith(f"{point}/")) and (
            best is None or len(point) >= len(best.point.rstrip("/"))
        ):
            best = each
    return best


def keeps_access_times(mount: Mount | None) -> bool:
    """Whether a file's access time tells that it was read: to the day with `relatime`, which is Linux's default."""
    if mount is None or mount.type.startswith(_REMOTE):
        return False
    return {"noatime", "ro"}.isdisjoint(mount.options)


def _mount(line: bytes) -> Mount | None:
    head, separator, tail = line.partition(b" - ")
    fields = head.split(b" ")
    if not separator or len(fields) < _FIELDS:
        return None
    options = fields[_OPTIONS].decode("ascii", "replace").split(",")
    return Mount(_plain(fields[_POINT]), tail.split(b" ")[0].decode("ascii", "replace"), tuple(options))


def _plain(field: bytes) -> str:
    r"""A path whose blanks and backslashes the kernel wrote as `\040` and `\134`."""
    return _ESCAPED.sub(lambda match: bytes([int(match[1], 8) & 0xFF]), field).decode("utf-8", "surrogateescape")
