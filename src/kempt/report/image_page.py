"""A page that shows an image's bytes as a treemap: a band for each layer, in it a box for each kind, by their weight.

It fetches nothing and runs nothing: one file of HTML with SVG in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kempt.model.image import ImageProof, LayerFacts, Verdict
from kempt.report.escape import xml
from kempt.report.quantity import count, size

WIDTH, HEIGHT, GAP = 960, 640, 2
_LABEL = 90
"""Pixels that a box must be wide to have its name in it."""
_LINE = 16
_COLORS = {
    "buried": "#8c2d19",
    "wheels": "#e0a100",
    "environments": "#3b7dd8",
    "packages": "#6aa6e8",
    "other files": "#b8bec6",
}
_CACHE = "#d1432f"
_STYLE = "body{font:15px/1.5 system-ui,sans-serif;margin:2em auto;max-width:60em;padding:0 1em}text{font-size:12px}"
_STYLE += "table{border-collapse:collapse}td,th{padding:.2em .8em .2em 0;text-align:left;vertical-align:top}"


class Box(NamedTuple):
    """A rectangle of the picture, what it stands for, and how many bytes that is."""

    x: float
    y: float
    width: float
    height: float
    layer: int
    kind: str
    bytes: int


def to_html(proofs: Sequence[ImageProof]) -> str:
    """The page of these images."""
    parts = "".join(_section(proof) for proof in proofs)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>kempt image</title>'
        f"<style>{_STYLE}</style></head><body>\n{parts}</body></html>\n"
    )


def boxes(layers: Sequence[LayerFacts]) -> Iterator[Box]:
    """The treemap: bands from top to bottom, boxes from left to right. What weighs nothing has no box."""
    total = sum(number for layer in layers for _, number in layer.kinds)
    top = 0.0
    for number, layer in enumerate(layers, 1):
        whole = sum(found for _, found in layer.kinds)
        height = HEIGHT * whole / total if total else 0.0
        left = 0.0
        for kind, found in layer.kinds:
            width = WIDTH * found / whole if whole else 0.0
            if found:
                yield Box(left, top, width, height, number, kind, found)
            left += width
        top += height


def _section(proof: ImageProof) -> str:
    name = xml(proof.name)
    shapes = "".join(map(_shape, boxes(proof.layers)))
    rows = "".join(
        f"<tr><td>{number}</td><td>{size(layer.size)}</td><td>{count(layer.entries, 'entry', 'entries')}</td>"
        f"<td>{xml(layer.made_by)}</td></tr>\n"
        for number, layer in enumerate(proof.layers, 1)
    )
    return (
        f"<h1>{name}</h1>\n<p>{_verdict(proof)}</p>\n"
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="bytes of {name} by layer and kind">\n'
        f"{shapes}</svg>\n"
        f"<table><tr><th>layer</th><th>shipped</th><th></th><th>made by</th></tr>\n{rows}</table>\n"
    )


def _verdict(proof: ImageProof) -> str:
    if not proof.leftovers:
        return "Proven: no cache is in the image."
    said = []
    for verdict in Verdict:
        found = [each for each in proof.leftovers if each.verdict is verdict]
        if found:
            said.append(f"{len(found):,} {verdict.value}, {size(sum(each.bytes for each in found))}")
    return f"Left in the image: {'; '.join(said)}."


def _shape(box: Box) -> str:
    title = f"layer {box.layer}: {xml(box.kind)}, {size(box.bytes)}"
    color = _COLORS.get(box.kind, _CACHE)
    width, height = max(box.width - GAP, 0.5), max(box.height - GAP, 0.5)
    shape = (
        f'<g><title>{title}</title><rect x="{box.x:.1f}" y="{box.y:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'fill="{color}"/>'
    )
    if width > _LABEL and height > _LINE:
        shape += f'<text x="{box.x + 4:.1f}" y="{box.y + 13:.1f}">{xml(box.kind)}, {size(box.bytes)}</text>'
    return f"{shape}</g>\n"
