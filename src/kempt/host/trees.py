"""The backends of `Tree`: a work tree with git's index, what is staged, a commit, a plain folder, a list of names."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from functools import cached_property

from kempt.errors import ToolError, UnreadableError, UsageError
from kempt.host.git import Git
from kempt.host.reading import read_regular
from kempt.model.listing import Listing
from kempt.model.tree import REGULAR, SUBMODULE, SYMLINK, Entry

READ_LIMIT = 64 * 1024**2
ARGUMENTS_LIMIT = 64 * 1024
LITERAL = ":(top,literal)"


class GitTree:
    """What the git backends share: paths from one cheap call, modes and object ids of a few from a second one."""

    names: tuple[str, ...] = ()
    records: tuple[str, ...] = ()
    oid_field = 1

    def __init__(self, git: Git) -> None:
        self.git = git
        self.root = git.work_tree or git.git_dir
        self._blobs: dict[str, bytes | UnreadableError] = {}

    @cached_property
    def listing(self) -> Listing:
        """All tracked paths."""
        return Listing(self.git.run(*self.names).out)

    def is_untracked(self, _path: str, /) -> bool:
        """Nothing untracked is here: git's objects hold no more than what is listed."""
        return False

    def prefetch(self, paths: Iterable[str]) -> None:
        """Read these contents from git in one batch."""
        wanted = [path for path in paths if path not in self._blobs]
        if wanted:
            known = {entry.path: entry for entry in self.entries(wanted)}
            entries = [known[path] for path in wanted if path in known]
            self._blobs |= dict(zip((entry.path for entry in entries), read_blobs(self.git, entries), strict=True))

    def entries(self, paths: Iterable[str]) -> tuple[Entry, ...]:
        """Modes and object ids of all tracked files at or below these paths."""
        wanted = frozenset(paths)
        if not wanted:
            return ()
        few = sum(map(len, wanted)) < ARGUMENTS_LIMIT and all(map(is_plain, wanted))
        chosen = ("--", *(LITERAL + path for path in sorted(wanted))) if few else ()
        records = self.git.run(*self.records, *chosen).out.split(b"\0")[:-1]
        found = dict.fromkeys(self._entry(record) for record in records)
        return tuple(found) if few else tuple(entry for entry in found if is_below(entry.path, wanted))

    def read(self, path: str) -> bytes:
        """The content as git holds it."""
        self.prefetch((path,))
        content = self._blobs.get(path, UnreadableError("no such file", path=path))
        if isinstance(content, UnreadableError):
            raise content
        return content

    def sizes(self, entries: Iterable[Entry]) -> tuple[int | None, ...]:
        """Sizes of the contents as git holds them; None where a partial clone does not."""
        return blob_sizes(self.git, entries)

    def _entry(self, record: bytes) -> Entry:
        head, _, path = record.partition(b"\t")
        fields = head.decode("ascii").split(" ")
        return Entry(fields[0], fields[self.oid_field], os.fsdecode(path))


class IndexTree(GitTree):
    """What git's index holds, contents included: what the next commit would record."""

    names: tuple[str, ...] = ("ls-files", "-z", "--cached", "--deduplicate")
    records: tuple[str, ...] = ("ls-files", "-z", "--stage")


class WorkTree(IndexTree):
    """What the index names, with the contents that lie in the work tree: what a person sees and edits."""

    def is_untracked(self, path: str, /) -> bool:
        """Whether a regular file lies there that the index does not name, reached through no symbolic link."""
        try:
            regular = stat.S_ISREG(os.lstat(os.path.join(self.root, path)).st_mode)
        except (OSError, ValueError):
            return False
        return regular and path not in self.listing and _is_real(self.root, path.rpartition("/")[0])

    def prefetch(self, paths: Iterable[str]) -> None:
        """Nothing to do: files on disk are read when they are wanted."""

    def read(self, path: str) -> bytes:
        """The content on disk; the staged one where the file is not checked out (sparse checkouts)."""
        try:
            return read_inside(self.root, path)
        except UnreadableError:
            if os.path.lexists(os.path.join(self.root, path)) or path not in self.listing:
                raise
        super().prefetch((path,))
        return super().read(path)


class CommitTree(GitTree):
    """One commit, read from git's objects: no checkout, and a bare repository will do."""

    oid_field = 2

    def __init__(self, git: Git, rev: str) -> None:
        super().__init__(git)
        if rev.startswith("-") or not rev:
            raise UsageError(f"not a revision: {rev!r}", hint="name a commit, a branch or a tag")
        done = git.run("rev-parse", "--verify", "--end-of-options", f"{rev}^{{commit}}", check=False)
        if done.status != 0:
            raise ToolError(f"git knows no commit {rev!r} in {git.git_dir}", status=done.status, code="KPT004")
        self.commit = done.out.decode("ascii").split()[-1]
        self.records = ("ls-tree", "-r", "-z", "--full-tree", self.commit)
        self.names = (*self.records, "--name-only")


