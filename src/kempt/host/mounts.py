"""Where other file systems begin. A device number does not tell: a bind mount can show another part of the same one."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from types import TracebackType
from typing import Self

from kempt.host.folders import CLOEXEC

_TABLE = "/proc/self/mountinfo"
_POINT = re.compile(rb"^(?:[^ \n]+ ){4}([^ \n]+) ", re.MULTILINE)  # the fifth field: proc_pid_mountinfo(5)
_ESCAPED = re.compile(rb"\\([0-7]{3})")


class Mounts:
    """The mount points that this process sees, as they are at each question. Use it as a context.

    Only Linux tells; elsewhere there seem to be none, and device numbers must do.
    """

    def __init__(self, table: str = _TABLE) -> None:
        self._known: tuple[str, ...] | None = None
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

    def _points(self) -> tuple[str, ...]:
        if self._descriptor < 0:
            return ()
        if self._known is None or self._changed():
            self._known = tuple(_points(_content(self._descriptor)))
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


def _points(table: bytes) -> Iterator[str]:
    for found in _POINT.finditer(table):
        yield os.fsdecode(_ESCAPED.sub(lambda octal: bytes([int(octal[1], 8)]), found[1]))
