"""Packages that come from a repository of sources, and what a builder needs to fetch them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from kempt import managers
from kempt.formats import requirements
from kempt.model.locks import Origin
from kempt.model.repo import Repo, Service

DEBIAN = {"git": "git", "hg": "mercurial", "svn": "subversion", "bzr": "brz"}
"""The program of each kind of repository, as Debian's package is called."""
SSH = "openssh-client"
KIND = re.compile(r"(git|hg|svn|bzr)\+")
_BY_SSH = re.compile(r"(?:\w+\+)?ssh://|(?:\w+\+)?[\w.-]+@[\w.-]+:")


def fetchers(repo: Repo, service: Service, files: Iterable[str]) -> tuple[str, ...]:
    """The Debian packages that fetch what a lock, or these requirements, take from repositories of sources."""
    found: list[str] = []
    for place in _places(repo, service, files):
        kind = KIND.match(place)
        found += [DEBIAN[kind[1] if kind else "git"], *([SSH] if _BY_SSH.match(place) else ())]
    return tuple(sorted(set(found)))


def _places(repo: Repo, service: Service, files: Iterable[str]) -> Iterator[str]:
    """The addresses of the repositories, as the lock has them; git's where it does not say which kind."""
    if service.lock is not None:
        locked = managers.manager(service.manager).packages(repo.documents.read(service.lock) or b"")
        yield from (each.place for each in locked if each.origin is Origin.VCS)
        return
    for path in files:
        content = repo.documents.read(PurePosixPath(path)) or b""
        yield from (each.place for each in requirements.parse(content).requirements if KIND.match(each.place))
