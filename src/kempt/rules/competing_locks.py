"""KPT302 competing-locks: two managers have each written a lock file for one service."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from kempt import catalog, managers
from kempt.model.finding import Finding, Fix, Level, Location, Safety, Untrack
from kempt.model.repo import Repo, Service
from kempt.model.rule import Rule
from kempt.rules import locking

BESIDE = frozenset({"conda-lock"})
"""Managers of other things than packages for Python: theirs may lie beside any lock."""
CREATOR = rb'(?m)^created-by[ \t]*=[ \t]*["\']([\w.-]+)'
EXPORTERS = {"poetry-plugin-export": "poetry", "pip-tools": "pip"}
HEAD = 4096
BACKENDS = {"uv_build": "uv", "poetry": "poetry", "pdm": "pdm"}


def check(repo: Repo) -> Iterator[Finding]:
    """They resolve apart, and who installs decides which one counts. An export of one lock is no second one.

    Test data of packaging tools is left alone.
    """
    for service in repo.services:
        if len(service.locks) > 1 and not catalog.is_fixture(f"{service.root}/x"):
            owners = dict(_owned(repo, service))
            if len(set(owners.values())) > 1:
                yield _finding(repo, service, owners)


def _owned(repo: Repo, service: Service) -> Iterator[tuple[PurePosixPath, str]]:
    """The locks of a service and the manager that wrote each; without those of which nothing says it."""
    for path in service.locks:
        owner = catalog.lock_owner(path.name)
        if owner == "pylock":
            match = re.search(CREATOR, (repo.documents.read(path) or b"")[:HEAD])
            creator = match[1].decode("ascii", "replace").lower() if match else None
            owner = None if creator is None else EXPORTERS.get(creator, creator)
        if owner is not None and owner not in BESIDE:
            yield path, owner


def _finding(repo: Repo, service: Service, owners: dict[PurePosixPath, str]) -> Finding:
    meant = _meant(repo, service) & set(owners.values())
    strays = tuple(path for path, owner in owners.items() if owner not in meant) if len(meant) == 1 else ()
    level = Level.INFO if service.demoted else None
    if not strays:
        names = " and ".join(f"`{path}`" for path in owners)
        at = next((path for path in owners if path != service.lock), next(iter(owners)))
        return RULE.finding(
            Location(at, 0), f"{names} are locks of different managers for one environment", about=service.root,
            level=level, service=service.root,
        )  # fmt: skip
    kept = next(path for path, owner in owners.items() if owner in meant)
    names = " and ".join(f"`{path}`" for path in strays)
    return RULE.finding(
        Location(strays[0], 0), f"{names} beside `{kept}`, in a project of {_title(*meant)}", about=service.root,
        help=f"git rm {locking.quoted(*strays)}", level=level, service=service.root,
        fix=Fix(f"untrack {names}", Safety.UNSAFE, (Untrack(strays),)),
    )  # fmt: skip


def _title(manager: str) -> str:
    return managers.manager(manager).title if manager in managers.NAMES else manager


def _meant(repo: Repo, service: Service) -> set[str]:
    """The managers that the manifests name: by a table of their own, by the build backend, by a Pipfile."""
    manifest = repo.documents.toml(service.root / locking.PYPROJECT)
    named = {name for name in ("uv", "poetry", "pdm", "pixi") if name in locking.table(manifest, "tool")}
    backend = locking.table(manifest, "build-system").get("build-backend")
    if isinstance(backend, str):
        named |= {manager for start, manager in BACKENDS.items() if backend.partition(".")[0] == start}
    if str(service.root / "Pipfile") in repo.documents.paths:
        named.add("pipenv")
    return named


RULE = Rule(
    "KPT302", "competing-locks", promise=1, level=Level.ERROR, since="0.1", check=check, fix=Safety.UNSAFE,
    summary="two managers have each written a lock file for one service",
    help="keep the lock of the manager that the project uses, and git rm the others",
)  # fmt: skip
