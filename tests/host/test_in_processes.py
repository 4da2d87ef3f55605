"""Processes that work for this one: what ^C and the end of their parent mean for them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

WHO = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
pytestmark = pytest.mark.skipif(not WHO.exists(), reason="the system does not tell whom a process has begun")

PROGRAM = """
import os
from kempt.host.workers import in_processes
try:
    in_processes(os.system, ["echo go; sleep 0.05"] * 1000, 2)
except KeyboardInterrupt:
    print("interrupted", flush=True)
os._exit(130)
"""
ALL = 3  # the one that counts what they share, and two workers: the second one has just begun


def children(process: subprocess.Popen[bytes]) -> list[str]:
    """The processes that it has begun, by number."""
    return Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()


def is_python(pid: str) -> bool:
    """Whether a process has come as far as to set what it does at SIGINT: most of its start is yet to come."""
    said = dict(line.split(":\t") for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    is_own = b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()  # until then it is a copy of its parent
    return is_own and any(int(said[name], 16) & 1 << signal.SIGINT - 1 for name in ("SigCgt", "SigIgn"))


def run_on(pid: str) -> bool:
    """Whether a process has not ended; one that nobody took note of yet has no words."""
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    except OSError:
        return False


@pytest.fixture
def beginning() -> Iterator[subprocess.Popen[bytes]]:
    """A program of which the last worker has just begun."""
    argv = [sys.executable, "-c", PROGRAM]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True) as process:
        while len(begun := children(process)) < ALL or not is_python(begun[-1]):
            time.sleep(0.001)
        yield process
        process.kill()


def test_an_interrupt_while_they_begin_is_heard_by_their_parent_alone(beginning: subprocess.Popen[bytes]) -> None:
    os.killpg(beginning.pid, signal.SIGINT)
    out, err = beginning.communicate(timeout=60)

    assert (130, b"interrupted\n", b"") == (beginning.returncode, out.replace(b"go\n", b""), err)


def test_they_end_when_their_parent_was_killed(beginning: subprocess.Popen[bytes]) -> None:
    assert beginning.stdout is not None
    assert b"go\n" == beginning.stdout.readline()
    begun = children(beginning)
    beginning.kill()
    beginning.wait()
    for _ in range(3000):
        if not any(map(run_on, begun)):
            break
        time.sleep(0.01)

    assert [] == list(filter(run_on, begun))
