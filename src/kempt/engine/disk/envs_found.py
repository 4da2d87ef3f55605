"""Finding environments: below a folder by what they hold, without entering any of them, and in the central places."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from kempt import catalog
from kempt.engine.disk.envs_places import central_environments
from kempt.errors import UsageError
from kempt.host.environment_search import OWN, kind_of, plain
from kempt.host.folders import is_folder, real
from kempt.host.repositories import exists
from kempt.host.scanning import walk
from kempt.model.artefact import Kind
from kempt.model.envs import Found

Tell = Callable[[str], None]
_WITH_ENVIRONMENTS = frozenset({".tox/", ".nox/"})
_NEVER_ENTERED = frozenset({".git", ".hg", ".svn", "node_modules", "site-packages", "conda-meta"}).union(
    row.name.rstrip("/")
    for row in catalog.ROWS
    if row.is_folder and row.kind in {Kind.BYTECODE, Kind.TOOL_CACHE} and row.name not in _WITH_ENVIRONMENTS
)
_MANIFEST = "pyproject.toml"


class Search(NamedTuple):
    """What lies below a folder: environments (path to kind), folders of projects, and what could not be listed."""

    environments: dict[str, str]
    projects: tuple[str, ...]
    unlisted: tuple[tuple[str, str], ...]


def search(path: str, tell: Tell) -> Search:
    """The environments at and below a path, which the user chose: a link at its end is followed.

    Raises UsageError where nothing is there, or no folder.
    """
    if not is_folder(path):
        raise UsageError("a file, not a folder" if exists(path) else "no such folder", path=path)
    found: dict[str, str] = {}
    projects: list[str] = []
    top = real(path)

    def visit(folder: str, folders: list[str], others: list[str], _: None) -> Iterator[tuple[str, None]]:
        kind = kind_of(folder, [*folders, *others])
        if kind:
            found[plain(folder)] = kind
            yield from ((name, None) for name in folders if kind == "conda" and name == "envs")
            return
        if folder != top and _is_cache(folder, others):
            return
        if _MANIFEST in others:
            projects.append(plain(folder))
        yield from ((name, None) for name in folders if name not in _NEVER_ENTERED and not name.startswith(OWN))

    unlisted = walk(top, None, visit, tell=lambda place: tell(f"looking for environments in {place}"))
    return Search(found, tuple(projects), unlisted)


def _is_cache(folder: str, files: list[str]) -> bool:
    """Whether environments in a folder are part of a cache, which is pruned as one: uv's, pre-commit's."""
    name = folder.replace("\\", "/").rpartition("/")[2]
    tagged = catalog.CACHEDIR_TAG in files and f"{name}/" not in _WITH_ENVIRONMENTS
    return tagged or (name == "pre-commit" and "db.db" in files)


def found_by(searched: Iterable[Search], *, central: bool) -> tuple[Found, ...]:
    """What was found below the paths, then what lies in central places; each once, and as its place says."""
    placed = {each.path: each for each in central_environments()}
    below: dict[str, Found] = {}
    for one in searched:
        for path, kind in sorted(one.environments.items()):
            below[path] = placed.get(path, Found(path, kind))
    elsewhere = (each for path, each in placed.items() if path not in below)
    return (*below.values(), *(elsewhere if central else ()))
