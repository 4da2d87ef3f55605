"""Where other file systems begin, and whether they keep access times, by the kernel's own table of what is mounted.

A device number does not tell: a bind mount can show another part of the same file system, with options of its own.
Source: proc_pid_mountinfo(5).
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType
from typing import NamedTuple, Self

from kempt.host.folders import CLOEXEC

_TABLE = "/proc/self/mountinfo"
_ESCAPED = re.compile(rb"\\([0-7]{3})")
_POINT, _OPTIONS, _FIELDS = 4, 5, 6
_REMOTE = ("nfs", "cifs", "smb", "9p", "fuse", "vboxsf", "ceph", "afs", "glusterfs", "lustre")
"""File systems whose access times another machine, or another program, may or may not keep."""
_NETWORK = (
    "nfs", "cifs", "smb", "9p", "vboxsf", "ceph", "afs", "glusterfs", "lustre", "gpfs", "beegfs", "orangefs", "pvfs2",
    "fuse.sshfs", "fuse.s3fs", "fuse.rclone", "fuse.glusterfs", "fuse.ceph", "fuse.juicefs", "fuse.nfs",
)  # fmt: skip
"""File systems that other machines write too: memory that two programs share, and locks, may end at this one."""


class Mount(NamedTuple):
    """One mount: where, the file system's type, and the options that hold at this place."""

    point: str
    type: str
    options: tuple[str, ...]

    @property
    def keeps_access_times(self) -> bool:
        """Whether a file's access time tells that it was read: to the day with `relatime`, which is Linux's default."""
        return not self.type.startswith(_REMOTE) and {"noatime", "ro"}.isdisjoint(self.options)

    @property
    def is_network(self) -> bool:
        """Whether other machines write here too, so that neither locks nor shared memory can be relied on."""
        return self.type.startswith(_NETWORK)


def parse(table: bytes) -> tuple[Mount, ...]:
    """The mounts of a `/proc/PID/mountinfo` in order; a line that is none is left out."""
    return tuple(filter(None, map(_mount, table.split(b"\n"))))


class Mounts:
    """The mount points that this process sees, as they are at each question. Use it as a context.

    Only Linux tells; elsewhere there seem to be none, and device numbers must do.
    """

    def __init__(self, table: str = _TABLE) -> None:
        self._known: Mapping[str, Mount] | None = None
        self._descriptor = -1
        with suppress(OSError):
            self._descriptor = os.open(table, os.O_RDONLY | CLOEXEC)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the table."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def inside(self, path: str) -> str:
        """A mount point at an absolute path without links, or below it; empty where there is none."""
        below = f"{path.rstrip('/')}/"
        return next((each for each in self._points() if each == path or each.startswith(below)), "")

    def below(self, path: str) -> frozenset[str] | None:
        """All mount points below an absolute path without links; None where the system does not list any."""
        below = f"{path.rstrip('/')}/"
        points = self._points()
        return frozenset(each for each in points if each.startswith(below)) if points else None

    def of(self, path: str) -> Mount | None:
        """The mount that an absolute path without links lies on, the last of those at one place; None if not listed."""
        points = self._points()
        place = path.rstrip("/")
        while place:
            if place in points:
                return points[place]
            place = place.rpartition("/")[0]
        return points.get("/")

    def keeps_access_times(self, path: str) -> bool | None:
        """Whether files at an absolute path without links say when they were read; None where no mounts are listed."""
        mount = self.of(path)
        return mount and mount.keeps_access_times

    def _points(self) -> Mapping[str, Mount]:
        if self._descriptor < 0:
            return {}
        if self._known is None or self._changed():
            self._known = {each.point: each for each in parse(_content(self._descriptor))}
        return self._known

    def _changed(self) -> bool:
        """Whether something was mounted or unmounted since the last question: the table is polled, not read again."""
        import select

        poll = select.poll()
        poll.register(self._descriptor, select.POLLPRI)
        return bool(poll.poll(0))


def _content(descriptor: int) -> bytes:
    """All of it, wherever another thread is reading."""
    content = b""
    while chunk := os.pread(descriptor, 1 << 16, len(content)):
        content += chunk
    return content


def _mount(line: bytes) -> Mount | None:
    head, separator, tail = line.partition(b" - ")
    fields = head.split(b" ")
    if not separator or len(fields) < _FIELDS:
        return None
    options = fields[_OPTIONS].decode("ascii", "replace").split(",")
    return Mount(_plain(fields[_POINT]), tail.split(b" ")[0].decode("ascii", "replace"), tuple(options))


def _plain(field: bytes) -> str:
    r"""A path whose blanks and backslashes the kernel wrote as `\040` and `\134`."""
    return os.fsdecode(_ESCAPED.sub(lambda octal: bytes([int(octal[1], 8) & 0xFF]), field))
