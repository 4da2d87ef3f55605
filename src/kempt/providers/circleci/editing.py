"""Edits of a CircleCI configuration: each is read again from the text, and made only where a job's own list is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from kempt.formats import yaml
from kempt.model.finding import Replace
from kempt.model.pipeline import UNPLACED, Artifacts, CacheUse, Job, Pipeline, Step, Text
from kempt.model.provider import Edits, Wanted
from kempt.providers.circleci import caches
from kempt.providers.circleci.executors import definitions, machine
from kempt.providers.circleci.folders import relative
from kempt.providers.circleci.keys import Known
from kempt.providers.circleci.parameters import EMPTY
from kempt.providers.circleci.rendering import folders, keys, mended
from kempt.providers.circleci.splicing import Place, blocks, spliced
from kempt.providers.circleci.steps import root_of

SECTION = re.compile(r"<<[#^/]")
"""A piece of a key that is there or not as a parameter says: it cannot be moved."""
ANYWHERE = Known(working="~/project", root="~/project")
"""For a key whose files are only told apart by their names."""


class Listed(NamedTuple):
    """The list of steps of a job in the file's text. `working` is the job's working directory, seen from the root."""

    document: yaml.Document
    steps: yaml.Sequence
    working: str


def with_cache(pipeline: Pipeline, job: Job, wanted: Wanted) -> Edits:
    """Restore before the first step that installs, and save after it."""
    listed = _listed(pipeline, job)
    paths = folders(job, wanted.downloads)
    if listed is None or not paths or not wanted.locks:
        return ()
    full, prefix = keys(wanted, listed.working)
    restore = ["restore_cache:", "  keys:", *(f"    - {yaml.quoted(each)}" for each in (full, prefix))]
    saved = [f"    - {yaml.quoted(each)}" for each in paths]
    save = ["save_cache:", f"  key: {yaml.quoted(full)}", "  paths:", *saved]
    at = _installing(listed, pipeline, wanted)
    after = None if at is None or at + 1 >= len(listed.steps.items) else at + 1
    before = _after_checkout(listed.steps) if at is None else at
    if before is None:
        return ()
    changes = (
        yaml.with_item(listed.document, listed.steps, restore, index=before),
        yaml.with_item(listed.document, listed.steps, save, index=after),
    )
    return _replaced(pipeline, changes)


def with_path(pipeline: Pipeline, job: Job, cache: CacheUse, text: Text, wanted: Wanted) -> Edits:
    """Put the download cache in the place of a path; where it is several folders, on lines of their own."""
    found = folders(job, wanted.downloads)
    document = yaml.parse(pipeline.text.encode())
    written = {each.value for each in cache.paths}
    if not found or isinstance(document, yaml.Unparsable) or text.start == UNPLACED:
        return ()
    place = _item_at(document, text.start)
    if place is None:
        return ()
    sequence, index = place
    scalar = sequence.items[index]
    new = [each for each in found if each not in written]
    if not isinstance(scalar, yaml.Scalar):
        return ()
    if not new:
        removed = yaml.without_item(document, sequence, index)
        return _replaced(pipeline, (removed,) if removed else ())
    first = yaml.with_value(scalar, new[0], document)
    end = "\r\n" if "\r\n" in pipeline.text else "\n"
    between = ", " if sequence.flow else f"{end}{yaml.indent_of(document, sequence)}- "
    return _replaced(pipeline, (first._replace(text=between.join([first.text, *map(yaml.quoted, new[1:])])),))


def with_key(pipeline: Pipeline, job: Job, cache: CacheUse, wanted: Wanted) -> Edits:
    """Mend a key wherever it stands: a cache that is restored under another key than it is saved is never found."""
    listed = _listed(pipeline, job)
    if listed is None or cache.key is None or cache.key.text.start == UNPLACED or not wanted.locks:
        return ()
    old = cache.key.text.value
    if SECTION.search(old):
        return ()
    alike = [
        (one.name, use) for one in pipeline.jobs for use in one.all_caches if use.key and use.key.text.value == old
    ]
    if "<<" in wanted.python and {name for name, _ in alike} != {job.name}:
        wanted = wanted._replace(python="")  # a parameter of this job, which the others do not have
    if len({one.image for one in pipeline.jobs if one.name in {name for name, _ in alike}}) > 1:
        wanted = wanted._replace(python="")
    full, prefix = mended(old, ANYWHERE, wanted, listed.working)
    texts = {
        text.start: (text, new)
        for _, use in alike
        if use.key is not None
        for text, new in zip((use.key.text, *use.restore_keys[:1]), (full, prefix), strict=False)
    }
    changes = [
        yaml.with_value(yaml.Scalar(text.value, text.style, text.start, text.end, 0, 0), new, listed.document)
        for text, new in texts.values()
        if text.value != new
    ]
    return _replaced(pipeline, changes)


def with_commands(pipeline: Pipeline, job: Job, step: Step | None, commands: tuple[str, ...]) -> Edits:
    """A step that runs commands, before another or at the end of the job."""
    listed = _listed(pipeline, job)
    if listed is None or not commands or any("<<" in command for command in commands):
        return ()
    index = None
    if step is not None:
        spans = list(blocks(listed.document, listed.steps))
        if step.block not in spans or UNPLACED in step.block:
            return ()
        index = spans.index(step.block)
    several = ["run: |", *(f"  {command}" for command in commands)]
    item = f"run: {yaml.quoted(commands[0])}" if len(commands) == 1 else several
    return _replaced(pipeline, (yaml.with_item(listed.document, listed.steps, item, index=index),))


def without_cache(pipeline: Pipeline, job: Job, cache: CacheUse) -> Edits:
    """Neither the step that saves nor the one that restores; nothing where another job has a cache of this key."""
    listed = _listed(pipeline, job)
    if listed is None or cache.key is None or not cache.paths:
        return ()
    sharing = [one for one in pipeline.jobs if any(caches.same(each, cache) for each in one.all_caches)]
    uses = [each.block for each in job.all_caches if caches.same(each, cache) or each is cache]
    spans = list(blocks(listed.document, listed.steps))
    if any(one.name != job.name for one in sharing) or any(UNPLACED in use or use not in spans for use in uses):
        return ()
    gone = [yaml.without_item(listed.document, listed.steps, spans.index(use)) for use in dict.fromkeys(uses)]
    return _replaced(pipeline, [each for each in gone if each is not None]) if len(spans) > len(gone) else ()


def without_paths(pipeline: Pipeline, artifacts: Artifacts, paths: tuple[str, ...]) -> Edits:
    """Nothing: neither artifacts nor workspaces of CircleCI can leave something out."""
    del pipeline, artifacts, paths
    return ()


def _replaced(pipeline: Pipeline, changes: Iterable[yaml.Change]) -> Edits:
    """The edits; insertions at one place are one edit, so that they keep their order."""
    merged = list[yaml.Change]()
    for each in changes:
        if merged and each[:2] == merged[-1][:2] and each.start == each.end:
            merged[-1] = each._replace(text=merged[-1].text + each.text)
        else:
            merged.append(each)
    return tuple(Replace(pipeline.path, each.start, each.end, each.text) for each in merged)


def _listed(pipeline: Pipeline, job: Job) -> Listed | None:
    """The steps of a job as a block of its own; None where they are an alias, on one line, or an orb's."""
    document = yaml.parse(pipeline.text.encode())
    if isinstance(document, yaml.Unparsable) or not document.roots:
        return None
    root = document.roots[0]
    entry = next((each for each in yaml.entries(yaml.get(root, "jobs")) if each.key.value == job.name), None)
    own = entry.value.entries if entry is not None and isinstance(entry.value, yaml.Mapping) else ()
    steps = next((each for each in own if each.key.value == "steps"), None)
    if entry is None or steps is None or not isinstance(steps.value, yaml.Sequence):
        return None
    if steps.value.flow or not steps.value.items or steps.value.start < steps.key.start:
        return None
    defined = definitions(root)
    runner = machine(entry.value, EMPTY, defined)
    items = (item for item in spliced(steps.value, Place(document, defined.commands, EMPTY)) if item is not None)
    working = relative(runner.working, root_of(items, runner))
    return None if working is None else Listed(document, steps.value, working)


