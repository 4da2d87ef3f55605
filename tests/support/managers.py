"""The real package managers, as tests have them: from one folder, with a clean environment, an empty home, no network.

The folder is named by KEMPT_TEST_MANAGERS, which `nox -s tests` sets to what it installed from requirements/managers/.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.repositories import environment

FOLDER = os.environ.get("KEMPT_TEST_MANAGERS")  # read here: inside a test the variable is gone
PYTHON = Path(sys.executable).resolve()  # not a virtual environment's, which managers would take for the project's own
IN_PROJECT = {
    "PDM_CHECK_UPDATE": "0",
    "PIPENV_VENV_IN_PROJECT": "1",
    "POETRY_VIRTUALENVS_IN_PROJECT": "true",
}
PATIENCE_SECONDS = 300


def find(name: str) -> Path:
    """The program `name`; without managers the test is skipped, with an incomplete set of them it fails."""
    if FOLDER is None:
        pytest.skip("KEMPT_TEST_MANAGERS is not set: `nox -s tests` installs the package managers and sets it")
    program = shutil.which(name, path=FOLDER)
    assert program, f"KEMPT_TEST_MANAGERS={FOLDER} holds no {name}"
    return Path(program)


class Managers:
    """The managers with a home of their own: `managers.run("uv", "sync", "--locked", cwd=repo.root)`."""

    def __init__(self, home: Path) -> None:
        find("uv")
        git = shutil.which("git")
        assert git
        self.python = PYTHON
        self.variables = {  # what a run of kempt needs to find them: `kempt("sync", **managers.variables)`
            "PATH": os.pathsep.join([str(FOLDER), str(PYTHON.parent), os.path.dirname(git), os.defpath]),
            "NO_PROXY": "127.0.0.1",
            "UV_PYTHON_DOWNLOADS": "never",
        }
        self.env = environment(home, **self.variables, **IN_PROJECT)
        self.env.pop("PYTHONPATH", None)

    def run(self, name: str, *args: str, cwd: Path, check: bool = True, **env: str) -> subprocess.CompletedProcess[str]:
        """Run a manager, or `python`; what it printed is shown when it fails."""
        done = subprocess.run(
            [self.python if name == "python" else find(name), *args],
            cwd=cwd,
            env=self.env | env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            encoding="utf-8",
            timeout=PATIENCE_SECONDS,
        )
        assert not check or done.returncode == 0, (
            f"{name} {' '.join(args)}: {done.returncode}\n{done.stdout}{done.stderr}"
        )
        return done
