"""A row as cells: what fits, how names are cut, how bars are drawn."""

from __future__ import annotations

import pytest

from kempt.cli.tui.drawing import columns, cut, heading, line
from kempt.cli.tui.state import Row, Sort, View, rows
from kempt.report.columns import width
from support.screen import HOLDINGS, HOME, NOW_NS

VIEW = View(HOLDINGS, home=HOME).all_opened(opened=True)


@pytest.mark.parametrize("room", range(40, 160, 7))
def test_every_line_fills_the_width_exactly(room: int) -> None:
    widths = {width("".join(cell.text for cell in line(row, VIEW, room, NOW_NS))) for row in rows(VIEW)}

    assert {room} == widths
    assert room == width("".join(text for _, text in heading(VIEW, room)))


def test_narrow_screens_leave_out_the_bars_then_the_files_then_the_last_use() -> None:
    shown = [[bool(each.bar), bool(each.files), bool(each.used)] for each in map(columns, (80, 70, 50, 40))]

    assert [[True, True, True], [False, True, True], [False, False, True], [False, False, False]] == shown


def test_the_heading_shows_the_order_and_its_direction() -> None:
    assert ["   name", "last used▾"] == [
        text.rstrip() if sort is Sort.NAME else text.strip()
        for sort, text in heading(VIEW.sorted_by(Sort.AGE), 80)
        if sort in {Sort.NAME, Sort.AGE}
    ]
    assert "size▴" in "".join(text for _, text in heading(VIEW.sorted_by(Sort.SIZE), 80))


def test_a_path_loses_its_middle_and_other_words_their_end() -> None:
    assert ["~/cod…/api/.venv", "index page num…", "short"] == [
        cut("~/code/services/api/.venv", 16), cut("index page numpy", 15), cut("short", 15)
    ]  # fmt: skip


def test_names_that_a_terminal_would_obey_are_spelled_out() -> None:
    evil = HOLDINGS[0]._replace(path="/x/\x1b[2J", name="\x1b[2J", owner="/x")
    row = Row(evil.key, 1, f"{evil.owner}/{evil.name}", (evil,))

    assert "\\x1b[2J" in "".join(cell.text for cell in line(row, VIEW, 80, NOW_NS))


def test_what_has_a_share_shows_it_and_what_has_none_does_not() -> None:
    row = rows(VIEW)[0]
    bars = [
        next(cell.text for cell in line(row._replace(share=share), VIEW, 80, NOW_NS) if cell.style == "bar")
        for share in (0, 0.0001, 0.5, 1)
    ]

    assert ["", "╸", "━━━━", "━━━━━━━━"] == bars
