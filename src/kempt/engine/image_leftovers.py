"""What of a merged image is left over: caches, wheelhouses, tools' caches, environments that are shipped twice."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from kempt.catalog.caches import CACHES, UV_BUCKET
from kempt.errors import UnreadableError
from kempt.formats.oci.merged import Merged, Node
from kempt.formats.oci.names import joined, normal
from kempt.model.image import CacheRow, ImageConfig, Leftover, Place, Verdict

BURIED_CACHE = "KPT552"
_CACHE = "KPT551"
_ENVIRONMENT = CacheRow("environment", "KPT554", Place.NAME, "")
_WHEEL = next(row for row in CACHES if row.place is Place.WHEEL)
_UV = next(row for row in CACHES if row.tool == "uv")
_TAG = "CACHEDIR.TAG"
_BUCKET = re.compile(f"(?:^|/){UV_BUCKET}/")


class _Kind(NamedTuple):
    """What a folder belongs to: the row, and the folder that is the cache itself."""

    row: CacheRow
    root: str


class _Group(NamedTuple):
    verdict: Verdict
    kind: _Kind
    layer: int


def leftovers(merged: Merged, kinds: Kinds, config: ImageConfig) -> tuple[Leftover, ...]:
    """What each layer ships of each, sorted by verdict, path and layer."""
    files: dict[_Group, int] = defaultdict(int)
    contents: dict[_Group, set[Node]] = defaultdict(set)
    used = _used_outside(merged.shipped, kinds)
    for each, kind in _classified(merged.shipped, kinds):
        content = each.content
        verdict = Verdict.PRESENT if each.alive else Verdict.BURIED
        if verdict is Verdict.PRESENT and kind.row is _ENVIRONMENT:
            continue
        if content in used and (verdict is Verdict.BURIED or kind.row.place is Place.CONDA):
            continue  # the bytes are needed
        if verdict is Verdict.BURIED and (content.layer != each.layer or content.left):
            continue  # another name for bytes that are counted where they are
        group = _Group(verdict, kind, each.layer)
        files[group] += 1
        if content not in used and content.layer == each.layer:
            contents[group].add(content)
    found = (
        _leftover(group, number, sum(each.size for each in contents[group]), config) for group, number in files.items()
    )
    return tuple(sorted(found, key=lambda each: (each.verdict is Verdict.BURIED, each.path, each.layer, each.tool)))


def bytes_by_kind(merged: Merged, kinds: Kinds, layers: int) -> tuple[tuple[tuple[str, int], ...], ...]:
    """What each layer's files weigh, by what they are, heaviest first: for a picture."""
    sums: list[dict[str, int]] = [defaultdict(int) for _ in range(layers)]
    for each in merged.shipped:
        if each.first is None:
            sums[each.layer][_called(each, kinds) if each.left else "buried"] += each.size
    return tuple(tuple(sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))) for found in sums)


def _called(each: Node, kinds: Kinds) -> str:
    """The kind of a file in words: "cache of pip", "environments", "packages" or "other files"."""
    kind = kinds.of(each.path)
    if kind is None:
        return "packages" if "-packages/" in each.path else "other files"
    if kind.row is _ENVIRONMENT:
        return "environments"
    return "wheels" if kind.row is _WHEEL else f"cache of {kind.row.tool}"


def _leftover(group: _Group, files: int, size: int, config: ImageConfig) -> Leftover:
    row, root = group.kind
    code = BURIED_CACHE if row.code == _CACHE and group.verdict is Verdict.BURIED else row.code
    made_by = config.made_by[group.layer] if group.layer < len(config.made_by) else ""
    return Leftover(
        code, group.verdict, row.tool, root, files, size, group.layer + 1, made_by, base=group.layer < config.base
    )


def _classified(shipped: Iterable[Node], kinds: Kinds) -> Iterator[tuple[Node, _Kind]]:
    for each in shipped:
        kind = kinds.of(each.path)
        if kind is not None:
            yield each, kind


def _used_outside(shipped: Sequence[Node], kinds: Kinds) -> set[Node]:
    """Files with several names, one of which is in the merged view and in no cache: the bytes have to be there."""
    used = set()
    for each in shipped:
        if each.alive and each.content.names > 1:
            kind = kinds.of(each.path)
            if kind is None or kind.row is _ENVIRONMENT:
                used.add(each.content)
    return used


