"""An environment's interpreter, looked at from outside: where it leads, and which version lies there. It is not run."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from typing import NamedTuple

from kempt.errors import UnreadableError
from kempt.host.hashing import hash_file
from kempt.host.reading import read_regular

_HEADER_LIMIT = 64 * 1024
_PATCHLEVEL = re.compile(rb'#define\s+PY_VERSION\s+"(\d+\.\d+\.\d+)')
_IN_NAME = re.compile(r"python-?(\d+\.\d+)")
_IN_FOLDER = re.compile(r"(?:^|[^\d.])(\d+\.\d+\.\d+)(?=$|[^\d.])")


class Interpreter(NamedTuple):
    """The real path, the version as far as it can be told (X.Y.Z, X.Y or empty), and whether it is the base's own."""

    path: str
    version: str
    is_base: bool


def look(path: str, home: str) -> Interpreter | None:
    """The interpreter at `path`, a link or a copy of one in the folder `home`; None where it is gone."""
    if os.path.islink(path):
        place = os.path.realpath(path)
        return Interpreter(place, _version(place), is_base=True) if os.path.isfile(place) else None
    bases = [each for each in _bases(path, home) if os.path.isfile(each)]
    if not bases:
        return None if home and os.path.isabs(home) else Interpreter(path, "", is_base=True)
    # Windows puts a small starter there, and macOS signs its copies anew.
    compared = os.name == "posix" and sys.platform != "darwin"
    return Interpreter(path, _version(os.path.realpath(bases[0])), not compared or _is_copy(path, bases))


def same_folder(one: str, other: str) -> bool:
    """Whether two paths are one folder; links are followed. Not if one of them does not exist."""
    try:
        return one == other or os.path.samefile(one, other)
    except (OSError, ValueError):
        return False


def _bases(path: str, home: str) -> Iterator[str]:
    for name in dict.fromkeys((os.path.basename(path), "python3", "python", "python.exe")):
        yield os.path.join(home, name)


def _is_copy(path: str, bases: list[str]) -> bool:
    size, own = os.path.getsize(path), hash_file(path).digest
    return any(os.path.getsize(each) == size and hash_file(os.path.realpath(each)).digest == own for each in bases)


def _version(place: str) -> str:
    """From the headers beside it, which have all of it; else from its folder's or its own name."""
    folder, name = os.path.split(place)
    match = _IN_NAME.match(name)
    minor = match[1] if match else ""
    prefix = os.path.dirname(folder)
    for include in (os.path.join(prefix, "include", f"python{minor}"), os.path.join(prefix, "include")):
        try:
            found = _PATCHLEVEL.search(read_regular(os.path.join(include, "patchlevel.h"), _HEADER_LIMIT))
        except UnreadableError:
            continue
        if found:
            return found[1].decode("ascii")
    named = [each for each in _IN_FOLDER.findall(os.path.basename(prefix)) if each.startswith(f"{minor}.")]
    return named[0] if minor and named else minor
