"""Finding the repositories below a folder that is none, without entering any of them."""

import os
from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from kempt.errors import KemptError, UsageError
from kempt.host.gitdir import find_git_dir, is_bare

DEPTH = 6
"""Folders below the one that was asked for: `~/code/host/owner/name` is three."""

_NEVER_ENTERED = frozenset({"node_modules", "__pycache__", "site-packages"})


class Holding(NamedTuple):
    """What a folder holds: repositories by their paths, and folders that could not be listed, with the reason."""

    repositories: tuple[str, ...] = ()
    unlisted: tuple[tuple[str, str], ...] = ()


def repository_of(path: str) -> str | None:
    """A name that all paths in one repository share, None outside any.

    A path that is missing, or whose repository must not be used, counts as its own: who checks it says what is wrong.
    """
    try:
        found = find_git_dir(path)
    except KemptError as error:
        return None if error.code == "KPT003" else os.path.realpath(path)
    return found.work_tree or found.git_dir


def require_current_folder() -> None:
    """Raises UsageError where the folder that this process is in was removed: no path means anything then."""
    try:
        os.getcwd()
    except OSError as error:
        raise UsageError("the current folder is gone", hint="cd to one that exists") from error


def exists(path: str) -> bool:
    """Whether there is anything at a path."""
    return os.path.lexists(path)


def find_repositories(folder: str, *, bare: bool) -> Holding:
    """The repositories below a folder, sorted; with `bare` those without a work tree too.

    What lies inside a repository is not looked for. Links, hidden folders and environments are not entered.
    """
    found: list[str] = []
    unlisted: list[tuple[str, str]] = []
    waiting = [(folder, DEPTH)]
    while waiting:
        place, depth = waiting.pop()
        try:
            with os.scandir(place) as listed:
                inside = [each.name for each in listed if _may_be_entered(each)]
        except OSError as error:
            unlisted.append((place, error.strerror or str(error)))
            continue
        for path in (os.path.normpath(os.path.join(place, name)) for name in inside):
            if os.path.lexists(os.path.join(path, ".git")):
                found.append(path)
            elif is_bare(path):
                found += [path] * bare
            elif depth > 1 and not os.path.lexists(os.path.join(path, "pyvenv.cfg")):
                waiting.append((path, depth - 1))
    return Holding(tuple(sorted(found)), tuple(sorted(unlisted)))


def _may_be_entered(entry: os.DirEntry[str]) -> bool:
    try:
        is_folder = entry.is_dir(follow_symlinks=False)
    except OSError:
        return False
    return is_folder and not entry.name.startswith(".") and entry.name not in _NEVER_ENTERED


def common_folder(paths: Iterable[str]) -> str:
    """The innermost folder that holds all of these, links resolved; the one path itself where there is only one."""
    real = [os.path.realpath(path) for path in paths]
    try:
        return os.path.commonpath(real)
    except ValueError:  # Windows: on several drives
        return ""


class Kind(StrEnum):
    """What lies at a path that is to be looked at."""

    REPOSITORY = "repository"
    FOLDER = "folder"
    FILE = "file"
    MISSING = "missing"


class Place(NamedTuple):
    """A path with all links resolved, and what lies there. Of `repo/.git` it is `repo`."""

    path: str
    kind: Kind


def place_of(path: str, base: str = "") -> Place:
    """What lies at a path, which is relative to the folder of the file `base`, where one is given."""
    try:
        real = os.path.realpath(os.path.join(os.path.dirname(base), path))
    except ValueError:  # a NUL in it
        return Place(path, Kind.MISSING)
    above, name = os.path.split(real)
    if name == ".git" and os.path.isdir(real):
        real = above
    if not os.path.isdir(real):
        return Place(real, Kind.FILE if os.path.lexists(real) else Kind.MISSING)
    is_repository = os.path.lexists(os.path.join(real, ".git")) or is_bare(real)
    return Place(real, Kind.REPOSITORY if is_repository else Kind.FOLDER)
