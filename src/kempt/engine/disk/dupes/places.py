"""Where packages lie: the site-packages of environments, and others that no environment is known for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from kempt import catalog
from kempt.errors import UsageError
from kempt.host.environment_search import OWN, kind_of, matching, plain
from kempt.host.folders import is_folder
from kempt.host.recorded import Site, site_at
from kempt.host.repositories import exists
from kempt.host.scanning import names_in, walk
from kempt.model.artefact import Kind
from kempt.model.disk import Spared

Tell = Callable[[str], None]
SITES = ("lib/*/site-packages", "lib64/*/site-packages", "Lib/site-packages", "lib/*/dist-packages", "*/lib")
"""Where an environment has its packages; the last is PDM's `__pypackages__`."""
_BARE = frozenset({"site-packages", "dist-packages"})
_WITH_RECORDS = frozenset({"conda", "pixi"})
_WITH_ENVIRONMENTS = frozenset({".tox/", ".nox/"})
_NEVER_ENTERED = frozenset({".git", ".hg", ".svn", "node_modules", "conda-meta"}).union(
    row.name.rstrip("/")
    for row in catalog.ROWS
    if row.is_folder and row.kind in {Kind.BYTECODE, Kind.TOOL_CACHE} and row.name not in _WITH_ENVIRONMENTS
)


class Place(NamedTuple):
    """A folder with packages. `environment` is the folder it belongs to: its environment, or itself.

    `depth` is how many folders it lies below that. `cached`: it lies in the cache that is compared against. `conda`: it
    is a whole environment of conda, whose own records say what lies in it.
    """

    site: Site
    environment: str
    depth: int
    cached: bool = False
    conda: bool = False

    @property
    def prefix(self) -> bytes:
        """What the paths of its files begin with."""
        return os.fsencode(self.site.path) + b"/"


class Searched(NamedTuple):
    """What was found below the paths; the real paths that were asked for; what could not be listed."""

    places: tuple[Place, ...]
    roots: tuple[str, ...]
    unread: tuple[Spared, ...]


def search(paths: Sequence[str], tell: Tell) -> Searched:
    """Every place below the paths, each once; no environment is entered. Raises UsageError for what is no folder."""
    found: dict[tuple[int, int], Place] = {}
    unread: list[Spared] = []
    for path in paths:
        unread += map(Spared._make, _walk(path, found, tell))
    return Searched(tuple(found.values()), tuple(map(plain, paths)), tuple(unread))


def search_cache(path: str) -> Searched:
    """The unpacked wheels in uv's cache: each folder that an archive was unpacked to is a place of its own."""
    top = folder_at(path)
    archives = sorted(name for name in names_in(top) if name.startswith("archive-v"))
    folders = [each for name in archives for each in matching(top, f"{name}/*")]
    if not folders:
        raise UsageError("no unpacked wheels are there", path=path, hint="it must be uv's: `uv cache dir` says where")
    sites = (site for each in folders if (site := site_at(each)))
    return Searched(tuple(Place(site, top, 0, cached=True) for site in sites), (top,), ())


def _walk(path: str, found: dict[tuple[int, int], Place], tell: Tell) -> tuple[tuple[str, str], ...]:
    top = folder_at(path)

    def add(places: Iterable[Place]) -> None:
        for each in places:
            found.setdefault((each.site.dev, each.site.inode), each)

    def visit(folder: str, folders: list[str], others: list[str], _: None) -> Iterator[tuple[str, None]]:
        kind = kind_of(folder, [*folders, *others])
        if kind:
            add(_of_environment(plain(folder), is_conda=kind in _WITH_RECORDS))
            yield from ((name, None) for name in folders if kind == "conda" and name == "envs")
            return
        bare = plain(folder)
        if bare.rpartition("/")[2] in _BARE or (folder == top and any(each.endswith(".dist-info") for each in folders)):
            site = site_at(bare)
            add([Place(site, bare, 0)] if site else ())
            return
        if folder != top and _is_cache(folder, others):
            return
        yield from ((name, None) for name in folders if name not in _NEVER_ENTERED and not name.startswith(OWN))

    unlisted = walk(top, None, visit, tell=lambda place: tell(f"looking for environments in {place}"))
    return tuple((each, why) for each, why in unlisted if exists(each))


def _of_environment(path: str, *, is_conda: bool) -> Iterator[Place]:
    """The places in an environment, conda's own first; one that a link leads to lies elsewhere."""
    if is_conda and (whole := site_at(path)):
        yield Place(whole, path, 0, conda=True)
    for pattern in SITES:
        for each in matching(path, pattern):
            if each.startswith(f"{path}/") and (site := site_at(each)):
                yield Place(site, path, each.count("/") - path.count("/"))


def _is_cache(folder: str, files: list[str]) -> bool:
    """Whether environments in a folder are part of a cache, which shares and prunes by itself: uv's, pre-commit's."""
    name = folder.replace("\\", "/").rpartition("/")[2]
    tagged = catalog.CACHEDIR_TAG in files and f"{name}/" not in _WITH_ENVIRONMENTS
    return tagged or (name == "pre-commit" and "db.db" in files)


def folder_at(path: str) -> str:
    """The folder that the user named, without links. Raises UsageError for what is none."""
    if not is_folder(path):
        raise UsageError("a file, not a folder" if exists(path) else "no such folder", path=path)
    return plain(path)
