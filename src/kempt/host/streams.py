"""Large files in pieces, and what standard input brings: nothing is held in memory, nothing is written."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator

from kempt.errors import UnreadableError
from kempt.host.clock import now
from kempt.host.reading import CHUNK, kind_of, reason

_STDIN = 0
_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_SETTLED = 2
"""Seconds after which a change of a file shows in its time of change, whatever the file system's clock is."""


class OpenFile:
    """A regular file, read at any place. Raises UnreadableError where it is none, or cannot be read."""

    def __init__(self, path: str) -> None:
        self.path = path
        try:
            found = os.stat(path)  # opening a FIFO blocks for ever
            if not stat.S_ISREG(found.st_mode):
                raise UnreadableError(kind_of(found.st_mode), path=path)
            self._descriptor = os.open(path, _FLAGS)
            self.size = os.fstat(self._descriptor).st_size
        except OSError as error:
            raise UnreadableError(reason(error), path=path) from error

    def read(self, at: int, size: int) -> bytes:
        """At most `size` bytes from a place; none at the end."""
        try:
            os.lseek(self._descriptor, at, os.SEEK_SET)
            return os.read(self._descriptor, size)
        except OSError as error:
            raise UnreadableError(reason(error), path=self.path) from error

    def pieces(self, at: int, size: int) -> Iterator[bytes]:
        """A stretch of the file. Raises UnreadableError where the file ends before it."""
        end = at + size
        while at < end:
            piece = self.read(at, min(CHUNK, end - at))
            if not piece:
                raise UnreadableError("the file is truncated", path=self.path)
            at += len(piece)
            yield piece

    def identity(self) -> str:
        """What changes when the file does; empty where it changed so lately that the next change might not show."""
        found = os.fstat(self._descriptor)
        if now() - max(found.st_mtime, found.st_ctime) < _SETTLED:
            return ""
        return f"{found.st_dev}:{found.st_ino}:{found.st_size}:{found.st_mtime_ns}:{found.st_ctime_ns}"

    def close(self) -> None:
        """Give the descriptor back."""
        os.close(self._descriptor)


def standard_input() -> Iterator[bytes]:
    """What is piped in, in pieces. Raises UnreadableError where it is a terminal."""
    try:
        if os.isatty(_STDIN):
            raise UnreadableError("standard input is a terminal", hint="docker save IMAGE | kempt image -")
        while piece := os.read(_STDIN, CHUNK):
            yield piece
    except OSError as error:
        raise UnreadableError(f"standard input: {reason(error)}") from error


def kind_at(path: str) -> str:
    """What lies there: "file", "folder" or nothing (empty)."""
    if os.path.isdir(path):
        return "folder"
    return "file" if os.path.lexists(path) else ""
