"""One environment, looked at from outside: nothing in it is run, and no trace of the look is left in its access times.

Python reads `pyvenv.cfg` whenever it starts, so that file's access time is when the environment was last used. It must
not be kempt's own look that changes it (O_NOATIME, which only a file's owner may ask for).
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

from kempt.errors import UnreadableError
from kempt.host.paths import above
from kempt.host.reading import read_untouched, reason, refuse_others
from kempt.model.plan import Identity

CONFIGURATION_LIMIT = 64 * 1024
NOTE_LIMIT = 64 * 1024
_HEAD = 512
_PYTHONS = ("bin/python", "bin/python3", "Scripts/python.exe", "python.exe")
_CONDA_PYTHON = re.compile(r"python-(\d+\.\d+\.\d+)-[^-]+\.json")
_INSTALLED = (".dist-info", ".egg-info", ".egg-link")


class Facts(NamedTuple):
    """What lies in an environment. Times are in nanoseconds since the epoch, 0 where there is nothing to tell them.

    `names` is its top folder; `configuration` the content of pyvenv.cfg, None where it cannot be read, with `trouble`
    saying why. `python` is the interpreter's path, `target` where it leads if nothing is there (a dangling link).
    `read_ns` is when pyvenv.cfg, or conda's Python, was last read. `packages` is None where no place for packages is.
    """

    identity: Identity
    names: tuple[str, ...]
    configuration: bytes | None = None
    trouble: str = ""
    python: str = ""
    target: str = ""
    version: str = ""
    packages: int | None = None
    read_ns: int = 0
    made_ns: int = 0
    installed_ns: int = 0
    bytecode_ns: int = 0
    direct_urls: tuple[bytes, ...] = ()
    project_file: bytes = b""


def facts_of(path: str, kind: str) -> Facts | None:
    """The facts of the environment at a path; None where it is gone, or cannot be listed."""
    try:
        found = os.lstat(path)
        names = tuple(sorted(os.listdir(path)))
    except OSError:
        return None
    facts = Facts(Identity(found.st_dev, found.st_ino, stat.S_IFMT(found.st_mode)), names)
    facts = _with_configuration(facts, path) if kind == "venv" else _with_history(facts, path)
    python, target = _interpreter(path)
    return _with_packages(facts._replace(python=python, target=target), path, kind)


def modified_ns(paths: Sequence[str]) -> dict[str, int]:
    """When each of these files was last changed; those that are there."""
    times = {}
    for path in paths:
        with suppress(OSError, ValueError):
            times[path] = os.stat(path).st_mtime_ns
    return times


def names_in(folder: str) -> tuple[str, ...] | None:
    """What lies in a folder; None where it is gone or cannot be listed."""
    try:
        return tuple(sorted(os.listdir(folder)))
    except (OSError, ValueError):
        return None


def has_repository(path: str, names: Sequence[str]) -> str:
    """The first of these names that is a folder with a repository in it, or in a folder of it; empty for none."""
    for name in names:
        folder = os.path.join(path, name)
        for inner in ("", *(names_in(folder) or ())):
            if os.path.lexists(os.path.join(folder, inner, ".git")):
                return name
    return ""


def leading_into(paths: Iterable[str], search: str) -> dict[str, str]:
    """By folder, the first command in a folder of a PATH (or in ~/.local/bin) that starts from it.

    It is a link into it, or, in the user's own folders, a script that names its Python. Folders of the PATH that lie in
    the folder itself do not count: a shell that has it active adds them. Folders that no command starts from are left
    out. All are looked for at once, as a PATH leads to thousands of commands.
    """
    wanted = frozenset(paths)
    found: dict[str, str] = {}
    home = os.path.expanduser("~") + os.sep
    for folder in dict.fromkeys((*search.split(os.pathsep), f"{home}.local/bin")) if wanted else ():
        place = f"{os.path.realpath(folder)}{os.sep}"
        for command, target in _commands(folder, own=f"{folder}{os.sep}".startswith(home)) if folder else ():
            for folder_above in above(target):
                if folder_above in wanted and not place.startswith(f"{folder_above}{os.sep}"):
                    found.setdefault(folder_above, command)
    return found


def _commands(folder: str, *, own: bool) -> Iterator[tuple[str, str]]:
    """The links in a folder with where they lead, and, in one of the user's `own`, the scripts with their programs."""
    with suppress(OSError), os.scandir(folder) as listed:
        for each in listed:
            if each.is_symlink():
                next_one = os.path.join(folder, os.readlink(each.path))  # an environment's Python is a link as well
                yield each.path, os.path.join(os.path.realpath(os.path.dirname(next_one)), "")
                yield each.path, os.path.realpath(each.path)
            elif own:
                yield each.path, _interpreter_of(each.path)


