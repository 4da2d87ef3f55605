"""Which requirements file an image is installed from, with all that it includes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from posixpath import dirname, normpath
from typing import NamedTuple

from kempt.engine.project.init_rebuild import Next
from kempt.errors import UnreadableError
from kempt.formats import requirements
from kempt.model.repo import Repo, Service
from kempt.rules.staging import DEVELOPMENT

DEPLOYED = re.compile(r"(?:^|[._-])(?:prod|production|deploy|runtime|main|base)(?:[._-]|$)")
LINTING = re.compile(r"(?:^|[._-])(?:lint|linting|typing|types|style|build|optional|extras?)(?:[._-]|$)")
_MOST = 20


class Chosen(NamedTuple):
    """The files, the one that is named first; `hashed`: pip can be told to take nothing without a hash."""

    files: tuple[str, ...]
    hashed: bool


def requirements_of(repo: Repo, service: Service) -> Chosen | Next:
    """The requirements of what is deployed: of several files one that holds hashes, never that of development."""
    named = [str(path) for path in service.requirements]
    named = [path for path in named if not any(each.search(_stem(path)) for each in (DEVELOPMENT, LINTING))]
    if not named:
        return Next(f"write {service.root}/requirements.txt", "no requirements file of it is for what is deployed")
    best = min(named, key=lambda path: (not _is_hashed(repo, path), *_rank(path)))
    files = tuple(dict.fromkeys(_with_included(repo, best)))
    wanted = [each for path in files for each in _parsed(repo, path).requirements]
    if any(each.editable or (each.place and not requirements.ADDRESS.match(each.place)) for each in wanted):
        return Next(f"write a Dockerfile for {service.root} by hand", f"{best} installs a folder by its path")
    loose = next((each.name or each.text for each in wanted if not each.pin and not each.place), "")
    if loose:
        what = f"write versions and hashes into {best} (pip-compile --generate-hashes), then run this again"
        return Next(what, f"an image is installed from a lock file, and it leaves the version of {loose} open")
    return Chosen(files, bool(wanted) and all(_is_hashed(repo, path) for path in files if _asks(repo, path)))


def _stem(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".txt").lower()


def _rank(path: str) -> tuple[bool, bool, str]:
    return _stem(path) != "requirements", not DEPLOYED.search(_stem(path)), path


def _with_included(repo: Repo, path: str) -> Iterator[str]:
    """A file, and those that it includes by `-r` and `-c`."""
    waiting, seen = [path], set[str]()
    while waiting and len(seen) < _MOST:
        each = waiting.pop(0)
        if each in seen or each not in repo.tree.listing:
            continue
        seen.add(each)
        yield each
        parsed = _parsed(repo, each)
        names = (*parsed.values("--requirement"), *parsed.values("--constraint"))
        waiting += [normpath(f"{dirname(each) or '.'}/{name}") for name in names]


def _parsed(repo: Repo, path: str) -> requirements.Requirements:
    content = repo.documents.read(PurePosixPath(path))
    if content is None:
        try:
            content = repo.tree.read(path)
        except UnreadableError:
            content = b""
    return requirements.parse(content)


def _asks(repo: Repo, path: str) -> bool:
    return bool(_parsed(repo, path).requirements)


def _is_hashed(repo: Repo, path: str) -> bool:
    return requirements.is_hashed(_parsed(repo, path))
