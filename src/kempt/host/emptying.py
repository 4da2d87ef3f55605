"""Emptying a folder from the bottom up, by open folders, and counting what that frees."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from itertools import count

from kempt.errors import UnsafeError
from kempt.host.blocks import BLOCK, blocks_of
from kempt.host.folders import Folder, is_junction
from kempt.host.reading import reason
from kempt.host.workers import spread
from kempt.model.disk import Weight
from kempt.model.plan import Identity

_TYPE, _FOLDER = 0o170000, stat.S_IFDIR
_WINDOWS = os.name == "nt"
_DEEPEST = 64  # each level on the way down is an open folder, and a process may have about a thousand
_ROUNDS = 8  # somebody may still write into it, but not for ever
_TOLD = 100  # entries that could not be removed and are told by name
_LAST = ".gitignore"  # tools hide what they make from git with it: it goes last, so that a stopped run stays hidden
_FIRST = "pyvenv.cfg"  # without it, no half of an environment is taken for one


class _Node:
    """A folder that is being emptied.

    `tokens` are what has to end before it can go: its own listing and each folder in it. Whoever takes the 0, which
    lies lowest, was last; taking one off a list needs no lock.
    """

    __slots__ = ("depth", "folder", "kept", "name", "parent", "rounds", "tokens")

    def __init__(self, name: str, parent: _Node | None) -> None:
        self.name = name
        self.parent = parent
        self.depth: int = parent.depth + 1 if parent else 0
        self.folder: Folder | None = None
        self.tokens = [0]
        self.kept = False
        self.rounds = _ROUNDS
        if parent:
            parent.tokens.append(1)

    @property
    def path(self) -> str:
        """The path below the thing that is removed, with a `/` in front; empty for the thing itself."""
        return f"{self.parent.path}/{self.name}" if self.parent else ""


class Emptying:
    """Removes one file or folder below an open folder. `in_place`: it has its own name still.

    `kept` names what could not be removed, by its path below the thing with a `/` in front, and why; the first hundred.
    """

    def __init__(self, folder: Folder, name: str, identity: Identity, *, in_place: bool = False) -> None:
        self._in_place = in_place
        self._hidden = False
        self.kept: list[tuple[str, str]] = []
        self._above = folder
        self._name = name
        self._identity = identity
        self._top = _Node(name, None)
        self._numbers = count(1)
        self._counted: list[tuple[int, int]] = []  # (files, blocks) that went at a time
        self._open: set[Folder] = set()
        self._links: dict[int, list[int]] = {}  # inode → tokens of its names

    @property
    def freed(self) -> Weight:
        """What is gone: its files, and the blocks of inodes whose last name went."""
        counted = tuple(self._counted)
        return Weight(sum(files for files, _ in counted), sum(blocks for _, blocks in counted) * BLOCK)

    def run(self, jobs: int = 2) -> None:
        """Remove it, on so many threads. What cannot be removed is in `kept`; an interruption leaves the rest."""
        if self._identity.kind == _FOLDER:
            try:
                spread(self._empty, self._top, jobs)
            finally:
                for folder in tuple(self._open):  # an interruption leaves some
                    folder.close()
            return
        self._unlink(None, self._above, self._name)

    def _empty(self, node: _Node) -> list[_Node]:
        """Remove the files of a folder; the folders that are to be emptied next."""
        inner: list[_Node] = []
        try:
            self._list(node, self._enter(node), inner)
        except (OSError, UnsafeError) as error:
            self._keep(node, node.path, error)
        return inner + self._end(node)

    def _enter(self, node: _Node) -> Folder:
        if node.folder is not None:
            return node.folder
        above = self._folder_above(node)
        try:
            folder = above.enter(node.name)
        except PermissionError:
            if not above.unlock(node.name):
                raise
            folder = above.enter(node.name)
        node.folder = folder
        self._open.add(folder)
        found = folder.stat()
        if found.st_dev != self._identity.dev or (node.parent is None and found.st_ino != self._identity.inode):
            self._close(node)
            node.folder = None
            raise UnsafeError("a mount point" if node.parent else "something else is there than a moment ago")
        if self._in_place and node.parent is None:
            self._unlink(node, folder, _FIRST)
        return folder

    def _list(self, node: _Node, folder: Folder, inner: list[_Node]) -> None:
        """One listing. Written out: this runs once for every file."""
        descriptor, unlink, top = folder.descriptor, os.unlink, node.parent is None
        blocks = files = 0
        with folder.scan() as entries:
            for entry in entries:
                name = entry.name
                try:
                    found = entry.stat(follow_symlinks=False)
                    if found[0] & _TYPE == _FOLDER and not (_WINDOWS and is_junction(found)):
                        inner.append(self._inner(node, folder, name))
                    elif top and name == _LAST:
                        self._hidden = True
                    elif found[3] == 1 and descriptor is not None:
                        unlink(name, dir_fd=descriptor)
                        files += 1
                        blocks += found.st_blocks
                    else:
                        self._unlink(node, folder, name)
                except OSError:
                    self._unlink(node, folder, name)
        self._counted.append((files, blocks))

    def _inner(self, node: _Node, folder: Folder, name: str) -> _Node:
        """A folder to be emptied. One that lies deep is moved to the top, so that not too many are open at once."""
        if node.depth >= _DEEPEST and self._top.folder is not None:
            lifted = f".kempt-deep-{next(self._numbers)}"
            with suppress(OSError):
                folder.unlock(name)  # a folder that is moved to another one is written to
                folder.move(name, self._top.folder, lifted)
                return _Node(lifted, self._top)
        return _Node(name, node)

    def _unlink(self, node: _Node | None, folder: Folder, name: str) -> None:
        """Remove a file, as well as that goes, and count it."""
        path = f"{node.path}/{name}" if node else ""
        try:
            found = folder.lstat(name)
            if found is None:
                return
            try:
                folder.unlink(name)
            except PermissionError:
                if node is None or not (folder.open_up() or folder.unlock_file(name)):
                    raise
                folder.unlink(name)
        except FileNotFoundError:
            return
        except OSError as error:
            self._keep(node, path, error)
        else:
            self._counted.append((1, self._blocks_freed(found)))

    def _blocks_freed(self, found: os.stat_result) -> int:
        """What the removal of one name frees: all or, while the inode has other names, nothing."""
        blocks = blocks_of(found)
        if found.st_nlink <= 1:
            return blocks
        tokens = self._links.get(found.st_ino) or self._links.setdefault(found.st_ino, list(range(found.st_nlink)))
        return blocks if tokens and tokens.pop() == 0 else 0  # none are left where somebody links it once more

    def _end(self, node: _Node | None) -> list[_Node]:
        """Remove the folders that are empty now; what has to be emptied once more."""
        while node is not None and node.tokens.pop() == 0:
            if again := self._remove(node):
                return again
            node = node.parent
        return []

    def _remove(self, node: _Node) -> list[_Node]:
        """Remove a folder whose content has gone; the folder again, where somebody put something into it meanwhile."""
        if not node.kept:
            try:
                self._remove_folder(node)
            except FileNotFoundError:
                pass
            except OSError as error:
                if error.errno in {errno.ENOTEMPTY, errno.EEXIST} and node.rounds:
                    node.rounds -= 1
                    node.tokens = [0]
                    return [node]
                self._keep(node, node.path, error)
        if node.kept and node.parent:
            node.parent.kept = True
        self._close(node)
        return []

    def _remove_folder(self, node: _Node) -> None:
        folder, above = node.folder, self._folder_above(node)
        if folder is None:
            return
        found = folder.stat()
        if self._hidden and node.parent is None:
            self._unlink(node, folder, _LAST)
        try:
            above.rmdir(node.name)
        except PermissionError:
            if node.parent is None or not above.open_up():
                raise
            above.rmdir(node.name)
        self._counted.append((0, blocks_of(found)))

    def _keep(self, node: _Node | None, path: str, error: OSError | UnsafeError) -> None:
        if isinstance(error, FileNotFoundError):
            return
        if node:
            node.kept = True
        if len(self.kept) < _TOLD:
            self.kept.append((path, error.message if isinstance(error, UnsafeError) else reason(error)))

    def _folder_above(self, node: _Node) -> Folder:
        above = node.parent.folder if node.parent else self._above
        if above is None:
            raise UnsafeError("its folder is gone")
        return above

    def _close(self, node: _Node) -> None:
        if node.folder is not None:
            self._open.discard(node.folder)
            node.folder.close()
