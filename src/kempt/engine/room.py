"""Whether there is room for the copies that a plan makes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from kempt.host.volumes import volume
from kempt.model.journal import Shortage
from kempt.model.plan import RewriteBytecode, Step, UnshareFile

_BLOCK = 4096
"""Bytes: what a file occupies is counted in these, whatever its file system has."""


def shortages(root: str, steps: Iterable[Step]) -> tuple[Shortage, ...]:
    """The file systems with less room than files need that get blocks of their own."""
    needs, folders = Counter[int](), dict[int, str]()
    for step in _copies(steps):
        needs[step.expect.dev] += -(-step.expect.size // _BLOCK) * _BLOCK
        folders.setdefault(step.expect.dev, f"{root}/{step.path}".rpartition("/")[0])
    found = [(volume(folders[dev]), needed) for dev, needed in needs.items()]
    return tuple(Shortage(each.path, needed, each.free) for each, needed in found if each and each.free < needed)


def _copies(steps: Iterable[Step]) -> Iterator[UnshareFile | RewriteBytecode]:
    """Those that stay: what takes the place of a file with blocks of its own gives those back at once."""
    for step in steps:
        is_copied = step.copy and step.bytes if isinstance(step, UnshareFile) else getattr(step, "digest", "")
        if is_copied and isinstance(step, UnshareFile | RewriteBytecode):
            yield step
