"""Caches and artifacts of a job."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from kempt.formats import yaml
from kempt.model.finding import Location
from kempt.model.pipeline import UNPLACED, Artifacts, CacheUse, Key, KeyPart, PartKind, Text
from kempt.providers import scripts
from kempt.providers.gitlab import names
from kempt.providers.gitlab.config import Config
from kempt.providers.gitlab.values import Held, Value, children, is_map, items, text_of

MOST_FILES = 2
"""How many files or patterns `cache:key:files` takes."""

DEFAULT_KEY = "default"
"""The key of a cache that is given none, and of one whose files are not there."""

MOST_PARTS = 200
"""How many parts of a key are told apart."""

EVERYTHING_UNTRACKED = "**/*"
OUTSIDE = "GitLab stores nothing outside the project"
NOWHERE = (UNPLACED, UNPLACED)


class Around(NamedTuple):
    """What a job's values are read with: the variables in force, those of its matrix, and where the job stands."""

    config: Config
    location: Location
    variables: Mapping[str, str]
    matrix: Mapping[str, str]


def text(held: Held, around: Around) -> Text:
    """A scalar as a text; where it stands is told only in the pipeline's own file."""
    assert isinstance(held.node, yaml.Scalar)  # noqa: S101 - the callers look
    found = scripts.text(held.node, held.source.path)
    return found if is_own(held, around.config) else found._replace(start=UNPLACED, end=UNPLACED)


def is_own(held: Held, config: Config) -> bool:
    """Whether a value stands in the pipeline's own file."""
    return held.source is config.own


def span(value: Value, config: Config) -> tuple[int, int]:
    """Where a value stands in the pipeline's own file; nowhere if it was merged, or is in another."""
    if isinstance(value, Held) and is_own(value, config):
        return value.node.start, value.node.end
    return NOWHERE


def location(value: Value, around: Around) -> Location:
    """Where a value begins; the first of its entries that knows, where it was merged; else the job."""
    if isinstance(value, Held):
        return Location(value.source.path, value.node.line, value.node.column)
    return next((location(part, around) for part in value.values()), around.location)


def caches(job: Mapping[str, Value], around: Around) -> Iterator[CacheUse]:
    """What a job's `cache` says: one or a list of them; one that stores nothing is none."""
    for cache in entries(job.get("cache"), around.config):
        found = _cache(cache, around)
        if found is not None:
            yield found


def entries(value: Value | None, config: Config) -> Iterator[Value]:
    """The maps of a list of maps, or the one that stands in its place."""
    value = config.resolved(value)
    if is_map(value) and value is not None:
        yield value
    for item in items(value):
        found = config.resolved(item)
        if found is not value and found is not None and is_map(found):
            yield found


def _cache(cache: Value, around: Around) -> CacheUse | None:
    held = children(cache)
    paths = tuple(paths_of(held.get("paths"), around))
    paths += tuple(_untracked(held.get("untracked"), around))
    if not paths:
        return None
    policy = text_of(held.get("policy"))
    outside = tuple(path for path in paths if names.is_outside(path.value))
    return CacheUse(
        location(cache, around),
        paths=paths,
        key=_key(around.config.resolved(held.get("key")), cache, around),
        restore_keys=tuple(text(item, around) for item in around.config.lines(held.get("fallback_keys"))),
        restores=policy != "push",
        saves=policy != "pull",
        block=span(cache, around.config),
        limits=OUTSIDE if outside else "",
        unstored=outside,
    )


def paths_of(value: Value | None, around: Around) -> Iterator[Text]:
    """Paths of the project, their variables put in."""
    for item in around.config.lines(value):
        found = text(item, around)
        yield found._replace(value=names.in_project(names.expanded(found.value, around.variables)))


def _untracked(value: Value | None, around: Around) -> Iterator[Text]:
    """`untracked: true` stores every file that git does not track, ignored ones too."""
    if isinstance(value, Held) and isinstance(value.node, yaml.Scalar) and yaml.truthy(value.node):
        yield text(value, around)._replace(value=EVERYTHING_UNTRACKED, start=UNPLACED, end=UNPLACED)


def _key(key: Value | None, cache: Value, around: Around) -> Key:
    """A key: a string, or the hash of files behind a prefix. Without one it is a constant word."""
    if isinstance(key, Held) and isinstance(key.node, yaml.Scalar) and not yaml.is_null(key.node):
        written = text(key, around)
        return Key(written, _parts(written.value, around))
    if key is not None and is_map(key):
        return _from_files(key, around)
    return Key(Text(DEFAULT_KEY, location(cache, around)), (KeyPart(PartKind.WORD, DEFAULT_KEY),))


def _parts(written: str, around: Around) -> tuple[KeyPart, ...]:
    return tuple(islice(names.parts(written, around.variables, around.matrix), MOST_PARTS))


def _from_files(key: Value, around: Around) -> Key:
    held = children(key)
    prefix = text_of(around.config.resolved(held.get("prefix")))
    listed = held.get("files", held.get("files_commits"))
    files = tuple(text_of(item) for item in around.config.lines(listed))
    found = _parts(prefix, around)
    start, end = span(key, around.config)
    written = Text("-".join(filter(None, (prefix, *files))) or DEFAULT_KEY, location(key, around), start, end)
    if not files:
        return Key(written, (*found, KeyPart(PartKind.WORD, DEFAULT_KEY)))
    return Key(written, (*found, KeyPart(PartKind.FILES, ", ".join(files), files)), _broken(files))


def _broken(files: tuple[str, ...]) -> str:
    """Why GitLab hashes nothing of these, in words."""
    if len(files) > MOST_FILES:
        return f"GitLab takes at most two files, not {len(files)}"
    if all(name.startswith("./") for name in files):
        return "GitLab finds no file by a path that begins with ./"
    return ""


def artifacts(job: Mapping[str, Value], around: Around) -> Iterator[Artifacts]:
    """What a job hands on, if it does."""
    value = around.config.resolved(job.get("artifacts"))
    held = children(value)
    paths = (*paths_of(held.get("paths"), around), *_untracked(held.get("untracked"), around))
    if value is not None and paths:
        excluded = tuple(paths_of(held.get("exclude"), around))
        yield Artifacts(location(value, around), paths, excluded, span(value, around.config))
