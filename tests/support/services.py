"""What a file of `managers/` is asked with: a service, its documents, an interpreter. And its commands, run."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from packaging.markers import default_environment

from kempt.engine.documents import ReadDocuments
from kempt.managers import manager
from kempt.model.locks import LockState, Target, Wanted
from kempt.model.manager import Command, Setup
from kempt.model.repo import Service
from support.managers import Managers

MANIFESTS = {"Pipfile.lock": "Pipfile"}
MERGE = b"<<<<<<< HEAD\n=======\n>>>>>>> other\n"


def service(name: str, root: str = ".") -> Service:
    """A service of this manager, with its usual files."""
    folder, lock = PurePosixPath(root), manager(name).locks[0]
    return Service(folder, name, folder / MANIFESTS.get(lock, "pyproject.toml"), folder / lock)


def documents(files: Mapping[str, str | bytes]) -> ReadDocuments:
    """These files as a rule sees them."""
    return ReadDocuments({path: text.encode() if isinstance(text, str) else text for path, text in files.items()})


def state(name: str, files: Mapping[str, str | bytes], root: str = ".") -> LockState:
    """What kempt says of a lock."""
    return manager(name).freshness(service(name, root), documents(files))


def target(**markers: str) -> Target:
    """The interpreter that the tests run on, with some of its markers changed."""
    here = {name: str(value) for name, value in default_environment().items()}
    return Target(".".join(map(str, sys.version_info[:3])), here | markers)


def wanted(name: str, files: Mapping[str, str | bytes], **markers: str) -> Wanted | None:
    """What kempt takes a lock to install."""
    return manager(name).wanted(service(name), documents(files), target(**markers))


def setup(root: Path, managers: Managers) -> Setup:
    """The environment of a project, with the interpreter of the tests."""
    environment = root / ".venv"
    return Setup(str(root), str(environment), str(managers.python), exists=environment.exists())


def run(name: str, commands: Iterable[Command], root: Path, managers: Managers, *, check: bool = True) -> str:
    """Run commands as kempt would; what they printed. The first that fails ends it."""
    printed = ""
    for command in commands:
        program = "python" if command.argv[0] == str(managers.python) else command.argv[0]
        variables = {**dict(manager(name).variables), **dict(command.variables)}
        done = managers.run(program, *command.argv[1:], cwd=root, check=check, **variables)
        printed += done.stdout + done.stderr
        if done.returncode:
            break
    return printed


def distributions(root: Path) -> dict[str, str]:
    """Names and versions of what is installed in a project's environment."""
    found = {path.name.removesuffix(".dist-info") for path in root.glob(".venv/lib*/**/*.dist-info")}
    return {name.lower().replace("_", "-"): version for name, version in (each.rsplit("-", 1) for each in found)}


def snapshot(root: Path) -> dict[str, bytes | None]:
    """All files of a project's environment by path, but bytecode."""
    files = sorted(each for each in root.glob(".venv/**/*") if each.is_file() and "__pycache__" not in each.parts)
    return {str(each.relative_to(root)): each.read_bytes() for each in files}
