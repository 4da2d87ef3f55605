"""What `init --ci` writes is run: fresh clones, fresh homes, the real managers, and an index that counts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Protocol

import pytest

import kempt
from conftest import MakeRepository
from e2e.conftest import Installed
from kempt.engine.apply import apply
from kempt.engine.project.init import prepare_init
from support.ci_runner import Machine, Ran, run_buildspec, run_workflow
from support.index import Index
from support.managers import Managers, find
from support.projects import Files, Projects
from support.repacked import publish
from support.repositories import Repository, environment
from support.wheels import Wheel

PYTEST = '''\
"""A stand-in for pytest: it runs the functions `test_*` of `tests/test_*.py`, and says in which environment."""

import runpy
import sys
from pathlib import Path


def main() -> None:
    tests = [(name, found) for path in sorted(Path("tests").glob("test_*.py"))
             for name, found in runpy.run_path(str(path)).items() if name.startswith("test_")]
    for _, test in tests:
        test()
    print(f"{len(tests)} passed in {sys.prefix}")
    sys.exit(0 if tests else 5)
'''
RUN_AS_MODULE = "from pytest import main\n\nmain()\n"
UV_SCRIPT = "import os, sys\n\nos.execv({uv!r}, [{uv!r}, {words}*sys.argv[1:]])\n"
STOCK = (
    Wheel("pytest", "9.0", files={"pytest/__init__.py": PYTEST, "pytest/__main__.py": RUN_AS_MODULE},
          scripts={"pytest": "pytest:main"}),
    Wheel("alpha", "3.0"), Wheel("gamma", "1.0", scripts={"gamma": "gamma:main"}),
)  # fmt: skip
TEST = {"tests/test_shop.py": "import alpha\n\n\ndef test_alpha():\n    assert alpha.VERSION == '3.0'\n"}
SETTINGS = {"kempt.toml": 'ignore = ["KPT311"]\n'}  # the index of these tests is a private address
WEB = "services/my web & büro"
"""A folder that has to be quoted wherever it is named."""
USUAL = {("uv", "github", "single"), ("uv", "codebuild", "single")}
"""What runs each time; the others are slow."""


@pytest.fixture
def counted(installed: Installed, managers: Managers) -> Iterator[Index]:
    """An index with what the files install: kempt itself as built, what it needs, uv and Poetry."""
    uv = find("uv").resolve()
    version = managers.run("uv", "--version", cwd=Path.cwd()).stdout.split()[1]
    scripts = {
        "uv": UV_SCRIPT.format(uv=str(uv), words=""),
        "uvx": UV_SCRIPT.format(uv=str(uv), words='"tool", "run", '),
    }
    with Index((*STOCK, Wheel("uv", version, shebang_scripts=scripts))) as index:
        publish(index, installed.python.parents[1])
        yield index


def project(manager: str, projects: Projects) -> Files:
    if manager == "uv":
        return projects.uv("alpha", "pytest", tail='\n[tool.uv]\nrequired-version = ">=0.1"\n')
    if manager == "poetry":
        return projects.poetry("alpha", "pytest")
    return projects.requirements("alpha", "pytest")


def services(manager: str, projects: Projects, shape: str) -> Files:
    own = project(manager, projects) | TEST
    if shape == "single":
        return own | SETTINGS
    api = {f"services/api/{path}": text for path, text in own.items()}
    return api | {f"{WEB}/{path}": text for path, text in own.items()} | SETTINGS


@pytest.fixture
def machine(counted: Index, managers: Managers, tmp_path: Path) -> Machine:
    env = environment(tmp_path / "nobody", NO_PROXY="127.0.0.1", UV_PYTHON_DOWNLOADS="never")
    env = {name: value for name, value in env.items() if not name.startswith(("XDG_", "PYTHON"))}
    env |= {"UV_DEFAULT_INDEX": counted.url, "PIP_INDEX_URL": counted.url, "PIP_TRUSTED_HOST": "127.0.0.1"}
    return Machine(tmp_path / "machine", tmp_path / "repo", find("uv").resolve(), env)


class World(NamedTuple):
    """A repository with a CI file that kempt wrote, where it is run, and the index that it asks."""

    repository: Repository
    machine: Machine
    served: Index


class MakeWorld(Protocol):
    """What `world` is."""

    def __call__(self, manager: str, provider: str, shape: str) -> World: ...


@pytest.fixture
def world(
    projects: Projects, counted: Index, machine: Machine, git_repo: MakeRepository, managers: Managers
) -> MakeWorld:
    def make(manager: str, provider: str, shape: str) -> World:
        if manager == "poetry":
            publish(counted, find("poetry").resolve().parents[1])
        repository = git_repo(services(manager, projects.against(counted.url), shape))
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PATH", managers.variables["PATH"])
            apply(prepare_init(str(repository.root), ci=[provider]).plan)
        repository.commit("CI")
        counted.requests.clear()
        return World(repository, machine, counted)

    return make


def run(machine: Machine, provider: str) -> list[Ran]:
    return run_workflow(machine) if provider == "github" else [run_buildspec(machine)]


def keys(machine: Machine, provider: str) -> list[list[str]]:
    """The keys of all caches that a run would use."""
    return [[cache.key for cache in ran.caches] for ran in run(machine._replace(commands=False), provider)]


def wheels(index: Index) -> list[str]:
    """The wheels that were downloaded since this was asked last."""
    found = sorted(path.rpartition("/")[2] for path in index.requests if path.endswith(".whl"))
    index.requests.clear()
    return found


def relocked(repository: Repository, manager: str) -> None:
    """Another lock: what it says is the same, the file is not."""
    name = {"uv": "uv.lock", "poetry": "poetry.lock", "pip": "requirements.txt"}[manager]
    for path in repository.root.rglob(name):
        path.write_text(f"# again\n{path.read_text(encoding='utf-8')}", encoding="utf-8")
    repository.git("commit", "--quiet", "--all", "--message=lock")


CASES = [
    pytest.param(manager, provider, shape, id=f"{manager}-{provider}-{shape}",
                 marks=() if (manager, provider, shape) in USUAL else pytest.mark.slow)
    for manager in ("uv", "poetry", "pip") for provider in ("github", "codebuild") for shape in ("single", "monorepo")
]  # fmt: skip


@pytest.mark.parametrize("manager, provider, shape", CASES)
def test_the_file_installs_tests_and_downloads_once(manager: str, provider: str, shape: str, world: MakeWorld) -> None:
    repository, machine, index = world(manager, provider, shape)

    first = run(machine, provider)
    downloaded = wheels(index)
    repository.write({"README.md": "# Shop\n"})
    repository.stage(["README.md"])
    repository.commit("read-me")
    again = run(machine, provider)

    said = "".join(ran.said for ran in again)
    places = {"single": {""}, "monorepo": {"services/api/", f"{WEB}/"}}[shape]
    assert places == set(re.findall(r"1 passed in \S+/clone/(.*)\.venv", said)), said
    assert f"kempt-{kempt.__version__}-py3-none-any.whl" in downloaded
    assert [] == wheels(index)
    before = [[cache.key for cache in ran.caches] for ran in first]
    assert before == [[cache.key for cache in ran.caches] for ran in again]
    assert all(cache.restored == cache.key for ran in again for cache in ran.caches)
    relocked(repository, manager)
    assert {key for each in before for key in each}.isdisjoint(key for each in keys(machine, provider) for key in each)


@pytest.mark.slow
def test_a_source_without_git_is_checked_as_an_archive(world: MakeWorld) -> None:
    _, machine, _ = world("uv", "codebuild", "single")

    assert "1 passed in" in run_buildspec(machine, archive=True).said


def test_the_guard_comes_before_the_install(world: MakeWorld) -> None:
    repository, machine, index = world("uv", "github", "single")
    repository.write({"shop/__pycache__/a.cpython-312.pyc": "x"})
    repository.stage()
    repository.commit("bytecode")

    with pytest.raises(AssertionError, match="KPT102"):
        run_workflow(machine)
    assert [] == [name for name in wheels(index) if name.startswith(("alpha", "pytest"))]
