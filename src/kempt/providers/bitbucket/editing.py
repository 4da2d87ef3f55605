"""Edits of a Bitbucket configuration: a cache is a definition, and a name in the step that uses it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from kempt.formats import yaml
from kempt.model.finding import Replace
from kempt.model.installs import Downloads
from kempt.model.pipeline import UNPLACED, Artifacts, CacheUse, Job, Pipeline, Step, Text
from kempt.model.provider import Edits, Wanted
from kempt.providers.bitbucket.caches import Definition, definitions
from kempt.providers.bitbucket.jobs import MOST_USES
from kempt.providers.bitbucket.starts import starts
from kempt.providers.paths import without_use

LITERAL = re.compile(r"[\w./~@+-]+")
MANIFESTS = re.compile(
    r"(?:.*/)?(?:pyproject\.toml|setup\.(?:py|cfg)|[\w.*-]*(?:requirements|constraints)[\w.*-]*|Pipfile(?:\.lock)?"
    r"|pylock[\w.-]*\.toml|(?:uv|poetry|pdm)\.lock)"
)
"""Files of Python packages, which a key needs no longer where it has the lock."""


class Place(NamedTuple):
    """A step's body in the file's text."""

    document: yaml.Document
    root: yaml.Mapping
    body: yaml.Mapping


def with_cache(pipeline: Pipeline, job: Job, wanted: Wanted) -> Edits:
    """Define the cache where it is not, and name it in the step."""
    place = _place(pipeline, job)
    folders = _folders(job, wanted.downloads)
    if place is None or not folders or not wanted.locks:
        return ()
    names = _names(wanted, folders)
    known = definitions(place.root)
    new = {name: folder for name, folder in zip(names, folders, strict=True) if name not in known}
    listed = yaml.get(place.body, "caches")
    there = {each.value for each in yaml.scalars(listed)}
    missing = [name for name in names if name not in there]
    changes = [*_defined(place, new, wanted)]
    if new and not changes:
        return ()
    if missing and isinstance(listed, yaml.Sequence):
        changes += [yaml.with_item(place.document, listed, name) for name in missing]
    elif missing:
        script = next((entry.key for entry in place.body.entries if entry.key.value == "script"), None)
        if listed is not None or place.body.flow or script is None:
            return ()
        changes.append(_before(place.document, script, ["caches:", *(f"  - {name}" for name in missing)]))
    return _replaced(pipeline, changes)


def with_path(pipeline: Pipeline, job: Job, cache: CacheUse, text: Text, wanted: Wanted) -> Edits:
    """Put the download cache in the place of a definition's folder; of a predefined cache, another in its place."""
    place = _place(pipeline, job)
    folders = _folders(job, wanted.downloads)
    if place is None or not folders:
        return ()
    definition = definitions(place.root).get(cache.name)
    if definition is None:
        return _exchanged(pipeline, job, cache, wanted)
    if definition.path is None or definition.path.start != text.start or len(folders) > 1:
        return ()
    return _replaced(pipeline, (yaml.with_value(definition.path, folders[0], place.document),))


def _exchanged(pipeline: Pipeline, job: Job, cache: CacheUse, wanted: Wanted) -> Edits:
    """Another name in the place of a predefined one, which always stores what it does."""
    place, folders = _place(pipeline, job), _folders(job, wanted.downloads)
    if place is None or len(folders) != 1 or not wanted.locks:
        return ()
    name = _names(wanted, folders)[0]
    scalar = next((each for each in yaml.scalars(yaml.get(place.body, "caches")) if each.start == cache.block[0]), None)
    is_new = name not in definitions(place.root)
    added = tuple(_defined(place, {name: folders[0]}, wanted)) if is_new else ()
    if scalar is None or (is_new and not added):
        return ()
    return _replaced(pipeline, (yaml.with_value(scalar, name, place.document), *added))


def with_key(pipeline: Pipeline, job: Job, cache: CacheUse, wanted: Wanted) -> Edits:
    """Give a definition the hash of the lock; a predefined cache gets a definition of its own name."""
    place = _place(pipeline, job)
    if place is None or not wanted.locks or not cache.paths:
        return ()
    definition = definitions(place.root).get(cache.name)
    if definition is None:
        return _replaced(pipeline, _defined(place, {cache.name: cache.paths[0].value}, wanted))
    if isinstance(definition.files, yaml.Sequence):
        return _replaced(pipeline, _hashing(place.document, definition.files, wanted.locks))
    return _replaced(pipeline, _keyed(place, definition, wanted))


