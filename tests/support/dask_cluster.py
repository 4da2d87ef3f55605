"""A Dask cluster as people run one: a scheduler and workers, each a process of its own, on this machine."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Self

from support.children import children_of


class DaskCluster:
    """For a `with` block. `address` is the scheduler's; `own` are variables that only its workers have."""

    def __init__(self, folder: Path, env: Mapping[str, str], workers: int, **own: str) -> None:
        folder.mkdir()
        self._folder, self._env = folder, env
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{port}"
        self._scheduler = self._start(
            "dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard", "--no-show"
        )
        self._env = {**env, **own}
        self._nannies = [
            self._start("dask_worker", self.address, "--nthreads", "1", "--no-dashboard") for _ in range(workers)
        ]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for each in (*self._nannies, self._scheduler):
            self._end(each)

    def workers(self) -> tuple[int, ...]:
        """The processes that do the work now: each has a nanny, which starts another one when it dies."""
        return tuple(
            pid for nanny in self._nannies for pid, line in children_of(nanny.pid).items() if b"spawn_main" in line
        )

    def kill_scheduler(self) -> None:
        """As `kill -9` does."""
        self._end(self._scheduler)

    def _start(self, program: str, *options: str) -> subprocess.Popen[bytes]:
        argv = [sys.executable, "-m", f"distributed.cli.{program}", *options]
        with (self._folder / "log").open("ab") as log:
            return subprocess.Popen(
                argv, cwd=self._folder, env=self._env, stdout=log, stderr=log, start_new_session=True
            )

    @staticmethod
    def _end(process: subprocess.Popen[bytes]) -> None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
