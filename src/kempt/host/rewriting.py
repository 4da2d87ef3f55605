"""Bytecode that gets other bytes for the same code: a new file beside the old one, which takes its place in one rename.

It is not waited for until the disk has it, as Python does not either: what a lost disk loses here Python makes again.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from kempt.errors import UnreadableError, UnsafeError
from kempt.host.alike import dress, looks, set_times, traits
from kempt.host.files import unwritable, write_all
from kempt.host.parents import Parents
from kempt.host.reading import read_open
from kempt.host.share import HERE, NEW, Opened, Ready, clone_into, expected, regular, told
from kempt.model.plan import Expect, Means, RewriteBytecode

LIMIT = 16 * 1024**2
"""The most that a bytecode file may have, in bytes."""


@contextmanager
def rewriting(
    parents: Parents, step: RewriteBytecode, temporary: str, change: Callable[[bytes], bytes]
) -> Iterator[Ready]:
    """Make ready what the file at `path` becomes, under the name `temporary`, until `finish`.

    `change` gets what the file holds and gives what it is to hold; the file at `keep` must hold just that by now.
    Raises UnsafeError where a file is not as planned, or where owner, mode or attributes of two that would be one
    differ; UnsupportedError where the file system cannot; KemptError where the system refuses.
    """
    with told(step.path, step.means), expected(parents, step.path, step.expect) as target:
        wanted = change(_content(target))
        try:
            if not step.keep:
                _write(target, wanted, temporary, step.own_ns)
            else:
                with regular(parents, step.keep) as source:  # what it holds speaks for it, not how it looks
                    _MAKE[step.means](source, target, wanted, temporary, step.own_ns)
            yield Ready(target, temporary)
        finally:
            target.folder.discard(temporary)


def date(parents: Parents, relative: str, expect: Expect, mtime_ns: int) -> None:
    """Give a source another time of last change. Raises UnsafeError where it is not as expected, or has other names."""
    with unwritable(relative), expected(parents, relative, expect) as source:
        if source.found.st_nlink > 1:
            raise UnsafeError("its source has other names, whose bytecode would be made anew", path=relative)
        set_times(source.descriptor, source.found, mtime_ns)


def _content(target: Opened) -> bytes:
    try:
        return read_open(target.descriptor, target.path, LIMIT)
    except UnreadableError as error:
        raise UnsafeError(error.message, path=target.path) from error


def _write(target: Opened, wanted: bytes, temporary: str, own_ns: int) -> None:
    descriptor = target.folder.open_file(temporary, NEW, HERE)
    try:
        write_all(descriptor, wanted)
        dress(descriptor, target.descriptor, target.found, own_ns)
    finally:
        os.close(descriptor)


def _link(source: Opened, target: Opened, wanted: bytes, temporary: str, _own_ns: int) -> None:
    if source.found.st_ino == target.found.st_ino:
        raise UnsafeError("both are one file by now", path=target.path)
    if traits(source.descriptor, source.found) != traits(target.descriptor, target.found):
        raise UnsafeError("owner, mode or attributes are not those of the other file", path=target.path)
    if _content(source) != wanted:
        raise UnsafeError("its bytes are not those of the other file", path=target.path)
    source.folder.link_into(source.name, target.folder, temporary)
    made = target.folder.lstat(temporary)
    if made is None or (made.st_ino, *looks(made)[:2]) != (source.found.st_ino, *looks(source.found)[:2]):
        raise UnsafeError("the other file changed while they were compared", path=target.path)


def _clone(source: Opened, target: Opened, wanted: bytes, temporary: str, own_ns: int) -> None:
    descriptor = clone_into(source.descriptor, target.folder, temporary)
    try:
        os.lseek(descriptor, 0, os.SEEK_SET)
        if read_open(descriptor, target.path, LIMIT) != wanted:
            raise UnsafeError("its bytes are not those of the other file", path=target.path)
        dress(descriptor, target.descriptor, target.found, own_ns)
    finally:
        os.close(descriptor)


_MAKE = {Means.EXTENTS: _clone, Means.CLONE: _clone, Means.LINK: _link}
