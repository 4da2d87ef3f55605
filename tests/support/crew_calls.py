"""What tests have workers do; run as a program, a coordinator that waits to be killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from kempt.errors import KemptError
from kempt.model.fleet import Outcome, Row, Task


def unpicklable() -> object:
    return lambda: 0


def spin() -> None:
    while True:
        pass


def leave_file() -> None:
    Path(os.environ["TMPDIR"], "inner").mkdir()
    Path(os.environ["TMPDIR"], "inner", "left").touch()


def start_sleep() -> int:
    """Start a program that outlives whoever started it; its process id."""
    return subprocess.Popen(["sleep", "600"], start_new_session=True).pid


def rows_of(poison: frozenset[str], how: str, tasks: tuple[Task, ...]) -> tuple[Row, ...]:
    """A row for each task; one of `poison` takes the worker down, or is trouble in another way."""
    if poison.intersection(task.target.name for task in tasks):
        match how:
            case "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            case "memory":
                raise MemoryError
            case "error":
                raise KemptError("a worker has kempt 0.0.9, not 0.1.0")
            case _:
                tasks = tuple(task for task in tasks if task.target.name not in poison)
    return tuple(Row(task.target.name, Outcome.CHECKED) for task in tasks)


def main() -> None:
    from kempt.host.workers.pool import Pool

    pool = Pool(1)
    sleeping, worker = pool.submit(start_sleep).result(), pool.submit(os.getpid).result()
    pool.submit(time.sleep, 600)
    time.sleep(0.2)
    print(sleeping, worker, flush=True)
    time.sleep(600)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from support.crew_calls import main as begin

    begin()
