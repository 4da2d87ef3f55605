from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from kempt.errors import KemptError, WorkerDiedError
from kempt.host.workers.pool import Pool
from kempt.host.workers.process import Caps
from support import crew_calls
from support.repositories import environment

KILLED = "its worker was killed (SIGKILL: by hand, or because the machine ran out of memory)"


@pytest.fixture
def pool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pool]:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    pool = Pool(1)
    yield pool
    pool.stop()


def until(condition: object, *arguments: object) -> None:
    """Wait until a function of no arguments says yes."""
    assert callable(condition)
    for _ in range(500):
        if condition(*arguments):
            return
        time.sleep(0.01)
    raise AssertionError("it never came to be")


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_a_call_is_made_in_another_process(pool: Pool) -> None:
    assert pool.submit(os.getpid).result() != os.getpid()


def test_what_a_call_raises_its_future_raises(pool: Pool) -> None:
    assert "invalid literal for int() with base 10: 'x'" == str(pool.submit(int, "x").exception())


def test_what_cannot_be_pickled_is_told_in_words(pool: Pool) -> None:
    assert "pickle" in str(pool.submit(crew_calls.unpicklable).exception())
    assert 3 == pool.submit(len, "abc").result()


def test_a_killed_worker_fails_its_own_call_only(pool: Pool) -> None:
    running = pool.submit(time.sleep, 60)
    next_one = pool.submit(len, "abc")
    until(running.running)
    until(pool.pids)

    os.kill(pool.pids()[0], signal.SIGKILL)

    error = running.exception()
    assert isinstance(error, WorkerDiedError)
    assert (KILLED, -signal.SIGKILL) == (error.message, error.status)
    assert (3, 1) == (next_one.result(), pool.deaths)


def test_a_worker_that_died_while_it_had_nothing_to_do_costs_no_call(pool: Pool) -> None:
    pid = pool.submit(os.getpid).result()

    os.kill(pid, signal.SIGKILL)
    until(is_gone, pid)

    assert 3 == pool.submit(len, "abc").result()


def test_a_worker_that_exits_is_told_with_its_status(pool: Pool) -> None:
    assert "its worker ended with status 7" == str(pool.submit(os._exit, 7).exception())


def test_a_call_that_takes_too_long_is_ended_with_its_worker() -> None:
    with Pool(1, seconds=lambda *_: 0.3) as pool:
        assert "its worker took longer than 0.3 s" == str(pool.submit(time.sleep, 60).exception())


def test_memory_beyond_the_limit_is_an_error_of_the_call() -> None:
    with Pool(1, Caps(memory=512 * 1024**2)) as pool:
        assert isinstance(pool.submit(bytes, 1024**3).exception(), MemoryError)


@pytest.mark.slow
def test_processor_time_beyond_the_limit_ends_the_worker() -> None:
    with Pool(1, Caps(processor=1)) as pool:
        assert 3 == pool.submit(len, "abc").result()
        assert "its worker took more processor time than it may" == str(pool.submit(crew_calls.spin).exception())


def test_a_worker_is_replaced_after_so_many_calls() -> None:
    with Pool(1, most_calls=2) as pool:
        pids = [pool.submit(os.getpid).result() for _ in range(4)]

    assert [True, False, True] == [before == after for before, after in pairwise(pids)]


def test_workers_that_cannot_be_started_are_told_once_and_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")

    with Pool(1) as pool, pytest.raises(KemptError, match=r"no worker can be started: .*No such file"):
        pool.submit(len, "abc").result()


def test_the_end_leaves_no_process_and_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    pool = Pool(2)
    pids = {pool.submit(os.getpid).result() for _ in range(8)}
    pool.submit(crew_calls.leave_file).result()

    pool.shutdown()

    assert [True] * len(pids) == [is_gone(pid) for pid in pids]
    assert [] == list(tmp_path.glob("kempt-*"))


def test_stopping_does_not_wait_for_what_runs(pool: Pool) -> None:
    running, waiting = pool.submit(time.sleep, 60), pool.submit(time.sleep, 60)
    until(pool.pids)
    pids = pool.pids()

    pool.stop()

    assert (True, "it was stopped") == (waiting.cancelled(), str(running.exception()))
    assert is_gone(pids[0])


@pytest.mark.skipif(sys.platform != "linux", reason="programs are found by their variables, which /proc shows")
def test_a_program_that_a_killed_worker_had_started_is_ended(pool: Pool) -> None:
    pid = pool.submit(crew_calls.start_sleep).result()
    running = pool.submit(time.sleep, 60)
    until(running.running)

    os.kill(pool.pids()[0], signal.SIGKILL)

    assert isinstance(running.exception(), WorkerDiedError)
    until(is_gone, pid)


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked at in /proc")
def test_a_killed_coordinator_leaves_no_worker_no_program_and_no_file(tmp_path: Path, home: Path) -> None:
    argv = [sys.executable, crew_calls.__file__]
    env = environment(home, TMPDIR=str(tmp_path))
    with subprocess.Popen(argv, stdout=subprocess.PIPE, env=env, text=True) as coordinator:
        assert coordinator.stdout is not None
        pids = [int(word) for word in coordinator.stdout.readline().split()]
        coordinator.kill()

    for pid in pids:
        until(is_gone, pid)
    until(lambda: not list(tmp_path.glob("kempt-*/*")))
