"""Environments as folders: looked at, marked, moved aside, put back and removed. A link is never followed.

An environment is never replaced in one step: it holds its own path, so the new one has to be built at that path. The
old one waits beside it, in the same folder and so on the same file system, until the new one is good.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from enum import StrEnum

from kempt.errors import KemptError, UnreadableError, UnsafeError
from kempt.host.files import unwritable
from kempt.host.folders import Folder
from kempt.host.reading import read_regular

MARK = ".kempt-incomplete"
CONFIGURATION = "pyvenv.cfg"
CONFIGURATION_LIMIT = 64 * 1024
_ASIDE, _GONE, _KEPT = ".kempt-old-", ".kempt-gone-", ".kempt-kept-"
_LEFTOVERS = frozenset({".gitignore", "CACHEDIR.TAG", ".lock", MARK})
"""What a manager leaves that made the folder and then found that it had nothing to install."""


class Place(StrEnum):
    """What is where an environment should be; the value is the word for it."""

    MISSING = "missing"
    EMPTY = "an empty folder"
    ENVIRONMENT = "an environment"
    FOLDER = "a folder without pyvenv.cfg"
    LINK = "a symbolic link"
    FILE = "a file"


def place_of(environment: str) -> Place:
    """What is at the path. Raises KemptError where that cannot be told."""
    try:
        mode = os.lstat(environment).st_mode
        if stat.S_ISLNK(mode):
            return Place.LINK
        if not stat.S_ISDIR(mode):
            return Place.FILE
        names = set(os.listdir(environment))
    except FileNotFoundError:
        return Place.MISSING
    except OSError as error:
        raise KemptError(f"cannot be looked at: {error.strerror}", path=environment) from error
    if CONFIGURATION in names:
        return Place.ENVIRONMENT
    return Place.EMPTY if names <= _LEFTOVERS else Place.FOLDER


def is_environment(folder: str) -> bool:
    """Whether a folder, or what a link leads to, is an environment; false where that cannot be told."""
    return os.path.isfile(os.path.join(folder, CONFIGURATION))


def configuration(environment: str) -> bytes | None:
    """The content of `pyvenv.cfg`, None where there is none that can be read."""
    try:
        return read_regular(os.path.join(environment, CONFIGURATION), CONFIGURATION_LIMIT)
    except UnreadableError:
        return None


def has_python(environment: str) -> bool:
    """Whether there is a Python that can be started: managers remove an environment whole that has none."""
    names = ("bin/python", "Scripts/python.exe")
    return any(os.access(os.path.join(environment, name), os.X_OK) for name in names)


def installed(environment: str) -> dict[str, int]:
    """The dist-info folders of an environment and when each was last changed: whether an install did anything."""
    return {each.path: each.stat(follow_symlinks=False).st_mtime_ns for each in _dist_infos(environment)}


def mark(environment: str, content: bytes) -> None:
    """Leave a sign inside an environment that it is being worked on, if it exists and can be written to."""
    with suppress(OSError), Folder.open(environment) as folder:
        if folder.lstat(CONFIGURATION) is None:
            return  # a folder that is no environment yet: managers refuse one that is not empty
        descriptor = folder.open_file(MARK, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        try:
            os.write(descriptor, content)
        finally:
            os.close(descriptor)


def unmark(environment: str) -> None:
    """Take the sign away."""
    with suppress(OSError):
        os.unlink(os.path.join(environment, MARK))


def is_marked(environment: str) -> bool:
    """Whether the sign is there."""
    return os.path.lexists(os.path.join(environment, MARK))


def move_aside(environment: str) -> str:
    """Give an environment another name beside its own, which is returned; git is told to ignore it there.

    Raises UnsafeError for what is no folder, KemptError where it cannot be moved.
    """
    return _renamed(environment, f"{environment}{_ASIDE}{os.urandom(4).hex()}")


def keep(aside: str) -> str:
    """Let an old environment stay for good, because it holds what nobody can make again; its new name."""
    return _renamed(aside, aside.replace(_ASIDE, _KEPT))


def put_back(aside: str, environment: str) -> None:
    """Give the old environment its name again; what was built there meanwhile is removed."""
    gone = _renamed(environment, _gone(environment)) if os.path.lexists(environment) else ""
    with unwritable(environment):
        os.rename(aside, environment)
        if gone:
            _remove_tree(gone)


def asides(environment: str) -> tuple[str, ...]:
    """Old environments, whole, that a run which was killed left beside this one."""
    return _beside(environment, _ASIDE)


def sweep(environment: str) -> None:
    """Remove what a run that was killed had begun to remove."""
    for path in _beside(environment, _GONE):
        with suppress(OSError):
            _remove_tree(path)


def remove(environment: str) -> None:
    """Remove an environment, or what is left of one. Raises UnsafeError for a link, KemptError where it cannot be."""
    # Under another name first: when this is stopped half-way, no half of it is taken for an environment.
    gone = _renamed(environment, _gone(environment))
    with unwritable(environment):
        _remove_tree(gone)


def remove_inside(environment: str, relative: str) -> bool:
    """Remove one regular file of an environment; whether it did. No folder on its path may be a link."""
    path = os.path.join(environment, relative)
    folder = os.path.dirname(path)
    if os.path.realpath(folder) != os.path.join(os.path.realpath(environment), os.path.dirname(relative)):
        return False
    with suppress(OSError):
        os.unlink(path)
        return True
    return False


def _remove_tree(folder: str) -> None:
    from shutil import rmtree  # its import brings three decompressors along

    rmtree(folder)


def _gone(environment: str) -> str:
    """A name for what is about to be removed."""
    return f"{environment.partition(_ASIDE)[0]}{_GONE}{os.urandom(4).hex()}"


def _renamed(environment: str, name: str) -> str:
    with unwritable(environment):
        if not stat.S_ISDIR(os.lstat(environment).st_mode):
            raise UnsafeError("no folder, so it is neither moved nor removed", path=environment)
        with suppress(OSError), open(os.path.join(environment, ".gitignore"), "xb") as handle:
            handle.write(b"*\n")
        os.rename(environment, name)
    return name


def _beside(environment: str, infix: str) -> tuple[str, ...]:
    folder, name = os.path.split(environment)
    try:
        with os.scandir(folder) as found:
            names = [each.path for each in found if each.name.startswith(name + infix) and _is_folder(each)]
    except OSError:
        return ()
    return tuple(sorted(names))


def _dist_infos(environment: str) -> Iterator[os.DirEntry[str]]:
    for folder in _site_packages(environment):
        with suppress(OSError), os.scandir(folder) as found:
            yield from (each for each in found if each.name.endswith((".dist-info", ".egg-info", ".egg-link")))


def _site_packages(environment: str) -> Iterator[str]:
    yield os.path.join(environment, "Lib", "site-packages")
    with suppress(OSError), os.scandir(os.path.join(environment, "lib")) as found:
        yield from (
            os.path.join(each.path, "site-packages") for each in found if each.name.startswith(("python", "pypy"))
        )


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False