class Kinds:
    """What the files of an image belong to: each folder is asked once."""

    def __init__(self, shipped: Sequence[Node], config: ImageConfig) -> None:
        paths = [each.path for each in shipped]
        self._memo: dict[str, _Kind | None] = {}
        self._anchored = {**_moved(dict(config.env)), **_uv_caches(paths)}
        self._anchored |= {row.path: (row, ()) for row in CACHES if row.place is Place.ROOT}
        self._environments: dict[str, None] = {}
        for path in paths:
            folder, _, name = path.rpartition("/")
            if name == "pyvenv.cfg":
                self._environments[folder] = None
            elif path.endswith("conda-meta/history"):
                prefix = folder.removesuffix("conda-meta").rstrip("/")
                self._environments[prefix] = None
                conda = next(row for row in CACHES if row.place is Place.CONDA)
                self._anchored[joined(prefix, conda.path)] = (conda, ())

    def of(self, path: str) -> _Kind | None:
        """What a file belongs to, None for one that is right where it is."""
        folder, _, name = path.rpartition("/")
        if folder in self._memo:
            kind = self._memo[folder]
        else:
            kind = self._memo[folder] = self._of_folder(folder)
        if kind is not None and kind.row.ending and not name.endswith(kind.row.ending):
            kind = None
        if name.endswith(_WHEEL.ending) and (kind is None or kind.row is _ENVIRONMENT):
            return None if _is_inside(folder, _WHEEL.inside) else _Kind(_WHEEL, folder)
        return kind

    def _of_folder(self, folder: str) -> _Kind | None:
        slashed = f"/{folder}/"
        for row, pattern in _PATTERNS:
            match = pattern.search(slashed)
            if match is not None:
                return _Kind(row, slashed[: match.end(1)].strip("/"))
        for root, (row, parts) in self._anchored.items():
            below = slashed.removeprefix(f"/{root}/") if root else folder
            if below != slashed and (not parts or below.split("/")[0] in parts):
                return _Kind(row, root)
        for environment in self._environments:
            if environment and slashed.startswith(f"/{environment}/"):
                return _Kind(_ENVIRONMENT, environment)
        return None


def _pattern(row: CacheRow) -> re.Pattern[str]:
    """Finds a row in a path between slashes; its first group ends where the folder's name ends."""
    parts = f"(?:{'|'.join(map(re.escape, row.parts))})/" if row.parts else ""
    return re.compile(f"(/{re.escape(row.path)})/{parts}")


_PATTERNS = tuple((row, _pattern(row)) for row in CACHES if row.place in {Place.HOME, Place.NAME})


def _moved(env: Mapping[str, str]) -> dict[str, tuple[CacheRow, tuple[str, ...]]]:
    """Where the image's variables put the caches."""
    anchored = {}
    for row in CACHES:
        name = row.path.removeprefix(".cache/")
        places = [env.get(variable, "") for variable in row.variables]
        if row.place is Place.HOME and env.get("XDG_CACHE_HOME", "").startswith("/"):
            places.append(f"{env['XDG_CACHE_HOME']}/{name}")
        for place in places:
            with suppress(UnreadableError):  # a variable that climbs out of the image moves nothing
                if place.startswith("/") and normal(place):
                    anchored[normal(place)] = (row, row.parts)
    return anchored


def _uv_caches(paths: Iterable[str]) -> dict[str, tuple[CacheRow, tuple[str, ...]]]:
    """The folders that hold a tag and uv's buckets, whatever they are called."""
    tagged = {path.rpartition("/")[0] for path in paths if path.endswith(_TAG)}
    found: dict[str, tuple[CacheRow, tuple[str, ...]]] = {}
    for path in paths if tagged else ():
        match = _BUCKET.search(path)
        if match is not None and match.start() and path[: match.start()] in tagged:
            found[path[: match.start()]] = (_UV, ())
    return found


def _is_inside(folder: str, names: Iterable[str]) -> bool:
    return any(f"/{name}/" in f"/{folder}/" for name in names)
