from __future__ import annotations

from functools import partial

import pytest

from kempt.engine.fleet.supervise import chunks_of, supervise
from kempt.errors import KemptError
from kempt.host.workers.crew import LocalCrew
from kempt.model.fleet import Outcome, Row, Target, Task
from support.crew_calls import rows_of

TASKS = tuple(Task(Target(f"r{number:02}", f"r{number:02}")) for number in range(20))
KILLED = "its worker was killed (SIGKILL: by hand, or because the machine ran out of memory)"


def outcome(poison: set[str], how: str, size: int = 10, jobs: int = 2) -> tuple[dict[str, Row], int]:
    """The rows by name, each of which must come once, and how many workers were lost."""
    with LocalCrew(jobs) as crew:
        work = partial(rows_of, frozenset(poison), how)
        chunks = tuple(tuple(TASKS[at : at + size]) for at in range(0, len(TASKS), size))
        rows = [row for rows in supervise(crew, chunks, work) for row in rows]
        deaths = crew.deaths
    assert len(TASKS) == len(rows)
    return {row.name: row for row in rows}, deaths


@pytest.mark.parametrize(
    "number, size, workers, lengths",
    [
        pytest.param(0, 50, 2, [], id="none"),
        pytest.param(1, 50, 2, [1], id="one"),
        pytest.param(20, 50, 2, [3, 3, 3, 3, 3, 3, 2], id="few-are-shared-out"),
        pytest.param(1000, 50, 2, [50] * 20, id="many"),
        pytest.param(130, 100, 1, [33, 33, 33, 31], id="one-worker"),
    ],
)
def test_chunks_give_each_worker_something_to_do(number: int, size: int, workers: int, lengths: list[int]) -> None:
    tasks = [Task(Target(str(each), str(each))) for each in range(number)]

    chunks = chunks_of(tasks, size, workers)

    assert (lengths, tasks) == ([len(chunk) for chunk in chunks], [task for chunk in chunks for task in chunk])


def test_every_repository_has_one_row() -> None:
    rows, deaths = outcome(set(), "")

    assert ({Outcome.CHECKED}, 0) == ({row.outcome for row in rows.values()}, deaths)


def test_a_repository_that_kills_its_worker_is_named_and_costs_no_other() -> None:
    rows, _ = outcome({"r07"}, "kill")

    failed = {name: row for name, row in rows.items() if row.outcome is not Outcome.CHECKED}
    assert {"r07": Row("r07", Outcome.FAILED, error="engine-crash", reason=KILLED)} == failed


def test_several_that_kill_their_worker_are_named() -> None:
    rows, _ = outcome({"r03", "r04", "r19"}, "kill", size=5)

    assert ["r03", "r04", "r19"] == sorted(name for name, row in rows.items() if row.error == "engine-crash")


def test_a_chunk_without_the_memory_it_needs_is_halved_until_it_has_enough() -> None:
    rows, _ = outcome({"r11"}, "memory")

    reason = "its worker ran out of the memory that it may use"
    assert {"r11": reason} == {name: row.reason for name, row in rows.items() if row.reason}


def test_a_repository_of_which_a_worker_says_nothing_has_failed() -> None:
    rows, _ = outcome({"r05"}, "silence")

    assert {"r05": "its worker said nothing of it"} == {name: row.reason for name, row in rows.items() if row.reason}


def test_what_ends_the_whole_run_is_raised() -> None:
    with pytest.raises(KemptError, match=r"a worker has kempt 0\.0\.9, not 0\.1\.0"):
        outcome({"r05"}, "error")
