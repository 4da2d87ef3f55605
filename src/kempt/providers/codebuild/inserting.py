"""Edits of what a build runs and hands on: more commands, and patterns of what artifacts leave out."""

from __future__ import annotations

from kempt.formats import yaml
from kempt.model.pipeline import Artifacts, Job, Pipeline, Step
from kempt.model.provider import Edits
from kempt.providers.codebuild.caches import EXCLUDED, OUTPUTS, base_of
from kempt.providers.codebuild.editing import Opened, opened
from kempt.providers.codebuild.phases import LISTS, PHASES
from kempt.providers.codebuild.spans import own


def with_commands(pipeline: Pipeline, job: Job, step: Step | None, commands: tuple[str, ...]) -> Edits:
    """Run commands before those of a phase, or as the last ones of `post_build`."""
    spec = opened(pipeline, job)
    phases = own(spec.root, "phases") if spec else None
    if (
        spec is None
        or phases is None
        or not isinstance(phases.value, yaml.Mapping)
        or phases.value.flow
        or not commands
    ):
        return ()
    name, _, kind = step.name.partition(" ") if step else (PHASES[-1], "", "")
    kind = kind or LISTS[0]
    phase = own(phases.value, name)
    inner = spec.mapped([(kind, spec.listed(commands))])
    if phase is None:
        known = any(each.key.value == name for each in yaml.entries(phases.value))
        change = None if known or step else yaml.with_entry(spec.document, phases.value, name, inner)
        return spec.edits([change] if change else [])
    if yaml.is_null(phase.value):
        return spec.edits([spec.instead(phase, phases.value, inner)])
    return spec.edits(_in_phase(spec, phase, kind, commands, first=step is not None))


def without_paths(pipeline: Pipeline, artifacts: Artifacts, patterns: tuple[str, ...]) -> Edits:
    """Leave out what patterns match, which are relative to the source's folder."""
    found = next(
        (found for job in pipeline.jobs if artifacts in job.artifacts and (found := opened(pipeline, job))), None
    )
    entry = own(found.root, "artifacts") if found else None
    if found is None or entry is None:
        return ()
    secondary = own(entry.value, OUTPUTS)
    for each in (entry, *(yaml.entries(secondary.value) if secondary else ())):
        here = (each.key.line, each.key.column) == (artifacts.location.line, artifacts.location.column)
        if here and isinstance(each.value, yaml.Mapping):
            base = base_of(each.value)
            return found.edits(found.added(each.value, EXCLUDED, [one.removeprefix(base) for one in patterns]))
    return ()


def _in_phase(
    spec: Opened, phase: yaml.Entry, kind: str, commands: tuple[str, ...], *, first: bool
) -> list[yaml.Change]:
    """Commands at the start or at the end of a list of a phase; the list is made if it is missing."""
    node, listed = phase.value, own(phase.value, kind)
    if not isinstance(node, yaml.Mapping) or not node.entries:
        return []
    if listed is None:
        known = any(each.key.value == kind for each in yaml.entries(node))
        value = spec.listed(commands, flow=node.flow)
        return [] if known else [yaml.with_entry(spec.document, node, kind, value, first=kind == LISTS[0])]
    if not isinstance(listed.value, yaml.Sequence):
        return (
            [spec.instead(listed, node, spec.listed(commands))] if yaml.is_null(listed.value) and not node.flow else []
        )
    index = 0 if first else None
    return [yaml.with_item(spec.document, listed.value, yaml.quoted(each), index=index) for each in commands]
