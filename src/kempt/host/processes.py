"""Which running processes use a folder, as the kernel tells (/proc). Nothing is stopped or asked.

An environment's Python is mostly a link, so what the kernel calls the program lies outside: the words that it was
started with, its variables and the libraries that it has loaded say more.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence

from kempt.host.paths import above
from kempt.model.disk import Process

_PROC = "/proc"
_WORDS = 2
_LIMIT = 1024**2
_ACTIVE = (b"VIRTUAL_ENV=", b"CONDA_PREFIX=")
_PATH = b"PATH="


def can_tell() -> bool:
    """Whether this system tells what its processes use."""
    return os.path.isdir(f"{_PROC}/self/fd")


def using(folders: Sequence[str]) -> Mapping[str, tuple[Process, ...]]:
    """The processes that use each of these folders (absolute, without links); only folders that are in use.

    Processes of other users are seen as far as the kernel lets them be seen. Empty where `can_tell` is false.
    """
    found: dict[str, list[Process]] = {}
    wanted = frozenset(folders)
    own = str(os.getpid())
    for pid in _pids() if wanted else ():
        if pid == own:
            continue
        met: dict[str, str] = {}
        for path, how in _traces(f"{_PROC}/{pid}"):
            for folder in above(path):
                if folder in wanted:
                    met.setdefault(folder, how)
        for folder, how in met.items():
            found.setdefault(folder, []).append(Process(int(pid), _name(pid), how))
    return {folder: tuple(processes) for folder, processes in found.items()}


def called(names: Sequence[str]) -> tuple[Process, ...]:
    """The processes that run a program of one of these names, or a Python script or module that is called so."""
    found = []
    for pid in _pids():
        words = [os.path.basename(os.fsdecode(word)) for word in _read(f"{_PROC}/{pid}/cmdline").split(b"\0")]
        first = words[0].removesuffix(".exe") if words else ""
        script = words[1:3] if first.startswith("python") else []
        if pid != str(os.getpid()) and not {first, *script}.isdisjoint(names):
            found.append(Process(int(pid), _name(pid), "runs"))
    return tuple(found)


def variables_of(pid: int) -> dict[str, str]:
    """The environment variables that a process was started with; none where they cannot be read."""
    pairs = (os.fsdecode(line).partition("=") for line in _read(f"{_PROC}/{pid}/environ").split(b"\0"))
    return {name: value for name, sign, value in pairs if sign}


def having(name: str, value: str) -> tuple[int, ...]:
    """The other processes of this user that were started with this value of an environment variable."""
    wanted = os.fsencode(f"{name}={value}")
    own = str(os.getpid())
    return tuple(int(pid) for pid in _pids() if pid != own and wanted in _read(f"{_PROC}/{pid}/environ").split(b"\0"))


def _pids() -> list[str]:
    try:
        return sorted((each for each in os.listdir(_PROC) if each.isdigit()), key=int)
    except OSError:
        return []


def _traces(place: str) -> Iterator[tuple[str, str]]:
    """The paths that a process has to do with, each with what it does there."""
    cwd = _link(f"{place}/cwd")
    variables = _read(f"{place}/environ").split(b"\0")
    for number, word in enumerate(_read(f"{place}/cmdline").split(b"\0")[:_WORDS]):
        path = os.fsdecode(word)
        if "/" in path:
            yield _without_links(os.path.join(cwd, path)), "runs its Python"
        elif number == 0 and path:
            yield _without_links(_found_by(path, cwd, variables)), "runs its Python"
    yield _link(f"{place}/exe"), "runs its Python"
    libraries = (line.partition(b"/") for line in _read(f"{place}/maps").split(b"\n"))
    for path in {f"/{os.fsdecode(rest)}" for _, slash, rest in libraries if slash}:
        yield path, "has loaded its libraries"
    for line in variables:
        if line.startswith(_ACTIVE):
            yield os.path.realpath(os.fsdecode(line.partition(b"=")[2])), "has it activated"
    yield cwd, "works in it"


def _found_by(name: str, cwd: str, variables: Sequence[bytes]) -> str:
    """Where a process that was started by a bare name found its program: it may have an environment on its PATH."""
    search = next((line[len(_PATH) :] for line in variables if line.startswith(_PATH)), b"")
    for folder in os.fsdecode(search).split(os.pathsep) if search else ():
        path = os.path.join(cwd, folder, name)
        if os.path.lexists(path):
            return path
    return ""


def _without_links(path: str) -> str:
    """The path of a program, links in its folder resolved: the program is one that leads out of an environment."""
    folder, name = os.path.split(path)
    return os.path.join(os.path.realpath(folder), name) if path else ""


def _link(path: str) -> str:
    try:
        return os.readlink(path)
    except OSError:
        return ""


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as handle:
            return handle.read(_LIMIT)
    except OSError:
        return b""


def _name(pid: str) -> str:
    return os.fsdecode(_read(f"{_PROC}/{pid}/comm")).strip() or "unknown"
