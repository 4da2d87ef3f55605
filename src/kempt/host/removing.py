"""Removing a folder with all below it: exactly the one that was planned, never through a link, never across a mount.

The thing gets another name in its own folder first, so that no half of it can be taken for the whole; then it is
emptied from the bottom up, by open folders, on two threads: the kernel does nearly all the work of an unlink(), and
Python lets go of its lock meanwhile.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from typing import NamedTuple

from kempt.errors import UnsafeError
from kempt.host.emptying import Emptying
from kempt.host.files import unwritable
from kempt.host.folders import Folder, open_parent
from kempt.host.mounts import Mounts
from kempt.host.own_names import is_leftover
from kempt.model.disk import Weight
from kempt.model.plan import Identity, Left

_ASIDE_IMPOSSIBLE = {errno.EXDEV, errno.ENAMETOOLONG}


class Removal(NamedTuple):
    """What a removal freed, and what it could not remove.

    `kept` are paths relative to the root, each with its reason; `rest` is the path where they are now, empty where
    nothing is left.
    """

    freed: Weight
    kept: tuple[Left, ...] = ()
    rest: str = ""


def identity_of(found: os.stat_result) -> Identity:
    """Which file or folder it is."""
    return Identity(found.st_dev, found.st_ino, stat.S_IFMT(found.st_mode))


def leftover_at(path: str) -> Identity | None:
    """What is at a path where only a removal that was stopped leaves something; None where nothing of ours is."""
    with suppress(OSError):
        found = os.lstat(path)
        owned = not hasattr(os, "geteuid") or found.st_uid == os.geteuid()
        return identity_of(found) if owned and is_leftover(os.path.basename(path)) else None
    return None


def identity_at(root: str, relative: str) -> Identity | None:
    """Which file or folder is at a path below the root; None where nothing is, or where that cannot be told."""
    with suppress(OSError, UnsafeError), open_parent(root, relative) as (folder, name):
        found = folder.lstat(name)
        return None if found is None else identity_of(found)
    return None


def remove_tree(root: str, relative: str, identity: Identity, aside: str, mounts: Mounts) -> Removal:
    """Remove what is at a path below the root, if it is what the plan says; a link is removed, not followed.

    `aside` is the name that it gets meanwhile, in the same folder (`gone_name`). What cannot be removed stays under
    that name and is told; where nothing at all could be removed, it has its own name again.
    Raises UnsafeError where the path leads out of the root, where something else is there by now, and where it is a
    mount point or holds one; KemptError where the system refuses. Nothing is changed then.
    """
    with unwritable(relative), open_parent(root, relative) as (folder, name):
        require(folder, name, relative, identity, mounts)
        place = name if is_leftover(name) else _moved_aside(folder, name, relative, identity, aside)
        emptying = Emptying(folder, place, identity, in_place=place == name)
        emptying.run()
        return _ended(folder, name, relative, place, emptying)


def sweep(root: str, relative: str, identity: Identity, mounts: Mounts) -> bool:
    """Remove the rest of something that a kempt, which was stopped, was removing under this name; whether it did."""
    with suppress(OSError, UnsafeError), open_parent(root, relative) as (folder, name):
        if is_leftover(name):
            require(folder, name, relative, identity, mounts)
            emptying = Emptying(folder, name, identity)
            emptying.run()
            return not emptying.kept
    return False


def require(folder: Folder, name: str, relative: str, identity: Identity, mounts: Mounts) -> os.stat_result:
    """What is at a name, which must be what the plan says. Raises UnsafeError where it must not be taken."""
    found = folder.lstat(name)
    if found is None:
        raise UnsafeError("gone since the plan was made", path=relative)
    if identity_of(found) != identity:
        raise UnsafeError("something else is there than when the plan was made", path=relative)
    if found.st_dev != folder.stat().st_dev:
        raise UnsafeError("a mount point", path=relative)
    if stat.S_ISDIR(found.st_mode) and (mount := mounts.inside(os.path.join(folder.path, name))):
        raise UnsafeError(f"something is mounted at {mount}", path=relative)
    return found


def _moved_aside(folder: Folder, name: str, relative: str, identity: Identity, aside: str) -> str:
    """The name it has now: its own still, where it lies on a layer of a container image that cannot rename folders."""
    if folder.lstat(aside) is not None:
        raise UnsafeError("the name that it would get meanwhile is taken", path=relative)
    try:
        folder.move(name, folder, aside)
    except OSError as error:
        if error.errno not in _ASIDE_IMPOSSIBLE:
            raise
        return name
    found = folder.lstat(aside)
    if found is None or identity_of(found) != identity:  # swapped in the very moment
        with suppress(OSError):
            folder.move(aside, folder, name)
        raise UnsafeError("something else is there than when the plan was made", path=relative)
    return aside


def _ended(folder: Folder, name: str, relative: str, place: str, emptying: Emptying) -> Removal:
    if not emptying.kept:
        return Removal(emptying.freed)
    if not emptying.freed.files and folder.lstat(name) is None:
        with suppress(OSError):
            folder.move(place, folder, name)
            place = name
    elif place != name:
        _hide_from_git(folder, place)
    prefix = relative[: len(relative) - len(name)]
    kept = tuple(Left(f"{prefix}{place}{path}", why) for path, why in emptying.kept)
    return Removal(emptying.freed, kept, prefix + place)


def _hide_from_git(folder: Folder, place: str) -> None:
    with suppress(OSError), folder.enter(place) as inner:
        descriptor = inner.open_file(".gitignore", os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        try:
            os.write(descriptor, b"*\n")
        finally:
            os.close(descriptor)
