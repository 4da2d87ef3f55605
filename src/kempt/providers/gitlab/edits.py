"""What kempt writes into a `.gitlab-ci.yml`: caches, places of caches, commands, exclusions."""

from __future__ import annotations

from collections.abc import Sequence

from kempt.formats import yaml
from kempt.formats.yaml.layout import line_break, line_end, parts
from kempt.model.pipeline import Artifacts, CacheUse, Job, Pipeline, Step, Text
from kempt.model.provider import Edits, Wanted
from kempt.providers.gitlab import names
from kempt.providers.gitlab.keyed import wish, with_key
from kempt.providers.gitlab.scopes import holder, root_of
from kempt.providers.paths import without_use
from kempt.providers.writing import at, is_bare, list_with, opened, own, own_entry, replaces, says, with_items

__all__ = ["with_cache", "with_commands", "with_key", "with_path", "without_cache", "without_paths"]

MOST_CACHES = 4
"""How many caches a job may have."""


def with_cache(pipeline: Pipeline, job: Job, wanted: Wanted) -> Edits:
    """A cache for a job that has none, in a folder of the project, where the manager is told to put its downloads."""
    document = opened(pipeline)
    body = document and _body(document, job)
    if document is None or body is None or body.flow or _inherits_cache(body, job):
        return ()
    wished = wish(document, job, body, wanted)
    if wished is None:
        return ()
    folder, variable = _folder(document, body, job, wanted)
    places = "".join(f"\n    - {yaml.quoted(place)}" for place in _places(folder, wanted))
    cache = f"\n  key:{_deeper(wished.block())}\n  paths:{places}"
    present = own(body, "cache")
    if present is None:
        return replaces(pipeline, [*variable, yaml.with_entry(document, body, "cache", cache)])
    if not isinstance(present, yaml.Sequence) or present.flow or len(present.items) >= MOST_CACHES:
        return ()
    item = f"key:{wished.block()}\npaths:{places.replace(chr(10) + '  ', chr(10))}"
    return replaces(pipeline, [yaml.with_item(document, present, item), *variable])


def _inherits_cache(body: yaml.Mapping, job: Job) -> bool:
    """Whether a cache of the job's own would take the place of one that comes from elsewhere."""
    return own(body, "cache") is None and (bool(job.caches) or says(body, "cache"))


def _deeper(text: str) -> str:
    return text.replace("\n", "\n  ")


def _body(document: yaml.Document, job: Job) -> yaml.Mapping | None:
    """The map of a job in the pipeline's own file."""
    root = root_of(document)
    for entry in root.entries if isinstance(root, yaml.Mapping) else ():
        if entry.key.start == job.block[0] and isinstance(entry.value, yaml.Mapping):
            return entry.value
    return None


def _places(folder: str, wanted: Wanted) -> list[str]:
    """The folders to store: the whole cache, or those of its folders that hold downloads."""
    return [f"{folder}/{name}" for name in wanted.downloads.kept] or [folder]


def _folder(
    document: yaml.Document, scope: yaml.Mapping, job: Job, wanted: Wanted
) -> tuple[str, list[yaml.Change | None]]:
    """Where the downloads are to lie, relative to the project, and the variable that says so, if it does not yet.

    It may end the map it goes into, so that it is written after what ends there too and lies deeper.
    """
    variable = wanted.downloads.variable
    said = next((step.variables[variable] for step in reversed(job.steps) if variable in step.variables), "")
    folder = names.in_project(names.expanded(said, job.steps[-1].variables if job.steps else {}))
    if said and "$" not in folder and not names.is_outside(folder):
        return folder, []
    folder = f".cache/{wanted.downloads.linux}"
    value = f"$CI_PROJECT_DIR/{folder}"
    variables = own(scope, "variables")
    if variables is None:
        top = scope is root_of(document)
        new = _variables(document, scope, f"{variable}: {value}", top=top)
        return folder, [None if says(scope, "variables") or scope.flow else new]
    present = own(variables, variable)
    if isinstance(present, yaml.Scalar):
        return folder, [yaml.with_value(present, value, document)]
    if not isinstance(variables, yaml.Mapping) or says(variables, variable):
        return folder, [None]
    return folder, [yaml.with_entry(document, variables, variable, value)]


def _variables(document: yaml.Document, scope: yaml.Mapping, variable: str, *, top: bool) -> yaml.Change:
    """Variables of a job at its end, of the whole file as its first entry.

    Where a comment stands right above the first one, they are the second: nothing may come between the two.
    """
    above = document.text[: scope.start].rstrip(" ").splitlines()[-1:]
    if not (top and above and above[0].lstrip("\ufeff").startswith("#")):
        return yaml.with_entry(document, scope, "variables", f"\n  {variable}", first=top)
    at = line_end(document.text, parts(document, scope)[0].end)
    end = line_break(document.text)
    return yaml.Change(at, at, f"{end}variables:{end}  {variable}")


