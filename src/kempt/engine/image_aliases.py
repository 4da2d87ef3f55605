"""Caches that a link puts elsewhere: `/root/.cache -> /data`, so that pip's lies in `/data/pip`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import accumulate

from kempt.catalog.caches import CACHES
from kempt.formats.oci.merged import Merged, Node
from kempt.formats.oci.names import joined
from kempt.model.image import Place


class Aliases:
    """What the links of an image call its folders, as far as a row of the table of caches knows such a name.

    A link counts where it is the cache, or stands above it: what a link inside of a cache leads to is no cache.
    """

    def __init__(self, anchored: Iterable[str]) -> None:
        self._anchored = {begin: root for root in anchored for begin in _beginnings(root)}
        self._names: dict[str, set[str]] = defaultdict(set)
        self._roots: dict[str, set[str]] = defaultdict(set)
        self._seen = 0

    def note(self, merged: Merged) -> None:
        """The links of the layer that was put on last, as they lead now: a later layer may take them away."""
        self._take(merged, merged.links[self._seen :])
        self._seen = len(merged.links)

    def settle(self, merged: Merged) -> None:
        """All links, as they lead in the end."""
        self._take(merged, merged.links)

    def of(self, folder: str) -> Iterator[tuple[str, str, str]]:
        """For each name that a folder, or one above it, has: that one, its name, and the rest of the path."""
        if not self._names:
            return
        parts = folder.split("/") if folder else []
        for number in range(len(parts), -1, -1):
            real = "/".join(parts[:number])
            for name in sorted(self._names.get(real, ())):
                yield real, name, "/".join(parts[number:])

    def places(self, root: str) -> set[str]:
        """Where a folder that is meant by its whole path really lies."""
        return self._roots.get(root, set())

    def _take(self, merged: Merged, links: Iterable[Node]) -> None:
        for link in links:
            names = [name for name in _endings(link.path) if name in _KNOWN]
            root = self._anchored.get(link.path)
            if not names and root is None:
                continue
            real = merged.resolved(link.target, link.path.rpartition("/")[0])
            if real is None:
                continue
            if names:
                self._names[real].update(names)
            if root is not None:
                self._roots[root].add(joined(real, root.removeprefix(link.path).strip("/")).strip("/"))


def _beginnings(path: str) -> Iterator[str]:
    """`a`, `a/b` and `a/b/c` of a path."""
    return accumulate(path.split("/"), joined)


def _endings(path: str) -> Iterator[str]:
    """The last parts of a path, as many as a row of the table has at most."""
    parts = path.split("/")
    return ("/".join(parts[-number:]) for number in range(1, min(_LONGEST, len(parts)) + 1))


_ROWS = tuple(row for row in CACHES if row.place in {Place.HOME, Place.NAME})
_KNOWN = frozenset(
    begin
    for row in _ROWS
    for path in (row.path, *(f"{row.path}/{part}" for part in row.parts))
    for begin in _beginnings(path)
)
"""What a link may be called that is a cache, or above one."""
_LONGEST = max(name.count("/") + 1 for name in _KNOWN)
