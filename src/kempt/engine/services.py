"""Service roots: the folders of a repository that get an environment of their own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

from kempt import catalog
from kempt.engine.environments_found import parent
from kempt.model.repo import Service

MANIFESTS = ("pyproject.toml", "Pipfile", "setup.py", "setup.cfg")
TOOL_TABLES = {b"[tool.uv": "uv", b"[tool.poetry": "poetry", b"[tool.pdm": "pdm"}
ROOTLESS = Service(PurePosixPath("."), "pip")
"""The service of a repository that holds Python files and no manifest at all."""


def find_services(files: Mapping[str, bytes], *, has_python: bool) -> tuple[Service, ...]:
    """The services among these manifests and locks (path → content), outermost first.

    A folder with a lock is a root. One with a manifest is a root unless a uv workspace above it holds the lock.
    Requirements files count where no root lies above them.
    """
    roots: dict[str, list[str]] = {}
    for path in sorted(files):
        roots.setdefault(parent(path), []).append(path)
    locked = {folder for folder, paths in roots.items() if any(_name(path) in catalog.LOCKS for path in paths)}
    found: list[Service] = []
    for folder, paths in sorted(roots.items(), key=lambda item: (item[0].count("/") + bool(item[0]), item[0])):
        named = {_name(path): path for path in paths}
        only_requirements = not any(name in catalog.LOCKS or name in MANIFESTS for name in named)
        above = [
            outer
            for outer in _outer(folder)
            if outer in locked or any(root.root == PurePosixPath(outer or ".") for root in found)
        ]
        member = folder not in locked and any(_joined(outer, "uv.lock") in files for outer in _outer(folder))
        if not member and not (only_requirements and above):
            found.append(_service(folder, named, files))
    return tuple(found) or ((ROOTLESS,) if has_python else ())


def _service(folder: str, named: Mapping[str, str], files: Mapping[str, bytes]) -> Service:
    lock = next((named[name] for name in catalog.LOCKS if name in named), None)
    manifest = next((named[name] for name in MANIFESTS if name in named), next(iter(named.values()), None))
    pyproject = files.get(named.get("pyproject.toml", ""), b"")
    manager = catalog.LOCKS[_name(lock)] if lock else "pipenv" if "Pipfile" in named else _manager_of(pyproject)
    return Service(
        PurePosixPath(folder or "."), manager,
        None if manifest is None else PurePosixPath(manifest), None if lock is None else PurePosixPath(lock),
        application=not is_library(pyproject, named), demoted=catalog.is_demoted(folder),
    )  # fmt: skip


def is_library(pyproject: bytes, named: Mapping[str, str]) -> bool:
    """Whether a project is made to be published: it has classifiers and a way to be built."""
    if "setup.py" in named or "setup.cfg" in named:
        return True
    return b"[build-system]" in pyproject and b"classifiers" in pyproject


def _manager_of(pyproject: bytes) -> str:
    return next((manager for table, manager in TOOL_TABLES.items() if table in pyproject), "pip")


def _outer(folder: str) -> list[str]:
    found = []
    while folder:
        folder = parent(folder)
        found.append(folder)
    return found


def _joined(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _name(path: str) -> str:
    return path.rpartition("/")[2]
