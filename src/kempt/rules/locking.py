"""What the rules on lock files share: whose services they speak of, and the command that a person types there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from kempt import catalog, managers
from kempt.model.repo import Repo, Service

if TYPE_CHECKING:
    from kempt.model.manager import Manager

PYPROJECT = "pyproject.toml"
UNDECIDED = ("uv", "poetry", "pdm", "pip", "pylock")
"""Managers whose lock a bare pyproject.toml may have: the manifest says nothing, so any of them may be meant."""


def own_services(repo: Repo) -> tuple[Service, ...]:
    """The services that are the repository's own work, not its examples, tests or templates."""
    return tuple(service for service in repo.services if not service.demoted)


def known(service: Service) -> Manager | None:
    """The manager of a service; None for one that kempt only recognises."""
    return managers.manager(service.manager) if service.manager in managers.NAMES else None


def in_folder(service: Service, command: str) -> str:
    """A command as a person types it at the repository's root."""
    return command if service.root == PurePosixPath(".") else f"cd {quoted(service.root)} && {command}"


def quoted(*paths: PurePosixPath) -> str:
    """Paths as a shell takes them."""
    from shlex import join

    return join(map(str, paths))


def lock_command(service: Service) -> str:
    """The command that writes the lock of a service. Where no manager has been chosen yet, uv's."""
    manager = known(service)
    undecided = manager is None or manager.name in {"pip", "pylock"}
    return in_folder(service, "uv lock" if undecided or manager is None else manager.lock_command)


def expected_locks(service: Service) -> tuple[PurePosixPath, ...]:
    """Where the lock of a service without one would lie: one path, or several while no manager has been chosen."""
    bare = service.manager == "pip" and service.manifest is not None and service.manifest.name == PYPROJECT
    wanted = UNDECIDED if bare else (service.manager,)
    return tuple(service.root / name for name, manager in catalog.LOCKS.items() if manager in wanted)


def is_unlocked(service: Service) -> bool:
    """Whether nothing beside the manifest says which versions are meant, requirements files included."""
    return service.lock is None and not service.locks and not service.requirements


def asks_for_packages(repo: Repo, service: Service) -> bool:
    """Whether the manifest names packages to install, in any of the ways that managers know."""
    if service.manifest is None or service.manifest.suffix not in {".toml", ""}:
        return False
    manifest = repo.documents.toml(service.manifest)
    if service.manifest.name == "Pipfile":
        return bool(table(manifest, "packages") or table(manifest, "dev-packages"))
    project, poetry = table(manifest, "project"), table(manifest, "tool", "poetry")
    named = (
        project.get("dependencies"), project.get("optional-dependencies"), table(manifest, "dependency-groups"),
        table(poetry, "group"),
        set(table(poetry, "dependencies")) - {"python"}, table(poetry, "dev-dependencies"),
        table(manifest, "tool", "uv").get("dev-dependencies"), table(manifest, "tool", "pdm").get("dev-dependencies"),
    )  # fmt: skip
    return any(named)


def table(document: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    """The table at these keys; empty where there is none, or something else."""
    place: object = document
    for key in keys:
        place = place.get(key) if isinstance(place, Mapping) else None
    return place if isinstance(place, Mapping) else {}


def scripts(repo: Repo) -> Iterator[tuple[str, bytes]]:
    """The files that say what CI, images and developers run, with their contents; read-mes are words."""
    for path in repo.documents.paths:
        name = path.rpartition("/")[2]
        if not name.endswith((".toml", ".lock", ".txt", ".md", ".rst", ".cfg", ".in")) and name not in NO_SCRIPTS:
            content = repo.documents.read(path)
            if content is not None:
                yield path, content


NO_SCRIPTS = frozenset({"README", "Pipfile", "setup.py", "mkdocs.yml", ".coveragerc", ".env", ".python-version"})
