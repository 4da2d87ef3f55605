"""The trash: a folder beside what it took, on the same file system, from which a rename brings it back.

There is one for each folder that something is taken from and each run, `.kempt-trash-STAMP`, with what was taken under
its own name in it. Its `.gitignore` hides all of it from git and tells a person what it is; to kempt it is the sign
that the folder is its own. There is no CACHEDIR.TAG: other cleaners delete what has one, and this can still be wanted.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple

from kempt.errors import KemptError, UnreadableError, UnsafeError
from kempt.host.files import unwritable, write_all
from kempt.host.folders import Folder, open_parent
from kempt.host.mounts import Mounts
from kempt.host.own_names import stamp_of
from kempt.host.reading import read_regular
from kempt.host.removing import identity_of, require
from kempt.model.plan import Identity

_SIGN = ".gitignore"
_MARK = b"# kempt put this aside.\n"
_TEXT = """# It stays for 7 days; then `kempt clean` or `kempt prune` removes it.
# Bring it back:    kempt undo {stamp}
# Remove it now:    kempt clean --purge
*
"""
_LIMIT = 4096
_Place = tuple[Folder, str]
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL


class Trashed(NamedTuple):
    """A trash as it was found. `stamp` tells when it was made; `things` are the names of what is in it."""

    path: str
    stamp: str
    identity: Identity
    things: tuple[str, ...]


def read_trash(path: str) -> Trashed | None:
    """The trash at a path; None where what is there is not surely one that kempt made for this user."""
    stamp = stamp_of(os.path.basename(path))
    with suppress(OSError, UnreadableError):
        found = os.lstat(path)
        if stamp and stat.S_ISDIR(found.st_mode) and _is_own(found) and _has_sign(path):
            things = tuple(sorted(name for name in os.listdir(path) if name != _SIGN))
            return Trashed(path, stamp, identity_of(found), things)
    return None


def move_to_trash(root: str, relative: str, identity: Identity, trash: str, mounts: Mounts) -> None:
    """Move what is at a path below the root into the trash of that name in the same folder, which is made if missing.

    Raises UnsafeError where something else is there by now, where it is a mount point or holds one, and where its place
    in the trash is taken; KemptError where the system refuses. Nothing is changed then.
    """
    with unwritable(relative), open_parent(root, relative) as (folder, name):
        found = require(folder, name, relative, identity, mounts)
        if name.lower() == _SIGN or any(map(stamp_of, relative.split("/"))):
            raise UnsafeError("not a thing for the trash", path=relative)
        made = _make(folder, trash, relative)
        try:
            with folder.enter(trash) as inside:
                _move((folder, name), (inside, name), found, relative)
        except BaseException:
            if made:
                clear_trash(folder, trash)
            raise


def restore(root: str, relative: str, trash: str, identity: Identity, mounts: Mounts) -> None:
    """Move something back from its place in the trash (`trash`, below the root), if its own place is free.

    The trash goes too, once it is empty. Errors as in `move_to_trash`.
    """
    with unwritable(relative), open_parent(root, trash) as (inside, name):
        found = require(inside, name, trash, identity, mounts)
        with open_parent(root, relative) as (folder, last):
            _move((inside, name), (folder, last), found, relative)
            clear_trash(folder, os.path.basename(inside.path))


def clear_trash(folder: Folder, name: str) -> bool:
    """Remove a trash that holds nothing but its own sign; whether it did."""
    with suppress(OSError):
        if not stamp_of(name):
            return False
        with folder.enter(name) as inside:
            with inside.scan() as entries:
                if any(entry.name != _SIGN for entry in entries):
                    return False
            inside.discard(_SIGN)
        folder.rmdir(name)
        return True
    return False


def _make(folder: Folder, trash: str, relative: str) -> bool:
    """Make the trash with its sign in it; whether it was missing."""
    if folder.lstat(trash) is not None:
        if read_trash(os.path.join(folder.path, trash)) is None:
            raise UnsafeError(f"`{trash}` beside it is no trash of kempt's", path=relative)
        return False
    try:
        folder.mkdir(trash)
        with folder.enter(trash) as inside:
            descriptor = inside.open_file(_SIGN, _NEW)
            try:
                write_all(descriptor, _MARK + _TEXT.format(stamp=stamp_of(trash)).encode())
            finally:
                os.close(descriptor)
    except BaseException:
        clear_trash(folder, trash)
        raise
    return True


def _move(old_place: _Place, new_place: _Place, found: os.stat_result, relative: str) -> None:
    (source, name), (target, new) = old_place, new_place
    if target.lstat(new) is not None:
        raise UnsafeError("something is there by now", path=relative)
    with _told(relative):
        _rename(source, name, target, new)
    moved = target.lstat(new)
    if moved is None or identity_of(moved) != identity_of(found):  # swapped in the very moment
        with suppress(OSError):
            target.move(new, source, name)
        raise UnsafeError("something else is there than when the plan was made", path=relative)


def _rename(source: Folder, name: str, target: Folder, new: str) -> None:
    """Rename. A folder that gets another parent is written to, which its owner may have to allow for the moment."""
    try:
        source.move(name, target, new)
    except PermissionError:
        found = source.lstat(name)
        if found is None or not source.unlock(name):
            raise
        try:
            source.move(name, target, new)
        except BaseException:
            source.change_mode(name, stat.S_IMODE(found.st_mode))
            raise
        target.change_mode(new, stat.S_IMODE(found.st_mode))


@contextmanager
def _told(relative: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        raise KemptError(
            "cannot be moved: it lies on another layer or file system than its folder",
            path=relative, hint="--no-trash removes it for good",
        ) from error  # fmt: skip


def _is_own(found: os.stat_result) -> bool:
    return not hasattr(os, "geteuid") or found.st_uid == os.geteuid()


def _has_sign(path: str) -> bool:
    return read_regular(os.path.join(path, _SIGN), _LIMIT).startswith(_MARK)
