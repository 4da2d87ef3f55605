"""Letting files lie on the same blocks, and giving them blocks of their own again.

Nothing is shared but what is the same, byte for byte, right then: the kernel compares while it shares, or both files
are read. A new file is made under another name and takes the place of the old one in one rename, so there is never a
moment without the file. Each file is opened below its folder, never through a link.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from kempt.errors import KemptError, UnsafeError, UnsupportedError
from kempt.host import extents
from kempt.host.alike import copy_bytes, dress, looks, require_equal, set_times, traits
from kempt.host.files import unwritable, write_all
from kempt.host.folders import Folder
from kempt.host.parents import Parents
from kempt.host.reading import FLAGS, kind_of
from kempt.model.plan import Expect, Means, ShareFile, UnshareFile

NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL
HERE = stat.S_IRUSR | stat.S_IWUSR
_SAID = {
    errno.EXDEV: "it lies on another file system than the other file, or was mounted at another place",
    errno.EMLINK: "the other file has as many names as its file system allows",
    errno.EPERM: "the system does not let it be changed: it is immutable, or another user's",
    errno.ETXTBSY: "it is in use as a swap file",
}


class Opened(NamedTuple):
    """An open file: where it is, and what it looked like when it was opened."""

    folder: Folder
    name: str
    path: str
    descriptor: int
    found: os.stat_result


class Ready(NamedTuple):
    """A file that is about to change, checked as far as can be. `finish` does the rest; leaving without it undoes."""

    target: Opened
    temporary: str

    def finish(self) -> None:
        """Put the new file in the place of the old one, if that was not touched meanwhile."""
        folder, name, path, _, found = self.target
        now = folder.lstat(name)
        if now is None or looks(now) != looks(found):
            raise UnsafeError("changed while it was compared", path=path)
        folder.replace(self.temporary, name)


@contextmanager
def sharing(parents: Parents, step: ShareFile, temporary: str) -> Iterator[Ready]:
    """Compare both files and make ready that the one at `path` lies where the one at `keep` does.

    With extents all is done already; else the new file lies beside, under the name `temporary`, until `finish`.
    Raises UnsafeError where either is not as planned, where they differ, or where owner, mode or attributes of two
    files that would be one do; UnsupportedError where the file system cannot; KemptError where the system refuses.
    """
    with (
        told(step.path, step.means),
        expected(parents, step.keep, step.kept) as source,
        expected(parents, step.path, step.expect) as target,
    ):
        if source.found.st_ino == target.found.st_ino:
            raise UnsafeError("both are one file by now", path=step.path)
        try:
            _MAKE[step.means](source, target, step.digest, temporary)
            yield Ready(target, temporary)
        finally:
            if step.means is not Means.EXTENTS:
                target.folder.discard(temporary)


@contextmanager
def unsharing(parents: Parents, step: UnshareFile, temporary: str) -> Iterator[Ready]:
    """Make ready a copy of a file with blocks of its own, under the name `temporary`, until `finish`.

    It has the time of last change that the step says, and all else from the file. Raises UnsafeError where the file is
    not as planned, or where its content is not what the step says; KemptError where the system refuses.
    """
    with unwritable(step.path), expected(parents, step.path, step.expect) as target:
        if step.means is not Means.LINK and target.found.st_nlink > 1:
            raise UnsafeError("it has other names, which would not change with it", path=step.path)
        try:
            digest = _copy(target, temporary, step.mtime_ns)
            if step.digest and digest != step.digest:
                raise UnsafeError("edited since, by this name or by another one that it shares", path=step.path)
            yield Ready(target, temporary)
        finally:
            target.folder.discard(temporary)


def write_beginning(parents: Parents, relative: str, before: bytes, after: bytes, temporary: str) -> None:
    """Write other first bytes into a regular file, if it begins as expected; its time of last change stays.

    They are few and in one block, so a reader sees all of them or none. A file that has other names, or may not be
    written to, is not touched but replaced by a copy, made under the name `temporary`. Raises KemptError.
    """
    with unwritable(relative):
        folder, name = parents.at(relative)
        found = folder.lstat(name)
        if found is None or not stat.S_ISREG(found.st_mode):
            return
        if found.st_nlink > 1 or not found.st_mode & stat.S_IWUSR:
            _replace_beginning(folder, name, before, after, temporary)
            return
        descriptor = folder.open_file(name, os.O_RDWR)
        try:
            if os.pread(descriptor, len(before), 0) == before:
                os.pwrite(descriptor, after, 0)
                set_times(descriptor, found, found.st_mtime_ns)
        finally:
            os.close(descriptor)


def can_clone(folder: str, temporary: str) -> bool:
    """Whether files in a folder can be cloned, by a try on two temporary files that are gone afterwards."""
    names = (temporary, f"{temporary[:-4]}-2.tmp")
    try:
        with Folder.open(folder) as opened:
            try:
                source = opened.open_file(names[0], NEW, HERE)
                try:
                    write_all(source, b"\0" * extents.BLOCK)
                    os.close(clone_into(source, opened, names[1]))
                finally:
                    os.close(source)
                return True
            finally:
                for name in names:
                    opened.discard(name)
    except (OSError, AttributeError):
        return False


def _share_extents(source: Opened, target: Opened, _digest: str, _temporary: str) -> None:
    size = source.found.st_size
    if size != target.found.st_size or not extents.share_range(source.descriptor, target.descriptor, size):
        raise UnsafeError("its bytes are not those of the other file", path=target.path)


def _make_clone(source: Opened, target: Opened, digest: str, temporary: str) -> None:
    if target.found.st_nlink > 1:
        raise UnsafeError("it has other names, which would not change with it", path=target.path)
    clone = clone_into(source.descriptor, target.folder, temporary)
    try:
        require_equal(clone, target.descriptor, target.path, digest)
        dress(clone, target.descriptor, target.found, target.found.st_mtime_ns)
    finally:
        os.close(clone)


def _make_link(source: Opened, target: Opened, digest: str, temporary: str) -> None:
    if traits(source.descriptor, source.found) != traits(target.descriptor, target.found):
        raise UnsafeError("owner, mode or attributes are not those of the other file", path=target.path)
    require_equal(source.descriptor, target.descriptor, target.path, digest)
    source.folder.link_into(source.name, target.folder, temporary)
    made = target.folder.lstat(temporary)
    if made is None or (made.st_ino, *looks(made)[:2]) != (source.found.st_ino, *looks(source.found)[:2]):
        raise UnsafeError("the other file changed while they were compared", path=target.path)


_MAKE = {Means.EXTENTS: _share_extents, Means.CLONE: _make_clone, Means.LINK: _make_link}


def clone_into(source: int, folder: Folder, name: str) -> int:
    """A clone of an open file under a free name, open itself."""
    if sys.platform == "darwin" and folder.descriptor is not None:
        extents.clone_new(source, folder.descriptor, name)
        return folder.open_file(name, os.O_RDWR)
    target = folder.open_file(name, NEW, HERE)
    try:
        extents.clone(source, target)
    except BaseException:
        os.close(target)
        raise
    return target


def _copy(target: Opened, temporary: str, mtime_ns: int) -> str:
    """A copy of a file that is like it in all but the time; the digest of its bytes. It is on the disk then."""
    copy = target.folder.open_file(temporary, NEW, HERE)
    try:
        digest = copy_bytes(target.descriptor, copy)
        dress(copy, target.descriptor, target.found, mtime_ns)
        os.fsync(copy)
    finally:
        os.close(copy)
    return digest


def _replace_beginning(folder: Folder, name: str, before: bytes, after: bytes, temporary: str) -> None:
    descriptor = folder.open_file(name, FLAGS)
    try:
        target = Opened(folder, name, name, descriptor, os.fstat(descriptor))
        if os.pread(descriptor, len(before), 0) != before:
            return
        _copy(target, temporary, target.found.st_mtime_ns)
        copy = folder.open_file(temporary, os.O_RDWR)
        try:
            os.pwrite(copy, after, 0)
            set_times(copy, target.found, target.found.st_mtime_ns)
        finally:
            os.close(copy)
        Ready(target, temporary).finish()
    finally:
        os.close(descriptor)
        folder.discard(temporary)


@contextmanager
def regular(parents: Parents, relative: str) -> Iterator[Opened]:
    """A regular file, open to be read, whatever it looks like by now."""
    try:
        folder, name = parents.at(relative)
        descriptor = folder.open_file(name, FLAGS)
    except FileNotFoundError as error:
        raise UnsafeError("gone since the plan was made", path=relative) from error
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise UnsafeError(kind_of(found.st_mode), path=relative)
        yield Opened(folder, name, relative, descriptor, found)
    finally:
        os.close(descriptor)


@contextmanager
def expected(parents: Parents, relative: str, expect: Expect) -> Iterator[Opened]:
    """A regular file that must look as expected, but for its inode's own time: a name of it may have come or gone.

    That it holds the expected bytes is proven by reading it.
    """
    with regular(parents, relative) as opened:
        found = opened.found
        seen = (found.st_size, found.st_mtime_ns, found.st_dev, found.st_ino)
        if seen != (expect.size, expect.mtime_ns, expect.dev, expect.inode):
            raise UnsafeError("changed since the plan was made", path=relative)
        yield opened


@contextmanager
def told(path: str, means: Means) -> Iterator[None]:
    """Turn what the system says into one line for a person."""
    try:
        with unwritable(path):
            yield
    except KemptError as error:
        cause = error.__cause__
        if not isinstance(cause, OSError) or isinstance(error, UnsafeError):
            raise
        if cause.errno in _SAID:
            raise UnsafeError(_SAID[cause.errno], path=path) from cause
        if means is not Means.LINK and (extents.is_unsupported(cause) or cause.errno == errno.EINVAL):
            raise UnsupportedError(f"its file system cannot share it: {cause.strerror}", path=path) from cause
        raise
