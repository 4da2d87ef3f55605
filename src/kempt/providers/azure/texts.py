"""Scalars as texts with their places, which are exact only in the pipeline's own file and without expressions."""

from __future__ import annotations

from kempt.formats import yaml
from kempt.model.finding import Location
from kempt.model.pipeline import UNPLACED, Text
from kempt.providers import scripts
from kempt.providers.azure.template import Held, Source, resolved, text

NOWHERE = (UNPLACED, UNPLACED)


def is_own(held: Held, own: Source) -> bool:
    """Whether a value stands in the pipeline's own file."""
    return held.frame.source is own


def place(held: Held) -> Location:
    """Where a value begins."""
    return Location(held.frame.source.path, held.node.line, held.node.column)


def span(held: Held, own: Source) -> tuple[int, int]:
    """From where to where it stands in the pipeline's own file."""
    return (held.node.start, held.node.end) if is_own(held, own) else NOWHERE


def located(held: Held, own: Source) -> Text:
    """A scalar as a text; of anything else an empty one."""
    found = resolved(held) or held
    if not isinstance(found.node, yaml.Scalar):
        return Text("", place(found))
    written = scripts.text(found.node, found.frame.source.path)
    value = text(found)
    exact = is_own(found, own) and value == found.node.value
    return written if exact else written._replace(value=value, start=UNPLACED, end=UNPLACED)
