"""The tracked paths of a tree, as git prints them: sorted, NUL after each, undecoded until a path is wanted.

A repository of a million files is searched in a second because nothing is split or decoded: a literal is looked for in
the whole buffer, and what is known about a folder is skipped by binary search.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator

SMALL = 4 * 1024**2
"""Bytes of paths up to which all their components are held as a set; above, it would outweigh the paths."""
RARE = re.compile(rb"\.(?:cfg|class|db|egg|ini|ipynb|lcov|lock|pyc|pyd|pyo|pyx|so|tag|toml|txt|whl|xml)\0")
"""Endings that few files have; finding all of them at once takes the time of four searches."""
HIDDEN, DUNDER = (b"\0.", b"/."), (b"__/", b"__\0")
"""What names of one shape need: where nothing is hidden, no hidden name has to be searched for."""


class Listing:
    """Sorted paths in one buffer. Offsets are positions in `raw`; a span is a pair of them around whole paths."""

    __slots__ = ("_components", "_folded", "_length", "_parts", "raw")

    def __init__(self, raw: bytes) -> None:
        """`raw` is what `git ls-files -z` prints: each path ends in NUL, bytewise sorted."""
        self.raw = b"\0" + raw
        self._folded: bytes | None = None
        self._components: frozenset[bytes] | None = None
        self._parts: dict[bytes, bool] = {}
        self._length = -1

    @classmethod
    def of(cls, paths: Iterable[str]) -> Listing:
        """A listing of these paths, in any order, each once."""
        encoded = sorted({os.fsencode(path) for path in paths})
        return cls(b"".join(path + b"\0" for path in encoded))

    @property
    def folded(self) -> bytes:
        """`raw` in lower case, offsets unchanged: tools' names are compared as macOS and Windows compare them."""
        if self._folded is None:
            self._folded = self.raw.lower()
        return self._folded

    def __len__(self) -> int:
        if self._length < 0:
            self._length = self.raw.count(b"\0") - 1
        return self._length

    def __iter__(self) -> Iterator[str]:
        return self.paths(1, len(self.raw))

    def __contains__(self, path: object) -> bool:
        if not isinstance(path, str) or not path:
            return False
        encoded = os.fsencode(path) + b"\0"
        start = self._seek(encoded[:-1])
        return self.raw[start : start + len(encoded)] == encoded

    def start_of(self, offset: int) -> int:
        """Where the path that covers `offset` starts."""
        return self.raw.rfind(b"\0", 0, offset) + 1

    def path_at(self, start: int) -> str:
        """The path that starts at `start`, decoded as file names are (undecodable bytes become surrogates)."""
        return os.fsdecode(self.raw[start : self.raw.index(b"\0", start)])

    def position(self, path: str) -> int:
        """Where a path starts, or would start if it were listed."""
        return self._seek(os.fsencode(path))

    def after(self, start: int) -> int:
        """Where the path after the one at `start` begins."""
        return self.raw.index(b"\0", start) + 1

    def paths(self, start: int, end: int) -> Iterator[str]:
        """The paths of a span, decoded."""
        return (os.fsdecode(path) for path in self.raw[start:end].split(b"\0") if path)

    def span(self, folder: str) -> tuple[int, int]:
        """The span of all paths below `folder`; of everything for the empty name."""
        if not folder or folder == ".":
            return 1, len(self.raw)
        prefix = os.fsencode(folder) + b"/"
        start = self._seek(prefix)
        return start, max(start, self._seek(prefix[:-1] + b"0"))  # "0" is the byte after "/"

    def span_of(self, path: str) -> tuple[int, int]:
        """The span of a path: of itself where it is a file, of all that lies below it where it is a folder."""
        start = self.position(path)
        return (start, self.after(start)) if path in self else self.span(path)

    def count(self, start: int, end: int) -> int:
        """How many paths a span holds."""
        return self.raw.count(b"\0", start, end)

    def has_folder(self, folder: str) -> bool:
        """Whether a path lies below `folder`."""
        start, end = self.span(folder)
        return end > start

    def _may_hold(self, name: str, *, folder: bool = False) -> bool:
        """Whether some path may have this component: asked before each search, for most names are nowhere.

        Sixty rules and rows ask for a name. In a large listing only files with a rare ending are known beforehand.
        """
        shape = HIDDEN if name.startswith(".") else DUNDER if name.startswith("__") and name.endswith("__") else ()
        if shape and not any(map(self._has, shape)):
            return False
        last = name.lower().rpartition("/")[2].encode()
        known = len(self.raw) <= SMALL or (not folder and RARE.fullmatch(last[last.rfind(b".") :] + b"\0"))
        return not known or last in self._known_components()

    def _known_components(self) -> frozenset[bytes]:
        """All components of a small listing; of a large one the names with a rare ending, and these endings."""
        if self._components is None:
            small = len(self.raw) <= SMALL
            self._components = frozenset(self.folded.replace(b"\0", b"/").split(b"/") if small else self._rare_names())
        return self._components

    @property
    def holds_hidden(self) -> bool:
        """Whether any file or folder has a name that begins with a dot."""
        return any(map(self._has, HIDDEN))

    def _has(self, part: bytes) -> bool:
        """Whether a few bytes stand anywhere; remembered, because several names share them."""
        if part not in self._parts:
            self._parts[part] = part in self.folded
        return self._parts[part]

    def _rare_names(self) -> Iterator[bytes]:
        """The names of files with a rare ending, and the endings."""
        folded = self.folded
        for match in RARE.finditer(folded):
            end = match.end() - 1
            yield folded[max(folded.rfind(b"/", 0, end), folded.rfind(b"\0", 0, end)) + 1 : end]
            yield folded[match.start() : end]

    def named(self, name: str) -> Iterator[str]:
        """The paths whose last components are these (`pyvenv.cfg`, `conda-meta/history`), without regard to case."""
        if not self._may_hold(name):
            return
        folded, needle, position = self.folded, name.lower().encode() + b"\0", 0
        while (position := folded.find(needle, position)) >= 0:
            if folded[position - 1] in b"/\0":
                yield self.path_at(self.start_of(position))
            position += len(needle)

    def ending(self, tail: str) -> Iterator[str]:
        """The paths that end in this text, without regard to case."""
        folder, slash, name = tail.lower().rpartition("/")
        needle = tail.lower().encode() + b"\0"
        if slash and not (self._may_hold(name) and self._has(folder[-5:].encode() + b"/")):
            return  # the end of the folder's name is asked for, because several tails share it
        if len(self.raw) > SMALL and RARE.fullmatch(needle) and needle[:-1] not in self._known_components():
            return
        folded, position = self.folded, 0
        while (position := folded.find(needle, position)) >= 0:
            yield self.path_at(self.start_of(position))
            position += len(needle)

    def folders(self, name: str) -> Iterator[str]:
        """The folders of this name that hold tracked files, outermost only, without regard to case."""
        if not self._may_hold(name, folder=True):
            return
        folded, needle, position = self.folded, name.lower().encode() + b"/", 0
        while (position := folded.find(needle, position)) >= 0:
            end = position + len(needle) - 1
            if folded[position - 1] in b"/\0":
                root = os.fsdecode(self.raw[self.start_of(position) : end])
                yield root
                position = max(self.span(root)[1] - 1, end)
            else:
                position = end

    def without(self, spans: Iterable[tuple[int, int]]) -> Listing:
        """The same paths but for those of the spans."""
        kept, last = [], 1
        for start, end in sorted(spans):
            kept.append(self.raw[last : max(last, start)])
            last = max(last, end)
        kept.append(self.raw[last:])
        return Listing(b"".join(kept))

    def with_path(self, path: str) -> Listing:
        """The same paths and this one."""
        encoded = os.fsencode(path)
        if path in self:
            return self
        start = self._seek(encoded)
        return Listing(self.raw[1:start] + encoded + b"\0" + self.raw[start:])

    def _seek(self, wanted: bytes) -> int:
        """The start of the first path that does not sort before `wanted`."""
        low, high = 1, len(self.raw)
        while low < high:
            start = self.raw.rfind(b"\0", low - 1, (low + high) // 2) + 1
            end = self.raw.index(b"\0", start)
            if self.raw[start:end] < wanted:
                low = end + 1
            else:
                high = start
        return low
