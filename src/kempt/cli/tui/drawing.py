"""A row as cells of a terminal: which columns fit, what stands in them, and in which style. Pure."""

from __future__ import annotations

from typing import NamedTuple

from kempt.cli.tui.state import Mark, Row, Sort, View
from kempt.cli.tui.words import label, used
from kempt.report.columns import pad, width
from kempt.report.quantity import size

MARKS = 3
"""Columns at the left in which a click marks."""
_SIZE, _FILES, _USED, _BAR = 9, 10, 13, 9
_WITH_FILES, _WITH_USED, _WITH_BAR = 56, 46, 72
_FULL, _HALF = "━", "╸"
_OPENED, _CLOSED = "▾ ", "▸ "
_ELLIPSIS = "…"


class Cell(NamedTuple):
    """A piece of a line and the name of its style."""

    text: str
    style: str = ""


class Columns(NamedTuple):
    """How wide each column is, 0 for one that does not fit."""

    name: int
    bar: int
    size: int
    files: int
    used: int


def columns(room: int) -> Columns:
    """What fits into so many columns of the terminal; the names have what is left."""
    bar = _BAR if room >= _WITH_BAR else 0
    files = _FILES if room >= _WITH_FILES else 0
    used = _USED if room >= _WITH_USED else 0
    return Columns(max(room - MARKS - bar - _SIZE - files - used, 8), bar, _SIZE, files, used)


def heading(view: View, room: int) -> tuple[tuple[Sort | None, str], ...]:
    """The line above the rows: each heading with the order that a click on it asks for."""
    found = columns(room)
    arrow = "▴" if view.backward else "▾"
    said = {sort: f"{sort}{arrow if sort is view.sort else ''}" for sort in Sort}
    return (
        (Sort.NAME, pad(f"   {said[Sort.NAME]}", MARKS + found.name)),
        (None, " " * found.bar),
        (Sort.SIZE, said[Sort.SIZE].rjust(found.size)),
        (None, "files".rjust(found.files) if found.files else ""),
        (Sort.AGE, pad(f"  {said[Sort.AGE]}", found.used) if found.used else ""),
    )


def line(row: Row, view: View, room: int, now_ns: int) -> tuple[Cell, ...]:
    """A row over so many columns."""
    found = columns(room)
    mark = view.mark_of(row)
    arrow = "  " if row.opened is None else _OPENED if row.opened else _CLOSED
    plain = "" if row.goes else "stays"
    name = cut(label(row), found.name - 2 * row.depth - 3)
    known = row.thing is None or row.thing.weight is not None
    return (
        Cell(f" {mark} ", "marked" if mark in {Mark.ALL, Mark.SOME} else plain or "unmarked"),
        Cell(pad(f"{'  ' * row.depth}{arrow}{name}", found.name), plain or ("group" if row.depth == 0 else "")),
        *(_bar(row, found.bar) if found.bar else ()),
        Cell((size(row.bytes) if known and row.goes else "stays").rjust(found.size), plain or "size"),
        Cell((f"{row.files:,}" if known and row.goes else "").rjust(found.files) if found.files else "", plain),
        Cell(pad(f"  {used(row, now_ns)}", found.used) if found.used else "", "quiet"),
    )


def cut(text: str, room: int) -> str:
    """At most so many columns: of a path the middle is left out, of other words the end."""
    if width(text) <= room:
        return text
    if "/" not in text:
        return f"{_start(text, room - 1)}{_ELLIPSIS}"
    tail = _start(text[::-1], (room - 1) * 2 // 3)[::-1]
    return f"{_start(text, room - 1 - width(tail))}{_ELLIPSIS}{tail}"


def _start(text: str, room: int) -> str:
    """What of a text fits at its start."""
    taken = 0
    for number, character in enumerate(text):
        taken += width(character)
        if taken > room:
            return text[:number]
    return text


def _bar(row: Row, room: int) -> tuple[Cell, Cell, Cell]:
    """A bar as long as the share of the parent's; a thing that has any share shows at least half a step."""
    length = room - 1
    halves = min(max(round(row.share * length * 2), int(row.share > 0)), length * 2)
    drawn = _FULL * (halves // 2) + _HALF * (halves % 2)
    return Cell(" "), Cell(drawn, "bar"), Cell((_FULL if row.goes else " ") * (length - len(drawn)), "track")
