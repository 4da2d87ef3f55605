from __future__ import annotations

import pytest

from kempt.model.journal import Fate, FileChange, Header, IndexEdit, Journal, Shortage, TreeChange
from kempt.model.plan import Expect, Identity, IndexChange, Left, Means, Plan, Tracked, UnshareFile
from kempt.report.history import edited, heading, left_alone, needless, short, to_text
from kempt.report.look import Look

HEADER = Header("20261122-200313-dc66", "/repo", "", "", "kempt check --fix", 0.0)
FILE = FileChange("a\x1b", b"", "")
INDEX = IndexEdit((IndexChange("a", Tracked("100644", "0"), None), IndexChange("b", None, None)), "")

GONE = TreeChange("a", "b", Identity(1, 1, 1), Fate.REMOVED, 1, 4096)
HELD = TreeChange("a", "b", Identity(1, 1, 1), Fate.TRASHED)
TAKEN = (GONE, GONE, HELD)


@pytest.mark.parametrize(
    "journal, expected",
    [
        pytest.param(Journal(HEADER, (FILE, INDEX), finished=True), "1 file, 2 index entries\n", id="finished"),
        pytest.param(Journal(HEADER, (FILE,), finished=True, undone=True), "1 file   taken back\n", id="undone"),
        pytest.param(Journal(HEADER, (FILE, FILE)), "2 files   stopped on the way\n", id="stopped"),
        pytest.param(
            Journal(HEADER, (GONE, GONE, HELD), finished=True), "2 removed (8.2 kB), 1 to the trash\n", id="whole"
        ),
        pytest.param(Journal(HEADER, (), finished=True), "nothing\n", id="nothing"),
    ],
)
def test_a_line_for_each_change(journal: Journal, expected: str) -> None:
    start = "20261122-200313-dc66   2026-11-22 20:03 UTC   kempt check --fix   "

    assert start + expected == to_text([journal], Look())


def test_what_a_change_is_called() -> None:
    assert "kempt check --fix, 2026-11-22 20:03 UTC" == heading(Journal(HEADER, finished=True), Look())
    assert heading(Journal(HEADER), Look()).endswith(" UTC, which was stopped on the way")


def test_a_command_that_would_steer_the_terminal_is_spelled_out() -> None:
    journal = Journal(HEADER._replace(why="kempt\x1b[2J"), finished=True)

    assert "kempt\\x1b[2J" in to_text([journal], Look())
    assert "kempt\\x1b[2J" in heading(journal, Look())


def test_changes_of_several_places_say_where() -> None:
    other = Journal(HEADER._replace(root="/repo/b"), (HELD,), finished=True)
    lines = to_text([Journal(HEADER, (FILE,), finished=True), other], Look()).splitlines()

    assert ["1 file           /repo", "1 to the trash   /repo/b"] == [line[66:] for line in lines]
    assert "kempt check --fix in /repo/b, 2026-11-22 20:03 UTC" == heading(other, Look())


def test_in_a_narrow_terminal_how_much_comes_below() -> None:
    held = HELD._replace(bytes=4096)
    long = Journal(HEADER._replace(root=f"/code/{'x' * 50}"), (held, GONE), finished=True, undone=True)

    assert f"""\
20261122-200313-dc66   2026-11-22 20:03 UTC   kempt check --fix
    1 removed (4.1 kB), 1 to the trash (4.1 kB);
    /code/{"x" * 50}; taken back
20261122-200313-dc66   2026-11-22 20:03 UTC   kempt check --fix
    1 file; /repo
""" == to_text([long, Journal(HEADER, (FILE,), finished=True)], Look(width=80))


def test_what_need_not_be_taken_back() -> None:
    assert "" == needless(0)
    assert needless(2).startswith("not brought back: 2 things removed for good; the tools that made them do so again")


def test_what_is_left_alone_is_cut_short_where_it_is_long() -> None:
    left = [Left(f"{number}", "gone since") for number in range(13)]
    lines = left_alone(left, Look()).splitlines()

    assert (11, "left as they are: 3 more; -v lists all") == (len(lines), lines[-1])
    assert 13 == left_alone(left, Look(verbose=True)).count("left as it is: ")


def test_what_becomes_of_linked_files_that_were_edited() -> None:
    step = UnshareFile("a", Means.LINK, Expect(1, 1, 1, 1, 1), 1, 1)
    expected = (
        "1 path of these was edited since, by one of the names that lead to the same file: each name gets a file of "
        "its own with what it holds today.\n"
    )

    assert expected == edited(Plan("/", (step._replace(edited=True), step), ""), Look(200))
    assert "" == edited(Plan("/", (step,), ""), Look())


def test_where_there_is_no_room() -> None:
    expected = (
        "There is no room for that: it needs 78 MB, and 48 kB are free in /envs. What finds no place stays as it is; "
        "make room and undo once more.\n"
    )

    assert expected == short((Shortage("/envs", 78_000_000, 48_000),), Look(200))
