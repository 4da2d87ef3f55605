"""Weighing environments in one pass each: blocks as `du` counts them, and the youngest of their bytecode.

uv gives a file a name in its cache and one in each environment (hard links), so an inode is told from its names: it
counts as `bytes` where all its names lie in what was measured, and as `shared` where others are left. `host.weighing`
weighs one thing by itself; here, what several have in common must count once.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from typing import NamedTuple

from kempt.host.folders import CLOEXEC, NOFOLLOW
from kempt.host.forks import in_forks
from kempt.model.disk import Weight

_BLOCK = 512
_TYPE, _IS_FOLDER = 0o170000, stat.S_IFDIR
_FLAGS = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | NOFOLLOW | CLOEXEC
_BY_DESCRIPTOR = os.scandir in os.supports_fd
_BLOCKS = hasattr(os.stat_result, "st_blocks")
_CACHE = "__pycache__"
_NAMES = 1 << 32
"""Blocks, and names not met yet, share one number: an environment has many files, and a pair is four times as large."""


class Measured(NamedTuple):
    """What one environment weighs, and when bytecode was last written in it (0: never)."""

    weight: Weight
    bytecode_ns: int


class Scales:
    """Weighs one environment after the other and remembers what they share."""

    def __init__(self) -> None:
        self._left: dict[tuple[int, int], int] = {}
        self._total = Weight()

    def weigh(self, root: str) -> Measured:
        """One environment. What cannot be read, and what lies on another file system, is left out."""
        return self._settle(_visited(root))

    def weigh_all(self, roots: Sequence[str], jobs: int) -> tuple[Measured, ...]:
        """Several, on up to so many processors."""
        return tuple(self._settle(each) for each in in_forks(_visited, roots, jobs))

    def total(self) -> Weight:
        """All of them together."""
        blocks = [0, 0]
        for packed in self._left.values():
            blocks[packed % _NAMES > 0] += packed // _NAMES
        return self._total.plus(Weight(0, blocks[0] * _BLOCK, blocks[1] * _BLOCK))

    def _settle(self, visited: _Plain) -> Measured:
        """Tell inodes whose names were all met from those that have others."""
        dev, files, size, bytecode_ns, links, names = visited
        own = shared = 0
        for inode, packed in links.items():
            blocks, left = divmod(packed, _NAMES)
            if not left:
                own += blocks
                continue
            shared += blocks
            before = self._left.get((dev, inode))
            met = names[inode] - left
            self._left[dev, inode] = packed if before is None else max(before - met, blocks * _NAMES)
        weight = Weight(files, size + own * _BLOCK)
        self._total = self._total.plus(weight)
        return Measured(weight._replace(shared=shared * _BLOCK), bytecode_ns)


_Plain = tuple[int, int, int, int, dict[int, int], dict[int, int]]


def _visited(root: str) -> _Plain:
    """One environment as numbers, which one process can send to another."""
    try:
        found = os.lstat(root)
    except OSError:
        return 0, 0, 0, 0, {}, {}
    visit = _Visit(found)
    waiting = [root]
    while waiting:
        try:
            waiting += visit.enter(waiting.pop())
        except OSError:
            continue
    return found.st_dev, visit.files, visit.bytes, visit.bytecode_ns, visit.links, visit.names


class _Visit:
    """What was added up on the way through one environment. `links` holds inodes with several names."""

    def __init__(self, found: os.stat_result) -> None:
        self.files = self.bytecode_ns = 0
        self.bytes = _blocks(found) * _BLOCK
        self.links: dict[int, int] = {}
        self.names: dict[int, int] = {}
        self._dev = found.st_dev

    def enter(self, place: str) -> list[str]:
        """Count the files of one folder; the folders to enter."""
        if not _BY_DESCRIPTOR:
            with os.scandir(place) as listed:
                return self._count(place, listed)
        descriptor = os.open(place, _FLAGS)
        try:
            with os.scandir(descriptor) as listed:
                return self._count(place, listed)
        finally:
            os.close(descriptor)

    def _count(self, place: str, listed: os._ScandirIterator[str]) -> list[str]:
        """Written out, with the fields of a stat by number: it runs once for every file."""
        blocks = files = 0
        folders = []
        for entry in listed:
            found = entry.stat(follow_symlinks=False)
            if found[0] & _TYPE == _IS_FOLDER:
                if found[2] == self._dev or not _BLOCKS:
                    blocks += _blocks(found)
                    folders.append(f"{place}{os.sep}{entry.name}")
                    if entry.name == _CACHE:
                        self.bytecode_ns = max(self.bytecode_ns, found.st_mtime_ns)
                continue
            files += 1
            if found[3] != 1:
                self._count_link(found)
            else:
                blocks += found.st_blocks if _BLOCKS else _blocks(found)
        self.files += files
        self.bytes += blocks * _BLOCK
        return folders

    def _count_link(self, found: os.stat_result) -> None:
        packed = self.links.get(found.st_ino)
        if packed is None:
            self.names[found.st_ino] = found.st_nlink
            packed = _blocks(found) * _NAMES + found.st_nlink
        self.links[found.st_ino] = packed - 1 if packed % _NAMES else packed


def _blocks(found: os.stat_result) -> int:
    """Blocks of 512 bytes; where the system does not tell (Windows), as many as the size needs."""
    blocks: int = found.st_blocks if _BLOCKS else -(-found.st_size // _BLOCK)
    return blocks
