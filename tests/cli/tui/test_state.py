"""The tree of the screen as data: groups, owners and things; order, marks, filter, sums."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kempt.cli.tui.state import Mark, Row, Sort, Total, View, marked, position, rows, short, total
from kempt.model.by_hand import Holding, Way
from kempt.model.disk import Weight
from support.screen import HOLDINGS, HOME, holding

VIEW = View(HOLDINGS, home=HOME)
OPEN = VIEW.all_opened(opened=True)


@dataclass
class Found:
    """Rows of a view by what they are called."""

    view: View

    def row(self, label: str) -> Row:
        return next(row for row in rows(self.view) if row.label == label)


def labels(view: View) -> list[str]:
    return ["  " * row.depth + row.label for row in rows(view)]


def test_groups_come_first_the_largest_above() -> None:
    assert ["environment", "tool cache", "download caches", "bytecode"] == labels(VIEW)


def test_what_is_opened_shows_its_owners_and_these_their_things() -> None:
    shop = f"tool cache\0{HOME}/code/shop/api"
    view = VIEW._replace(opened=frozenset({"tool cache", shop}))

    assert [
        "environment",
        "tool cache",
        "  ~/code/shop/api",
        "    .mypy_cache",
        "    .ruff_cache",
        "  ~/code/thesis/.pytest_cache",
        "download caches",
        "bytecode",
    ] == labels(view)


def test_an_owner_of_one_thing_is_that_thing() -> None:
    assert None is not Found(OPEN).row("~/code/thesis/.venv").thing


def test_what_stays_comes_last_whatever_the_order() -> None:
    for sort in Sort:
        for view in (OPEN._replace(sort=sort), OPEN._replace(sort=sort, backward=True)):
            inner = [row.goes for row in rows(view) if row.parent == "environment"]
            assert [True, True, False] == inner


@pytest.mark.parametrize(
    "sort, expected",
    [
        (Sort.SIZE, ["~/code/thesis/.venv", "~/code/shop/api/.venv"]),
        (Sort.NAME, ["~/code/shop/api/.venv", "~/code/thesis/.venv"]),
        (Sort.AGE, ["~/code/thesis/.venv", "~/code/shop/api/.venv"]),
    ],
)
def test_orders(sort: Sort, expected: list[str]) -> None:
    view = OPEN._replace(sort=sort)

    assert expected == [row.label for row in rows(view) if row.parent == "environment" and row.goes]


def test_what_has_no_known_last_use_comes_after_what_has_one() -> None:
    assert "bytecode" == labels(VIEW.sorted_by(Sort.AGE))[-1]


def test_the_same_order_again_turns_it_round() -> None:
    once = VIEW.sorted_by(Sort.NAME)

    assert [False, True, False] == [
        once.backward, once.sorted_by(Sort.NAME).backward, once.sorted_by(Sort.NAME).sorted_by(Sort.NAME).backward
    ]  # fmt: skip


def test_another_order_begins_forward() -> None:
    assert not VIEW.sorted_by(Sort.SIZE).sorted_by(Sort.NAME).backward


def test_marking_a_group_marks_all_that_can_go_and_again_none() -> None:
    row = Found(VIEW).row("environment")
    once = VIEW.toggled(row)

    assert {f"{HOME}/code/shop/api/.venv", f"{HOME}/code/thesis/.venv"} == once.marked
    assert frozenset() == once.toggled(row).marked


def test_marks_of_a_group_tell_all_some_none_and_that_nothing_can() -> None:
    group, stays = Found(OPEN).row("environment"), Found(OPEN).row("~/code/shop/web/.venv")
    one = OPEN.toggled(Found(OPEN).row("~/code/thesis/.venv"))

    assert [Mark.NONE, Mark.SOME, Mark.ALL, Mark.STAYS] == [
        OPEN.mark_of(group), one.mark_of(group), OPEN.toggled(group).mark_of(group), OPEN.mark_of(stays)
    ]  # fmt: skip


def test_what_stays_is_never_marked() -> None:
    assert frozenset() == OPEN.toggled(Found(OPEN).row("~/code/shop/web/.venv")).marked


def test_with_a_filter_only_what_fits_is_marked() -> None:
    view = VIEW._replace(words="thesis venv")

    assert ["environment", "  ~/code/thesis/.venv"] == labels(view)
    assert {f"{HOME}/code/thesis/.venv"} == view.toggled(rows(view)[0]).marked


def test_a_filter_takes_all_its_words_in_any_case_and_knows_tools_and_kinds() -> None:
    assert ["tool cache", "  ~/code/shop/api/.mypy_cache"] == labels(VIEW._replace(words="MYPY cache"))


def test_a_filter_that_nothing_fits_shows_nothing() -> None:
    assert [] == labels(VIEW._replace(words="nothing like it"))


def test_marks_outlive_a_filter() -> None:
    view = VIEW.toggled(Found(VIEW).row("environment"))._replace(words="mypy")

    assert Total(2, 2_312_000_000, 45_917) == marked(view)


def test_an_act_is_about_the_marks_or_else_the_row() -> None:
    row = Found(VIEW).row("bytecode")
    with_marks = VIEW.toggled(Found(VIEW).row("tool cache"))

    assert with_marks.marked == with_marks.chosen(row)
    assert {f"{HOME}/code/thesis/figures/__pycache__"} == VIEW.chosen(row)


def test_the_total_leaves_out_what_stays() -> None:
    assert Total(7, 2_439_526_000, 48_977) == total(HOLDINGS)


def test_what_is_gone_takes_its_marks_with_it() -> None:
    gone = frozenset({f"{HOME}/code/thesis/.venv"})
    view = VIEW.toggled(Found(VIEW).row("environment")).without(gone)

    assert {f"{HOME}/code/shop/api/.venv"} == view.marked


def test_a_mark_goes_where_the_thing_stays_by_now() -> None:
    before = VIEW.toggled(Found(VIEW).row("bytecode"))
    now = tuple(each._replace(way=Way.STAYS) for each in HOLDINGS)

    assert frozenset() == before.with_holdings(now).marked


def test_the_cursor_stays_on_its_row_or_as_near_as_can_be() -> None:
    lines = rows(VIEW)

    assert [2, 3, 0] == [position(lines, "download caches", 0), position(lines, "gone", 9), position((), "gone", 4)]


def test_a_home_folder_is_a_tilde_and_a_name_like_it_is_not() -> None:
    assert ["~/code", "~", "/home/adam/code", "/x"] == [
        short("/home/ada/code", HOME), short(HOME, HOME), short("/home/adam/code", HOME), short("/x", "")
    ]  # fmt: skip


things = st.builds(
    lambda number, owner, group, size, goes: Holding(
        f"/p/{owner}/{number}",
        group,
        f"/p/{owner}",
        str(number),
        f"/p/{owner}/{number}",
        Way.TRASH if goes else Way.STAYS,
        weight=Weight(1, size),
    ),
    st.integers(0, 30),
    st.sampled_from("abc"),
    st.sampled_from(("x", "y")),
    st.integers(0, 10**9),
    st.booleans(),
)
stocks = st.lists(things, max_size=20, unique_by=lambda each: each.key).map(tuple)


@given(holdings=stocks, sort=st.sampled_from(list(Sort)), backward=st.booleans())
def test_each_thing_is_shown_once_and_sums_are_those_of_what_is_below(
    holdings: tuple[Holding, ...], sort: Sort, *, backward: bool
) -> None:
    lines = rows(View(holdings, sort=sort, backward=backward).all_opened(opened=True))

    assert sorted(each.key for each in holdings) == sorted(row.key for row in lines if row.thing)
    assert total(holdings).bytes == sum(row.bytes for row in lines if row.depth == 0)
    assert all(0 <= row.share <= 1 for row in lines)


@given(stocks)
def test_marking_everything_twice_marks_nothing(holdings: tuple[Holding, ...]) -> None:
    view = View(holdings)
    for _ in range(2):
        for row in rows(View(holdings)):
            view = view.toggled(row)

    assert frozenset() == view.marked


def test_things_of_one_owner_are_told_apart_by_their_names() -> None:
    pair = (holding("a/one", "bytecode", "a", size=2), holding("a/two", "bytecode", "a", size=1))
    view = View(pair, home=HOME).all_opened(opened=True)

    assert ["bytecode", "  ~/a", "    one", "    two"] == labels(view)


def test_a_thing_alone_is_told_with_its_owner_as_a_path_only_where_it_lies_there() -> None:
    inside = holding("env-tools/env", "environment", "env-tools", size=3)
    elsewhere = holding("virtualenvs/blog-Ab12", "environment", "blog", size=2)._replace(name="blog-Ab12")
    itself = holding("env", "environment", "env", size=1)
    view = View((inside, elsewhere, itself), home=HOME).all_opened(opened=True)

    assert ["environment", "  ~/env-tools/env", "  ~/blog  blog-Ab12", "  ~/env"] == labels(view)
