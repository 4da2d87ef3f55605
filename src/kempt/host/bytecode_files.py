"""Bytecode and its sources below a folder: names and looks, nothing is opened."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

FOLDER = "__pycache__"
_ENDING = ".pyc"


class Pair(NamedTuple):
    """A bytecode file and the source that it lies beside: their names below the folder, and what both look like."""

    path: str
    source: str
    found: os.stat_result
    source_found: os.stat_result


def pairs_below(top: str) -> Iterator[Pair]:
    """Every regular file in a `__pycache__` that has a regular source. No link is followed."""
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        names = _folders(top, folder)
        if FOLDER in names:
            yield from _pairs(top, folder)
        waiting += (f"{folder}{name}/" for name in names if name != FOLDER)


def _folders(top: str, folder: str) -> list[str]:
    try:
        with os.scandir(os.path.join(top, folder)) as entries:
            return sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    except OSError:
        return []


def _pairs(top: str, folder: str) -> Iterator[Pair]:
    sources: dict[str, os.stat_result | None] = {}
    inner = f"{folder}{FOLDER}/"
    with suppress(OSError), os.scandir(os.path.join(top, inner)) as entries:
        for entry in sorted(entries, key=lambda each: each.name):
            if not entry.name.endswith(_ENDING) or not entry.is_file(follow_symlinks=False):
                continue
            source = f"{folder}{entry.name.partition('.')[0]}.py"
            if source not in sources:
                sources[source] = _regular(os.path.join(top, source))
            found = sources[source]
            if found is not None:
                yield Pair(inner + entry.name, source, entry.stat(follow_symlinks=False), found)


def _regular(path: str) -> os.stat_result | None:
    with suppress(OSError):
        found = os.lstat(path)
        if stat.S_ISREG(found.st_mode):
            return found
    return None
