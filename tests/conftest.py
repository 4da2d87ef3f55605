"""What every test may ask for: a git repository, and kempt itself as a program."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import pytest
from hypothesis import settings

from support.index import STOCK, Index
from support.managers import Managers
from support.projects import Projects
from support.repositories import Repository, environment, make_repository

INDEX = pytest.StashKey[Index]()

settings.register_profile("kempt", deadline=None, print_blob=True)  # no deadline: other work slows a machine down
settings.load_profile("kempt")


class Ended(NamedTuple):
    """How a run of kempt ended. Compare all of it: `assert (0, "", "") == kempt("check")`."""

    status: int
    out: str
    err: str


class MakeRepository(Protocol):
    """What `git_repo` is: call it with the files that are to be tracked."""

    def __call__(
        self,
        files: Mapping[str, str | bytes] | None = ...,
        name: str = ...,
        *,
        commit: bool = ...,
        options: Iterable[str] = ...,
    ) -> Repository: ...


class RunKempt(Protocol):
    """What `kempt` is: call it with the arguments of a command line."""

    def __call__(self, *args: str | Path, cwd: Path | None = None, input: str = "", **env: str) -> Ended: ...


def pytest_configure(config: pytest.Config) -> None:
    """One index for all processes of a test run, so that what was locked against it by one serves the others."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        stack = ExitStack()
        config.stash[INDEX] = stack.enter_context(Index(STOCK))
        config.add_cleanup(stack.close)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """pytest-xdist makes a process."""
    node.workerinput["index"] = node.config.stash[INDEX].url


@pytest.fixture(scope="session")
def index(pytestconfig: pytest.Config) -> str:
    """The URL of an index that holds STOCK. Who counts requests or changes anything makes an `Index` of their own."""
    return str(getattr(pytestconfig, "workerinput", {}).get("index") or pytestconfig.stash[INDEX].url)


@pytest.fixture
def managers(home: Path) -> Managers:
    """The real package managers, in the home of the test."""
    return Managers(home)


@pytest.fixture(scope="session")
def projects(tmp_path_factory: pytest.TempPathFactory, index: str) -> Projects:
    """Locked projects of each manager, against the session's index."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    return Projects(Managers(tmp_path_factory.mktemp("locking")), index, shared / "locks")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home folder of the test's own, with kempt's state and cache below it."""
    return tmp_path / "home"


@pytest.fixture(autouse=True)
def isolated(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """Code that runs inside the test process sees the same empty world as the programs it starts."""
    wanted = environment(home)
    for name in os.environ.keys() - wanted.keys():
        monkeypatch.delenv(name)
    for name, value in wanted.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def git_repo(tmp_path: Path, home: Path) -> MakeRepository:
    """Make a git repository: `git_repo({"a.py": "", ".venv/pyvenv.cfg": "home = /usr"})` tracks and commits these."""

    def make(
        files: Mapping[str, str | bytes] | None = None,
        name: str = "repo",
        *,
        commit: bool = True,
        options: Iterable[str] = (),
    ) -> Repository:
        return make_repository(tmp_path / name, home, files or {}, commit=commit, options=options)

    return make


@pytest.fixture
def kempt(tmp_path: Path, home: Path) -> RunKempt:
    """Run kempt as a program of its own, in `tmp_path / "repo"` unless told otherwise; its warnings are errors."""

    def run(*args: str | Path, cwd: Path | None = None, input: str = "", **env: str) -> Ended:
        done = subprocess.run(
            [sys.executable, "-m", "kempt", *map(str, args)],
            cwd=cwd or tmp_path / "repo",
            env=environment(home, PYTHONWARNINGS="error", PYTHONWARNDEFAULTENCODING="1", COLUMNS="120", **env),
            input=input.encode(),
            capture_output=True,
            check=False,
            timeout=120,
        )
        return Ended(done.returncode, *(each.decode("utf-8", "surrogateescape") for each in (done.stdout, done.stderr)))

    return run
