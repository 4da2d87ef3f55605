"""What `kempt dedupe` says: a question that fits, a time that means something, a path that is named once."""

from __future__ import annotations

import json
from base64 import b64decode

import pytest

from kempt.model.dedupe import Dedupe, Deduped, Loaded
from kempt.model.plan import Expect, Means, Outcome, Plan, Receipt, Result, ShareFile
from kempt.report import dedupe as report
from kempt.report.look import Look
from kempt.report.receipt import to_text as receipt_text

EXPECT = Expect(9000, 1, 1, 1, 1)
STEP = ShareFile("two/core.py", "one/core.py", Means.LINK, EXPECT, EXPECT, "", 8192, "two")
DEDUPE = Dedupe(("/envs",), ("/envs/two",), Plan("/envs", (STEP,), "kempt dedupe"))


def test_the_question_fits_its_terminal_with_the_answers() -> None:
    assert "Free 8.2 kB by making 1 file\nnames of equal ones?" == report.question(DEDUPE, 40)


def test_the_command_to_go_on_with_fits() -> None:
    assert "Nothing is changed yet:\n`kempt dedupe --hardlink --yes` does it.\n" == report.how_to_go_on(
        Look(40), " --hardlink"
    )


@pytest.mark.parametrize(
    "before, after, noise, words",
    [
        (0.081, 0.103, 0.03, "in 103 ms, about the same as before;"),
        (0.081, 0.088, 0.0, "in 88 ms, about the same as before;"),
        (0.108, 0.061, 0.01, "in 61 ms, before in 108 ms;"),
    ],
)
def test_a_difference_of_times_is_told_where_it_is_more_than_chance(
    before: float, after: float, noise: float, words: str
) -> None:
    receipt = Receipt((Outcome(STEP, Result.DONE, 8192, files=1),), "")
    told = report.done(DEDUPE, Deduped(receipt, None, 0.0, Loaded(9, before, after, 0, 0, noise)), Look(200))

    assert words in told


def test_a_refused_file_is_named_once() -> None:
    receipt = Receipt((Outcome(STEP, Result.REFUSED, detail="two/core.py: changed since"),), "")

    assert "refused: two/core.py: changed since\n" == report.done(DEDUPE, Deduped(receipt), Look(100))


def test_json_has_the_bytes_of_names_that_are_no_utf8() -> None:
    step = STEP._replace(path="two/bad\udcff", keep="one/bad\udcff")
    (item,) = json.loads(report.to_json(DEDUPE._replace(plan=Plan("/envs", (step,), "kempt dedupe"))))["items"]

    assert [b"/envs/two/bad\xff", b"/envs/one/bad\xff"] == [
        b64decode(item[f"{key}_base64"]) for key in ("path", "with")
    ]


def test_a_receipt_of_any_command_names_it_once_too() -> None:
    outcome = Outcome(STEP, Result.FAILED, detail="two/core.py: no space left")

    assert "failed: share two/core.py: no space left\n" == receipt_text(Receipt((outcome,), ""), Look(100))