class FolderTree:
    """A folder without git, every file of which counts as tracked: a source archive, or the names a hook was given."""

    def __init__(self, root: str, names: Iterable[str] | None = None) -> None:
        self.root = os.path.realpath(root)
        if not os.path.isdir(self.root):
            raise UsageError(f"not a folder: {root}")
        self._names = None if names is None else list(names)

    @cached_property
    def listing(self) -> Listing:
        """All files below the root; git's own folders are left out."""
        return Listing.of(_walk(self.root) if self._names is None else self._names)

    def is_untracked(self, _path: str, /) -> bool:
        """Nothing is: all files count as tracked, or only those that were named are looked at."""
        return False

    def prefetch(self, paths: Iterable[str]) -> None:
        """Nothing to do: files are read when they are wanted."""

    def entries(self, paths: Iterable[str]) -> tuple[Entry, ...]:
        """Modes as git would record them; there are no object ids."""
        wanted = frozenset(paths)
        return tuple(Entry(self._mode(path), "", path) for path in self.listing if is_below(path, wanted))

    def read(self, path: str) -> bytes:
        """The content on disk."""
        return read_inside(self.root, path)

    def sizes(self, entries: Iterable[Entry]) -> tuple[int | None, ...]:
        """Sizes on disk."""
        return tuple(self._size(entry.path) for entry in entries)

    def _mode(self, path: str) -> str:
        try:
            return SYMLINK if stat.S_ISLNK(os.lstat(os.path.join(self.root, path)).st_mode) else REGULAR
        except OSError:
            return REGULAR

    def _size(self, path: str) -> int | None:
        try:
            return os.lstat(os.path.join(self.root, path)).st_size
        except OSError:
            return None


def read_inside(root: str, path: str) -> bytes:
    """A file below the root; no folder on the way may be a symbolic link that leads out of it."""
    folder = path.rpartition("/")[0]
    if folder and not _is_real(root, folder):
        raise UnreadableError("a folder of its path is a symbolic link", path=path)
    return read_regular(os.path.join(root, path), READ_LIMIT)


def _is_real(root: str, folder: str) -> bool:
    """Whether no folder on the way is a symbolic link: git tracks nothing behind one, so nothing there is ours."""
    while folder:
        try:
            if os.path.islink(os.path.join(root, folder)):
                return False
        except OSError:
            return False
        folder = folder.rpartition("/")[0]
    return True


def is_plain(path: str) -> bool:
    """Whether a path from a listing is safe to lay out on disk: a hostile tree may name `..` or `.git` parts."""
    parts = path.split("/")
    return all(part not in {"", ".", ".."} and part.lower() != ".git" for part in parts)


def is_below(path: str, roots: frozenset[str]) -> bool:
    """Whether a path is one of the roots or lies below one."""
    while path not in roots:
        path, slash, _ = path.rpartition("/")
        if not slash:
            return False
    return True


def read_blobs(git: Git, entries: Iterable[Entry]) -> tuple[bytes | UnreadableError, ...]:
    """The contents of entries from git's objects, in two calls; links, submodules and missing objects are errors."""
    listed = tuple(entries)
    sizes = blob_sizes(git, listed)
    faults = [_why_not(entry, size) for entry, size in zip(listed, sizes, strict=True)]
    asked = "".join(entry.oid + "\n" for entry, fault in zip(listed, faults, strict=True) if not fault)
    stream = git.run("cat-file", "--batch=%(objectsize)", "--buffer", input=asked.encode("ascii")).out if asked else b""
    found: list[bytes | UnreadableError] = []
    position = 0
    for entry, fault in zip(listed, faults, strict=True):
        if fault:
            found.append(UnreadableError(fault, path=entry.path))
            continue
        head = stream.index(b"\n", position)
        end = head + 1 + int(stream[position:head])
        found.append(stream[head + 1 : end])
        position = end + 1
    return tuple(found)


def _why_not(entry: Entry, size: int | None) -> str:
    if entry.mode in {SYMLINK, SUBMODULE}:
        return "not a regular file"
    if size is None:
        return "git does not hold its content here (a partial clone)"
    return f"larger than {READ_LIMIT:,} bytes" if size > READ_LIMIT else ""


def blob_sizes(git: Git, entries: Iterable[Entry]) -> tuple[int | None, ...]:
    """The size of each entry's content as git holds it, in one call; None where it is missing or a submodule."""
    listed = tuple(entries)
    wanted = [entry.oid for entry in listed if entry.mode != SUBMODULE]
    if not wanted:
        return tuple(None for _ in listed)
    asked = "\n".join(wanted).encode("ascii") + b"\n"
    lines = git.run("cat-file", "--batch-check=%(objectsize)", "--buffer", input=asked).out.split(b"\n")
    known = {oid: int(line) if line.isdigit() else None for oid, line in zip(wanted, lines, strict=False)}
    return tuple(None if entry.mode == SUBMODULE else known.get(entry.oid) for entry in listed)


def _walk(root: str) -> Iterator[str]:
    """Paths of all files, links included, without recursion and without following a link."""
    folders = [""]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(os.path.join(root, folder)) as found:
                for each in found:
                    path = f"{folder}/{each.name}" if folder else each.name
                    if each.name == ".git":
                        continue
                    if each.is_dir(follow_symlinks=False):
                        folders.append(path)
                    else:
                        yield path
        except OSError as error:
            raise UnreadableError(f"cannot list the folder: {error.strerror}", path=folder or root) from error
