"""All regular files below a folder, as columns of numbers: no object is kept for any of them."""

from __future__ import annotations

import hashlib
import os
from array import array
from collections.abc import Callable, Sequence
from typing import NamedTuple

from kempt.host.reading import FLAGS, reason

HEAD = 4096
"""Bytes at the beginning of a file that tell nearly all unequal ones of one size apart."""
NOTHING = bytes(32)
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_BY_DESCRIPTOR = os.scandir in os.supports_fd
_TYPE, _REGULAR, _IS_FOLDER = 0o170000, 0o100000, 0o040000
_OWN = b".kempt-"
_TOLD_EVERY = 64


class Everything(NamedTuple):
    """The files that are not empty: paths below the root, joined by NUL, and where each begins (one more than paths).

    Then columns of sizes in bytes, inodes, ctimes in nanoseconds and blocks of 512 bytes. `unread` are the folders that
    could not be listed, with the reason; other file systems are not entered.
    """

    dev: int
    inode: int
    paths: bytes
    starts: array[int]
    sizes: array[int]
    inodes: array[int]
    changes: array[int]
    blocks: array[int]
    unread: tuple[tuple[str, str], ...]


def list_files(root: str, tell: Callable[[str], None]) -> Everything:
    """Walk a folder. No link is followed, and kempt's own trash is left out. Raises OSError for the root alone."""
    found = os.lstat(root)
    listing = _Listing(os.fsencode(root), found.st_dev)
    listing.run(tell)
    del listing.paths[-1:]
    paths = bytes(listing.paths)
    listing.paths.clear()
    return Everything(
        found.st_dev, found.st_ino, paths, listing.starts, listing.sizes, listing.inodes, listing.changes,
        listing.blocks, tuple(listing.unread),
    )  # fmt: skip


def heads(root: str, paths: Sequence[bytes]) -> bytes:
    """The SHA-256 of the first `HEAD` bytes of each file, one after the other; NOTHING for what cannot be read."""
    base = os.fsencode(root).rstrip(b"/") + b"/"
    return b"".join([_head(base + path) for path in paths])


def _head(path: bytes) -> bytes:
    try:
        descriptor = os.open(path, FLAGS)
    except (OSError, ValueError):
        return NOTHING
    try:
        return hashlib.sha256(os.read(descriptor, HEAD)).digest()
    except OSError:
        return NOTHING
    finally:
        os.close(descriptor)


class _Listing:
    """What was found until now."""

    def __init__(self, root: bytes, dev: int) -> None:
        self.paths = bytearray()
        self.starts = array("Q", [0])
        self.sizes, self.inodes, self.changes, self.blocks = array("q"), array("Q"), array("q"), array("Q")
        self.unread: list[tuple[str, str]] = []
        self._root, self._dev = root, dev

    def run(self, tell: Callable[[str], None]) -> None:
        """List all folders."""
        waiting = [b""]
        count = 0
        while waiting:
            path = waiting.pop()
            count += 1
            if count % _TOLD_EVERY == 1:
                tell(f"looking at {os.fsdecode(self._root + b'/' + path)}")
            try:
                waiting += self._list(path)
            except FileNotFoundError:
                if not path:
                    raise
            except OSError as error:
                if not path:
                    raise
                self.unread.append((os.fsdecode(self._root + b"/" + path), reason(error)))

    def _list(self, path: bytes) -> list[bytes]:
        """Take the files of one folder; the folders in it."""
        place = self._root + b"/" + path
        if not _BY_DESCRIPTOR:
            with os.scandir(place) as listed:
                return self._take(path, [(each, each.name) for each in listed])
        descriptor = os.open(place, _FOLDER)
        try:
            with os.scandir(descriptor) as listed_names:
                return self._take(path, [(each, os.fsencode(each.name)) for each in listed_names])
        finally:
            os.close(descriptor)

    def _take(self, path: bytes, entries: Sequence[tuple[os.DirEntry[str] | os.DirEntry[bytes], bytes]]) -> list[bytes]:
        prefix = path + b"/" if path else b""
        folders = []
        for entry, name in entries:
            try:
                found = entry.stat(follow_symlinks=False)
            except OSError:
                continue
            kind = found.st_mode & _TYPE
            if kind == _IS_FOLDER and found.st_dev == self._dev and not name.startswith(_OWN):
                folders.append(prefix + name)
            elif kind == _REGULAR and found.st_size:
                self.paths += prefix + name + b"\0"
                self.starts.append(len(self.paths))
                self.sizes.append(found.st_size)
                self.inodes.append(found.st_ino)
                self.changes.append(found.st_ctime_ns)
                self.blocks.append(getattr(found, "st_blocks", -(-found.st_size // 512)))
        return folders
