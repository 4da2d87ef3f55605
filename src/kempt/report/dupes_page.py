"""A page that shows duplicates as a treemap: a box for each package by the bytes of its copies, and tables.

It fetches nothing and runs nothing: one file of HTML with SVG in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle, islice

from kempt.model.dupes import Amount, Duplicates, Grade
from kempt.report.disk_page_text import COLORS
from kempt.report.dupes import MEANINGS, grades, group_line, short, summary, together
from kempt.report.escape import visible, xml
from kempt.report.quantity import count, size
from kempt.report.treemap import Rectangle, shape, squares

WIDTH, HEIGHT = 960, 520
BOXES, ROWS = 60, 20
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;margin:2em auto;max-width:62em;padding:0 1em;color:#1b1f24}"
    "svg{width:100%;height:auto}text{font-size:12px;fill:#fff}table{border-collapse:collapse;margin:1em 0}"
    "td,th{padding:.2em .8em .2em 0;text-align:left;vertical-align:top}td.n{text-align:right}"
)
_OTHERS = "several"
_KEYS = tuple(key for key in COLORS if key != _OTHERS)
"""The colours of the page on a disk, one after the other, so that neighbours differ; each box says what it is."""
_STYLE += "".join(f".{key}{{fill:{fill}}}.{key}~text{{fill:{on}}}" for key, (fill, on) in COLORS.items())


def to_html(found: Duplicates, top: int | None = None) -> str:
    """The page; `top` is how many of the largest are drawn and listed, many if left out."""
    rows = ROWS if top is None else top
    said = "".join(f"<p>{xml(text)}</p>\n" for text in summary(found))
    parts = [
        _table("grade", [each._replace(name=f"{each.name}: {MEANINGS[Grade(each.name)]}") for each in found.by_grade]),
        _picture(found, BOXES if top is None else top),
        *(_table(f"{title} ({grades(found)})", _named(amounts, found, rows)) for title, amounts in (
            ("package", found.by_package), ("environment", found.by_environment), ("kind", found.by_kind),
        ) if rows),
        _largest(found, rows),
    ]  # fmt: skip
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>kempt dupes</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}"><style>{_STYLE}</style></head><body>\n'
        f"<h1>Duplicates</h1>\n{said}{''.join(parts)}</body></html>\n"
    )


def _picture(found: Duplicates, most: int) -> str:
    """The treemap of packages, or of kinds where no package is known, the smallest ones together in one box."""
    amounts = [each for each in found.by_package or found.by_kind if each.bytes]
    if not amounts or not most:
        return ""
    shown = [*zip(amounts[:most], cycle(_KEYS), strict=False)]
    if others := amounts[most:]:
        shown.append((together(others), _OTHERS))
        shown.sort(key=lambda each: -each[0].bytes)
    boxes = squares(Rectangle(0, 0, WIDTH, HEIGHT), [each.bytes for each, _ in shown])
    shapes = "".join(
        shape(
            box, f"{visible(each.name)}: {count(each.files, 'copy', 'copies')}, {size(each.bytes)}, {grades(found)}",
            (visible(each.name), size(each.bytes)), f'class="{key}"',
        )
        for box, (each, key) in zip(boxes, shown, strict=True)
    )  # fmt: skip
    label = f"bytes of copies by package, {grades(found)}"
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">\n{shapes}</svg>\n'


def _table(title: str, amounts: Sequence[Amount]) -> str:
    if not amounts:
        return ""
    rows = "".join(
        f'<tr><td class="n">{each.files:,}</td><td class="n">{size(each.bytes)}</td><td>{xml(each.name)}</td></tr>\n'
        for each in amounts
    )
    return f"<table><tr><th>copies</th><th>size</th><th>{title}</th></tr>\n{rows}</table>\n"


def _named(amounts: Sequence[Amount], found: Duplicates, most: int) -> list[Amount]:
    """The largest amounts, and the others in one row, so that they sum up."""
    named = [each._replace(name=visible(short(each.name, found.home))) for each in amounts[:most]]
    return [*named, together(amounts[most:])] if amounts[most:] else named


def _largest(found: Duplicates, most: int) -> str:
    rows = "".join(f"<li>{xml(group_line(each, found))}</li>\n" for each in islice(found.groups, most))
    return f"<h2>Largest</h2>\n<ol>\n{rows}</ol>\n" if rows else ""
