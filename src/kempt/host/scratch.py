"""A private folder for one run, gone when the run ends."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import IO, Self

from kempt.errors import KemptError
from kempt.host.env import environ
from kempt.host.folders import make_link


class Scratch:
    """A folder that only this user can enter, made on first use and removed by `close`.

    Not `tempfile`: importing it costs a hook as much CPU as asking git for the whole index.
    """

    def __init__(self) -> None:
        self._path = ""
        self._made: list[str] = []
        self._swept: list[str] = []
        self._held: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def path(self) -> str:
        """The folder itself."""
        if not self._path:
            base = temporary()
            path = os.path.join(base, f"kempt-{os.getpid()}-{os.urandom(6).hex()}")
            try:
                os.mkdir(path, 0o700)
            except OSError as error:
                message = f"cannot make a folder for temporary files: {error.strerror or error}"
                raise KemptError(message, path=base, hint="set TMPDIR to a folder that can be written") from error
            from kempt.host.lock import hold_folder

            self._path, self._held = path, hold_folder(path)
        return self._path

    def folder(self, relative: str) -> str:
        """A folder inside, made with its parents."""
        path = os.path.join(self.path, relative) if relative else self.path
        missing = []
        while not os.path.isdir(path):
            missing.append(path)
            path = os.path.dirname(path)
        for each in reversed(missing):
            os.mkdir(each, 0o700)
            self._made.append(each)
        return missing[0] if missing else path

    def file(self, relative: str, content: bytes = b"") -> str:
        """A regular file inside, made with its folders."""
        path = os.path.join(self.folder(os.path.dirname(relative)), os.path.basename(relative))
        self._made.append(path)  # where the disk is full, it is there all the same
        with open(path, "wb") as handle:
            handle.write(content)
        return path

    def stream(self, relative: str) -> IO[bytes]:
        """An empty file inside, open for a program to write to."""
        return open(self.file(relative), "wb")

    def link(self, relative: str, target: str) -> str:
        """A symbolic link inside to something outside, made with its folders."""
        path = os.path.join(self.folder(os.path.dirname(relative)), os.path.basename(relative))
        make_link(path, target)
        self._made.append(path)
        return path

    def sweep(self, relative: str) -> None:
        """From now on, what another program leaves below this folder of ours is removed with it."""
        self._swept.append(self.folder(relative))

    def discard(self, relative: str) -> None:
        """Remove what was made of a folder inside, as `close` does."""
        top = os.path.join(self.path, relative)
        gone = [path for path in self._made if path == top or path.startswith(top + os.sep)]
        _remove(gone)
        self._made = [path for path in self._made if path not in gone]

    def close(self) -> None:
        """Remove exactly what was made; what another program left inside stays, but for folders that are swept."""
        for folder in self._swept:
            self._made += _inside(folder)
        _remove(self._made)
        if self._path:
            with suppress(OSError):
                os.rmdir(self._path)
        if self._held is not None:
            os.close(self._held)
        self._held = None
        self._path, self._made, self._swept = "", [], []


def temporary() -> str:
    """Where folders for temporary files are made."""
    return environ().get("TMPDIR") or environ().get("TEMP") or "/tmp"  # noqa: S108 - each folder is made 0700


def _inside(folder: str) -> list[str]:
    """All that lies below a folder, each after what it lies in; no link is followed."""
    found: list[str] = []
    waiting = [folder]
    while waiting:
        with suppress(OSError), os.scandir(waiting.pop()) as listed:
            for each in listed:
                found.append(each.path)
                if each.is_dir(follow_symlinks=False):
                    waiting.append(each.path)
    return found


def _remove(made: Sequence[str]) -> None:
    for path in reversed(made):
        try:
            os.rmdir(path) if os.path.isdir(path) and not os.path.islink(path) else os.unlink(path)
        except OSError:
            continue
