"""A buildspec opened for a change: its nodes, how it is indented, and changes that are made together or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from kempt.formats import yaml
from kempt.model.finding import Replace
from kempt.model.pipeline import Job, Pipeline
from kempt.model.provider import Edits
from kempt.providers.codebuild.spans import own, window

STEP = 2
COMMENT = re.compile(r"[ \t]*+#[^\r\n]*+")


class Opened(NamedTuple):
    """A buildspec as nodes. `step` is what a mapping is indented by, `dash` what a list is, in its key's mapping."""

    path: PurePosixPath
    document: yaml.Document
    root: yaml.Mapping
    text: str
    step: str
    dash: str

    def listed(self, values: Sequence[str], *, flow: bool = False) -> str:
        """A list as the value of an entry, written as the file writes its lists."""
        spelled = [yaml.quoted(each) for each in values]
        return f"[{', '.join(spelled)}]" if flow else "".join(f"\n{self.dash}- {each}" for each in spelled)

    def mapped(self, entries: Iterable[tuple[str, str]]) -> str:
        """A mapping as the value of an entry; the values are YAML."""
        lines = (f"{key}:{value if value.startswith(chr(10)) else ' ' + value}" for key, value in entries)
        return "".join("\n" + self.step + line for each in lines for line in each.split("\n"))

    def added(self, node: yaml.Mapping, key: str, values: Sequence[str]) -> list[yaml.Change]:
        """Changes that add texts to the list of an entry, which is made if there is none; none where that cannot be."""
        entry = own(node, key)
        if entry is None:
            known = any(each.key.value == key for each in yaml.entries(node))
            return [] if known else [yaml.with_entry(self.document, node, key, self.listed(values, flow=node.flow))]
        held = [yaml.text_of(each) for each in yaml.scalars(entry.value)]
        new = [each for each in values if each not in held]
        if isinstance(entry.value, yaml.Sequence):
            return [yaml.with_item(self.document, entry.value, yaml.quoted(each)) for each in new]
        if isinstance(entry.value, yaml.Scalar) and not node.flow:
            return [self.instead(entry, node, self.listed([*filter(None, held), *new]))] if new else []
        return []

    def instead(self, entry: yaml.Entry, node: yaml.Mapping, value: str) -> yaml.Change:
        """Put a value of further lines in the place of one that has a line at most."""
        margin = " " * (node.column - 1)
        ends = "\r\n" if "\r\n" in self.text else "\n"
        start, end = entry.value.start, entry.value.end
        if start == end and (comment := COMMENT.match(self.text, end)):
            start = end = comment.end()
        while self.text[start - 1] == " ":
            start -= 1
        return yaml.Change(start, end, value.replace("\n", ends + margin))

    def edits(self, changes: Sequence[yaml.Change]) -> Edits:
        """One replacement for all changes. It covers a character at least: another at its place waits a round."""
        if not changes:
            return ()
        start, end = min(each.start for each in changes), max(each.end for each in changes)
        start -= start == end and start > 0
        moved = [each._replace(start=each.start - start, end=each.end - start) for each in changes]
        return (Replace(self.path, start, end, yaml.applied(self.text[start:end], moved)),)


def opened(pipeline: Pipeline, job: Job) -> Opened | None:
    """The buildspec of a job; None where it is none that kempt can write in (a flow mapping, as JSON is)."""
    document = window(pipeline.text, job.block)
    root = document.roots[0] if isinstance(document, yaml.Document) and document.roots else None
    if (
        not isinstance(document, yaml.Document)
        or not isinstance(root, yaml.Mapping)
        or root.flow
        or job.system != "linux"
    ):
        return None
    nested = [each.value for each in root.entries if isinstance(each.value, yaml.Mapping) and not each.value.flow]
    step = next((each.column - root.column for each in nested if each.column > root.column), STEP)
    lists = (entry for node in nested for entry in _lists(node))
    dash = next((entry.value.column - entry.key.column for entry in lists), step)
    return Opened(pipeline.path, document, root, pipeline.text, " " * step, " " * max(dash, 0))


def _lists(node: yaml.Mapping) -> Iterator[yaml.Entry]:
    """The entries of a mapping, and of those right in it, that hold a list of lines."""
    for entry in node.entries:
        if _is_block_list(entry):
            yield entry
        elif isinstance(entry.value, yaml.Mapping):
            yield from (each for each in entry.value.entries if _is_block_list(each))


def _is_block_list(entry: yaml.Entry) -> bool:
    value = entry.value
    return isinstance(value, yaml.Sequence) and not value.flow and value.start > entry.key.end
