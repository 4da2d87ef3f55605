"""A commit read through one git process that stays and is asked again and again: `git cat-file --batch`.

Starting git costs more than all that a small repository has to say. So the commit, its trees and the files that rules
read all come from one conversation; trees are taken apart here, as git's own `ls-tree -r` does it (decision 0031).
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

from kempt.errors import ToolError, UnreadableError, UsageError
from kempt.host.conversation import Conversation
from kempt.host.git import Git, failure
from kempt.host.trees import READ_LIMIT, blob_sizes, is_below
from kempt.model.listing import Listing
from kempt.model.tree import EXECUTABLE, REGULAR, SUBMODULE, SYMLINK, Entry

TREE_LIMIT = 512 * 1024**2
"""Bytes of one folder's tree: ten million files."""
PATHS_LIMIT = 1024**3
"""Bytes of all paths. A few trees that name each other ten times over can spell out more than any disk holds."""
FOLDER_COST = 256
"""Bytes of PATHS_LIMIT that a folder counts for, whether or not it holds files."""
FOLDER = "040000"
FILE_MODES = frozenset({b"100644", b"100755", b"120000"})
ANSWER = re.compile(rb"([0-9a-f]{40}|[0-9a-f]{64}) ([a-z]+) ([0-9]{1,18})")
"""What comes before an object: its id, its type, its size."""
Record = tuple[bytes, bytes, bytes]
"""What a tree says of one of its members: mode, name and the raw object id."""
Fetch = Callable[[Sequence[str]], None]
"""Brings the objects with these ids (hexadecimal) into the repository; raises KemptError where it cannot."""


class Found(NamedTuple):
    """An object: its type, its size, and its content; None where it is larger than was asked for."""

    kind: bytes
    size: int
    content: bytes | None


