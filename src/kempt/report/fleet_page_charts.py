"""The pictures on the page of a fleet, as SVG: promises over time, a line for each rule, bars, and the treemap."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from kempt.model.fleet_overview import Amount, Coverage, Overview, RunSummary, Standing
from kempt.report.disk import middle_cut
from kempt.report.escape import xml
from kempt.report.fleet import day, name_of
from kempt.report.fleet_figures import beginning, judged, percent
from kempt.report.quantity import count, size
from kempt.report.treemap import GAP, Rectangle, shape, squares, strips

WIDE, NARROW = (1120, 430), (360, 480)
_BOXES, _NARROW_BOXES = 120, 45
_SMALLEST = 130
"""Pixels: what would be smaller is put together."""
_RUN = (260, 96, 26)
"""Width and height of the picture of a promise, and the most that one run takes of its width."""
_SPARK = (120, 26, 3)
_BAR = 100
_KINDS = ("errors", "warnings", "infos")
_LETTER, _EDGE, _TITLE, _FEWEST = 7.0, 8, 80, 7
"""Pixels of a letter of a label and of what is left free beside it; letters of a title, and of a name that is cut."""


class Measure(NamedTuple):
    """How repositories are weighed: by findings, or by the bytes that findings are about."""

    name: str
    of: Callable[[Amount], int]
    said: Callable[[int], str]


MEASURES = (
    Measure("findings", lambda amount: amount.findings, lambda number: count(number, "finding")),
    Measure("bytes", lambda amount: amount.bytes, size),
)


def coverage(promise: int, runs: Sequence[RunSummary]) -> str:
    """One promise at each run: a column whose full part keeps it, whose hollow part breaks it, and the unknown rest."""
    width, height, most = _RUN
    step = min(width / max(len(runs), 1), most)
    gap = min(step / 4, 4)
    shapes = []
    for place, run in enumerate(runs):
        each = next((row for row in run.promises if row.promise == promise), Coverage(promise, 0, 0, 0, 0))
        title = f"run {run.number}, {day(run.finished or run.started)}: {said(each)}"
        shapes.append(f"<g><title>{xml(title)}</title>{_column(each, place * step, step - gap, height)}</g>")
    label = f"{count(len(runs), 'run')}; the last: {said(_last(promise, runs))}"
    return (
        f'<svg class="runs" viewBox="0 0 {width} {height + 1}" role="img" aria-label="{xml(label)}">'
        f'<path class="grid" d="M0 .5H{width}M0 {height / 2}H{width}M0 {height + 0.5}H{width}"/>{"".join(shapes)}</svg>'
    )


def said(each: Coverage) -> str:
    """A coverage in words."""
    share = percent(each)
    parts = ["nothing judged" if share is None else f"{share}% keep it ({each.kept:,} of {judged(each):,})"]
    return ", ".join([*parts, f"{each.unknown:,} unknown"] if each.unknown else parts)


def _last(promise: int, runs: Sequence[RunSummary]) -> Coverage:
    rows = runs[-1].promises if runs else ()
    return next((row for row in rows if row.promise == promise), Coverage(promise, 0, 0, 0, 0))


def _column(each: Coverage, x: float, width: float, height: float) -> str:
    total = each.kept + each.broken + each.unknown
    if not total:
        return f'<rect class="none" x="{x:.1f}" y="0" width="{width:.1f}" height="{height}"/>'
    drawn, base = "", float(height)
    for key, value in (("kept", each.kept), ("broken", each.broken), ("unknown", each.unknown)):
        tall = height * value / total
        base -= tall
        if value and key == "kept":
            drawn += f'<rect class="{key}" x="{x:.1f}" y="{base:.1f}" width="{width:.1f}" height="{tall:.1f}"/>'
        elif value:
            inner = f'x="{x + 0.5:.1f}" y="{base + 0.5:.1f}" width="{max(width - 1, 0.5):.1f}"'
            drawn += f'<rect class="{key}" {inner} height="{max(tall - 1, 0.5):.1f}"/>'
    return drawn


def spark(counts: Sequence[int]) -> str:
    """A small line through the counts of a rule, from 0 to the most, with a dot at the last."""
    width, height, edge = _SPARK
    if len(counts) <= 1:
        return ""
    most = max(*counts, 1)
    step = (width - 2 * edge) / (len(counts) - 1)
    points = [(edge + step * place, height - edge - (height - 2 * edge) * value / most)
              for place, value in enumerate(counts)]  # fmt: skip
    line = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    x, y = points[-1]
    return (
        f'<svg class="spark" viewBox="0 0 {width} {height}" aria-hidden="true">'
        f'<path d="M{line}"/><circle cx="{x:.1f}" cy="{y:.1f}" r="2.5"/></svg>'
    )


def bar(part: int, whole: int, most: int) -> str:
    """A bar as long as its share of the most; `part` of it, from the left, in full colour."""
    full = _BAR * min(part, whole) / most if most else 0.0
    long = _BAR * whole / most if most else 0.0
    return (
        f'<svg class="bar" viewBox="0 0 {_BAR} 10" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="rest" width="{long:.2f}" height="10"/><rect class="part" width="{full:.2f}" height="10"/></svg>'
    )


def treemap(overview: Overview, measure: Measure, *, narrow: bool = False) -> str:
    """A box for each repository, as large as what it has; empty where none has anything."""
    width, height = NARROW if narrow else WIDE
    held = heavy(overview, measure)
    total = sum(measure.of(each.amount) for each in held)
    if not total:
        return ""
    least = _SMALLEST * total / (width * height)
    most = _NARROW_BOXES if narrow else _BOXES
    shown = [each for each in held[:most] if measure.of(each.amount) >= least]
    start = beginning([each.name for each in overview.repositories])
    boxes = [(name_of(each, start), each.amount) for each in shown]
    if not shown:
        boxes = _groups(held, most, start)
    elif len(shown) < len(held):
        boxes.append((count(len(held) - len(shown), "smaller one"), _sum(held[len(shown) :])))
        boxes.sort(key=lambda box: -measure.of(box[1]))
    areas = squares(Rectangle(0, 0, width, height), [measure.of(amount) for _, amount in boxes])
    shapes = "".join(
        _box(area, name, amount, measure, titles=not narrow) for area, (name, amount) in zip(areas, boxes, strict=True)
    )
    label = f"{count(len(held), 'repository', 'repositories')} with {measure.said(total)}; the table below has them"
    kind = "narrow" if narrow else "wide"
    return (
        f'<svg class="map {kind}" viewBox="0 0 {width} {height}" role="img" aria-label="{xml(label)}">\n{shapes}</svg>'
    )


def _groups(held: Sequence[Standing], most: int, start: str) -> list[tuple[str, Amount]]:
    """Thousands that are all small, put together in at most so many boxes, neighbours with each other."""
    step = -(-len(held) // most)
    groups = [held[at : at + step] for at in range(0, len(held), step)]
    return [(f"{name_of(each[0], start)} and {len(each) - 1:,} more", _sum(each)) for each in groups]


def _sum(held: Sequence[Standing]) -> Amount:
    return Amount(*map(sum, zip(*(each.amount for each in held), strict=True)))


def heavy(overview: Overview, measure: Measure) -> list[Standing]:
    """The repositories that weigh something, the heaviest first."""
    held = (each for each in overview.repositories if measure.of(each.amount))
    return sorted(held, key=lambda each: (-measure.of(each.amount), each.name))


def _box(area: Rectangle, name: str, amount: Amount, measure: Measure, *, titles: bool) -> str:
    """A box in parts as wide as the shares of errors, warnings and infos, with what fits of its name and numbers."""
    inner = Rectangle(area.x, area.y, max(area.width - GAP, 0.5), max(area.height - GAP, 0.5))
    levels = (amount.errors, amount.warnings, amount.infos)
    parts = "".join(
        f'<rect class="{kind}" x="{part.x:.1f}" y="{part.y:.1f}" width="{part.width:.1f}" height="{part.height:.1f}"/>'
        for kind, number, part in zip(_KINDS, levels, strips(inner, levels, down=False), strict=True)
        if number
    )
    first, second = measure.said(measure.of(amount)), _worst(amount)
    room = inner.width - _EDGE
    short = f"{amount.findings:,}" if measure.name == "findings" else ""
    labels = [name if room >= _LETTER * min(len(name), _FEWEST) else "", _fitting(room, first, short),
              _fitting(room, second)]  # fmt: skip
    title = f"{middle_cut(name, _TITLE)}: {first}, {second}" if titles else ""
    drawn = shape(area, title, [label for label in labels if label], 'class="box"')
    return f"<g>{parts}{drawn}</g>\n"


def _fitting(room: float, *texts: str) -> str:
    """The first of the texts that fits whole."""
    return next((text for text in texts if len(text) * _LETTER <= room), "")


def _worst(amount: Amount) -> str:
    if amount.errors:
        return count(amount.errors, "error")
    return count(amount.warnings, "warning") if amount.warnings else "info only"
