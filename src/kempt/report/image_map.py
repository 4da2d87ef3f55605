"""The treemap of an image: a band for each layer, in it a box for each kind of content, by bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from kempt.model.image import LayerFacts
from kempt.report.quantity import size
from kempt.report.treemap import Rectangle, shape, strips

WIDTH, HEIGHT = 960, 420


class Box(NamedTuple):
    """A rectangle of the picture, what it stands for, and how many bytes that is."""

    area: Rectangle
    layer: int
    kind: str
    bytes: int


def boxes(layers: Sequence[LayerFacts]) -> Iterator[Box]:
    """The treemap: bands from top to bottom, boxes from left to right. What weighs nothing has no box."""
    weights = [sum(weight for _, weight in layer.kinds) for layer in layers]
    bands = strips(Rectangle(0, 0, WIDTH, HEIGHT), weights, down=True)
    for number, (layer, band) in enumerate(zip(layers, bands, strict=True), 1):
        parts = strips(band, [weight for _, weight in layer.kinds], down=False)
        for (kind, weight), part in zip(layer.kinds, parts, strict=True):
            if weight:
                yield Box(part, number, kind, weight)


def to_svg(layers: Sequence[LayerFacts], color: Callable[[str], str]) -> str:
    """The picture, empty where nothing weighs anything. No text stands on it: each box says on pointing what it is."""
    shapes = "".join(
        shape(box.area, f"layer {box.layer}: {box.kind}, {size(box.bytes)}", (), f'fill="{color(box.kind)}"')
        for box in boxes(layers)
    )
    if not shapes:
        return ""
    view = f'viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="bytes by layer, from top to bottom, and kind"'
    return f'<svg class="map" {view}>\n{shapes}</svg>\n'