def with_path(pipeline: Pipeline, job: Job, cache: CacheUse, text: Text, wanted: Wanted) -> Edits:
    """The place of the manager's downloads instead of one that it does not use, or that GitLab cannot store."""
    document = opened(pipeline)
    found = document and list_with(document, text.start)
    scope = document and holder(document, text.start)
    if document is None or found is None or scope is None or text.location.path != pipeline.path:
        return ()
    sequence, index = found
    folder, variable = _folder(document, scope, job, wanted)
    places = _places(folder, wanted)
    scalar = sequence.items[index]
    if not isinstance(scalar, yaml.Scalar):
        return ()
    if set(places) <= {yaml.text_of(item) for item in sequence.items if item is not scalar}:
        return replaces(pipeline, [yaml.without_item(document, sequence, index), *variable])
    if _is_shared(pipeline, cache) and "cache" in text.value and not names.is_outside(text.value):
        return replaces(pipeline, [with_items(document, sequence, map(yaml.quoted, places)), *variable])
    changes: list[yaml.Change | None] = [yaml.with_value(scalar, places[0], document)]
    if places[1:]:
        after = index + 1 if index + 1 < len(sequence.items) else None
        changes.append(with_items(document, sequence, map(yaml.quoted, places[1:]), after))
    return replaces(pipeline, [*changes, *variable])


def _is_shared(pipeline: Pipeline, cache: CacheUse) -> bool:
    """Whether another job, of another manager perhaps, has the very same cache."""
    uses = sum(each.location == cache.location for job in pipeline.jobs for each in job.caches)
    return uses > 1


def with_commands(pipeline: Pipeline, job: Job, step: Step | None, commands: tuple[str, ...]) -> Edits:
    """Commands before the line of a script, or after the last one of the job's own."""
    document = opened(pipeline)
    if document is None or not commands:
        return ()
    lines = [yaml.quoted(command) for command in commands]
    if step is None:
        body = _body(document, job)
        script = own(body, "script")
        if isinstance(script, yaml.Sequence):
            return replaces(pipeline, [with_items(document, script, lines)])
        return _as_list(pipeline, document, body, "script", after=lines)
    return _before(pipeline, document, step, lines) if step.own and step.script is not None else ()


def _before(pipeline: Pipeline, document: yaml.Document, step: Step, lines: list[str]) -> Edits:
    assert step.script is not None  # noqa: S101 - the caller looks
    found = list_with(document, step.script.start)
    if found is not None:
        return replaces(pipeline, [with_items(document, found[0], lines, found[1])])
    scope = holder(document, step.script.start)
    entry = own_entry(scope, step.name)
    if entry is None or entry.value.start != step.script.start:
        return ()
    return _as_list(pipeline, document, scope, step.name, before=lines)


def _as_list(
    pipeline: Pipeline,
    document: yaml.Document,
    scope: yaml.Mapping | None,
    key: str,
    *,
    before: Sequence[str] = (),
    after: Sequence[str] = (),
) -> Edits:
    """A script of one line as a list, with others around it."""
    entry = own_entry(scope, key)
    if scope is None or entry is None or not isinstance(entry.value, yaml.Scalar) or yaml.is_null(entry.value):
        return ()
    written = document.text[entry.value.start : entry.value.end]
    if "\n" in written or not is_bare(document, entry.key, entry.value):
        return ()
    lines = (*before, written, *after)
    line_end = "\r\n" if "\r\n" in document.text else "\n"
    margin = yaml.indent_of(document, entry.key)
    text = f" [{', '.join(lines)}]" if scope.flow else "".join(f"{line_end}{margin}  - {line}" for line in lines)
    return replaces(pipeline, [yaml.Change(entry.key.end, entry.value.end, f":{text}")])


def without_cache(pipeline: Pipeline, job: Job, cache: CacheUse) -> Edits:
    """No cache: the entry gone, or the item of a list of several."""
    del job
    return without_use(pipeline, cache)


def without_paths(pipeline: Pipeline, artifacts: Artifacts, excluded: tuple[str, ...]) -> Edits:
    """Patterns that a job's artifacts leave out."""
    document = opened(pipeline)
    found = document and at(document, artifacts.block[0], yaml.Mapping)
    if document is None or found is None or artifacts.location.path != pipeline.path or not excluded:
        return ()
    patterns = [yaml.quoted(pattern) for pattern in excluded]
    present = own(found, "exclude")
    if isinstance(present, yaml.Sequence):
        return replaces(pipeline, [with_items(document, present, patterns)])
    if says(found, "exclude"):
        return ()
    listed = "".join(f"\n  - {pattern}" for pattern in patterns)
    value = f"[{', '.join(patterns)}]" if found.flow else listed
    return replaces(pipeline, [yaml.with_entry(document, found, "exclude", value)])