def _installing(listed: Listed, pipeline: Pipeline, wanted: Wanted) -> int | None:
    """The first item that installs with the manager, itself or in a command that it calls."""
    pattern = re.compile(rf"\b{re.escape(wanted.manager)}\b[^\n]*\b(?:install|sync)\b")
    root = listed.document.roots[0]
    for index, item in enumerate(listed.steps.items):
        name = item.value if isinstance(item, yaml.Scalar) else next((key.value for key, _ in yaml.entries(item)), "")
        for node in (item, yaml.get(root, "commands", name)):
            if node is not None and pattern.search(pipeline.text, node.start, node.end):
                return index
    return None


def _after_checkout(steps: yaml.Sequence) -> int | None:
    for index, item in enumerate(steps.items[:-1]):
        name = item.value if isinstance(item, yaml.Scalar) else next((key.value for key, _ in yaml.entries(item)), "")
        if name == "checkout":
            return index + 1
    return None


def _item_at(document: yaml.Document, start: int) -> tuple[yaml.Sequence, int] | None:
    """The list, and the index in it, of the scalar that begins at an offset."""
    waiting = list(document.roots)
    while waiting:
        node = waiting.pop()
        if isinstance(node, yaml.Mapping):
            waiting += [entry.value for entry in node.entries if entry.value.start <= start < entry.value.end]
        elif isinstance(node, yaml.Sequence):
            for index, item in enumerate(node.items):
                if item.start == start and isinstance(item, yaml.Scalar):
                    return node, index
                if item.start <= start < item.end:
                    waiting.append(item)
    return None
