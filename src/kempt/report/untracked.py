"""Files that leave git's index, in as few lines as tell the truth."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable
from typing import NamedTuple

_MOST = 12
_ENVIRONMENT = ("/pyvenv.cfg", "/conda-meta/history")


class Group(NamedTuple):
    """A name for people (`env/`, `src/**/__pycache__/`) and how many files it stands for."""

    name: str
    files: int


def groups(paths: Iterable[str]) -> list[Group]:
    """Environments whole; the rest by folder, folders of one name together where there are many.

    A name never claims more than it lists: `src/` is not said to be untracked because two files below it are, unless
    there are so many folders that only the top one can be named, and then it ends in `**`.
    """
    remaining = sorted(paths)
    found: list[Group] = []
    for root in _environments(remaining):
        start, end = bisect_left(remaining, root), bisect_left(remaining, f"{root[:-1]}0")  # "0" is next after "/"
        if end > start:
            found.append(Group(root, end - start))
            del remaining[start:end]
    return sorted(found + _by_folder(remaining))


def _environments(paths: Iterable[str]) -> list[str]:
    """The roots of environments among the paths, outermost first, each with a slash at its end."""
    return sorted(
        {path.removesuffix(mark) + "/" for path in paths for mark in _ENVIRONMENT if path.endswith(mark)}, key=len
    )


def _by_folder(paths: list[str]) -> list[Group]:
    folders = _gathered(paths, _folder)
    if len(folders) > _MOST:
        folders = _gathered(paths, _same_name)
    if len(folders) > _MOST:
        folders = _gathered(paths, lambda path: f"{path.partition('/')[0]}/**" if "/" in path else "")
    named = [Group(name or "(top folder)", len(inside)) for name, inside in folders.items() if len(inside) > 1]
    return named + [Group(inside[0], 1) for inside in folders.values() if len(inside) == 1]


def _gathered(paths: Iterable[str], key: Callable[[str], str]) -> dict[str, list[str]]:
    gathered: dict[str, list[str]] = {}
    for path in paths:
        gathered.setdefault(key(path), []).append(path)
    return gathered


def _folder(path: str) -> str:
    return path[: path.rfind("/") + 1]


def _same_name(path: str) -> str:
    """`src/**/__pycache__/` for every `__pycache__` somewhere below src."""
    top, _, rest = _folder(path).rstrip("/").partition("/")
    return f"{top}/**/{rest.rpartition('/')[2]}/" if "/" in rest else _folder(path)
