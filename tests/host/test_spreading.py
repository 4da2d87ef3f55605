from __future__ import annotations

import threading
from collections import Counter

import pytest

from kempt.host.workers import spread


@pytest.mark.parametrize("jobs", [1, 2, 4])
def test_every_task_is_done_once_whatever_gave_it(jobs: int) -> None:
    done: Counter[str] = Counter()

    def work(task: str) -> list[str]:
        done[task] += 1
        return [f"{task}{number}" for number in range(6)] if len(task) < 4 else []

    spread(work, "", jobs)

    assert (1555, {1}) == (len(done), set(done.values()))


def test_little_work_starts_no_thread() -> None:
    threads = set()

    def work(task: int) -> list[int]:
        threads.add(threading.get_ident())
        return [task - 1] if task else []

    spread(work, 50, 4)

    assert {threading.get_ident()} == threads


@pytest.mark.parametrize("jobs", [1, 3])
def test_an_error_ends_it_and_no_thread_is_left(jobs: int) -> None:
    begun, before = list[int](), threading.active_count()

    def work(task: int) -> list[int]:
        begun.append(task)
        if len(begun) == 30:
            raise KeyboardInterrupt
        return list(range(20)) if task == 99 else [task]

    with pytest.raises(KeyboardInterrupt):
        spread(work, 99, jobs)

    assert (True, before) == (30 <= len(begun) <= 30 + jobs, threading.active_count())
