"""Which projects are packages: those that a manager builds and installs, and does not only install for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kempt.formats import toml
from kempt.managers.uv.workspace import Project, discover
from kempt.model.repo import Repo, Service
from kempt.rules import locking


def below(folder: str, name: str) -> str:
    """A name in a folder; "." is no folder."""
    return name if folder == "." else f"{folder}/{name}"


def is_packaged(repo: Repo, service: Service, folder: str) -> bool:
    """Whether the manager builds and installs the project itself."""
    document = repo.documents.toml(below(folder, locking.PYPROJECT))
    if service.manager == "uv":
        workspace = discover(folder, repo.documents)
        name = Project(folder, document).name
        return workspace.is_package(name) if name in workspace.projects else Project(folder, document).is_package()
    if service.manager == "poetry":
        is_package = toml.table(document, "tool", "poetry").get("package-mode") is not False
        return is_package and "build-system" in document and _has_module(repo, folder, document)
    if service.manager == "pdm":
        return toml.table(document, "tool", "pdm").get("distribution", "build-system" in document) is True
    if service.manager == "pipenv":
        return False
    return "build-system" in document or below(folder, "setup.py") in repo.tree.listing


def _has_module(repo: Repo, folder: str, document: Mapping[str, Any]) -> bool:
    """Whether Poetry would find what to build: what it is told of, or a module with the project's name."""
    poetry, project = toml.table(document, "tool", "poetry"), toml.table(document, "project")
    if poetry.get("packages") or poetry.get("include"):
        return True
    name = str(project.get("name") or poetry.get("name") or "").replace("-", "_").replace(".", "_")
    places = (below(folder, f"{start}{name}") for start in ("", "src/"))
    return bool(name) and any(
        repo.tree.listing.has_folder(each) or f"{each}.py" in repo.tree.listing for each in places
    )
