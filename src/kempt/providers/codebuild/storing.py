"""Edits of what a build stores: the cache, its paths, and a key that follows the lock.

A key may hold commands in `$(…)` (AWS's user guide, "Generate dynamic keys"), so the machine is asked for its
architecture; the Python is not installed yet when the cache is restored, so its version is written out.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping

from kempt.formats import yaml
from kempt.model.finding import Replace
from kempt.model.pipeline import CacheUse, Job, PartKind, Pipeline, Text
from kempt.model.provider import Edits, Wanted
from kempt.providers.codebuild.buildspec import variables_of
from kempt.providers.codebuild.caches import EVERYTHING
from kempt.providers.codebuild.editing import Opened, opened
from kempt.providers.codebuild.keys import HASH
from kempt.providers.codebuild.spans import own
from kempt.providers.writing import counted

SOURCE = re.compile(r"(?:\$CODEBUILD_SRC_DIR|\$\{CODEBUILD_SRC_DIR\})(?:/|$)")
HOME = re.compile(r"(?:~|\$HOME|\$\{HOME\})(?=/|$)")
PYTHON = re.compile(r"[0-9]+\.[0-9]+(?:\.[0-9]+)?|\$\w+|\$\{\w+\}")
MANIFEST = re.compile(r"(?:.*/)?(?:pyproject\.toml|setup\.(?:py|cfg)|Pipfile|.*requirements[^/]*|.*constraints[^/]*)")
LOCKS = re.compile(r"(?:.*/)?(?:uv|poetry|pdm|Pipfile|pixi)\.lock|(?:.*/)?pylock[^/]*\.toml")
DOWNLOADS = frozenset({"pip", "uv", "pypoetry", "pdm", "pipenv"})


def with_cache(pipeline: Pipeline, job: Job, wanted: Wanted) -> Edits:
    """Store the downloads of a manager: an entry `cache`, or what the one that is there lacks."""
    spec, folders = opened(pipeline, job), folders_of(pipeline, job, wanted)
    if spec is None or not folders or not wanted.locks:
        return ()
    held = next((each for each in yaml.entries(spec.root) if each.key.value == "cache"), None)
    entry = own(spec.root, "cache")
    key, prefix = key_for(wanted)
    written = spec.mapped([
        ("key", yaml.quoted(key)), ("fallback-keys", spec.listed([prefix])), ("paths", spec.listed(folders)),
    ])  # fmt: skip
    if held is None:
        return spec.edits([yaml.with_entry(spec.document, spec.root, "cache", written)])
    if entry is not None and yaml.is_null(entry.value):
        return spec.edits([spec.instead(entry, spec.root, written)])
    if entry is None or not isinstance(entry.value, yaml.Mapping) or not entry.value.entries:
        return ()
    paths = spec.added(entry.value, "paths", folders)
    return spec.edits([*_first_key(spec, entry.value, key, prefix), *paths]) if paths else ()


def with_key(pipeline: Pipeline, job: Job, cache: CacheUse, wanted: Wanted) -> Edits:
    """A key that follows the lock, and the files of other languages that the old key follows."""
    spec = opened(pipeline, job)
    entry = own(spec.root, "cache") if spec else None
    if spec is None or entry is None or not isinstance(entry.value, yaml.Mapping) or not wanted.locks:
        return ()
    old = own(entry.value, "key")
    key, prefix = key_for(wanted, _others(cache, wanted), yaml.text_of(old.value) if old else "")
    if old is None or yaml.is_null(old.value):
        return spec.edits(_first_key(spec, entry.value, key, prefix))
    if not isinstance(old.value, yaml.Scalar):
        return ()
    new = yaml.with_value(old.value, key, spec.document)
    return spec.edits([new, *_fallback(spec, entry.value, prefix)])


def with_path(pipeline: Pipeline, job: Job, cache: CacheUse, text: Text, wanted: Wanted) -> Edits:
    """The places of a manager's downloads instead of a path that is stored."""
    spec, folders = opened(pipeline, job), folders_of(pipeline, job, wanted)
    entry = own(spec.root, "cache") if spec else None
    listed = own(entry.value, "paths") if entry else None
    if spec is None or listed is None or not isinstance(listed.value, yaml.Sequence) or not folders:
        return ()
    items = listed.value.items
    index = next((at for at, each in enumerate(items) if each.start == text.start), None)
    held = {each.value for each in cache.paths if each.start != text.start}
    new = [each for each in folders if each not in held]
    if index is None or not isinstance(items[index], yaml.Scalar):
        return ()
    old = items[index]
    if not new:
        gone = yaml.without_item(spec.document, listed.value, index)
        return spec.edits([gone] if gone else [])
    if not isinstance(old, yaml.Scalar) or old.value == new[0]:
        return ()
    more = [yaml.with_item(spec.document, listed.value, yaml.quoted(each)) for each in new[1:]]
    return spec.edits([yaml.with_value(old, new[0], spec.document), *more])


