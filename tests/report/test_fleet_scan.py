from __future__ import annotations

import json

import pytest

from kempt.model.fleet import Outcome, Row
from kempt.model.fleet_overview import Coverage, NotAsked, RunSummary
from kempt.report.fleet_scan import Ended, Progress, as_json, duration, last_line, record, summary
from kempt.report.look import Look

RUN = RunSummary(
    7, 0.0, 1.0, "0.1.0", 10_000, 9_000, 980, 7, 1, 2, 3, 4, 5, 6, 123_000_000,
    (Coverage(1, 9_000, 0, 900, 100), Coverage(2, 10_000, 0, 0, 0), Coverage(3, 1, 2, 3, 4), Coverage(4, 0, 0, 10, 0)),
    6,
)  # fmt: skip
FAILED = tuple(
    Row(f"https://u:p@x.example/\x1b[31mr{number}", Outcome.FAILED, error="timeout", reason="https://a:b@x: no\nanswer")
    for number in range(7)
)
LOOK = Look(100, False, False, False, command="fleet scan", target="--db x.db")


@pytest.mark.parametrize(
    "seconds, words", [(0.04, "0.0 s"), (0.9, "0.9 s"), (12.4, "12 s"), (252, "4 min 12 s"), (7_500, "2 h 5 min")]
)
def test_a_time_is_said_in_units_that_people_wait_in(seconds: float, words: str) -> None:
    assert words == duration(seconds)


@pytest.mark.parametrize(
    "progress, seconds, line",
    [
        pytest.param(Progress(0, 10, 0), 0.1, "0 of 10 repositories", id="begin"),
        pytest.param(Progress(1, 1, 0), 0.1, "1 of 1 repository", id="one"),
        pytest.param(
            Progress(1_200, 10_000, 200), 10, "1,200 of 10,000 repositories  ·  100 a second  ·  1 min 28 s left",
            id="taken-up",
        ),
        pytest.param(Progress(5, 10, 0), 100, "5 of 10 repositories  ·  3 a minute  ·  1 min 40 s left", id="slow"),
        pytest.param(Progress(10, 10, 0), 2, "10 of 10 repositories  ·  5 a second", id="end"),
    ],
)  # fmt: skip
def test_progress_is_a_calm_line(progress: Progress, seconds: float, line: str) -> None:
    assert line == progress.line(seconds, 0, 0)


def test_progress_tells_of_failures_and_lost_workers() -> None:
    assert "1 of 2 repositories  ·  3 failed  ·  1 worker replaced" == Progress(1, 2, 1).line(9, 3, 1)


def test_the_end_names_a_few_failures_and_how_to_see_all() -> None:
    lines = summary(Ended(RUN, FAILED, 252), LOOK).splitlines()

    assert "10,000 repositories in 4 min 12 s, 123 MB received: 9,000 looked at, 980 unchanged, 7 failed" == (lines[0])
    assert [
        "  · one command rebuilds  100%  ████████████  100 unknown, 900 without",
        "  ✓ git is clean          100%  ████████████",
    ] == lines[2:4]
    assert [
        "7 repositories could not be looked at:",
        *(f"  ✗ https://...@x.example/\\x1b[31mr{each}  timeout: https://...@x: no\\nanswer" for each in range(5)),
        "  and 2 more: `kempt fleet report --db x.db -v`",
        "",
        "6 findings (1 error, 2 warnings, 3 info), 4 more waived; 5 new and 6 gone since run 6.",
    ] == lines[7:16]


def test_failures_of_an_earlier_part_of_the_run_count() -> None:
    assert "7 repositories could not be looked at:\n  7 more: `kempt fleet report --db x.db -v`\n" in summary(
        Ended(RUN, (), 1), LOOK
    )


def test_all_failures_are_named_where_more_is_asked_for() -> None:
    assert 7 == summary(Ended(RUN, FAILED, 1), LOOK._replace(verbose=True)).count("  ✗ https")


def test_json_holds_no_password() -> None:
    assert "https://...@x: no\nanswer" == record(FAILED[0])["reason"]


def test_a_scan_that_was_taken_up_again_says_what_it_did_itself() -> None:
    """Finding: 600 repositories of before the stop counted as if this scan had looked at them in its seconds."""
    heading = summary(Ended(RUN, before=600, took=16), LOOK).splitlines()

    assert [
        "10,000 repositories, 123 MB received: 9,000 looked at, 980 unchanged, 7 failed; 600 before the scan",
        "was stopped, 9,400 in 16 s since",
    ] == heading[:2]


def test_what_was_not_asked_for_is_said() -> None:
    ended = Ended(RUN, not_asked=NotAsked(6, 2))

    assert "2 repositories of run 6 were not asked for and are not counted.\n" in summary(ended, LOOK)
    assert {"run": 6, "repositories": 2} == json.loads(last_line(ended))["not_asked"]
    assert json.loads(as_json(Ended(RUN), [], "x.db"))["not_asked"] is None


@pytest.mark.parametrize("outcome", [Outcome.UNCHANGED, Outcome.FAILED])
def test_json_says_nothing_of_what_was_not_looked_at(outcome: Outcome) -> None:
    """A program that adds findings up must not take what is not known here for none."""
    told = record(Row("https://x.example/r", outcome, head="a" * 40))

    assert [None] * 4 == [told[key] for key in ("files", "promises", "owners", "summary")]
