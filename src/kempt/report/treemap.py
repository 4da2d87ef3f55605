"""Treemaps: rectangles whose areas are numbers, and their shapes in SVG. Pure geometry and text; nothing is fetched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kempt.report.escape import xml

GAP = 2
_CHARACTER, _LINE, _BASE = 7.0, 16, 13
"""Pixels of a character at the size of the labels, of a line, and from a box's top to the base of its first line."""
_FEWEST = 4
"""A label of fewer characters says nothing."""


class Rectangle(NamedTuple):
    """A part of a picture, in pixels."""

    x: float
    y: float
    width: float
    height: float


def strips(area: Rectangle, values: Sequence[float], *, down: bool) -> tuple[Rectangle, ...]:
    """One strip for each value, side by side, or one below the other where `down`; as large as its share."""
    total = sum(values)
    placed = []
    done = 0.0
    for value in values:
        share = value / total if total else 0.0
        if down:
            placed.append(Rectangle(area.x, area.y + done * area.height, area.width, share * area.height))
        else:
            placed.append(Rectangle(area.x + done * area.width, area.y, share * area.width, area.height))
        done += share
    return tuple(placed)


def squares(area: Rectangle, values: Sequence[float]) -> tuple[Rectangle, ...]:
    """One rectangle for each value, as near to squares as they get. The values are positive, the largest first."""
    placed: list[Rectangle] = []
    rest, left = area, sum(values)
    first = 0
    while first < len(values):
        side = min(rest.width, rest.height)
        scale = rest.width * rest.height / left if left else 0.0
        last = _row_end(values, first, side, scale)
        row = values[first:last]
        share = sum(row) / left if left else 0.0
        wide = rest.width >= rest.height
        whole = (share, 1.0) if wide else (1.0, share)
        strip = Rectangle(rest.x, rest.y, rest.width * whole[0], rest.height * whole[1])
        placed += strips(strip, row, down=wide)
        rest = (
            Rectangle(rest.x + strip.width, rest.y, rest.width - strip.width, rest.height) if wide
            else Rectangle(rest.x, rest.y + strip.height, rest.width, rest.height - strip.height)
        )  # fmt: skip
        left -= sum(row)
        first = last
    return tuple(placed)


def shape(box: Rectangle, title: str, labels: Sequence[str], attributes: str) -> str:
    """A box in SVG with a title to point at, if there is one, and as many of the lines as fit into it.

    `attributes` are those of its rectangle, as they are; names are escaped.
    """
    width, height = max(box.width - GAP, 0.5), max(box.height - GAP, 0.5)
    said = f"<title>{xml(title)}</title>" if title else ""
    shown = f'<g>{said}<rect x="{box.x:.1f}" y="{box.y:.1f}" width="{width:.1f}" height="{height:.1f}" {attributes}/>'
    for number, label in enumerate(labels):
        text = fitted(label, int((width - 8) / _CHARACTER))
        if text and height > _LINE * (number + 1):
            shown += f'<text x="{box.x + 4:.1f}" y="{box.y + _BASE + number * _LINE:.1f}">{xml(text)}</text>'
    return f"{shown}</g>\n"


def fitted(text: str, most: int) -> str:
    """The text in at most so many characters, its end cut off; nothing where that leaves nothing to read."""
    if len(text) <= most:
        return text
    return f"{text[: most - 1]}…" if most >= _FEWEST else ""


def _row_end(values: Sequence[float], first: int, side: float, scale: float) -> int:
    """How far a row goes on: as long as its worst rectangle gets no longer."""
    total, worst = 0.0, 0.0
    for last in range(first, len(values)):
        total += values[last]
        thickness = total * scale / side if side else 0.0
        ratios = [_ratio(value * scale / thickness, thickness) if thickness else 0.0
                  for value in (values[first], values[last])]  # fmt: skip
        if last > first and max(ratios) > worst:
            return last
        worst = max(ratios)
    return len(values)


def _ratio(length: float, thickness: float) -> float:
    return max(length / thickness, thickness / length) if length and thickness else 0.0
