"""What the files of an image belong to: a cache, a wheelhouse, an environment, or nothing that is looked for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import NamedTuple

from kempt.catalog.caches import CACHES, UV_BUCKET
from kempt.engine.image_aliases import Aliases
from kempt.errors import UnreadableError
from kempt.formats.oci.merged import Merged
from kempt.formats.oci.names import joined, normal
from kempt.model.image import CacheRow, ImageConfig, Place

ENVIRONMENT = CacheRow("environment", "KPT554", Place.NAME, "")
WHEEL = next(row for row in CACHES if row.place is Place.WHEEL)
_UV = next(row for row in CACHES if row.tool == "uv")
_CONDA = next(row for row in CACHES if row.place is Place.CONDA)
_TAG = "CACHEDIR.TAG"
_MARKS = frozenset({"urls", "urls.txt"})
"""What conda leaves in an empty cache: the mark that it is one, and where the packages once came from."""
_PACKAGE = ".conda"
_BUCKET = re.compile(f"(?:^|/)({UV_BUCKET})/")
_VERSIONED = re.compile(r"/([a-z]+(?:-[a-z]+)*-v\d+)/")
_SHARED = re.compile(r"(?!.*(?:cache|uv))(?:[^/]+|(?:usr|var|home)/[^/]+|usr/local/[^/]+)")
"""Folders that hold more than a cache, whatever a variable says: of them uv's own folders count."""

Anchored = dict[str, tuple[CacheRow, tuple[str, ...]]]
"""Caches by their whole path, with the folders in it that count: all where there are none."""


class Kind(NamedTuple):
    """What a folder belongs to: the row, and the folder that is the cache itself."""

    row: CacheRow
    root: str


class Kinds:
    """What the files of an image belong to: each folder is asked once."""

    def __init__(self, merged: Merged, config: ImageConfig, aliases: Aliases) -> None:
        paths = [each.path for each in merged.shipped]
        self._memo: dict[str, Kind | None] = {}
        self._aliases = aliases
        self._anchored = {**_moved(dict(config.env)), **_uv_caches(paths), **_conda_caches(paths)}
        self._anchored |= {row.path: (row, ()) for row in CACHES if row.place is Place.ROOT}
        self._environments: dict[str, None] = {}
        for path in paths:
            folder, _, name = path.rpartition("/")
            if name == "pyvenv.cfg":
                self._environments[folder] = None
            elif path.endswith("conda-meta/history"):
                prefix = folder.removesuffix("conda-meta").rstrip("/")
                self._environments[prefix] = None
                self._anchored[joined(prefix, _CONDA.path)] = (_CONDA, ())
        for root, found in tuple(self._anchored.items()):
            self._anchored |= {real: found for real in aliases.places(root) if real}
        self._anchored |= {root: (_UV, _own(root, paths)) for root, (row, _) in self._anchored.items() if row is _UV}

    def of(self, path: str) -> Kind | None:
        """What a file belongs to, None for one that is right where it is."""
        folder, _, name = path.rpartition("/")
        if folder in self._memo:
            kind = self._memo[folder]
        else:
            kind = self._memo[folder] = self._of_folder(folder)
        if kind is not None and kind.row.ending and not name.endswith(kind.row.ending):
            kind = None
        if kind is not None and kind.row.tool == _CONDA.tool and name in _MARKS and folder == kind.root:
            kind = None
        if name.endswith(WHEEL.ending) and (kind is None or kind.row is ENVIRONMENT):
            return None if _is_inside(folder, WHEEL.inside) else Kind(WHEEL, folder)
        return kind

    def _of_folder(self, folder: str) -> Kind | None:
        slashed = f"/{folder}/"
        for row, pattern in _PATTERNS:
            match = pattern.search(slashed)
            if match is not None:
                return Kind(row, slashed[: match.end(1)].strip("/"))
        for root, (row, parts) in self._anchored.items():
            below = slashed.removeprefix(f"/{root}/") if root else folder
            if below != slashed and (not parts or below.split("/")[0] in parts):
                return Kind(row, root)
        found = self._by_alias(folder)
        if found is not None:
            return found
        for environment in self._environments:
            if environment and slashed.startswith(f"/{environment}/"):
                return Kind(ENVIRONMENT, environment)
        return None

    def _by_alias(self, folder: str) -> Kind | None:
        """What a folder is by the name that a link gives it."""
        for real, name, rest in self._aliases.of(folder):
            slashed = f"/{name}/{rest}/" if rest else f"/{name}/"
            for row, pattern in _PATTERNS:
                match = pattern.match(slashed)
                if match is not None:
                    return Kind(row, joined(real, match[1][len(name) + 2 :]).rstrip("/"))
        return None


def anchored_places(config: ImageConfig) -> tuple[str, ...]:
    """The caches that are known by their whole path before a layer is read."""
    return (*_moved(dict(config.env)), *(row.path for row in CACHES if row.place is Place.ROOT))


def _pattern(row: CacheRow) -> re.Pattern[str]:
    """Finds a row in a path between slashes; its first group ends where the folder's name ends."""
    parts = f"(?:{'|'.join(map(re.escape, row.parts))})/" if row.parts else ""
    return re.compile(f"(/{re.escape(row.path)})/{parts}")


_PATTERNS = tuple((row, _pattern(row)) for row in CACHES if row.place in {Place.HOME, Place.NAME})


def _moved(env: Mapping[str, str]) -> Anchored:
    """Where the image's variables put the caches."""
    anchored: Anchored = {}
    for row, place in _named(env):
        with suppress(UnreadableError):  # a variable that climbs out of the image moves nothing
            if root := normal(place):
                anchored[root] = (row, row.parts)
    return anchored


def _own(root: str, paths: Iterable[str]) -> tuple[str, ...]:
    """What of a folder is uv's: all of it, unless others have things there too."""
    if not _SHARED.fullmatch(root):
        return ()
    found = (_VERSIONED.match(path, len(root)) for path in paths if path.startswith(f"{root}/"))
    return (_TAG, *sorted({match[1] for match in found if match}))


def _named(env: Mapping[str, str]) -> Iterator[tuple[CacheRow, str]]:
    """The rows that a variable moves, each with the absolute path that it names."""
    for row in CACHES:
        places = [place for variable in row.variables for place in env.get(variable, "").split(",")]
        if row.place is Place.HOME and env.get("XDG_CACHE_HOME", "").startswith("/"):
            places.append(f"{env['XDG_CACHE_HOME']}/{row.path.removeprefix('.cache/')}")
        yield from ((row, place) for place in places if place.startswith("/"))


def _uv_caches(paths: Iterable[str]) -> Anchored:
    """The folders that hold a tag and uv's buckets, whatever they are called."""
    tagged = {path.rpartition("/")[0] for path in paths if path.endswith(_TAG)}
    found: Anchored = {}
    for path in paths if tagged else ():
        match = _BUCKET.search(path)
        if match is not None and match.start() and path[: match.start()] in tagged:
            found[path[: match.start()]] = (_UV, ())
    return found


def _conda_caches(paths: Iterable[str]) -> Anchored:
    """The folders that conda's own mark is in, and that are called as its caches are, or hold its archives."""
    marked = {path.rpartition("/")[0] for path in paths if path.endswith("/urls.txt")}
    holding = {path.rpartition("/")[0] for path in paths if path.endswith(_PACKAGE)} if marked else set[str]()
    return {each: (_CONDA, ()) for each in marked if each in holding or each.rpartition("/")[2] == _CONDA.path}


def _is_inside(folder: str, names: Iterable[str]) -> bool:
    return any(f"/{name}/" in f"/{folder}/" for name in names)
