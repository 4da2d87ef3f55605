from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kempt.report import columns


@pytest.mark.parametrize(
    "text, expected",
    [("", 0), ("abc", 3), ("größe", 5), ("日本語", 6), ("e\u0301a", 2), ("\uff57", 2), ("✓", 1)],
)
def test_width_is_what_a_terminal_shows(text: str, expected: int) -> None:
    assert expected == columns.width(text)


def test_padding_counts_columns_not_characters() -> None:
    assert ["日本  |", "ab    |"] == [f"{columns.pad(text, 6)}|" for text in ("日本", "ab")]


@pytest.mark.parametrize(
    "text, room, expected",
    [
        pytest.param("one two three", 20, ["one two three"], id="fits"),
        pytest.param("one two three", 7, ["one two", "three"], id="between-words"),
        pytest.param("a unbreakable b", 5, ["a", "unbreakable", "b"], id="a-longer-word-stays-whole"),
        pytest.param("type `kempt check` now", 8, ["type", "`kempt check`", "now"], id="a-command-stays-whole"),
        pytest.param("about 14,113 files here", 10, ["about", "14,113 files", "here"], id="a-number-keeps-its-unit"),
        pytest.param("日本 日本 日本", 9, ["日本 日本", "日本"], id="wide-characters"),
        pytest.param("", 9, [""], id="nothing"),
    ],
)
def test_wrapping_never_breaks_a_word(text: str, room: int, expected: list[str]) -> None:
    assert expected == columns.wrap(text, room)


@given(st.text("ab 1`é日", max_size=60), st.integers(1, 30))
def test_wrapping_loses_nothing_but_blanks(text: str, room: int) -> None:
    assert text.replace(" ", "") == "".join(columns.wrap(text, room)).replace(" ", "")


def test_no_colour_unless_asked_for() -> None:
    assert ("x", "\x1b[31mx\x1b[0m", "") == (
        columns.paint("x", "red", on=False),
        columns.paint("x", "red", on=True),
        columns.paint("", "red", on=True),
    )