def _interpreter_of(script: str) -> str:
    """The program in the first line of a script; empty for what is none."""
    head = read_untouched(script, _HEAD)
    words = head[2:].split(b"\n", 1)[0].split() if head.startswith(b"#!") else []
    return os.fsdecode(words[0]) if words else ""


def _with_configuration(facts: Facts, path: str) -> Facts:
    place = os.path.join(path, "pyvenv.cfg")
    try:
        found = os.lstat(place)
        refuse_others(found, place, CONFIGURATION_LIMIT)
    except (OSError, ValueError, UnreadableError) as error:
        trouble = error.message if isinstance(error, UnreadableError) else reason(error)
        return facts._replace(trouble=trouble)
    content = read_untouched(place, CONFIGURATION_LIMIT)
    if found.st_size and not content:
        return facts._replace(trouble="permission denied")
    return facts._replace(configuration=content, read_ns=found.st_atime_ns, made_ns=found.st_mtime_ns)


def _with_history(facts: Facts, path: str) -> Facts:
    """conda and PDM have no pyvenv.cfg: conda's Python is a file of the environment, which is read when it starts."""
    made = modified_ns((f"{path}/conda-meta/history",))
    read = 0
    for python in _PYTHONS:
        with suppress(OSError):
            read = max(read, os.stat(os.path.join(path, python)).st_atime_ns)
    return facts._replace(read_ns=read, made_ns=next(iter(made.values()), 0))


def _interpreter(path: str) -> tuple[str, str]:
    """The environment's Python, and where it leads if nothing is there."""
    for name in _PYTHONS:
        place = os.path.join(path, name)
        if os.path.lexists(place):
            return place, "" if os.path.exists(place) else _end_of(place)
    return "", ""


def _end_of(link: str) -> str:
    with suppress(OSError):
        return os.path.normpath(os.path.join(os.path.dirname(link), os.readlink(link)))
    return link


def _with_packages(facts: Facts, path: str, kind: str) -> Facts:
    count, seen, installed, bytecode = 0, False, facts.made_ns if kind in {"conda", "pixi"} else 0, 0
    urls: list[bytes] = []
    for site in _sites(path, kind):
        seen = True
        with suppress(OSError), os.scandir(site) as listed:
            for each in listed:
                if each.name.endswith(_INSTALLED):
                    count += 1
                    installed = max(installed, each.stat(follow_symlinks=False).st_mtime_ns)
                    urls += _direct_url(each.path)
                else:
                    bytecode = max(bytecode, _compiled(each))
    version = ""
    if kind in {"conda", "pixi"}:
        records = [name for name in names_in(f"{path}/conda-meta") or () if name.endswith(".json")]
        count, seen = len(records), True
        version = next((match[1] for name in records if (match := _CONDA_PYTHON.fullmatch(name))), "")
    return facts._replace(
        packages=count if seen else None, version=version, installed_ns=installed, bytecode_ns=bytecode,
        direct_urls=tuple(urls), project_file=read_untouched(os.path.join(path, ".project"), NOTE_LIMIT),
    )  # fmt: skip


def _compiled(entry: os.DirEntry[str]) -> int:
    """When bytecode was written in a package, in its top folder: that of a module itself lies in `__pycache__`."""
    with suppress(OSError):
        if entry.name == "__pycache__":
            return entry.stat(follow_symlinks=False).st_mtime_ns
        if entry.is_dir(follow_symlinks=False):
            return os.lstat(os.path.join(entry.path, "__pycache__")).st_mtime_ns
    return 0


def _sites(path: str, kind: str) -> Iterator[str]:
    """The folders that packages are installed in."""
    if kind == "PDM":
        yield from (f"{path}/{name}/lib" for name in names_in(path) or () if os.path.isdir(f"{path}/{name}/lib"))
        return
    places = [f"{path}/Lib/site-packages"]
    places += [
        f"{path}/lib/{each}/site-packages"
        for each in names_in(f"{path}/lib") or ()
        if each.startswith(("python", "pypy"))
    ]
    yield from (place for place in places if os.path.isdir(place))


def _direct_url(folder: str) -> list[bytes]:
    """What an installer wrote down of a package that came from a path or an address (PEP 610)."""
    content = read_untouched(os.path.join(folder, "direct_url.json"), NOTE_LIMIT)
    return [content] if content else []
