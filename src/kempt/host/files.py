"""Files: reading what may be anything, writing so that a path always holds the old content or the new, never a part.

Measured on a hostile checkout: a FIFO called .gitignore blocks a plain open() for ever, a link to /dev/zero never ends,
and write-then-rename onto /dev/null as root destroys the device for the whole machine.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple

from kempt.errors import KemptError, UnreadableError, UnsafeError
from kempt.host.folders import Folder, open_parent
from kempt.host.reading import CHUNK, kind_of, read_open, refuse_others
from kempt.model.plan import Expect

_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL
_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EINVAL}


class Look(NamedTuple):
    """A regular file as it was when it was read."""

    content: bytes
    expect: Expect


def expect_of(found: os.stat_result) -> Expect:
    """What must still hold for a file when a step comes to it."""
    return Expect(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_dev, found.st_ino)


def look(root: str, relative: str, limit: int) -> Look | None:
    """A regular file below the root, and what to expect of it later; None where nothing is.

    Raises UnreadableError with the reason, and UnsafeError when the path leads out of the root.
    """
    with _unreadable(relative):
        try:
            with open_parent(root, relative) as (folder, name):
                return None if folder.lstat(name) is None else _read(folder, name, limit)
        except FileNotFoundError:
            return None


def write_atomic(root: str, relative: str, content: bytes, expect: Expect | None, temporary: str = "") -> None:
    """Put `content` into a regular file below the root, all of it or nothing. Mode and, for root, owner are kept.

    `expect` is how the file must look right before; None for one that must not exist, whose folders are made.
    `temporary` names the file it is written to first, in the same folder; it is gone afterwards, whatever happens.
    When this raises, the path holds what it held: UnsafeError where the path is not as expected, leads out of the root
    or is no regular file; KemptError where the disk is full, read-only or broken.
    """
    with unwritable(relative), open_parent(root, relative, make=expect is None) as (folder, name):
        _expected(folder, name, relative, expect)
        put(folder, name, relative, content, expect, temporary=temporary or temporary_name(os.urandom(6).hex()))


def put(folder: Folder, name: str, relative: str, content: bytes, expect: Expect | None, *, temporary: str) -> None:
    """`write_atomic` in a folder that is open already; errors are OSError and UnsafeError, which names `relative`."""
    try:
        _fill(folder, temporary, content, None if expect is None else folder.lstat(name))
        # Asked again: writing much to a slow disk takes long enough for somebody to save the file in an editor.
        _expected(folder, name, relative, expect)
        if expect is None:
            _publish(folder, temporary, name, relative)
        else:
            folder.replace(temporary, name)
    except BaseException:
        folder.discard(temporary)
        raise
    folder.sync()


def remove_file(root: str, relative: str, expect: Expect) -> None:
    """Remove a regular file below the root, if it still looks as expected. Errors as in `write_atomic`."""
    with unwritable(relative), open_parent(root, relative) as (folder, name):
        _expected(folder, name, relative, expect)
        folder.unlink(name)
        folder.sync()


def remove_empty_folder(root: str, relative: str) -> bool:
    """Remove a folder below the root if it is empty; whether it did."""
    with suppress(OSError, UnsafeError), open_parent(root, relative) as (folder, name):
        folder.rmdir(name)
        return True
    return False


def remove_temporary(root: str, relative: str) -> bool:
    """Remove what a stopped `write_atomic` left; whether there was such a file."""
    with suppress(OSError, UnsafeError), open_parent(root, relative) as (folder, name):
        found = folder.lstat(name)
        ours = name.startswith(".kempt-") and name.endswith(".tmp")
        if ours and found is not None and stat.S_ISREG(found.st_mode):
            folder.unlink(name)
            return True
    return False


def temporary_name(token: str) -> str:
    """The name of a temporary; `token` (digits, small letters, dashes) makes it unique."""
    return f".kempt-{token}.tmp"


def copy_file(folder: Folder, old: str, new: str) -> os.stat_result | None:
    """Copy a regular file inside a folder to a new name, times included; None where there is nothing to copy."""
    if folder.lstat(old) is None:
        return None
    source = folder.open_file(old, _READ)
    try:
        found = os.fstat(source)
        if not stat.S_ISREG(found.st_mode):
            raise UnsafeError(kind_of(found.st_mode), path=os.path.join(folder.path, old))
        target = folder.open_file(new, _NEW, stat.S_IMODE(found.st_mode))
        try:
            while chunk := os.read(source, CHUNK):
                write_all(target, chunk)
        finally:
            os.close(target)
    finally:
        os.close(source)
    folder.touch(new, found.st_mtime_ns)
    return found


def settle(folder: Folder, name: str, like: os.stat_result | None) -> None:
    """Make sure that a file's content is on the disk; give it the owner (for root) and the time of another."""
    descriptor = folder.open_file(name, os.O_RDWR)
    try:
        if like is not None:
            _keep_owner(descriptor, like)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if like is not None:
        folder.touch(name, like.st_mtime_ns)


