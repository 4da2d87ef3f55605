"""Rows of a fleet's database as text, JSON and CSV: aligned, whole, and inert."""

from __future__ import annotations

import csv
import io
import json

import hypothesis.strategies as st
import pytest
from hypothesis import given

from kempt.model.fleet_overview import Exported, Open
from kempt.report.fleet_rows import (
    COLUMNS,
    Answer,
    csv_lines,
    exported_as_csv,
    exported_as_jsonl,
    to_csv,
    to_json,
    to_jsonl,
    to_text,
)
from kempt.report.look import Look
from support.fleets import NAME, noted

ANSWER = Answer(("repository", "n"), (("shop", 5), ("日本", 1200), (None, 1.5)))
FOUND = Exported(NAME, "a" * 40, "main", "tracked-environment", 2, Open(noted("1"), 0.0, 86400.5))


def test_columns_are_aligned_and_numbers_stand_to_the_right() -> None:
    expected = "repository     n\nshop           5\n日本        1200\n             1.5\n\n3 rows\n"

    assert expected == to_text(ANSWER, Look(100))


def test_an_answer_that_was_cut_says_so() -> None:
    assert "\n1 row; there are more, which --limit 0 shows\n" in to_text(
        Answer(("n",), ((1,),), is_cut=True), Look(100)
    )


def test_quiet_prints_the_rows_alone() -> None:
    assert "1\n" == to_text(Answer(("n",), ((1,),), is_cut=True), Look(100, quiet=True))


@pytest.mark.parametrize("name", ["\x1b[31m", "\u202e", "\x9b1m", "a\nb", "a\rb", "::error::x", "##[group]"])
def test_hostile_names_are_inert_as_text(name: str) -> None:
    text = to_text(Answer((name,), ((name,),)), Look(100))

    assert [] == [line for line in text.split("\n") if not line.isprintable() or line.startswith(("::", "##["))]
    assert 5 == text.count("\n") + 1


def test_json_has_columns_and_rows() -> None:
    found = json.loads(to_json(Answer(("n", "n"), ((b"\xff", float("inf")),))))

    assert {
        "version": 1, "command": "fleet query", "columns": ["n", "n"], "rows": [["ff", "inf"]], "cut": False
    } == found  # fmt: skip


def test_json_lines_name_each_column_once_and_end_with_a_summary() -> None:
    lines = [json.loads(line) for line in to_jsonl(Answer(("n", "n", "n_2"), ((1, 2, 3),))).splitlines()]

    assert [{"n": 1, "n_2": 2, "n_2_2": 3}, {"version": 1, "command": "fleet query", "rows": 1, "cut": False}] == lines


@pytest.mark.parametrize(
    "cell",
    ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", " =1", "\uff1d1", "\u00a0=1", "\t=1"],
    ids=lambda cell: repr(cell)[:12],
)
def test_no_cell_is_a_formula(cell: str) -> None:
    ((_,), (found,)) = csv.reader(to_csv(Answer(("c",), ((cell,),))).splitlines())

    assert found.startswith("'")


def test_numbers_below_zero_stay_numbers() -> None:
    assert "c\n-1\n" == to_csv(Answer(("c",), ((-1,),)))


@given(st.lists(st.lists(st.text(), min_size=2, max_size=2)))
def test_any_text_survives_a_reader_of_csv_as_one_harmless_line(rows: list[list[str]]) -> None:
    text = "".join(csv_lines(("a", "b"), rows))
    read = list(csv.reader(io.StringIO(text)))

    assert (len(rows) + 1, {2}) == (text.count("\n"), {len(row) for row in read})
    assert len(rows) + 1 == len(read)
    assert [] == [cell for row in read for cell in row if cell.lstrip().startswith(("=", "+", "-", "@"))]
    assert all(line.isprintable() for line in text.split("\n"))


def test_an_exported_finding_is_a_line_of_each_format() -> None:
    first, last = map(json.loads, exported_as_jsonl([FOUND]))
    head, row = csv.reader(exported_as_csv([FOUND]))

    assert COLUMNS == tuple(first) == tuple(head)
    assert {"version": 1, "command": "fleet export", "findings": 1} == last
    assert ("1970-01-01T00:00:00Z", "1970-01-02T00:00:00Z") == (first["first_seen"], first["last_seen"])
    assert [NAME, "KPT101", "2", "env", ""] == [row[COLUMNS.index(name)] for name in (
        "repository", "code", "promise", "path", "files"
    )]  # fmt: skip
