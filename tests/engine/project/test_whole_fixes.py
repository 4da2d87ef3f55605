"""Which fixes are made together, and which one waits."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from kempt.engine.project.whole_fixes import edits_of
from kempt.model.finding import Fix, Ignore, Replace, Safety

FILE, OTHER = PurePosixPath("ci.yml"), PurePosixPath("b.yml")


def fix(*places: tuple[int, int], text: str = "x", path: PurePosixPath = FILE) -> Fix:
    return Fix("mend", Safety.SAFE, tuple(Replace(path, start, end, text) for start, end in places))


@pytest.mark.parametrize(
    "first, second, together",
    [
        pytest.param(fix((0, 2)), fix((2, 4)), True, id="side-by-side"),
        pytest.param(fix((0, 3)), fix((2, 4)), False, id="overlapping"),
        pytest.param(fix((0, 9)), fix((3, 3)), False, id="one-inside-the-other"),
        pytest.param(fix((3, 3)), fix((3, 3), text="y"), False, id="two-insertions-at-one-place"),
        pytest.param(fix((3, 3)), fix((3, 5), text="y"), False, id="an-insertion-before-a-change"),
        pytest.param(fix((0, 3)), fix((0, 3), path=OTHER), True, id="two-files"),
    ],
)
def test_a_fix_waits_for_one_that_changes_the_same_place(first: Fix, second: Fix, *, together: bool) -> None:
    expected = [*first.edits, *(second.edits if together else ())]

    assert expected == edits_of([first, second])


def test_a_fix_of_two_edits_is_made_whole_or_not_at_all() -> None:
    assert [*fix((5, 6)).edits] == edits_of([fix((5, 6)), fix((0, 1), (5, 9))])


def test_an_edit_that_two_fixes_share_is_made_once() -> None:
    both = [fix((5, 6)), fix((5, 6), (8, 9))]

    assert [*fix((5, 6), (8, 9)).edits] == edits_of(both)


def test_other_edits_never_wait() -> None:
    ignore = Fix("ignore", Safety.SAFE, (Ignore(FILE, "a"),))

    assert [*ignore.edits] == edits_of([ignore, ignore])
