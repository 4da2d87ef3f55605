"""Weighing environments in one pass each: blocks as `du` counts them, and the youngest of their bytecode.

uv gives a file a name in its cache and one in each environment (hard links), so an inode is told from its names: it
counts as `bytes` where all its names lie in what was measured, and as `shared` where others are left. `host.weighing`
weighs one thing by itself; here, what several have in common must count once.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NamedTuple

from kempt.host.blocks import BLOCK
from kempt.host.forks import in_forks
from kempt.host.weighing import NAMES, Look
from kempt.model.disk import Weight


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
            blocks[packed % NAMES > 0] += packed // NAMES
        return self._total.plus(Weight(0, blocks[0] * BLOCK, blocks[1] * BLOCK))

    def _settle(self, visited: _Plain) -> Measured:
        """Tell inodes whose names were all met from those that have others."""
        dev, files, size, bytecode_ns, links, names = visited
        own = shared = 0
        for inode, packed in links.items():
            blocks, left = divmod(packed, NAMES)
            if not left:
                own += blocks
                continue
            shared += blocks
            before = self._left.get((dev, inode))
            met = names[inode] - left
            self._left[dev, inode] = packed if before is None else max(before - met, blocks * NAMES)
        weight = Weight(files, size + own * BLOCK)
        self._total = self._total.plus(weight)
        return Measured(weight._replace(shared=shared * BLOCK), bytecode_ns)


_Plain = tuple[int, int, int, int, dict[int, int], dict[int, int]]


def _visited(root: str) -> _Plain:
    """One environment as numbers, which one process can send to another."""
    try:
        found = os.lstat(root)
    except OSError:
        return 0, 0, 0, 0, {}, {}
    look = Look(found.st_dev)
    look.at(root, found)
    return found.st_dev, look.files, look.bytes, int(look.bytecode * 10**9), look.links, look.names