def without_cache(pipeline: Pipeline, job: Job, cache: CacheUse) -> Edits:
    """No `cache`."""
    if opened(pipeline, job) is None or cache.block[0] < 0:
        return ()
    return (Replace(pipeline.path, *cache.block, ""),)


def key_for(wanted: Wanted, others: Iterable[str] = (), old: str = "") -> tuple[str, str]:
    """The key of a cache, and the prefix of the keys that are nearly as good; behind the old one's version word."""
    python = f"py{wanted.python}-" if PYTHON.fullmatch(wanted.python) else ""
    prefix = f"{counted(old)}{wanted.manager}-linux-$(uname -m)-{python}"
    hashed = wanted.locks if python else wanted.hashed
    files = " ".join(shlex.quote(each) for each in dict.fromkeys((*hashed, *others)))
    return f"{prefix}$({HASH} {files})", prefix


def folders_of(pipeline: Pipeline, job: Job, wanted: Wanted) -> tuple[str, ...]:
    """The paths that hold a manager's downloads, as CodeBuild wants them written; none where they are not known."""
    variables = variables_of(job)
    place = _value(pipeline, job, variables, wanted.downloads.variable)
    if wanted.downloads.variable not in variables:
        above = _value(pipeline, job, variables, "XDG_CACHE_HOME") or (f"{job.home}/.cache" if job.home else "")
        place = f"{above}/{wanted.downloads.linux}" if above else ""
    place = place.removeprefix("./").rstrip("/")
    if not place or re.search(r"[$`*~]", place):
        return ()
    return tuple(
        f"{place}/{kept}{EVERYTHING}" if kept else place + EVERYTHING for kept in wanted.downloads.kept or ("",)
    )


def _value(pipeline: Pipeline, job: Job, variables: Mapping[str, str], name: str) -> str:
    """What a variable holds: a shell expands what commands export, nobody what `env` lists, so `$` is a sign there."""
    value = variables.get(name, "")
    if any(each.name == name and each.text.value == value for each in pipeline.variables):
        return value
    value = SOURCE.sub("", value)
    return HOME.sub(job.home, value, count=1) if job.home else value


def _first_key(spec: Opened, node: yaml.Mapping, key: str, prefix: str) -> list[yaml.Change]:
    """A key and what to fall back to, at the start of a cache that has no key."""
    if any(each.key.value == "key" for each in yaml.entries(node)):
        old = own(node, "key")
        if old is None or not yaml.is_null(old.value) or node.flow:
            return []
        return [spec.instead(old, node, " " + yaml.quoted(key)), *_fallback(spec, node, prefix)]
    if own(node, "fallback-keys") or not node.entries:
        return [
            yaml.with_entry(spec.document, node, "key", yaml.quoted(key), first=True),
            *_fallback(spec, node, prefix),
        ]
    between = ", " if node.flow else "\n"
    fallback = spec.listed([prefix], flow=node.flow)
    value = f"{yaml.quoted(key)}{between}fallback-keys:{' ' if node.flow else ''}{fallback}"
    return [yaml.with_entry(spec.document, node, "key", value, first=True)]


def _fallback(spec: Opened, node: yaml.Mapping, prefix: str) -> list[yaml.Change]:
    """Fall back to keys that begin alike, and to no others: whoever names a branch may choose those."""
    entry = own(node, "fallback-keys")
    if entry is None or not isinstance(entry.value, yaml.Sequence):
        return spec.added(node, "fallback-keys", [prefix])
    items = entry.value.items
    wrong = [at for at, each in enumerate(items) if not prefix.startswith(yaml.text_of(each) or "\n")]
    changes = list[yaml.Change]()
    if not any(yaml.text_of(each) == prefix for each in items):
        old = items[wrong[0]] if wrong else None
        if isinstance(old, yaml.Scalar):
            changes.append(yaml.with_value(old, prefix, spec.document))
            wrong = wrong[1:]
        else:
            changes.append(yaml.with_item(spec.document, entry.value, yaml.quoted(prefix), index=0))
    gone = (yaml.without_item(spec.document, entry.value, at) for at in wrong)
    return [*changes, *(each for each in gone if each)]


def _others(cache: CacheUse, wanted: Wanted) -> tuple[str, ...]:
    """Files that the old key follows and the new one has to: all that are not another manifest or lock of Python.

    Where the downloads of another manager of Python are stored as well, its lock stays too.
    """
    if cache.key is None or cache.key.broken:
        return ()
    stored = {name for each in cache.paths for name in each.value.split("/")} & DOWNLOADS
    shared = bool(stored - {wanted.downloads.linux})
    files = (each for part in cache.key.parts if part.kind is PartKind.FILES for each in part.files)
    return tuple(each for each in files if shared or not (MANIFEST.fullmatch(each) or LOCKS.fullmatch(each)))
