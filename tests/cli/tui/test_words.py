"""What the screen says of a row, before something is done and after it."""

from __future__ import annotations

from kempt.cli.tui.state import View, rows
from kempt.cli.tui.words import details, done, problems, question, summary
from kempt.model.by_hand import Carried, Choice
from kempt.model.disk import Spared, Weight
from kempt.model.plan import Identity, MoveToTrash, Plan, RemoveTree
from support.screen import HOLDINGS, HOME, NOW_NS

VIEW = View(HOLDINGS, home=HOME).all_opened(opened=True)
HERE = Identity(1, 2, 0o040000)
NOTHING = Carried(frozenset(), Weight(), Weight())


def said(label: str) -> list[str]:
    row = next(row for row in rows(VIEW) if row.label == label)
    return [line.text for line in details(row, VIEW, NOW_NS)]


def test_a_thing_is_told_with_the_evidence_of_its_last_use_and_what_becomes_of_it() -> None:
    assert [
        "~/code/shop/api/.venv",
        "environment, 412 MB in 14,113 files",
        "last used 3 days ago (file read)",
        "Goes to the trash for 7 days; u brings it back.",
        "Python 3.12.7, made by uv, 84 packages",
        "stale: uv.lock is newer than its packages",
    ] == said("~/code/shop/api/.venv")


def test_what_stays_is_told_with_its_reason() -> None:
    assert ["~/code/shop/web/.venv", "environment", "Stays: python (812) works in it"] == said("~/code/shop/web/.venv")


def test_a_group_is_told_with_what_becomes_of_its_things() -> None:
    assert [
        "environments",
        "2 things, 2.3 GB in 45,917 files",
        "Goes to the trash for 7 days; u brings it back.",
        "1 thing more stays, for the reason shown with it.",
    ] == said("environment")


def test_marks_are_summed_up() -> None:
    assert ["", "3 marked: 96 MB in 2,150 files"] == [summary(VIEW), summary(VIEW.toggled(rows(VIEW)[4]))]


def test_the_question_tells_what_is_for_good_and_what_comes_back() -> None:
    steps = (
        RemoveTree("a/.mypy_cache", HERE, 10, 4_000_000),
        RemoveTree("a/.ruff_cache", HERE, 2, 1_000_000),
        MoveToTrash("a/.venv", HERE, 3, 9_000_000),
    )
    choice = Choice((Plan(f"{HOME}/code", steps, "kempt disk -i"),), None, HOLDINGS[:1])

    assert [
        "5 MB in 12 files, 2 things",
        "  removed at once and for good",
        "9 MB in 3 files, 1 thing",
        "  to the trash for 7 days; u brings it back",
        "",
        "  ~/code/shop/api/.venv  412 MB",
    ] == [line.text for line in question(choice, HOME)]


def test_the_question_tells_what_was_marked_and_stays() -> None:
    choice = Choice((), None, (), (Spared(f"{HOME}/code/a/.venv", "it is in use"),))

    assert [
        "Nothing of it can go now.",
        "",
        "1 thing marked and left alone:",
        "  ~/code/a/.venv: it is in use",
    ] == [line.text for line in question(choice, HOME)]


def test_what_was_done_is_told_in_bytes_and_files() -> None:
    carried = Carried(frozenset(), Weight(3, 2_000), Weight(5, 7_000_000), ("id",), ("/x: no permission",))

    assert (
        "Freed 2 kB in 3 files. 7 MB in 5 files in the trash for 7 days; u brings it back. 1 thing stayed."
        == done(carried)
    )  # fmt: skip
    assert ["/x: no permission"] == [line.text for line in problems(carried)]


def test_nothing_done_is_said() -> None:
    assert "Nothing was removed." == done(NOTHING)