class ObjectTree:
    """The `Tree` of a commit, by way of one `git cat-file --batch`: no checkout, and a bare repository will do.

    It ends with `git`. `commit` is the commit's id, whatever name it was asked for by. What is missing (partial clones)
    is brought by `fetch`, all that one call needs at once; without it, or if it is missing still, a file is unreadable.
    Raises UsageError for what cannot be a revision, ToolError (KPT004) for one that is no commit, and where git fails.
    """

    def __init__(self, git: Git, commit: str = "HEAD", fetch: Fetch | None = None) -> None:
        if commit.startswith("-") or not commit:
            raise UsageError(f"not a revision: {commit!r}", hint="name a commit, a branch or a tag")
        self.git = git
        self.root = git.work_tree or git.git_dir
        self._fetch = fetch
        self._talk: Conversation | None = None
        self._blobs: dict[str, bytes | UnreadableError] = {}
        self._sizes: dict[str, int] = {}
        self._orderly = True
        self.commit, self._top = self._opened(commit)
        self._record = re.compile(rb"([0-7]+) ([^\0]+)\0(.{%d})" % (len(self.commit) // 2), re.DOTALL)

    @cached_property
    def listing(self) -> Listing:
        """All paths of the commit."""
        paths = bytearray()
        folders: list[tuple[bytes, Iterator[Record]]] = [(b"", self._records(self._top))]
        cost = 0
        while folders:
            prefix, records = folders[-1]
            files: list[bytes] = []
            for mode, name, oid in records:
                if mode in FILE_MODES or _mode(mode) != FOLDER:
                    files.append(name)
                    continue
                folders.append((prefix + name + b"/", self._records(oid.hex())))
                cost += len(prefix) + len(name) + FOLDER_COST
                break
            else:
                folders.pop()
            cost += len(files) * (len(prefix) + 1) + sum(map(len, files))
            if cost > PATHS_LIMIT:
                raise self._broken(f"its paths are longer than {PATHS_LIMIT:,} bytes")
            if files:
                paths += prefix + (b"\0" + prefix).join(files) + b"\0"
        found = bytes(paths)
        return Listing(found) if self._orderly else Listing.of(map(os.fsdecode, found.split(b"\0")[:-1]))

    def is_untracked(self, _path: str, /) -> bool:
        """Nothing untracked is here: git's objects hold no more than what is listed."""
        return False

    def prefetch(self, paths: Iterable[str]) -> None:
        """Read these contents in one go."""
        wanted = [path for path in paths if path not in self._blobs]
        if not wanted:
            return
        known = {entry.path: entry for entry in self.entries(wanted)}
        entries = [known[path] for path in dict.fromkeys(wanted) if path in known]
        readable = {entry.oid for entry in entries if entry.mode not in {SYMLINK, SUBMODULE}}
        found = self._objects(sorted(readable), READ_LIMIT)
        self._blobs |= {entry.path: _content(entry, found.get(entry.oid)) for entry in entries}

    def entries(self, paths: Iterable[str]) -> tuple[Entry, ...]:
        """Modes and object ids of all files at or below these paths."""
        wanted = frozenset(paths)
        ways = {above for path in wanted for above in _folders_above(path)}
        found: dict[Entry, None] = {}
        folders = [("", False, self._records(self._top))] if wanted else []
        while folders:
            prefix, inside, records = folders[-1]
            for mode, name, oid in records:
                path = prefix + os.fsdecode(name)
                meant = inside or path in wanted or (b"/" in name and is_below(path, wanted))
                if _mode(mode) != FOLDER:
                    if meant:
                        found[Entry(_mode(mode), oid.hex(), path)] = None
                elif meant or path in ways:
                    folders.append((path + "/", meant, self._records(oid.hex())))
                    break
            else:
                folders.pop()
        return tuple(found)

    def read(self, path: str) -> bytes:
        """The content as git holds it."""
        self.prefetch((path,))
        content = self._blobs.get(path, UnreadableError("no such file", path=path))
        if isinstance(content, UnreadableError):
            raise content
        return content

    def sizes(self, entries: Iterable[Entry]) -> tuple[int | None, ...]:
        """Sizes of the contents as git holds them; None where a partial clone does not."""
        listed = tuple(entries)
        unknown = [entry for entry in listed if entry.oid not in self._sizes]
        for entry, size in zip(unknown, blob_sizes(self.git, unknown), strict=True):
            if size is not None:
                self._sizes[entry.oid] = size
        return tuple(None if entry.mode == SUBMODULE else self._sizes.get(entry.oid) for entry in listed)

    def _opened(self, commit: str) -> tuple[str, str]:
        """The ids of the commit and of its tree."""
        name = os.fsencode(commit) + b"^{commit}"
        found = {} if b"\n" in name or b"\0" in name else self._asked([name], READ_LIMIT)
        oid, content = next(((oid, each.content) for oid, each in found.items() if each.kind == b"commit"), ("", None))
        match = re.match(rb"tree ([0-9a-f]{40,64})\n", content or b"")
        if not match:
            raise ToolError(f"git knows no commit {commit!r} in {self.git.git_dir}", code="KPT004")
        return oid, match[1].decode("ascii")

    @cached_property
    def _trees(self) -> dict[str, bytes]:
        """The trees of all folders by their id, asked for level by level, each once."""
        trees: dict[str, bytes] = {}
        wanted = [self._top]
        beside = len(self.commit) // 2 + 2  # the id, a blank and a NUL
        while wanted:
            found = self._objects(wanted, TREE_LIMIT)
            below: dict[str, None] = {}
            for oid in wanted:
                content = found[oid].content if oid in found and found[oid].kind == b"tree" else None
                if content is None:
                    raise self._broken(f"its folder {oid} is missing, or is none")
                left, last = len(content), b""
                for mode, name, raw in self._record.findall(content):
                    left -= len(mode) + len(name) + beside
                    key = name
                    if mode not in FILE_MODES and _mode(mode) == FOLDER:
                        below[raw.hex()] = None
                        key = name + b"/"
                    self._orderly &= last < key and b"/" not in name
                    last = key
                if left:
                    raise self._broken(f"its folder {oid} is damaged")
                trees[oid] = content
            wanted = [oid for oid in below if oid not in trees]
        return trees

    def _records(self, oid: str) -> Iterator[Record]:
        return iter(self._record.findall(self._trees[oid]))

    def _objects(self, oids: Sequence[str], limit: int) -> dict[str, Found]:
        """The objects of these ids, as far as they are here or can be fetched."""
        found = self._asked([oid.encode("ascii") for oid in oids], limit)
        missing = [oid for oid in oids if oid not in found]
        if missing and self._fetch is not None:
            self._hang_up()  # what came since it was started need not be seen by it
            self._fetch(missing)
            found |= self._asked([oid.encode("ascii") for oid in missing], limit)
        self._sizes |= {oid: each.size for oid, each in found.items()}
        return found

    def _asked(self, names: Sequence[bytes], limit: int) -> dict[str, Found]:
        """The objects of these names by their id; those that git does not know are left out."""
        found: dict[str, Found] = {}
        rest = names
        try:
            while rest:
                rest = self._answered(rest, limit, found)
        except ToolError as error:
            raise failure(error) from error
        return found

    def _answered(self, names: Sequence[bytes], limit: int, found: dict[str, Found]) -> Sequence[bytes]:
        """Take down the answers to these names; those that are to be asked again, since one was too large to hear."""
        if self._talk is None or not self._talk.is_open:
            self._talk = self.git.converse("cat-file", "--batch")
        talk = self._talk

        def answer() -> Sequence[bytes]:
            for number, name in enumerate(names, 1):
                head = talk.until(b"\n")
                match = ANSWER.fullmatch(head)
                if match:
                    oid, kind, size = match[1].decode("ascii"), match[2], int(match[3])
                    if size > limit:
                        talk.close()
                        found[oid] = Found(kind, size, None)
                        return names[number:]
                    found[oid] = Found(kind, size, talk.exactly(size + 1)[:-1])
                elif not head.startswith(name + b" "):  # missing, ambiguous
                    raise ToolError(f"git answered {head[:80]!r} where an object was asked for")
            return ()

        return talk.ask(b"".join(name + b"\n" for name in names), answer)

    def _hang_up(self) -> None:
        if self._talk is not None:
            self._talk.close()

    def _broken(self, why: str) -> ToolError:
        return ToolError(f"git cannot list {self.commit} in {self.git.git_dir}: {why}", code="KPT004")


def _content(entry: Entry, found: Found | None) -> bytes | UnreadableError:
    """The content of a file, or why there is none to read."""
    if entry.mode in {SYMLINK, SUBMODULE}:
        return UnreadableError("not a regular file", path=entry.path)
    if found is None:
        return UnreadableError("git does not hold its content here (a partial clone)", path=entry.path)
    if found.content is None:
        return UnreadableError(f"larger than {READ_LIMIT:,} bytes", path=entry.path)
    return found.content


@lru_cache(64)
def _mode(mode: bytes) -> str:
    """A mode as git writes it out: some old programs wrote others."""
    bits = int(mode[-11:], 8) & 0xFFFFFFFF
    if stat.S_ISREG(bits):
        return EXECUTABLE if bits & stat.S_IXUSR else REGULAR
    return {stat.S_IFDIR: FOLDER, stat.S_IFLNK: SYMLINK}.get(stat.S_IFMT(bits), SUBMODULE)


def _folders_above(path: str) -> Iterator[str]:
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path
