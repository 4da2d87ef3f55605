"""Where programs are: all of a name on PATH, in order, and the Python that kempt runs on."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress

from kempt.host.env import environ

_VERSION = re.compile(r"\d+\.\d+\.\d+")


def programs(names: Iterable[str]) -> Iterator[str]:
    """The absolute path of every program of these names on PATH; relative folders do not count.

    A folder of pyenv's shims is followed to the versions that it stands for, newest first, because a shim does nothing
    where its version is not switched on.
    """
    folders = [folder for folder in os.get_exec_path(environ()) if os.path.isabs(folder)]
    for name in names:
        for folder in folders:
            for place in (*_behind_shims(folder), folder):
                path = os.path.join(place, f"{name}.exe" if os.name == "nt" else name)
                if os.path.isfile(path) and os.access(path, os.X_OK):
                    yield path


def inside(folder: str, names: Iterable[str]) -> Iterator[str]:
    """The programs of these names in one folder."""
    for name in names:
        path = os.path.join(folder, f"{name}.exe" if os.name == "nt" else name)
        if os.path.isfile(path):
            yield path


def own_python() -> str:
    """The interpreter that kempt runs on, not the environment's that it may be installed in."""
    return getattr(sys, "_base_executable", "") or sys.executable


def real_program(path: str) -> str:
    """The path without links: two names of one program are one."""
    return os.path.realpath(path)


def _behind_shims(folder: str) -> list[str]:
    if os.path.basename(folder) != "shims":
        return []
    versions = os.path.join(os.path.dirname(folder), "versions")
    found: list[str] = []
    with suppress(OSError):
        found = [name for name in os.listdir(versions) if _VERSION.fullmatch(name)]
    found.sort(key=lambda name: [int(part) for part in name.split(".")], reverse=True)
    return [os.path.join(versions, name, "bin") for name in found]
