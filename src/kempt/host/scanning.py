"""Walking folders: each is listed once, links are never followed, and who asks for the walk says what to enter.

What is not entered costs nothing, and that is the whole speed of a scan: nearly all files of a disk full of Python
projects lie in environments and caches, which are known by their names or by their own first listing.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

from kempt.host.mounts import Mounts

if TYPE_CHECKING:
    from kempt.model.plan import Identity

S = TypeVar("S")
Visit = Callable[[str, list[str], list[str], S], Iterable[tuple[str, S]]]
Tell = Callable[[str], None]

_TOLD_EVERY = 64  # folders between two calls of `tell`
_REPARSE_POINT = 0x400  # Windows: a junction, which leads elsewhere


def walk(root: str, state: S, visit: Visit[S], *, tell: Tell | None = None) -> tuple[tuple[str, str], ...]:
    """List `root` and what `visit` wants to enter; the folders that could not be listed, with the reason.

    `visit` gets the path of a folder, the names of the folders in it, those of everything else (links to folders too)
    and the state that its parent was given for it. It returns the names of the folders to enter, each with its state.
    Mount points are not entered. `tell` gets a path every now and then.
    """
    unlisted: list[tuple[str, str]] = []
    waiting = [(root, state)]
    crossed = _boundary(root)
    count = 0
    while waiting:
        path, inherited = waiting.pop()
        count += 1
        if tell is not None and count % _TOLD_EVERY == 1:
            tell(path)
        try:
            folders, others = _listed(path)
        except OSError as error:
            unlisted.append((path, error.strerror or str(error)))
            continue
        prefix = path if path.endswith(os.sep) else path + os.sep
        for name, inner in visit(path, folders, others, inherited):
            if not crossed(prefix + name):
                waiting.append((prefix + name, inner))
    return tuple(unlisted)


def _listed(path: str) -> tuple[list[str], list[str]]:
    folders: list[str] = []
    others: list[str] = []
    with os.scandir(path) as listed:
        for entry in listed:
            (folders if entry.is_dir(follow_symlinks=False) else others).append(entry.name)
    if os.name == "nt":
        junctions = {name for name in folders if _is_reparse_point(os.path.join(path, name))}
        return [name for name in folders if name not in junctions], [*others, *junctions]
    return folders, others


def _is_reparse_point(path: str) -> bool:
    try:
        return bool(getattr(os.lstat(path), "st_file_attributes", 0) & _REPARSE_POINT)
    except OSError:
        return True


def _boundary(root: str) -> Callable[[str], bool]:
    """Whether a path must not be entered because another file system begins there."""
    with Mounts() as mounts:
        known = mounts.below(root)
    if known is not None:
        return known.__contains__
    device = os.stat(root).st_dev

    def crosses(path: str) -> bool:
        try:
            return os.lstat(path).st_dev != device
        except OSError:
            return False

    return crosses


def mounts_below(root: str) -> frozenset[str]:
    """The mount points below a folder, bind mounts too, where the system lists them."""
    with Mounts() as mounts:
        return mounts.below(root) or frozenset()


def names_in(path: str) -> frozenset[str]:
    """The names in a folder; none where it cannot be listed."""
    try:
        return frozenset(os.listdir(path))
    except OSError:
        return frozenset()


def entries_of(path: str) -> tuple[list[str], list[str]]:
    """The names of the folders in a folder, and those of everything else in it; none where it cannot be listed."""
    try:
        return _listed(path)
    except OSError:
        return [], []


def identify(path: str) -> tuple[Identity, float] | None:
    """Which file or folder is at a path, and when it last changed (seconds since the epoch); None where it is gone."""
    from kempt.model.plan import Identity

    try:
        found = os.lstat(path)
    except OSError:
        return None
    return Identity(found.st_dev, found.st_ino, stat.S_IFMT(found.st_mode)), found.st_mtime


def is_there(*parts: str) -> bool:
    """Whether anything is at a path."""
    return os.path.lexists(os.path.join(*parts))
