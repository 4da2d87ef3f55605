"""Work that copies of this process share."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from kempt.host.forks import in_forks

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot copy a process")


def squared(number: int) -> tuple[int, int]:
    return number * number, os.getpid()


def killed(parent: int, number: int) -> tuple[int, int]:
    if os.getpid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)
    return squared(number)


def failing(parent: int, number: int) -> tuple[int, int]:
    if os.getpid() != parent:
        raise ValueError
    return squared(number)


@pytest.mark.parametrize("items", [0, 1, 2, 100, 20_000])
def test_each_thing_is_done_in_order(items: int) -> None:
    assert [number * number for number in range(items)] == [
        square for square, _ in in_forks(squared, range(items), 3)
    ]  # fmt: skip


@pytest.mark.parametrize("work", [killed, failing])
def test_what_a_copy_did_not_do_is_done_here(work: object) -> None:
    assert callable(work)
    done = in_forks(partial(work, os.getpid()), range(50), 3)

    assert [(number * number, os.getpid()) for number in range(50)] == done


def test_a_process_with_threads_is_not_copied() -> None:
    end = threading.Event()
    other = threading.Thread(target=end.wait)
    other.start()
    try:
        done = in_forks(squared, range(50), 3)
    finally:
        end.set()
        other.join()

    assert {os.getpid()} == {pid for _, pid in done}


def interrupted(parent: int, number: int) -> tuple[int, int]:
    if os.getpid() == parent and number:
        raise KeyboardInterrupt
    return squared(number)


@pytest.mark.parametrize("work", [squared, partial(interrupted, os.getpid())])
def test_no_copy_and_no_pipe_is_left(work: Callable[[int], tuple[int, int]]) -> None:
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    with suppress(KeyboardInterrupt):
        in_forks(work, range(50), 4)

    assert before == (len(os.listdir("/proc/self/fd")) if before else 0)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


SCAN = """
import os, signal, sys, time
from kempt.host.forks import in_forks

def work(number):
    time.sleep(0.001)
    return "x" * 100_000

signal.signal(signal.SIGALRM, lambda *_: os.kill(os.getpid(), signal.SIGINT))
print("begun", flush=True)
signal.setitimer(signal.ITIMER_REAL, float(sys.argv[1]))
in_forks(work, range(60), 4)
"""


def test_an_interrupt_ends_it_and_all_copies_at_any_moment(tmp_path: Path) -> None:
    script = tmp_path / "scan.py"
    script.write_text(SCAN)
    for number in range(24):
        after = str(0.001 + number * 0.002)
        ended = subprocess.run(  # a copy that is left holds stdout open, and this does not end
            [sys.executable, str(script), after], capture_output=True, timeout=30, check=False
        )

        assert b"begun" in ended.stdout
        assert ended.returncode in {0, -signal.SIGINT, -signal.SIGALRM}  # all was done, and the alarm came at the end


def test_copies_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "scan.py"
    script.write_text(SCAN.replace("SIGINT", "SIGKILL"))
    for after in ("0.01", "0.02", "0.03", "0.05"):
        ended = subprocess.run([sys.executable, str(script), after], capture_output=True, timeout=30, check=False)

        assert ended.returncode in {0, -signal.SIGKILL, -signal.SIGALRM}
