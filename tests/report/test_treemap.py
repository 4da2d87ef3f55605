"""Rectangles of a treemap: areas are numbers, nothing overlaps, and names that would be markup are text."""

from __future__ import annotations

from itertools import combinations
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kempt.report.treemap import Rectangle, fitted, shape, squares, strips

AREA = Rectangle(10, 20, 600, 400)
VALUES = st.lists(st.integers(1, 10**12), min_size=1, max_size=30).map(lambda them: sorted(them, reverse=True))


def overlap(one: Rectangle, other: Rectangle) -> float:
    width = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    height = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    return max(width, 0) * max(height, 0)


@given(VALUES)
def test_the_area_of_each_is_its_share(values: list[int]) -> None:
    expected = [value / sum(values) for value in values]
    found = [box.width * box.height / (AREA.width * AREA.height) for box in squares(AREA, values)]

    assert expected == pytest.approx(found, abs=1e-6)


@given(VALUES)
def test_none_overlaps_another_and_all_lie_inside(values: list[int]) -> None:
    boxes = squares(AREA, values)

    assert 0 == pytest.approx(sum(overlap(*pair) for pair in combinations(boxes, 2)), abs=1e-3)
    for box in boxes:
        assert box.width * box.height == pytest.approx(overlap(box, AREA), abs=1e-3)


def test_equal_values_become_near_squares() -> None:
    ratios = [max(box.width / box.height, box.height / box.width) for box in squares(AREA, [1] * 24)]

    assert 1 == pytest.approx(max(ratios))


def test_strips_lie_side_by_side_or_below_each_other() -> None:
    assert (Rectangle(0, 0, 75, 10), Rectangle(75, 0, 25, 10)) == strips(Rectangle(0, 0, 100, 10), [3, 1], down=False)
    assert (Rectangle(0, 0, 100, 7.5), Rectangle(0, 7.5, 100, 2.5)) == strips(
        Rectangle(0, 0, 100, 10), [3, 1], down=True
    )


def test_nothing_has_no_rectangle_and_no_weight_no_area() -> None:
    assert () == squares(AREA, [])
    assert [0.0] == [box.width * box.height for box in strips(AREA, [0], down=True)]


@pytest.mark.parametrize("most, shown", [(9, "ml-tables"), (8, "ml-tabl…"), (4, "ml-…"), (3, ""), (-2, "")])
def test_a_label_is_cut_where_it_does_not_fit(most: int, shown: str) -> None:
    assert shown == fitted("ml-tables", most)


def test_a_name_is_text_and_what_does_not_fit_is_left_out() -> None:
    drawn = shape(Rectangle(0, 0, 200, 20), '"><script>', ("<b>&", "second line"), 'class="goes"')
    group = ET.fromstring(drawn)  # noqa: S314 - made here

    assert ['"><script>', None, "<b>&"] == [each.text for each in group]
    assert ["title", "rect", "text"] == [each.tag for each in group]
