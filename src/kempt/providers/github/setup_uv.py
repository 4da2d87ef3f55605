"""astral-sh/setup-uv, as its `action.yml` and its sources of version 1.0 to 10.0.1 have it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import product
from typing import Any

from kempt.formats import toml
from kempt.model.finding import Location
from kempt.model.pipeline import Built, CacheUse, Key, KeyPart, PartKind, Text, Tool
from kempt.providers.github.around import Around, Effect, follows_lock
from kempt.providers.github.scope import possible
from kempt.providers.github.sources import With
from kempt.providers.github.uses import Version

NAME = "astral-sh/setup-uv"
LOCK_ONLY = ("**/uv.lock",)
WITH_REQUIREMENTS = ("**/uv.lock", "**/requirements*.txt")
ALL_KINDS = (
    "**/*requirements*.txt", "**/*requirements*.in", "**/*constraints*.txt", "**/*constraints*.in", "**/pyproject.toml",
    "**/uv.lock", "**/*.py.lock",
)  # fmt: skip
PLACE = "$RUNNER_TEMP/setup-uv-cache"
"""Where it moves uv's cache on GitHub's machines."""
ENABLED = (5, 0, 0)  # caches on GitHub's machines if nothing is said
KNOWS_WORKSPACE = (6, 8, 0)  # globs start at `working-directory`
RESPECTS_VARIABLE = (7, 0, 0)  # a UV_CACHE_DIR that is set stays
ONLY_IF_CACHING = (7, 1, 4)  # sets UV_CACHE_DIR only where it caches
UNPRUNED = (9, 0, 0)  # `prune-cache` is false if nothing is said
WARY = (10, 0, 0)  # `auto` leaves out releases, tags and events of strangers


def read(version: Version, given: With, around: Around) -> Effect:
    """What the action does: it brings uv, may cache its downloads, and may make an environment."""
    caches = _caches(version, given, around)
    python = given.written("python-version")
    settings = _settings(given, around)
    activates = given.value("activate-environment") == "true" if version >= (6, 0, 0) else python is not None
    variables = _cache_dir(version, given, around, enabled=bool(caches), settings=settings)
    if python is not None:
        variables["UV_PYTHON"] = given.value("python-version")
    return Effect(
        caches=(_cache(version, given, around),) if caches else (),
        tools=(_tool(version, given, around.location, settings),),
        pythons=(python,) if python else (),
        variables=variables,
        on_path=(".venv/bin",) if activates else (),
        activates=activates,
    )


def _caches(version: Version, given: With, around: Around) -> bool:
    scalar = given.scalar("enable-cache")
    said = possible(scalar.value, given.scope) if scalar else ("auto" if version >= ENABLED else "false",)
    if "true" in said or None in said:
        return True
    return "auto" in said and around.machine.hosted and (around.caches_by_itself or version < WARY)


def _cache(version: Version, given: With, around: Around) -> CacheUse:
    found = tuple(dict.fromkeys(_hashed(version, given, around)))
    files = tuple(glob for glob in found if glob is not None)
    text = given.text("cache-dependency-glob") or Text(", ".join(files), around.location)
    kinds = (PartKind.MACHINE, PartKind.SYSTEM, PartKind.PYTHON)
    parts = tuple(KeyPart(kind, kind.value) for kind in kinds)
    hashed = (KeyPart(PartKind.FILES, text.value, files),) if files else ()
    if None in found:
        files, hashed = (), (KeyPart(PartKind.UNKNOWN, text.value),)
    pruned = given.value("prune-cache", "true" if (3, 2, 0) <= version < UNPRUNED else "false")
    path = given.text("cache-local-path")
    return CacheUse(
        around.location,
        paths=(path,) if path else (),
        key=Key(text, (*parts, *hashed)),
        manager="uv",
        built=Built.DOWNLOADS,
        keyed=follows_lock(around, files, "uv.lock"),
        full_key=True,
        pruned=pruned == "true",
        restores=given.value("restore-cache", "true") != "false",
        saves=given.value("save-cache", "true") != "false",
        block=around.block,
        written=f"enable-cache: {given.value('enable-cache')}" if given.value("enable-cache") else NAME,
    )


def _default(version: Version) -> tuple[str, ...]:
    if version < (3, 0, 0):
        return ()
    if version < (6, 0, 0):
        return LOCK_ONLY if version < ENABLED else WITH_REQUIREMENTS
    return ALL_KINDS


def _hashed(version: Version, given: With, around: Around) -> Iterator[str | None]:
    """The globs that the key follows in any row of the matrix; None among them for what only a run knows."""
    globs = given.scalar("cache-dependency-glob")
    written = globs.value if globs is not None else "\n".join(_default(version))
    moved = given.written("working-directory") if version >= KNOWS_WORKSPACE else None
    place = moved.value if moved is not None else ""
    for row in given.scope.by_row(place, written):
        folders = [around.checkout.folder(folder) for folder in given.folders(place, row)]
        for folder, said in product(folders, possible(written, row)):
            if folder is None or said is None:
                yield None
                continue
            lines = (line.strip() for line in said.splitlines())
            yield from (_from(folder, glob) if folder else around.checkout.glob(glob) for glob in lines if glob)


def _from(folder: str, glob: str) -> str:
    return f"!{folder}/{glob[1:]}" if glob.startswith("!") else f"{folder}/{glob}"


def _cache_dir(
    version: Version, given: With, around: Around, *, enabled: bool, settings: Mapping[str, Any]
) -> dict[str, str]:  # fmt: skip
    asked = given.value("cache-local-path")
    if asked:
        return {"UV_CACHE_DIR": asked}
    if version >= RESPECTS_VARIABLE and ("UV_CACHE_DIR" in around.variables or "cache-dir" in settings):
        return {}
    if version >= ONLY_IF_CACHING and not enabled:
        return {}
    return {"UV_CACHE_DIR": PLACE if around.machine.hosted or version < (6, 0, 0) else "~/.cache/uv"}


def _tool(version: Version, given: With, location: Location, settings: Mapping[str, Any]) -> Tool:
    named = given.text("version")
    uncached = given.value("enable-cache") == "false"
    if named is not None and named.value not in {"latest", "latest-known"}:
        return Tool("uv", location, named, uncached=uncached)
    for name in ("version-file", "uv-file", "pyproject-file"):
        if given.value(name):
            return Tool("uv", location, named, given.value(name), uncached=uncached)
    found = settings.get("", "") if version >= (5, 0, 0) and named is None and "required-version" in settings else ""
    return Tool("uv", location, named, str(found), uncached=uncached)


def _settings(given: With, around: Around) -> Mapping[str, Any]:
    """uv's settings of the folder that the action looks into; of several, those of one that names no version.

    Where only a run knows the folder, its settings may name one: the folder is given for the file then.
    """
    written = given.written("working-directory")
    place = written.value if written is not None else ""
    folders = [around.checkout.folder(folder) for folder in given.folders(place, given.scope)]
    if None in folders:
        return {"required-version": "", "": place}
    return min((_of_folder(around, folder or "") for folder in folders), key=lambda found: "required-version" in found)


def _of_folder(around: Around, folder: str) -> Mapping[str, Any]:
    """uv's settings of a folder; at "" the name of their file."""
    for name, keys in (("uv.toml", ()), ("pyproject.toml", ("tool", "uv"))):
        path = f"{folder}/{name}" if folder else name
        content = around.files.read(path) if path in around.files.listing else None
        found = toml.table(_parsed(content), *keys) if content else {}
        if found and ({"required-version", "cache-dir"} & set(found) or name == "uv.toml"):
            return {**found, "": name}
    return {}


@lru_cache(maxsize=32)
def _parsed(content: bytes) -> Mapping[str, Any]:
    """A manifest, which each job of each workflow asks for again."""
    found = toml.parse(content)
    return found if isinstance(found, dict) else {}
