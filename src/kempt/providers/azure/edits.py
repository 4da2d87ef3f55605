"""What kempt writes into a pipeline of Azure: caches, places of caches, commands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kempt.formats import yaml
from kempt.model.pipeline import UNPLACED, Artifacts, CacheUse, Job, Pipeline, Step, Text
from kempt.model.provider import Edits, Wanted
from kempt.providers.azure import keyed
from kempt.providers.azure.keyed import with_key
from kempt.providers.azure.variables import environment_name
from kempt.providers.paths import without_use
from kempt.providers.writing import at, list_with, opened, own, replaces, says

__all__ = ["with_cache", "with_commands", "with_key", "with_path", "without_cache", "without_paths"]

ROOT = "$(Pipeline.Workspace)/.cache"
"""The folder that holds the caches: beside the repository, so that no clean-up takes them away."""

LISTS = ("steps", "jobs", "stages")


def with_cache(pipeline: Pipeline, job: Job, wanted: Wanted) -> Edits:
    """A cache before the step that installs, in a folder that a variable of the job makes the manager's."""
    document = opened(pipeline)
    before = _installs(job, wanted)
    found = document and before and list_with(document, before.block[0])
    body = document and at(document, job.block[0], yaml.Mapping)
    if document is None or not found or body is None or not wanted.locks or found[0].flow:
        return ()
    place, variable = _place(document, body, job, wanted)
    wanted = keyed.with_python(body, wanted)
    steps = [keyed.step(wanted, *each) for each in _places(place, wanted)]
    added = _items(document, found[0], steps, found[1])
    return replaces(pipeline, [*variable, added])


def _installs(job: Job, wanted: Wanted) -> Step | None:
    """The first step that calls the manager."""
    for step in job.steps:
        if any(wanted.manager in word for command in step.commands for word in command.argv[:3]):
            return step if step.own and step.block[0] >= 0 else None
    return None


def _places(place: str, wanted: Wanted) -> Iterator[tuple[str, str]]:
    """Each folder to store, with a word for its key where there are several: a step stores one."""
    kept = wanted.downloads.kept
    for name in kept:
        yield f"{place}/{name}", name
    if not kept:
        yield place, ""


def _place(
    document: yaml.Document, body: yaml.Mapping, job: Job, wanted: Wanted
) -> tuple[str, list[yaml.Change | None]]:
    """Where the downloads are to lie, and the variable that says so, if none does yet."""
    name = wanted.downloads.variable
    if any(name in step.variables for step in job.steps):
        return f"$({name})", []
    place = f"{ROOT}/{wanted.downloads.linux}"
    variables = own(body, "variables")
    if variables is None:
        unsafe = says(body, "variables") or body.flow
        return place, [None if unsafe else _ahead(document, body, name, place)]
    if isinstance(variables, yaml.Sequence):
        item = yaml.with_item(document, variables, f"name: {name}\nvalue: {place}")
        return place, [None if variables.flow else item]
    if not isinstance(variables, yaml.Mapping) or _sets(variables, name):
        return place, [None]
    return place, [yaml.with_entry(document, variables, name, place)]


def _sets(variables: yaml.Mapping, name: str) -> bool:
    return any(environment_name(entry.key.value) == name for entry in variables.entries)


def _ahead(document: yaml.Document, body: yaml.Mapping, name: str, place: str) -> yaml.Change:
    """Variables of their own before the list of steps, jobs or stages, where people look for them."""
    entry = next((each for each in body.entries[1:] if each.key.value in LISTS), None)
    if entry is None:
        return yaml.with_entry(document, body, "variables", f"\n  {name}: {place}")
    text, margin = document.text, yaml.indent_of(document, entry.key)
    line_end = "\r\n" if "\r\n" in text else "\n"
    at = text.rfind("\n", 0, entry.key.start) + 1
    while (above := text.rfind("\n", 0, at - 1) + 1) < at and text.startswith(f"{margin}#", above):
        at = above
    spaced = [""] if not text[text.rfind("\n", 0, at - 1) + 1 : at].strip() else []
    lines = [f"{margin}variables:", f"{margin}  {name}: {place}", *spaced, ""]
    return yaml.Change(at, at, line_end.join(lines))


def _items(document: yaml.Document, sequence: yaml.Sequence, texts: Sequence[str], index: int | None) -> yaml.Change:
    """Items of several lines before another one, or at the end."""
    changes = [yaml.with_item(document, sequence, text, index=index) for text in texts]
    return changes[0]._replace(text="".join(change.text for change in changes))


def with_path(pipeline: Pipeline, job: Job, cache: CacheUse, text: Text, wanted: Wanted) -> Edits:
    """The place of the manager's downloads instead of one that it does not use, or that Azure cannot store."""
    document = opened(pipeline)
    inputs = document and own(at(document, cache.block[0], yaml.Mapping), "inputs")
    body = document and at(document, job.block[0], yaml.Mapping)
    path = own(inputs, "path")
    if document is None or body is None or not isinstance(path, yaml.Scalar) or cache.location.path != pipeline.path:
        return ()
    if text.start not in {path.start, UNPLACED} or any(mark in path.value for mark in ("${{", "|")):
        return ()
    place, variable = _place(document, body, job, wanted)
    first, *others = _places(place, wanted)
    changes: list[yaml.Change | None] = [*variable, yaml.with_value(path, first[0])]
    if others:
        found = list_with(document, cache.block[0])
        after = found and (found[1] + 1 if found[1] + 1 < len(found[0].items) else None)
        steps = [keyed.step(keyed.with_python(body, wanted), *each) for each in others]
        changes.append(_items(document, found[0], steps, after) if found and not found[0].flow else None)
    return replaces(pipeline, changes)


def with_commands(pipeline: Pipeline, job: Job, step: Step | None, commands: tuple[str, ...]) -> Edits:
    """Steps of their own for commands, before a step and in its folder, or after the job's last one."""
    document = opened(pipeline)
    if document is None or not commands:
        return ()
    if step is None:
        steps = own(at(document, job.block[0], yaml.Mapping), "steps")
        if not isinstance(steps, yaml.Sequence) or steps.flow:
            return ()
        return replaces(pipeline, [_items(document, steps, [_script(each, "") for each in commands], None)])
    found = list_with(document, step.block[0])
    if found is None or not step.own or found[0].flow:
        return ()
    folder = own(found[0].items[found[1]], "workingDirectory")
    written = document.text[folder.start : folder.end] if isinstance(folder, yaml.Scalar) else ""
    scripts = [_script(each, written) for each in commands]
    return replaces(pipeline, [None if "\n" in written else _items(document, found[0], scripts, found[1])])


def _script(command: str, folder: str) -> str:
    line = f"script: {yaml.quoted(command)}"
    return f"{line}\nworkingDirectory: {folder}" if folder else line


def without_cache(pipeline: Pipeline, job: Job, cache: CacheUse) -> Edits:
    """No step that caches, where nothing asks whether it found something."""
    del job
    document = opened(pipeline)
    asked = yaml.text_of(own(document and own(at(document, cache.block[0], yaml.Mapping), "inputs"), "cacheHitVar"))
    return () if asked and pipeline.text.count(asked) > 1 else without_use(pipeline, cache)


def without_paths(pipeline: Pipeline, artifacts: Artifacts, excluded: tuple[str, ...]) -> Edits:  # noqa: ARG001
    """Nothing: what Azure leaves out is listed in a file of its own, `.artifactignore`, and not in the pipeline."""
    return ()
