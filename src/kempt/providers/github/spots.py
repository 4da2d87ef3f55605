"""Places in a workflow's text that an edit is about, found again in the text itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from kempt.formats import yaml
from kempt.formats.yaml.layout import line_break
from kempt.model.finding import Replace
from kempt.model.pipeline import UNPLACED, Job, Pipeline
from kempt.providers.github.uses import Uses, read

BARE = re.compile(r"[\w$~./](?:[^:#]|:(?! )|(?<! )#)*+(?<![ :])")
"""Safe without quotes outside of brackets."""


class Spot(NamedTuple):
    """One step of a job in its document. `uses` is its action, one without a name for a script."""

    document: yaml.Document
    steps: yaml.Sequence
    place: int
    node: yaml.Mapping
    uses: Uses

    @property
    def given(self) -> yaml.Node | None:
        """The mapping of its inputs."""
        return yaml.get(self.node, "with")

    def input(self, name: str) -> yaml.Scalar | None:
        """The scalar of an input that stands in the step itself."""
        given = self.given
        for entry in given.entries if isinstance(given, yaml.Mapping) else ():
            if entry.key.value.lower() == name and isinstance(entry.value, yaml.Scalar):
                inside = given is not None and given.start <= entry.value.start < given.end
                return entry.value if inside else None
        return None


def spots(pipeline: Pipeline, job: Job) -> tuple[Spot, ...]:
    """The steps of a job that stand in it, not in an anchor elsewhere."""
    return _spots(pipeline.text, job.name)


@lru_cache(maxsize=1)
def _spots(text: str, job: str) -> tuple[Spot, ...]:
    """Asked for each finding of one job after the other."""
    document = yaml.parse(text.encode("utf-8", "surrogateescape"))
    if isinstance(document, yaml.Unparsable) or not document.roots:
        return ()
    node = yaml.get(document.roots[0], "jobs", job)
    steps = yaml.get(node, "steps")
    if node is None or not isinstance(steps, yaml.Sequence) or not node.start <= steps.start <= steps.end <= node.end:
        return ()
    return tuple(_own(document, steps))


def at(found: Iterable[Spot], block: tuple[int, int]) -> Spot | None:
    """The step of a block."""
    return next((spot for spot in found if block[0] != UNPLACED and spot.node.start == block[0]), None)


def replaces(pipeline: Pipeline, changes: Iterable[yaml.Change | None]) -> tuple[Replace, ...]:
    """Changes as edits of the pipeline's file, those at one place made one."""
    merged: dict[tuple[int, int], str] = {}
    for change in changes:
        if change is not None and pipeline.text[change.start : change.end] != change.text:
            merged[change.start, change.end] = merged.get((change.start, change.end), "") + change.text
    found: list[Replace] = []
    for (start, end), text in sorted(merged.items()):
        if found and found[-1].end == start and not text and not found[-1].text:
            found[-1] = found[-1]._replace(end=end)
        else:
            found.append(Replace(pipeline.path, start, end, text))
    return tuple(found)


def with_inputs(spot: Spot, inputs: Iterable[tuple[str, tuple[str, ...]]]) -> tuple[yaml.Change, ...]:
    """Give an action inputs: in the place of those that are there, or after the last one. Several values are lines."""
    given, wanted = spot.given, tuple(inputs)
    if given is None:
        lines = "".join(f"\n  {name}: {listed(values).replace(chr(10), chr(10) + '  ')}" for name, values in wanted)
        return () if spot.node.flow else (yaml.with_entry(spot.document, spot.node, "with", lines),)
    if not isinstance(given, yaml.Mapping) or not spot.node.start <= given.start <= given.end <= spot.node.end:
        return ()
    changes = []
    for name, values in wanted:
        there = spot.input(name)
        if given.flow and len(values) > 1:
            return ()
        value = yaml.quoted(values[0]) if given.flow and values != ("true",) else listed(values)
        if there is not None:
            changes.append(yaml.Change(there.start, there.end, _in_place(spot, there, value)))
        elif any(entry.key.value.lower() == name for entry in given.entries):
            return ()
        else:
            changes.append(yaml.with_entry(spot.document, given, name, value))
    return tuple(changes)


def listed(values: tuple[str, ...]) -> str:
    """Several values as a block, one a line; one as itself."""
    return spelled(values[0]) if len(values) == 1 else "\n".join(("|", *(f"  {value}" for value in values)))


def spelled(value: str) -> str:
    """A value outside of brackets; an expression keeps without quotes, as everybody writes it."""
    plain = "${{" in value and BARE.fullmatch(value) and value.isprintable()
    return value if plain or value == "true" else yaml.quoted(value)


def with_step(spot: Spot, index: int | None, item: str) -> yaml.Change | None:
    """A step more, before the one at an index or as the last, set off by a blank line where the others are."""
    document, steps = spot.document, spot.steps
    if steps.flow:
        return None
    change = yaml.with_item(document, steps, item, index=index)
    if not _are_apart(document, steps):
        return change
    end = line_break(document.text)
    if index is None:
        return change._replace(text=end + change.text)
    margin = yaml.indent_of(document, steps)
    body = change.text.removesuffix(margin)
    return change._replace(text=f"{body}{end}{margin}") if body.endswith(end) else change


def _own(document: yaml.Document, steps: yaml.Sequence) -> Iterator[Spot]:
    for index, node in enumerate(steps.items):
        if isinstance(node, yaml.Mapping) and steps.start <= node.start <= node.end <= steps.end:
            yield Spot(document, steps, index, node, _uses(document.text, node))


def _uses(text: str, node: yaml.Mapping) -> Uses:
    used = yaml.get(node, "uses")
    if not isinstance(used, yaml.Scalar):
        return Uses("", (0, 0, 0))
    stop = text.find("\n", used.end)
    return read(used.value.strip(), text[used.end : stop if stop >= 0 else len(text)][:200])


def _in_place(spot: Spot, there: yaml.Scalar, value: str) -> str:
    margin = yaml.indent_of(spot.document, there)
    return value.replace("\n", line_break(spot.document.text) + margin)


def _are_apart(document: yaml.Document, steps: yaml.Sequence) -> bool:
    """Whether most steps have a blank line before them."""
    gaps = [
        document.text[one.end : other.start].replace("\r", "").count("\n\n") > 0
        for one, other in zip(steps.items, steps.items[1:], strict=False)
    ]
    return 2 * sum(gaps) > len(gaps)
