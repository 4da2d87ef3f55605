"""A page that shows an image's bytes as a treemap: a band for each layer, in it a box for each kind, by their weight.

It fetches nothing and runs nothing: one file of HTML with SVG in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kempt.model.image import ImageProof, LayerFacts, Verdict
from kempt.report.escape import xml
from kempt.report.quantity import count, size
from kempt.report.treemap import Rectangle, shape, strips

WIDTH, HEIGHT = 960, 640
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
    weights = [sum(found for _, found in layer.kinds) for layer in layers]
    bands = strips(Rectangle(0, 0, WIDTH, HEIGHT), weights, down=True)
    for number, (layer, band) in enumerate(zip(layers, bands, strict=True), 1):
        parts = strips(band, [found for _, found in layer.kinds], down=False)
        for (kind, found), part in zip(layer.kinds, parts, strict=True):
            if found:
                yield Box(*part, number, kind, found)


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
    title = f"layer {box.layer}: {box.kind}, {size(box.bytes)}"
    area = Rectangle(box.x, box.y, box.width, box.height)
    return shape(area, title, [f"{box.kind}, {size(box.bytes)}"], f'fill="{_COLORS.get(box.kind, _CACHE)}"')
