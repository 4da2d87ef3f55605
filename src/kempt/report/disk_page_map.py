"""The treemap of a disk: a part of the picture for each section, in it a box for each thing, by bytes or by files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from kempt.model.disk import Weight
from kempt.model.disk_overview import DiskOverview, Section, Thing
from kempt.report.disk import middle_cut
from kempt.report.disk_groups import short
from kempt.report.escape import visible, xml
from kempt.report.quantity import count
from kempt.report.treemap import GAP, Rectangle, shape, squares

WIDE, NARROW = (1120, 520), (360, 520)
_BOXES, _NARROW_BOXES = 110, 40
_TITLE = 80
KEYS = {
    Section.ENVIRONMENTS: "environments", Section.DOWNLOADS: "downloads", Section.CACHES: "caches",
    Section.BYTECODE: "bytecode", Section.BUILDS: "builds", Section.TRASH: "trash",
}  # fmt: skip
"""The class of each section's shapes, which the style sheet gives a colour."""
_SMALLEST = 140
"""Pixels: what would be smaller is put together with the others of its section."""


class Piece(NamedTuple):
    """A box of the picture before it has a place."""

    title: str
    label: str
    value: int
    goes: bool
    place: str = ""


def picture(
    overview: DiskOverview, of: Callable[[Weight], int], said: Callable[[int], str], *, narrow: bool = False
) -> str:
    """The treemap as SVG, empty where nothing has any weight. `of` is what is measured, `said` puts it into words."""
    width, height = NARROW if narrow else WIDE
    parts = [(section, pieces) for section in Section if (pieces := _pieces(overview, section, of, said))]
    parts.sort(key=lambda part: -sum(piece.value for piece in part[1]))
    values = [sum(piece.value for piece in pieces) for _, pieces in parts]
    if not sum(values):
        return ""
    most = _NARROW_BOXES if narrow else _BOXES
    by_size = sorted((piece.value for _, pieces in parts for piece in pieces), reverse=True)
    least = max(_SMALLEST * sum(values) / (width * height), *by_size[most : most + 1], 0)
    areas = squares(Rectangle(0, 0, width, height), values)
    shapes = "".join(
        _section(area, KEYS[section], _fewer(pieces, least, said), titles=not narrow)
        for area, (section, pieces) in zip(areas, parts, strict=True)
    )
    label = xml(", ".join(f"{section.value} {said(value)}" for (section, _), value in zip(parts, values, strict=True)))
    size = "narrow" if narrow else "wide"
    return f'<svg class="map {size}" viewBox="0 0 {width} {height}" role="img" aria-label="{label}">\n{shapes}</svg>'


def _pieces(
    overview: DiskOverview, section: Section, of: Callable[[Weight], int], said: Callable[[int], str]
) -> list[Piece]:
    """Each thing of a section, in two where only a part of it can go; the largest first."""
    pieces = []
    for thing in overview.things:
        if thing.section is section:
            going = min(of(thing.going), of(thing.weight))
            for value, goes in ((going, True), (of(thing.weight) - going, False)):
                if value:
                    pieces.append(_piece(thing, overview, value, said(value), goes=goes))
    return sorted(pieces, key=lambda piece: (-piece.value, piece.title))


def _piece(thing: Thing, overview: DiskOverview, value: int, amount: str, *, goes: bool) -> Piece:
    path = visible(short(thing.path, overview.home))
    words = [middle_cut(path, _TITLE), f"{amount} {'can go' if goes else 'stays'}"]
    words += [thing.state] if thing.state else []
    name = thing.tool if thing.section is Section.DOWNLOADS else _label(path, thing, overview)
    return Piece(", ".join(words), visible(name), value, goes, amount)


def _label(path: str, thing: Thing, overview: DiskOverview) -> str:
    """A short name: the project's folder and the last of the path."""
    last = path.rpartition("/")[2]
    project = visible(short(thing.project, overview.home)).rpartition("/")[2]
    return f"{project}/{last}" if project and project != last and thing.section is not Section.TRASH else last


def _fewer(pieces: Sequence[Piece], least: float, said: Callable[[int], str]) -> list[Piece]:
    """Those that are larger, and the rest in at most two: what can go, and what stays."""
    kept = [piece for piece in pieces if piece.value > least]
    rest = pieces[len(kept) :]
    for goes in (True, False):
        held = [piece for piece in rest if piece.goes is goes]
        if held:
            amount = said(sum(piece.value for piece in held))
            name = f"{count(len(held), 'smaller one')}"
            title = f"{name}, {amount} {'can go' if goes else 'stays'}"
            kept.append(Piece(title, name, sum(piece.value for piece in held), goes, amount))
    return sorted(kept, key=lambda piece: -piece.value)


def _section(area: Rectangle, key: str, pieces: Sequence[Piece], *, titles: bool) -> str:
    inner = Rectangle(area.x, area.y, max(area.width - GAP, 1), max(area.height - GAP, 1))
    boxes = squares(inner, [piece.value for piece in pieces])
    shapes = (
        shape(
            box,
            piece.title if titles else "",
            (piece.label, piece.place),
            f'class="{"goes" if piece.goes else "stays"}"',
        )
        for box, piece in zip(boxes, pieces, strict=True)
    )
    return f'<g class="{key}">\n{"".join(shapes)}</g>\n'
