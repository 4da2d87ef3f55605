"""A path taken out of what is cached: an item of a list, or a line of a text of several, whoever the provider is."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.formats import yaml
from kempt.formats.yaml.layout import line_after, line_start
from kempt.model.pipeline import UNPLACED, Pipeline, Text
from kempt.model.provider import Edits
from kempt.providers.writing import around, list_with, opened, replaces


def without_path(pipeline: Pipeline, text: Text) -> Edits:
    """Take a path away where others stay; nothing where it is the only one, or its place is not exactly known."""
    if UNPLACED in {text.start, text.end} or text.location.path != pipeline.path:
        return ()
    document = opened(pipeline)
    found = list_with(document, text.start) if document else None
    if document is None:
        return ()
    if found is not None and len(found[0].items) > 1:
        return replaces(pipeline, (yaml.without_item(document, *found),))
    block = next((each for each in _blocks(document, text.start)), None)
    if block is None or len([line for line in block.value.splitlines() if line.strip()]) <= 1:
        return ()
    start, end = line_start(pipeline.text, text.start), line_after(pipeline.text, text.end)
    alone = start > block.start and pipeline.text[start:end].strip() == text.value.strip()
    return replaces(pipeline, (yaml.Change(start, end, ""),)) if alone else ()


def _blocks(document: yaml.Document, offset: int) -> Iterator[yaml.Scalar]:
    return (node for node in around(document, offset) if isinstance(node, yaml.Scalar) and node.style == "|")
