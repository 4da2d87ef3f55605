"""Service roots: the folders of a repository that get an environment of their own.

A folder with a lock is one. So is a folder with a manifest that asks for packages, unless it is a member of a uv
workspace; one that others install by its path is named as that. Requirements files make a root where none is above.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from kempt import catalog
from kempt.engine import path_dependencies
from kempt.engine.documents import ReadDocuments
from kempt.engine.environments_found import parent
from kempt.model.documents import Documents
from kempt.model.repo import Service

PYPROJECT = "pyproject.toml"
MANIFESTS = (PYPROJECT, "Pipfile", "setup.py", "setup.cfg")
TOOL_TABLES = {b"[tool.uv": "uv", b"[tool.poetry": "poetry", b"[tool.pdm": "pdm"}
REQUIREMENTS_FOLDERS = frozenset({"requirements", "requirement", "reqs"})
"""Folders that hold requirements files and nothing else: their service is the folder above."""
ROOTLESS = Service(PurePosixPath("."), "pip")
"""The service of a repository that holds Python files and no manifest at all."""


def find_services(
    files: Mapping[str, bytes], *, has_python: bool, documents: Documents | None = None, beside: Iterable[str] = ()
) -> tuple[Service, ...]:
    """The services among these manifests and locks (path → content), outermost first.

    `documents` are the same files, parsed once for all who ask; `beside` are paths that matter by their name alone.
    """
    return _Search(files, ReadDocuments(files) if documents is None else documents, beside).services(has_python)


class _Search:
    """One repository's manifests by folder ("" at the top)."""

    def __init__(self, files: Mapping[str, bytes], documents: Documents, beside: Iterable[str]) -> None:
        self.files = files
        self.documents = documents
        self.folders: dict[str, dict[str, str]] = {}
        self.requirements: dict[str, list[str]] = {}
        for path in sorted({*files, *beside}):
            folder, _, name = path.rpartition("/")
            if name in MANIFESTS or catalog.lock_owner(name):
                self.folders.setdefault(folder, {})[name] = path
            elif name.endswith(".txt"):
                self.requirements.setdefault(_owner(folder), []).append(path)
        self.members = self._workspaces()

    def services(self, has_python: bool) -> tuple[Service, ...]:  # noqa: FBT001 - private, and named at its one call
        """All services; one at the top where there is Python and nothing else."""
        roots = self._roots()
        targets = self._targets(roots) if len(roots) > 1 else frozenset[str]()
        found = [
            self._service(folder, is_target=folder in targets)
            for folder in sorted(roots, key=lambda folder: (folder.count("/") + bool(folder), folder))
        ]
        return tuple(found) or ((ROOTLESS,) if has_python else ())

    def _workspaces(self) -> dict[str, tuple[PurePosixPath, ...]]:
        """The members' manifests of each uv workspace, by its folder."""
        found = {}
        for folder, named in self.folders.items():
            path = named.get(PYPROJECT, "")
            if b"workspace" in self.files.get(path, b"") and "workspace" in _tables(
                self.documents.toml(path), "tool", "uv"
            ):
                from kempt.managers.uv.workspace import Project, member_folders

                root = Project(folder or ".", self.documents.toml(path))
                found[folder] = tuple(PurePosixPath(each, PYPROJECT) for each in member_folders(root, self.documents))
        return found

    def _roots(self) -> set[str]:
        shared = {str(manifest.parent) for members in self.members.values() for manifest in members}
        locked = {folder for folder, named in self.folders.items() if any(map(catalog.lock_owner, named))}
        asking = {folder for folder in self.folders if folder not in shared and self._asks(folder)}
        roots = locked | asking | self.members.keys()
        for folder in sorted(self.folders, key=len):  # a manifest that asks for nothing, and stands alone
            if folder in shared or any(each in roots for each in (folder, *_outer(folder))):
                continue
            if self._is_project(folder) or not any(_is_below(root, folder) for root in roots):
                roots.add(folder)
        for folder in sorted(self.requirements, key=len):
            if not any(each in roots for each in (folder, *_outer(folder))):
                roots.add(folder)
        return roots

    def _asks(self, folder: str) -> bool:
        """Whether a folder's manifest asks for packages."""
        named = self.folders[folder]
        if "Pipfile" in named:
            return True
        if any(b"install_requires" in self.files.get(named.get(name, ""), b"") for name in ("setup.py", "setup.cfg")):
            return True
        return PYPROJECT in named and _asks_for_packages(self.documents.toml(named[PYPROJECT]))

    def _is_project(self, folder: str) -> bool:
        """Whether a manifest is one, not only the settings of tools."""
        named = self.folders[folder]
        document = self.documents.toml(named[PYPROJECT]) if PYPROJECT in named else {}
        return "setup.py" in named or bool(
            {"project", "build-system"} & document.keys() or _tables(document, "tool", "poetry")
        )

    def _targets(self, roots: set[str]) -> frozenset[str]:
        """The folders that other folders install by their path."""
        found: set[str] = set()
        for folder, named in self.folders.items():
            path = named.get(PYPROJECT, "")
            content = self.files.get(path, b"")
            if b"path" in content or b"file:" in content:
                found |= {
                    each for each in path_dependencies.of_pyproject(self.documents.toml(path), folder) if each != folder
                }
        for folder, paths in self.requirements.items():
            for path in paths:
                places = path_dependencies.of_requirements(self.files.get(path, b""), parent(path))
                found |= {each for each in places if each != folder}
        return frozenset(found & roots)

    def _service(self, folder: str, *, is_target: bool) -> Service:
        named = self.folders.get(folder, {})
        requirements = tuple(map(PurePosixPath, sorted(self.requirements.get(folder, ()), key=_base_first)))
        pyproject = self.files.get(named.get(PYPROJECT, ""), b"")
        locks = [name for name in (*catalog.LOCKS, *sorted(named.keys() - catalog.LOCKS.keys())) if name in named]
        locks = [name for name in locks if catalog.lock_owner(name)]
        lock = self._lock(locks, named)
        manifest = next((named[name] for name in MANIFESTS if name in named), None)
        if manifest is None:
            manifest = named[lock] if lock else next(map(str, requirements), None)
        owner = catalog.lock_owner(lock) if lock else None
        return Service(
            PurePosixPath(folder or "."), owner or ("pipenv" if "Pipfile" in named else _manager_of(pyproject)),
            None if manifest is None else PurePosixPath(manifest), PurePosixPath(named[lock]) if lock else None,
            application=not is_library(pyproject, named), demoted=catalog.is_demoted(folder),
            locks=tuple(PurePosixPath(named[name]) for name in locks), members=self.members.get(folder, ()),
            requirements=requirements, dependency=is_target and not lock,
        )  # fmt: skip

    def _lock(self, locks: list[str], named: Mapping[str, str]) -> str:
        """Of several locks, that of the manager that the manifest speaks of; else the first in the table."""
        if len(locks) > 1:
            document = self.documents.toml(named[PYPROJECT]) if PYPROJECT in named else {}
            tables = _tables(document, "tool")
            order = ["poetry", "uv", "pdm"] if "project" not in document else ["uv", "poetry", "pdm"]
            order = [name for name in order if name in tables] + ["pipenv"] * ("Pipfile" in named)
            for manager in order:
                for name in locks:
                    if catalog.lock_owner(name) == manager:
                        return name
        return locks[0] if locks else ""


