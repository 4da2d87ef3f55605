"""Who runs the jobs: the workflows, with the arguments, the triggers and the filters of each use."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kempt.formats import yaml
from kempt.providers.circleci.parameters import EMPTY, Bound, Scope, bound

ON_TAG = re.compile(r"pipeline\.git\.tag\b")
ON_SCHEDULE = re.compile(r"scheduled_pipeline|pipeline\.schedule\.")
EVERY_BRANCH = re.compile(r"/\^?\.\*\$?/")


class Use(NamedTuple):
    """A job in a workflow. `key` is the scalar that names it. `for_tags`: it runs for tags and for nothing else."""

    job: str
    key: yaml.Scalar
    arguments: yaml.Node | None
    triggers: frozenset[str] = frozenset()
    for_tags: bool = False


def uses(document: yaml.Document, root: yaml.Node | None) -> Iterator[Use]:
    """All uses of jobs, in the order of the file."""
    for _, workflow in yaml.entries(yaml.get(root, "workflows")):
        condition = _written(document, yaml.get(workflow, "when"))
        triggers = set[str]()
        if yaml.get(workflow, "triggers") is not None or ON_SCHEDULE.search(condition):
            triggers.add("schedule")
        for_tags = bool(ON_TAG.search(condition)) and "not" not in condition.replace(":", " ").split()
        jobs = yaml.get(workflow, "jobs")
        for item in jobs.items if isinstance(jobs, yaml.Sequence) else ():
            yield from _use(document, item, triggers, for_tags=for_tags)


def _use(document: yaml.Document, item: yaml.Node, triggers: set[str], *, for_tags: bool) -> Iterator[Use]:
    if isinstance(item, yaml.Scalar):
        yield Use(item.value, item, None, frozenset(triggers or {"push"}), for_tags)
        return
    for key, arguments in yaml.entries(item)[:1]:
        if yaml.text_of(yaml.get(arguments, "type")) == "approval":
            continue
        filters = yaml.get(arguments, "filters")
        only = for_tags or _is_for_tags(document, filters)
        found = triggers or ({"tag"} if only else {"push"})
        if yaml.get(filters, "tags") is not None:
            found = found | {"tag"}
        yield Use(key.value, key, arguments, frozenset(found), only)


def _is_for_tags(document: yaml.Document, filters: yaml.Node | None) -> bool:
    if isinstance(filters, yaml.Scalar):  # an expression
        return bool(ON_TAG.match(_written(document, filters).strip("\"' ")))
    ignored = yaml.scalars(yaml.get(filters, "branches", "ignore"))
    return yaml.get(filters, "tags") is not None and any(EVERY_BRANCH.fullmatch(each.value) for each in ignored)


def _written(document: yaml.Document, node: yaml.Node | None) -> str:
    return document.text[node.start : node.end] if node is not None else ""


def scope(definition: yaml.Node | None, found: Sequence[Use]) -> Scope:
    """The parameters of a job that have one value in all its uses."""
    values = dict[str, Bound]()
    for name, parameter in yaml.entries(yaml.get(definition, "parameters")):
        default = yaml.get(parameter, "default")
        given = [_given(use, name.value, default) for use in found] or [default]
        if (first := given[0]) is None or any(each is None or not _same(each, first) for each in given):
            continue
        values[name.value] = bound(first, EMPTY)
    return Scope(values)


def _given(use: Use, name: str, default: yaml.Node | None) -> yaml.Node | None:
    """The argument of one use; None where a matrix gives several."""
    varied = yaml.get(use.arguments, "matrix", "parameters", name)
    if varied is not None:
        single = varied.items if isinstance(varied, yaml.Sequence) else ()
        return single[0] if len(single) == 1 else None
    argument = yaml.get(use.arguments, name)
    return default if argument is None else argument


def _same(one: yaml.Node, other: yaml.Node) -> bool:
    both_text = isinstance(one, yaml.Scalar) and isinstance(other, yaml.Scalar)
    return one is other or (both_text and yaml.text_of(one) == yaml.text_of(other))