def write_all(descriptor: int, content: bytes | bytearray) -> None:
    """Write every byte: write() may take fewer than it was given."""
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]


@contextmanager
def unwritable(path: str) -> Iterator[None]:
    """Turn what the system says into one line for a person."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise KemptError(f"cannot write: {error.strerror or error}", path=path) from error


def _read(folder: Folder, name: str, limit: int) -> Look:
    # Looked at before it is opened: opening a device can already do something (rewind a tape, start a watchdog).
    refuse_others(folder.lstat(name), name, limit)
    descriptor = folder.open_file(name, _READ)
    try:
        found = os.fstat(descriptor)
        refuse_others(found, name, limit)
        return Look(read_open(descriptor, name, limit), expect_of(found))
    finally:
        os.close(descriptor)


def _expected(folder: Folder, name: str, relative: str, expect: Expect | None) -> None:
    found = folder.lstat(name)
    if found is None:
        if expect is not None:
            raise UnsafeError("gone since the plan was made", path=relative)
    elif expect is None:
        raise UnsafeError("it exists by now", path=relative)
    elif not stat.S_ISREG(found.st_mode):
        raise UnsafeError(kind_of(found.st_mode), path=relative)
    elif expect_of(found) != expect:
        raise UnsafeError("changed since the plan was made", path=relative)


def _fill(folder: Folder, name: str, content: bytes, like: os.stat_result | None) -> None:
    descriptor = folder.open_file(name, _NEW, 0o666 if like is None else 0o600)
    try:
        if like is not None:
            _keep_owner(descriptor, like)
            if hasattr(os, "fchmod"):
                os.fchmod(descriptor, stat.S_IMODE(like.st_mode))
        write_all(descriptor, content)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _keep_owner(descriptor: int, like: os.stat_result) -> None:
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        os.fchown(descriptor, like.st_uid, like.st_gid)


def _publish(folder: Folder, temporary: str, name: str, relative: str) -> None:
    """Give a finished file its name without ever replacing another: link() fails where rename() would not."""
    try:
        folder.link(temporary, name)
    except FileExistsError as error:
        raise UnsafeError("it exists by now", path=relative) from error
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        _publish_without_links(folder, temporary, name)
    else:
        folder.discard(temporary)


def _publish_without_links(folder: Folder, temporary: str, name: str) -> None:
    os.close(folder.open_file(name, _NEW))  # an empty file holds the name
    try:
        folder.replace(temporary, name)
    except BaseException:
        folder.discard(name)
        raise


@contextmanager
def _unreadable(path: str) -> Iterator[None]:
    try:
        yield
    except UnreadableError as error:
        raise UnreadableError(error.message, path=path) from error
    except OSError as error:
        raise UnreadableError(error.strerror or str(error), path=path) from error
