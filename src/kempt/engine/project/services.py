"""`services`: the service roots of a repository, whether each lock is fresh, and whether each has an environment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from time import perf_counter

from kempt import managers, rules
from kempt.engine.configuration import load_config
from kempt.engine.sources import open_source
from kempt.engine.surroundings import exists
from kempt.engine.survey import survey
from kempt.errors import KemptError
from kempt.managers import manager, unsupported
from kempt.model.documents import Documents
from kempt.model.locks import LockState
from kempt.model.repo import Service
from kempt.model.report import Report
from kempt.model.services import ServiceList, ServiceState

PIN = ".python-version"
PINNED = re.compile(rb"^[ \t]*([\w.@+-]{1,40})[ \t]*$", re.MULTILINE)


def list_services(path: str = ".", *, config_file: str | None = None, isolated: bool = False) -> ServiceList:
    """The services at or below `path`; those of the repository where there is none.

    Raises KemptError as `check` does, when the repository cannot be looked at.
    """
    started = perf_counter()
    with open_source(path) as source:
        tree = source.tree
        if len(tree.listing) == 0:
            raise KemptError(
                f"no file is tracked in {tree.root}", code="KPT005", hint="git add the project's files first"
            )
        config, faults = load_config(tree, None, config_file, {}, isolated=isolated)
        repo = survey(tree, config, faults)
        inside = PurePosixPath(source.inside)
        below = [each for each in repo.services if each.root.is_relative_to(inside)]
        states = tuple(_state(each, repo.documents, tree.root) for each in below or repo.services)
        report = Report(tree.root, rules.ALL, (), files=len(tree.listing), seconds=perf_counter() - started)
    return ServiceList(report, states)


def _state(service: Service, documents: Documents, root: str) -> ServiceState:
    place = "/".join((root, str(service.root), str(service.env_dir), "pyvenv.cfg"))
    other = unsupported.find(service.manager)
    advice = other.reason if other is not None else ""
    return ServiceState(service, _lock(service, documents), exists(place), _python(service, documents), advice)


def _lock(service: Service, documents: Documents) -> LockState | None:
    has_lock = service.lock is not None or (service.manager == "pip" and service.requirements)
    if not has_lock or service.manager not in managers.NAMES:
        return None
    return manager(service.manager).freshness(service, documents)


def _python(service: Service, documents: Documents) -> str:
    for folder in _upwards(service.root):
        content = documents.read(folder / PIN)
        if content is not None and (match := PINNED.search(content)):
            return match[1].decode("ascii", "replace")
    return ""


def _upwards(folder: PurePosixPath) -> Iterator[PurePosixPath]:
    yield folder
    yield from folder.parents
