"""Workflow files to pipelines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from kempt.formats import yaml
from kempt.model.listing import Listing
from kempt.model.pipeline import UNPLACED, Pipeline, Text, Variable
from kempt.model.provider import Files, Read
from kempt.model.repo import Fault
from kempt.providers import CONCERNED
from kempt.providers.github.jobs import Found, Workflow, job
from kempt.providers.github.local import STEPS_LIMIT, Library
from kempt.providers.github.machine import triggers
from kempt.providers.github.scope import Scope, places
from kempt.providers.github.sources import Source, variables

NAME = "github"
FOLDER = ".github/workflows"
ENDINGS = (".yml", ".yaml")
INTERPRETER = frozenset({"UV_PYTHON"})
"""Variables that name a version of Python wherever they are set."""


def paths(listing: Listing) -> tuple[str, ...]:
    """The workflows: GitHub reads the files of one folder, and none below it."""
    found = listing.paths(*listing.span(FOLDER))
    return tuple(path for path in found if path.endswith(ENDINGS) and path.count("/") == FOLDER.count("/") + 1)


def read(files: Files, wanted: Iterable[str]) -> Read:
    """A pipeline for each workflow that has something to do with Python."""
    library = Library(files)
    pipelines: list[Pipeline] = []
    faults: list[Fault] = []
    for path in wanted:
        content = files.read(path)
        concerned = content is not None and any(word in content for word in CONCERNED)
        if content is None or not (concerned or _is_local(content)):
            continue
        parsed = yaml.parse(content)
        if isinstance(parsed, yaml.Unparsable) and concerned:
            faults.append(Fault("KPT002", PurePosixPath(path), parsed.message, parsed.line))
        elif isinstance(parsed, yaml.Document):
            library.steps_left = STEPS_LIMIT
            pipelines.append(_pipeline(Source(PurePosixPath(path), parsed), library))
    return Read(tuple(pipelines), (*faults, *library.faults))


def _is_local(content: bytes) -> bool:
    """Whether a workflow uses what lies in the repository: that may have to do with Python where it has not itself."""
    return b"./" in content and b"uses" in content


def _pipeline(source: Source, library: Library) -> Pipeline:
    root = source.document.roots[0] if source.document.roots else None
    on = next((found for key in ("on", "true", "True", "ON", "On") if (found := yaml.get(root, key)) is not None), None)
    scope = Scope(texts=dict(_defaults(source, on)))
    entries = variables(yaml.get(root, "env"), scope)
    named = tuple(Variable(name, source.text(scalar), "pipeline") for name, scalar, _ in entries)
    scope = scope._replace(texts={**scope.texts, **{f"env.{one.name.lower()}": (one.text,) for one in named}})
    env = {name: value for name, _, value in entries}
    workflow = Workflow(source, root, library, triggers(on), env, scope)
    every_job = [job(workflow, entry) for entry in yaml.entries(yaml.get(root, "jobs"))]
    every = (*named, *(variable for one in every_job for variable in one.variables))
    return Pipeline(
        NAME,
        source.path,
        source.document.text,
        jobs=tuple(one.job for one in every_job),
        variables=every,
        pythons=tuple(_pythons(source, every_job, every, scope)),
        triggers=workflow.events,
        has_git=True if any(one.has_git for one in every_job) else None,
    )


def _defaults(source: Source, on: yaml.Node | None) -> Iterator[tuple[str, tuple[Text, ...]]]:
    """Where the inputs of a workflow have their defaults."""
    for event in ("workflow_dispatch", "workflow_call"):
        for entry in yaml.entries(yaml.get(on, event, "inputs")):
            default = yaml.get(entry.value, "default")
            if isinstance(default, yaml.Scalar):
                name = entry.key.value.lower()
                yield f"inputs.{name}", (source.text(default),)
                yield f"github.event.inputs.{name}", (source.text(default),)


def _pythons(source: Source, found: list[Found], every: Iterable[Variable], scope: Scope) -> Iterator[Text]:
    """Each version at a place once; what stands in another file has no offsets in this one."""
    seen = set[tuple[object, ...]]()
    named = (place for one in every if one.name in INTERPRETER for place in places(one.text, scope))
    for text in (*(text for one in found for text in one.pythons), *named):
        if (text.location, text.value) not in seen:
            seen.add((text.location, text.value))
            own = text.location.path == source.path
            yield text if own else text._replace(start=UNPLACED, end=UNPLACED)
