"""Runs a change in a process that is killed before a chosen call."""

from __future__ import annotations

import pickle
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from kempt.model.plan import Plan
from support import killed
from support.repositories import environment


class Killer:
    """Runs a fix or an undo in a process that is killed before some call."""

    def __init__(self, tmp_path: Path, home: Path) -> None:
        self._scratch = tmp_path / "scratch"
        self._scratch.mkdir()
        self._plan = tmp_path / "plan"
        self._state = home / "state"
        self._env = environment(home, TMPDIR=str(self._scratch))

    def apply(self, plan: Plan, point: str) -> bool:
        """Whether it was killed; else there were fewer calls."""
        self._plan.write_bytes(pickle.dumps(plan))
        return self._run(self._plan, point)

    def undo(self, root: Path, point: str) -> bool:
        return self._run(root, point)

    def forget(self) -> None:
        """Remove the journals, so that the number of calls is the same each time: each journal is a file to open."""
        shutil.rmtree(self._state)

    def _run(self, argument: Path, point: str) -> bool:
        argv = [sys.executable, killed.__file__, str(argument), point]
        done = subprocess.run(argv, env=self._env, capture_output=True, check=False, timeout=60)
        assert done.returncode in {0, -signal.SIGKILL}, done.stderr.decode()
        return done.returncode != 0
