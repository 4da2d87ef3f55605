"""Which interpreters this machine has: a program is believed to be one only after it has run."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from kempt.errors import ToolError
from kempt.host.env import environ
from kempt.host.interpreters import kernel, remember, remembered
from kempt.host.programs import inside, own_python, programs, real_program
from kempt.host.run import find_program, run
from kempt.model.locks import Target

TIMEOUT_SECONDS = 20.0
OUTPUT_LIMIT = 64 * 1024
NEWEST, OLDEST = 16, 8
KEPT_VARIABLES = (
    "PATH", "HOME", "SYSTEMROOT", "TMPDIR", "TEMP", "LD_LIBRARY_PATH", "XDG_DATA_HOME", "LOCALAPPDATA", "APPDATA",
    "UV_PYTHON_INSTALL_DIR",
)  # fmt: skip
PROBE = """
import json, os, platform, sys
at = sys.implementation.version
print(json.dumps([getattr(sys, "_base_executable", "") or sys.executable, getattr(sys, "abiflags", ""), {
    "implementation_name": sys.implementation.name,
    "implementation_version": "%d.%d.%d" % at[:3] + ("" if at[3] == "final" else at[3][0] + str(at[4])),
    "os_name": os.name,
    "platform_machine": platform.machine(),
    "platform_python_implementation": platform.python_implementation(),
    "platform_release": platform.release(),
    "platform_system": platform.system(),
    "platform_version": platform.version(),
    "python_full_version": platform.python_version(),
    "python_version": "%d.%d" % sys.version_info[:2],
    "sys_platform": sys.platform,
}]))
"""
"""The markers of PEP 508, computed as that document says."""


class Interpreter(NamedTuple):
    """A Python that runs, and what an environment made with it is."""

    path: str
    target: Target


def find_interpreter(minor: str, fits: Callable[[str], bool], home: str, cwd: str) -> Interpreter | None:
    """The first interpreter whose version (X.Y.Z) fits, None where there is none.

    `minor` is the X.Y that is wanted, empty for any. `home` is the folder of the one that the environment has now: it
    is asked first, then those on PATH, then the one that kempt runs on, then uv. Nothing is downloaded.
    """
    asked: set[str] = set()
    for path in _candidates(minor, home, cwd):
        real = real_program(path)
        if real not in asked:
            asked.add(real)
            found = probe(path, cwd)
            if found is not None and fits(found.target.python):
                return found
    return None


def probe(path: str, cwd: str) -> Interpreter | None:
    """What a program says of itself; None where it is no CPython that works, such as a shim for a missing version.

    A virtual environment's Python answers with the one that it was made from.
    """
    try:
        said = remembered(path) or _run((path, "-I", "-S", "-c", PROBE), cwd)
        base, flags, markers = json.loads(said) if said else ("", "", {})
        if not isinstance(markers, dict) or markers.get("implementation_name") != "cpython" or "t" in flags:
            return None  # builds without the global lock take other wheels
        return Interpreter(base or path, Target(markers["python_full_version"], {**markers, **kernel()}))
    except (ValueError, TypeError, KeyError):
        return None


def keep(interpreter: Interpreter) -> None:
    """Write down what an interpreter said, so that it need not be asked as long as its file is the same."""
    remember(interpreter.path, json.dumps([interpreter.path, "", dict(interpreter.target.markers)]).encode())


def _candidates(minor: str, home: str, cwd: str) -> Iterator[str]:
    names = _names(minor)
    if home:
        yield from inside(home, names)
    yield from programs(names)
    yield own_python()
    yield from _of_uv(minor, cwd)


def _names(minor: str) -> tuple[str, ...]:
    if minor:
        return (f"python{minor}", "python3", "python")
    return ("python3", "python", *(f"python3.{number}" for number in range(NEWEST, OLDEST, -1)))


def _of_uv(minor: str, cwd: str) -> Iterable[str]:
    uv = find_program("uv")
    if uv is not None:
        argv = (uv, "python", "find", "--system", "--no-project", "--no-config", *([minor] if minor else []))
        yield from _run(argv, cwd).decode("utf-8", "surrogateescape").split("\n")[:1]


def _run(argv: tuple[str, ...], cwd: str) -> bytes:
    """What a program prints; nothing where it fails."""
    env = {name: environ()[name] for name in KEPT_VARIABLES if name in environ()}
    env |= {"PYTHONIOENCODING": "utf-8", "UV_PYTHON_DOWNLOADS": "never"}
    try:
        done = run(argv, env=env, cwd=cwd, timeout=TIMEOUT_SECONDS, limit=OUTPUT_LIMIT)
    except ToolError:
        return b""
    return done.out if done.status == 0 else b""
