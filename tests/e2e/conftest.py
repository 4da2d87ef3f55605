"""kempt as a user has it: the built wheel, with its locked dependencies, in an environment of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.stand_ins import Storage

CHECKOUT = Path(__file__).parents[2]
PATIENCE_SECONDS = 300


class Installed:
    """An environment that holds kempt: its `python` and its `kempt`."""

    def __init__(self, root: Path, wheel: Path) -> None:
        scripts = root / ("Scripts" if os.name == "nt" else "bin")
        self.wheel = wheel
        self.python = scripts / "python"
        self.kempt = scripts / "kempt"


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Made once for all processes of a test run."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "installed"
    done = shared / "done"
    try:
        shared.mkdir()
    except FileExistsError:
        waiting_since = time.monotonic()
        while not done.exists():
            assert time.monotonic() - waiting_since < PATIENCE_SECONDS, "another process did not build the wheel"
            time.sleep(0.2)
    else:
        _install(shared)
        done.touch()
    (wheel,) = (shared / "dist").glob("*.whl")
    return Installed(shared / "env", wheel)


@pytest.fixture(scope="session")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storage]:
    """A store of images; the stand-ins for public base images in it are built once."""
    made = Storage(tmp_path_factory.mktemp("storage"))
    yield made
    made.close()


def _install(shared: Path) -> None:
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(shared / "dist")]
    _run(*build, str(CHECKOUT))
    (wheel,) = (shared / "dist").glob("*.whl")
    venv.create(shared / "env", with_pip=True)
    python = Installed(shared / "env", wheel).python
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    _run(*pip, "--require-hashes", "--requirement", str(CHECKOUT / "requirements" / "runtime.txt"))
    _run(*pip, "--no-index", "--no-deps", str(wheel))


def _run(*argv: str) -> None:
    env = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "PYTHONHOME"}}
    done = subprocess.run(argv, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, text=True)
    assert 0 == done.returncode, done.stdout
