"""Paths of this machine, taken apart and put together as text: nothing is looked at."""

from __future__ import annotations

import os
from collections.abc import Iterator


def join(folder: str, *names: str) -> str:
    """What lies in a folder under these names."""
    return os.path.join(folder, *names)


def beside(path: str, relative_path: str) -> str:
    """What lies at a path with `/` that is relative to the folder of another file; `..` is taken away as text."""
    return os.path.normpath(os.path.join(os.path.dirname(path), relative_path.replace("/", os.sep)))


def name_of(path: str) -> str:
    """The last part."""
    return os.path.basename(path)


def parent_of(path: str) -> str:
    """The folder that holds it; of the top, the top itself."""
    return os.path.dirname(path)


def is_below(path: str, folder: str) -> bool:
    """Whether a path is a folder, or lies below it; both absolute."""
    return f"{path}{os.sep}".startswith(folder.rstrip(os.sep) + os.sep)


def relative(path: str, folder: str) -> str:
    """A path below a folder as steps write it: relative to the folder, with `/`."""
    return path.removeprefix(folder.rstrip(os.sep) + os.sep).replace(os.sep, "/")


def absolute(relative_path: str, folder: str) -> str:
    """The reverse of `relative`."""
    return os.path.join(folder, relative_path.replace("/", os.sep))


def above(path: str) -> Iterator[str]:
    """The path itself and the folders that hold it, the innermost first; the top of all is left out."""
    while path:
        yield path
        path = path.rpartition(os.sep)[0]