def is_library(pyproject: bytes, named: Mapping[str, str]) -> bool:
    """Whether a project is made to be published: it has classifiers and a way to be built."""
    if "setup.py" in named or "setup.cfg" in named:
        return True
    return b"[build-system]" in pyproject and b"classifiers" in pyproject


def _manager_of(pyproject: bytes) -> str:
    return next((manager for table, manager in TOOL_TABLES.items() if table in pyproject), "pip")


def _asks_for_packages(document: Mapping[str, Any]) -> bool:
    """Whether a pyproject.toml names packages to install, in the words of any manager."""
    project, tool = _tables(document, "project"), _tables(document, "tool")
    poetry = _tables(tool, "poetry")
    lists = (project.get("dependencies"), project.get("optional-dependencies"), document.get("dependency-groups"),
             _tables(tool, "uv").get("dev-dependencies"), _tables(tool, "pdm").get("dev-dependencies"),
             poetry.get("dev-dependencies"), poetry.get("group"))  # fmt: skip
    return any(lists) or bool(_tables(poetry, "dependencies").keys() - {"python"})


def _tables(document: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    found: Any = document
    for key in keys:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _owner(folder: str) -> str:
    """The folder that a folder's requirements files are for."""
    return parent(folder) if folder.rpartition("/")[2].lower() in REQUIREMENTS_FOLDERS else folder


def _base_first(path: str) -> tuple[bool, str]:
    """`requirements.txt`, then those that add to it."""
    return path.rpartition("/")[2] not in {"requirements.txt", "base.txt"}, path


def _outer(folder: str) -> Iterator[str]:
    while folder:
        folder = parent(folder)
        yield folder


def _is_below(folder: str, other: str) -> bool:
    return folder != other and (not other or folder.startswith(f"{other}/"))