def with_commands(pipeline: Pipeline, job: Job, step: Step | None, commands: tuple[str, ...]) -> Edits:
    """Commands in the script: before those of a step of it, or at its end."""
    place = _place(pipeline, job)
    script = yaml.get(place.body, "script") if place else None
    if place is None or not isinstance(script, yaml.Sequence) or script.flow or not script.items:
        return ()
    index = None
    if step is not None:
        starts_at = [_line_start(pipeline.text, item.start) for item in script.items]
        if step.block[0] not in starts_at:
            return ()
        index = starts_at.index(step.block[0])
    changes = [yaml.with_item(place.document, script, yaml.quoted(each), index=index) for each in commands]
    return _replaced(pipeline, changes)


def without_cache(pipeline: Pipeline, job: Job, cache: CacheUse) -> Edits:
    """The name out of the step's list. What it means stays defined, for other steps."""
    del job
    return without_use(pipeline, cache)


def without_paths(pipeline: Pipeline, artifacts: Artifacts, paths: tuple[str, ...]) -> Edits:
    """What an `upload` leaves out; a plain list of artifacts cannot leave anything out."""
    document = yaml.parse(pipeline.text.encode())
    if isinstance(document, yaml.Unparsable) or not document.roots or artifacts.block[0] == UNPLACED:
        return ()
    for start in islice(starts(document.roots[0]), MOST_USES):
        upload = yaml.get(start.step, "artifacts", "upload")
        for item in upload.items if isinstance(upload, yaml.Sequence) else ():
            if (item.start, item.end) == artifacts.block and isinstance(item, yaml.Mapping) and not item.flow:
                return _replaced(pipeline, _ignoring(document, item, paths))
    return ()


def _ignoring(document: yaml.Document, item: yaml.Mapping, paths: Iterable[str]) -> Iterator[yaml.Change]:
    listed = yaml.get(item, "ignore-paths")
    if isinstance(listed, yaml.Sequence):
        for path in paths:
            yield yaml.with_item(document, listed, yaml.quoted(path))
    elif listed is None:
        yield yaml.with_entry(document, item, "ignore-paths", "".join(f"\n  - {yaml.quoted(path)}" for path in paths))


def _replaced(pipeline: Pipeline, changes: Iterable[yaml.Change]) -> Edits:
    """The edits; insertions at one place are one edit, so that they keep their order."""
    merged = list[yaml.Change]()
    for each in changes:
        if merged and each[:2] == merged[-1][:2] and each.start == each.end:
            merged[-1] = each._replace(text=merged[-1].text + each.text)
        else:
            merged.append(each)
    return tuple(Replace(pipeline.path, each.start, each.end, each.text) for each in merged)


def _line_start(text: str, offset: int) -> int:
    return text.rfind("\n", 0, offset) + 1


def _place(pipeline: Pipeline, job: Job) -> Place | None:
    document = yaml.parse(pipeline.text.encode())
    if isinstance(document, yaml.Unparsable) or not document.roots:
        return None
    root = document.roots[0]
    for start in islice(starts(root), MOST_USES):
        body = start.step
        named = yaml.get(body, "name")
        shown = named if isinstance(named, yaml.Scalar) else start.key
        is_it = (shown.line, shown.column) == (job.location.line, job.location.column)
        if is_it and isinstance(body, yaml.Mapping) and isinstance(root, yaml.Mapping):
            return Place(document, root, body)
    return None


def _folders(job: Job, downloads: Downloads) -> tuple[str, ...]:
    """What to store; Bitbucket's own machines run Linux."""
    variables = next((step.variables for step in job.steps if step.commands), {})
    assigned = {name: value for command in job.commands for name, value in command.assignments}
    known = {**variables, **assigned}
    base = f"{known.get('XDG_CACHE_HOME', '~/.cache')}/{downloads.linux}"
    moved = known.get(downloads.variable, base if job.system == "linux" else "")
    if not LITERAL.fullmatch(moved):
        return ()
    return tuple(f"{moved}/{folder}" for folder in downloads.kept) or (moved,)


