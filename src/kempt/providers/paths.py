"""What is cached, taken away: one of several paths, or a cache whole, whoever the provider is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kempt.formats import yaml
from kempt.formats.yaml.layout import line_after, line_start
from kempt.model.pipeline import UNPLACED, CacheUse, Pipeline, Text
from kempt.model.provider import Edits
from kempt.providers.writing import around, is_bare, list_with, opened, replaces

ANCHOR = re.compile(r"(?:^|[\s\[{,])&\w")
"""What another place of the file may refer to."""


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


def without_use(pipeline: Pipeline, cache: CacheUse) -> Edits:
    """Take a cache away that is an item of a list, or the value of an entry; a list that held nothing else goes too."""
    document = opened(pipeline) if cache.location.path == pipeline.path else None
    if document is None or UNPLACED in cache.block:
        return ()
    found = list_with(document, cache.block[0])
    if found is not None and len(found[0].items) > 1:
        return replaces(pipeline, (_without_item(document, *found),))
    return replaces(pipeline, (_without_entry(document, found[0].start if found else cache.block[0]),))


def _without_item(document: yaml.Document, sequence: yaml.Sequence, index: int) -> yaml.Change | None:
    """An item with the comment right above it, which is about nothing else."""
    change = yaml.without_item(document, sequence, index)
    if change is None or ANCHOR.search(document.text, change.start, change.end):
        return None
    margin, start = yaml.indent_of(document, sequence), change.start
    while index and not sequence.flow and (above := line_start(document.text, start - 1)) < start:
        if not document.text.startswith(f"{margin}#", above):
            break
        start = above
    return change._replace(start=start)


def _without_entry(document: yaml.Document, start: int) -> yaml.Change | None:
    for node in around(document, start):
        for entry in node.entries if isinstance(node, yaml.Mapping) and len(node.entries) > 1 else ():
            if entry.value.start == start and is_bare(document, entry.key, entry.value):
                change = yaml.without_entry(document, node, entry.key.value) if isinstance(node, yaml.Mapping) else None
                anchored = change is not None and ANCHOR.search(document.text, change.start, change.end)
                return None if anchored else change
    return None
