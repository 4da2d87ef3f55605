"""Azure Pipelines: files by the usual names, with the templates of the same repository."""

from __future__ import annotations

from collections.abc import Iterable

from kempt.formats import yaml
from kempt.model.pipeline import Pipeline
from kempt.model.provider import Files, Provider, Read
from kempt.model.repo import Fault
from kempt.providers import CONCERNED
from kempt.providers.azure import edits
from kempt.providers.azure.files import Library, paths, used
from kempt.providers.azure.jobs import Jobs
from kempt.providers.azure.template import Source

WORTH_READING = (*CONCERNED, b"template")
"""A file that only names templates concerns Python where these do."""


def read(files: Files, paths: Iterable[str]) -> Read:
    """The pipelines among these files, with their templates, and what could not be read."""
    pipelines: list[Pipeline] = []
    faults: dict[Fault, None] = {}
    named = tuple(paths)
    templates = used(files, named)
    for path in named:
        content = files.read(path)
        if path in templates or content is None or not any(word in content for word in WORTH_READING):
            continue
        library = Library(files)
        source = library.source(path)
        if source is not None:
            pipelines.append(_pipeline(source, library))
        faults |= dict.fromkeys(library.faults)
    return Read(tuple(pipelines), tuple(faults))


def _pipeline(source: Source, library: Library) -> Pipeline:
    reader = Jobs(source, library)
    jobs = tuple(reader.jobs())
    events = triggers(source)
    if events == {"schedules"}:
        jobs = tuple(job._replace(updates=True) for job in jobs)
    return Pipeline(
        "azure",
        source.path,
        source.document.text,
        jobs=jobs,
        variables=tuple(reader.variables()),
        pythons=reader.pythons(),
        triggers=events,
    )


def triggers(source: Source) -> frozenset[str]:
    """The events that start a pipeline. Where a file is silent, pushes and pull requests do."""
    root = source.document.roots[0] if source.document.roots else None
    usual = {name for name in ("trigger", "pr") if yaml.text_of(yaml.get(root, name)) != "none"}
    return frozenset(usual | ({"schedules"} if yaml.get(root, "schedules") is not None else set()))


PROVIDER = Provider(
    "azure",
    "Azure Pipelines",
    paths,
    read,
    edits.with_cache,
    edits.with_path,
    edits.with_key,
    edits.with_commands,
    edits.without_paths,
    edits.without_cache,
)