def _names(wanted: Wanted, folders: tuple[str, ...]) -> tuple[str, ...]:
    """The name of each cache. It says which Python it is for, because nothing else of the key can."""
    version = wanted.python.replace(".", "")
    name = f"{wanted.manager}-py{version}" if version.isdigit() else wanted.manager
    if len(folders) == 1:
        return (name,)
    return tuple(f"{name}-{folder.rpartition('/')[2]}" for folder in folders)


def _defined(place: Place, new: dict[str, str], wanted: Wanted) -> Iterator[yaml.Change]:
    """One change that defines caches, ahead of a key and as if that were replaced.

    So two that define the same overlap, and one of them waits; and it meets no insertion at the end of a list.
    """
    caches = [line for name, folder in new.items() for line in (f"{name}:", *_indented(_definition(folder, wanted)))]
    defined = yaml.get(place.root, "definitions")
    known = yaml.get(defined, "caches")
    if not caches:
        return
    if known is not None:
        target, lines = known, caches
    elif defined is not None:
        target, lines = defined, ["caches:", *_indented(caches)]
    else:
        target, lines = place.root, ["definitions:", *_indented(["caches:", *_indented(caches)])]
    if not isinstance(target, yaml.Mapping) or target.flow or not target.entries:
        return
    keys = [entry.key for entry in target.entries]
    at = next((key for key in keys if defined is None and key.value == "pipelines"), keys[0])
    yield _before(place.document, at, lines)


def _before(document: yaml.Document, key: yaml.Scalar, lines: Iterable[str]) -> yaml.Change:
    """Lines ahead of an entry and of the comment right above it, unless that is what the file begins with."""
    text, margin = document.text, yaml.indent_of(document, key)
    end = "\r\n" if "\r\n" in text else "\n"
    start = at = key.start
    while (line := _line_start(text, at)) > 0:
        above = _line_start(text, line - 1)
        if text[line:at].strip() or not text.startswith(f"{margin}#", above):
            start = at
            break
        at = above + len(margin)
    body = "".join(f"{line}{end}{margin}" for line in lines)
    return yaml.Change(start, key.end, body + text[start : key.end])


def _definition(folder: str, wanted: Wanted) -> tuple[str, ...]:
    files = (f"    - {yaml.quoted(lock)}" for lock in wanted.locks)
    return ("key:", "  files:", *files, f"path: {yaml.quoted(folder)}")


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"  {line}" for line in lines]


def _keyed(place: Place, definition: Definition, wanted: Wanted) -> Iterator[yaml.Change]:
    """A definition that is only a folder, or has no files in its key, with the hash of the lock."""
    value, document = definition.value, place.document
    if isinstance(value, yaml.Scalar) and value.start > definition.key.start:
        margin = yaml.indent_of(document, definition.key)
        end = "\r\n" if "\r\n" in document.text else "\n"
        lines = _definition(value.value, wanted)
        before = document.text[definition.key.end : value.start]
        if not before.strip(": "):
            body = "".join(f"{end}{margin}  {line}" for line in lines)
            yield yaml.Change(definition.key.end, value.end, f":{body}")
    elif isinstance(value, yaml.Mapping) and not value.flow and yaml.get(value, "key") is None:
        files = "".join(f"\n    - {yaml.quoted(lock)}" for lock in wanted.locks)
        yield yaml.with_entry(document, value, "key", f"\n  files:{files}")


def _hashing(document: yaml.Document, files: yaml.Sequence, locks: tuple[str, ...]) -> Iterator[yaml.Change]:
    """The locks in the place of other files of Python packages; those of other tools stay."""
    present = {each.value.removeprefix("./") for each in yaml.scalars(files)}
    missing = [lock for lock in locks if lock not in present]
    for item in yaml.scalars(files):
        if missing and item.value.removeprefix("./") not in locks and MANIFESTS.fullmatch(item.value):
            yield yaml.with_value(item, missing.pop(0), document)
    for lock in missing:
        yield yaml.with_item(document, files, yaml.quoted(lock))
