"""A workflow's jobs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from kempt.formats import yaml
from kempt.model.finding import Location
from kempt.model.pipeline import Job, Step, Text, Variable
from kempt.providers.github import conditions
from kempt.providers.github.actions import VERSIONED
from kempt.providers.github.local import Library
from kempt.providers.github.machine import BY_HAND, is_release, machine
from kempt.providers.github.matrix import with_matrix
from kempt.providers.github.run import defaults
from kempt.providers.github.scope import Scope, places
from kempt.providers.github.sources import Source, With, merged, variables
from kempt.providers.github.steps import Reading, Setting, Steps

UNTRUSTED = frozenset({"release", "tag", "pull_request_target", "workflow_run"})
"""Events for which setup-uv 10 does not cache unasked."""


class Workflow(NamedTuple):
    """What a workflow's jobs have in common."""

    source: Source
    root: yaml.Node | None
    library: Library
    events: frozenset[str]
    env: Mapping[str, str]
    scope: Scope


class Found(NamedTuple):
    """A job, and what it says that belongs to the pipeline."""

    job: Job
    variables: tuple[Variable, ...] = ()
    pythons: tuple[Text, ...] = ()
    has_git: bool = False


def job(workflow: Workflow, entry: yaml.Entry) -> Found:
    """One job with its steps; one that calls a workflow has none, or an opaque one where that lies elsewhere."""
    source, node = workflow.source, entry.value
    scope, env, named = _environment(workflow, node)
    reads = _read(workflow, node, scope, env)
    uses, steps = tuple(reads.uses), tuple(reads.found)
    condition = yaml.text_of(yaml.get(node, "if"))
    publishes = conditions.publishes(_environment_name(node), uses, steps)
    titles = (yaml.get(node, "name"), yaml.get(workflow.root, "name"))
    names = (entry.key.value, *map(yaml.text_of, titles))
    called = yaml.get(node, "uses")
    calls, pythons = _call(source, node, called, scope) if isinstance(called, yaml.Scalar) else ((), ())
    found = Job(
        entry.key.value,
        Location(source.path, entry.key.line, entry.key.column),
        steps=(*steps, *calls),
        artifacts=tuple(reads.artifacts),
        system=reads.setting.machine.system,
        home=reads.setting.machine.home,
        releases=publishes or is_release(workflow.events) or conditions.only_releases(condition),
        updates=conditions.updates(names, uses, steps, workflow.events),
        hosted=reads.setting.machine.hosted,
        block=(entry.key.start, max(entry.key.end, node.end)),
        image=_image(node),
    )
    return Found(found, (*named, *reads.variables), (*reads.pythons, *pythons), reads.has_git)


def _read(workflow: Workflow, node: yaml.Node, scope: Scope, env: Mapping[str, str]) -> Steps:
    source = workflow.source
    condition = yaml.text_of(yaml.get(node, "if"))
    trusted = bool(workflow.events - UNTRUSTED - BY_HAND) or not workflow.events
    reads = Steps(
        Setting(
            workflow.library,
            machine(node, scope),
            defaults((node, workflow.root)),
            conditions.skips_on_hit(condition),
            yaml.truthy(yaml.get(node, "continue-on-error")),
            caches_by_itself=(trusted or bool(workflow.events & BY_HAND)) and not conditions.only_releases(condition),
        )
    )
    listed = yaml.get(node, "steps")
    if isinstance(listed, yaml.Sequence):
        reads.read(Reading(source, listed.items, (node.start, node.end), env, scope))
    return reads


def _environment(
    workflow: Workflow, node: yaml.Node
) -> tuple[Scope, Mapping[str, str], tuple[Variable, ...]]:  # fmt: skip
    """The names that a job knows, its variables in force, and the variables that it sets itself."""
    source = workflow.source
    scope = with_matrix(workflow.scope, source, node)
    env: Mapping[str, str] = workflow.env
    named: list[Variable] = []
    for each in (yaml.get(node, "env"), yaml.get(node, "container", "env")):
        entries = variables(each, scope.with_env(env))
        named += (Variable(name, source.text(scalar), "job") for name, scalar, _ in entries)
        env = merged(env, {name: value for name, _, value in entries})
    texts = {f"env.{one.name.lower()}": places(one.text, scope) for one in named}
    return scope._replace(texts={**scope.texts, **texts}), env, tuple(named)


def _image(node: yaml.Node) -> str:
    container = yaml.get(node, "container")
    return yaml.text_of(container) or yaml.text_of(yaml.get(container, "image"))


def _environment_name(node: yaml.Node) -> str:
    environment = yaml.get(node, "environment")
    return yaml.text_of(environment) or yaml.text_of(yaml.get(environment, "name"))


def _call(
    source: Source, node: yaml.Node, called: yaml.Scalar, scope: Scope
) -> tuple[tuple[Step, ...], tuple[Text, ...]]:  # fmt: skip
    """What a job does that calls a workflow, and the Pythons that it hands over."""
    given = With(source, yaml.get(node, "with"), scope)
    handed = (text for name in VERSIONED for text in given.versions(name))
    pythons = tuple(place for text in handed for place in places(text, scope))
    if called.value.startswith("./"):
        return (), pythons
    step = Step(source.text(called).location, opaque=called.value.partition("@")[0], block=(node.start, node.end))
    return (step,), pythons
