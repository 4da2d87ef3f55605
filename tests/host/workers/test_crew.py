from __future__ import annotations

import sys
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from kempt.errors import KemptError, WorkerDiedError
from kempt.host.workers.crew import Crew, End, Fate, ForeignCrew, third_party


def ended(error: BaseException | None = None, value: object = None) -> Future[object]:
    future: Future[object] = Future()
    if error is None:
        future.set_result(value)
    else:
        future.set_exception(error)
    return future


def cancelled() -> Future[object]:
    future: Future[object] = Future()
    future.cancel()
    return future


@pytest.mark.parametrize(
    "future, end",
    [
        pytest.param(ended(value=3), End(Fate.DONE, 3), id="done"),
        pytest.param(ended(WorkerDiedError("it was killed")), End(Fate.LOST, why="it was killed"), id="died"),
        pytest.param(cancelled(), End(Fate.LOST, why="its worker was lost"), id="cancelled"),
        pytest.param(
            ended(MemoryError()), End(Fate.LOST, why="its worker ran out of the memory that it may use"), id="memory"
        ),
        pytest.param(ended(ValueError("no")), End(Fate.RAISED, why="ValueError: no"), id="raised"),
    ],
)
def test_a_call_ends_in_one_of_three_ways(future: Future[object], end: End) -> None:
    assert end == Crew(ThreadPoolExecutor(1), 1).end_of(future)


def test_what_ends_all_calls_is_raised() -> None:
    with pytest.raises(KemptError, match="no worker can be started"):
        Crew(ThreadPoolExecutor(1), 1).end_of(ended(KemptError("no worker can be started")))


def test_what_an_executor_of_others_raises_is_a_lost_call() -> None:
    end = ForeignCrew(ThreadPoolExecutor(1), 1).end_of(ended(ConnectionError("gone")))

    assert End(Fate.LOST, why="ConnectionError: gone") == end


def test_an_installed_package_can_bring_an_executor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = tmp_path / "brought-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: brought\nVersion: 1\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[kempt.executors]\nmine = brought:make\n", encoding="utf-8")
    (tmp_path / "brought.py").write_text(
        "from concurrent.futures import ThreadPoolExecutor as make\n", encoding="utf-8"
    )
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])

    with third_party("mine", 2) as crew:
        executor: Executor = crew.executor
        assert (2, 3) == (crew.size, crew.submit(len, "abc").result())
    assert isinstance(executor, ThreadPoolExecutor)


def test_an_executor_that_nobody_brings_is_told() -> None:
    with pytest.raises(KemptError, match="no executor is called mine") as told:
        third_party("mine", 2)

    assert "executors: none is installed" == told.value.hint
