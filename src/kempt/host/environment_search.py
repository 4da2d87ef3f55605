"""Knowing an environment by what it holds, and the folders that a pattern leads to."""

from __future__ import annotations

import os
from collections.abc import Container, Iterator

CONFIGURATION = "pyvenv.cfg"
PACKAGES = "__pypackages__"
OWN = ".kempt-"
"""What kempt's own folders begin with: a trash holds environments that are gone."""
_PROGRAMS = frozenset({"bin", "Scripts", "lib", "Lib"})


def plain(path: str) -> str:
    """The absolute path without links, with `/` on Windows too: so it is compared and split in one way everywhere."""
    return os.path.realpath(path).replace(os.sep, "/")


def kind_at(folder: str) -> str:
    """What kind of environment a folder is: venv, conda, pixi or PDM; empty where it is none, or cannot be listed."""
    try:
        return kind_of(folder, os.listdir(folder))
    except OSError:
        return ""


def kind_of(folder: str, names: Container[str]) -> str:
    """The same for a folder whose names are known. `pyvenv.cfg` alone is not enough: tests and templates have one."""
    if "conda-meta" in names and os.path.isfile(f"{folder}/conda-meta/history"):
        return "pixi" if os.path.basename(os.path.dirname(os.path.dirname(folder))) == ".pixi" else "conda"
    if CONFIGURATION in names and any(each in names for each in _PROGRAMS):
        return "venv"
    return "PDM" if os.path.basename(folder) == PACKAGES else ""


def matching(base: str, pattern: str) -> Iterator[str]:
    """The folders that a pattern leads to, `*` standing for any name. Links are followed at `base` alone."""
    found = [os.path.realpath(base)]
    for part in pattern.split("/"):
        found = [inner for folder in found for inner in _folders(folder, part)]
    yield from (folder.replace(os.sep, "/") for folder in found)


def _folders(folder: str, part: str) -> Iterator[str]:
    if part != "*":
        path = os.path.join(folder, part)
        if os.path.isdir(path):
            yield os.path.realpath(path)
        return
    try:
        with os.scandir(folder) as listed:
            yield from sorted(each.path for each in listed if _is_folder(each) and not each.name.startswith(OWN))
    except OSError:
        return


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False) and not (hasattr(entry, "is_junction") and entry.is_junction())
    except OSError:
        return False
