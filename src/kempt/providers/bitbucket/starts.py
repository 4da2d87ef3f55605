"""What starts a step: Bitbucket's pipelines by start condition, with the stages and parallel groups in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kempt.formats import yaml

BY_NAME = ("branches", "pull-requests", "tags", "bookmarks", "custom")
"""Start conditions that hold a pipeline for each pattern or name; `default` is one itself."""
_NOTHING = yaml.Scalar("", "", -1, -1, 1, 1)
DEEPEST = 3
"""A stage can hold a parallel group, and that its steps."""


class Start(NamedTuple):
    """A step where it is used. `event` is the start condition, `variables` are those that a person may set."""

    key: yaml.Scalar
    step: yaml.Node
    event: str
    variables: yaml.Node | None = None
    condition: str = ""


def starts(root: yaml.Node | None) -> Iterator[Start]:
    """All uses of steps, in the order of the file; a step behind an anchor comes once for each use."""
    pipelines = yaml.get(root, "pipelines")
    yield from _listed(yaml.get(pipelines, "default"), "default")
    for event in BY_NAME:
        for _, pipeline in yaml.entries(yaml.get(pipelines, event)):
            yield from _listed(pipeline, event)
    for _, pipeline in yaml.entries(yaml.get(root, "definitions", "pipelines")):
        yield from _listed(pipeline, "custom")


def _listed(pipeline: yaml.Node | None, event: str) -> Iterator[Start]:
    items = pipeline.items if isinstance(pipeline, yaml.Sequence) else ()
    variables = next((value for item in items if (value := yaml.get(item, "variables")) is not None), None)
    for item in items:
        yield from _item(item, Start(_NOTHING, item, event, variables), 0)


def _item(item: yaml.Node, around: Start, depth: int) -> Iterator[Start]:
    for key, value in yaml.entries(item):
        if key.value == "step":
            yield around._replace(key=key, step=value)
        elif key.value in {"parallel", "stage"} and depth < DEEPEST:
            inner = value if isinstance(value, yaml.Sequence) else yaml.get(value, "steps")
            condition = around.condition or condition_of(value)
            for each in inner.items if isinstance(inner, yaml.Sequence) else ():
                yield from _item(each, around._replace(condition=condition), depth + 1)


def condition_of(step: yaml.Node) -> str:
    """When a step or a stage runs at all, in words; "" for always."""
    found = []
    changed = yaml.scalars(yaml.get(step, "condition", "changesets", "includePaths"))
    if changed:
        found.append("changes in " + ", ".join(each.value for each in changed)[:200])
    if yaml.text_of(yaml.get(step, "trigger")) == "manual":
        found.append("manual")
    return "; ".join(found)
