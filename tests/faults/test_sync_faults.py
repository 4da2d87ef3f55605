"""Installs that are killed, at every point: what is left is repaired, whatever the manager says of it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pytest

from conftest import MakeRepository
from support.managers import Managers
from support.projects import Files, Projects
from support.repositories import Repository
from support.syncing import Syncing, bulk_index, contents, count_infos

COUNT, FILES = 40, 100
PATIENCE_SECONDS = 120.0

pytestmark = pytest.mark.slow


class Large(NamedTuple):
    """A project of many files, installed once and found good."""

    repo: Repository
    syncing: Syncing
    digest: str
    environment: Path


@pytest.fixture(scope="module")
def bulky(tmp_path_factory: pytest.TempPathFactory, projects: Projects) -> Iterator[tuple[Files, str]]:
    """The files of a locked project, and a download cache that all tests share."""
    with bulk_index(COUNT, FILES) as index:
        names = (f"bulk{number}" for number in range(COUNT))
        yield projects.against(index.url).uv(*names), str(tmp_path_factory.mktemp("cache"))


@pytest.fixture
def large(bulky: tuple[Files, str], home: Path, git_repo: MakeRepository, managers: Managers) -> Large:
    files, cache = bulky
    repo = git_repo(files)
    managers.variables["UV_CACHE_DIR"] = managers.env["UV_CACHE_DIR"] = cache
    syncing = Syncing(managers, home, repo.root)
    first = syncing.one()
    assert ("installed", COUNT) == (first["outcome"], first["packages"]), first
    return Large(repo, syncing, first["digest"], repo.root / ".venv")


def wait_for(process: subprocess.Popen[str], environment: Path, infos: int) -> None:
    """Until so many distributions are there, or the process has ended."""
    started = time.monotonic()
    while process.poll() is None and count_infos(environment) < infos:
        assert time.monotonic() - started < PATIENCE_SECONDS


def children(pid: int) -> list[int]:
    """The processes that one has started."""
    found = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(each) for each in found.read_text().split()] if found.exists() else []


def kill(process: subprocess.Popen[str], *, whole: bool) -> None:
    """Kill a process, and what it has started as well if the `whole` machine is to go down."""
    started = children(process.pid)
    process.kill()
    for each in started if whole else ():
        with suppress(ProcessLookupError):
            os.kill(each, signal.SIGKILL)
    process.communicate()


def files(environment: Path) -> set[str]:
    """The paths of all files, but for two that say who installed a distribution, and why: uv writes them last."""
    found = {os.path.join(folder, name) for folder, _, names in os.walk(environment) for name in names}
    return {path for path in found if not path.endswith((".dist-info/INSTALLER", ".dist-info/REQUESTED"))}


def test_uv_calls_good_what_a_kill_left_broken_and_sync_repairs_only_that(large: Large, managers: Managers) -> None:
    whole = files(large.environment)
    broken = []
    for infos in (2, 9, 17, 23, 31, 38):
        shutil.rmtree(large.environment)
        uv = large.syncing.start_manager("uv", "sync", "--locked", "--quiet")
        wait_for(uv, large.environment, infos)
        uv.kill()
        uv.communicate()
        managers.run("uv", "sync", "--locked", cwd=large.repo.root)
        managers.run("uv", "sync", "--locked", "--check", cwd=large.repo.root)
        left = files(large.environment)

        repaired = large.syncing.one()

        assert (None, large.digest) == (repaired["refusal"], repaired["digest"])
        assert set() == whole ^ files(large.environment)
        if left != whole:
            broken.append(repaired["outcome"])
            assert 0 < len(repaired["repaired"]) < 5
    assert broken, "no kill left a broken environment that uv called good"
    assert {"repaired"} == set(broken)


@pytest.mark.parametrize("whole", [pytest.param(True, id="and-its-uv"), pytest.param(False, id="alone")])
@pytest.mark.parametrize("infos", [0, 1, 2, 5, 8, 13, 20, 27, 33, 37, 40])
def test_a_killed_sync_is_made_good_by_the_next_one(large: Large, infos: int, *, whole: bool) -> None:
    shutil.rmtree(large.environment)
    process = large.syncing.start("--quiet")
    wait_for(process, large.environment, infos)
    kill(process, whole=whole)

    again = until_free(large.syncing)

    assert (None, large.digest) == (again["refusal"], again["digest"])
    assert ("unchanged", large.digest) == (large.syncing.one()["outcome"], large.syncing.one()["digest"])
    assert "" == large.repo.git("status", "--porcelain")


def until_free(syncing: Syncing) -> dict[str, object]:
    """Sync as soon as the program that a killed run has left behind is done; until then it is refused."""
    started = time.monotonic()
    while True:
        found = syncing.one()
        refusal = found["refusal"]
        if refusal is None or "is working on this environment" not in refusal["message"]:
            return found
        assert time.monotonic() - started < PATIENCE_SECONDS
        time.sleep(0.05)


@pytest.mark.parametrize("infos", [1, 20, 39])
def test_an_interrupted_first_sync_leaves_nothing(large: Large, infos: int) -> None:
    shutil.rmtree(large.environment)
    process = large.syncing.start("--quiet")
    wait_for(process, large.environment, infos)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate()

    assert (130, "kempt: interrupted\n") == (process.returncode, err)
    assert [] == sorted(path.name for path in large.repo.root.glob(".venv*"))
    assert ("installed", large.digest) == (large.syncing.one()["outcome"], large.syncing.one()["digest"])


@pytest.mark.parametrize("infos", [1, 20, 39])
def test_an_interrupted_rebuild_brings_the_old_environment_back(large: Large, infos: int) -> None:
    (large.environment / "notes.pth").write_text("")
    stray = next(large.environment.glob("lib/*/site-packages")) / "stray.py"
    stray.write_text("")
    before = contents(large.environment)
    process = large.syncing.start("--quiet")
    while not list(large.repo.root.glob(".venv.kempt-old-*")):
        assert process.poll() is None
    wait_for(process, large.environment, infos)
    process.send_signal(signal.SIGINT)
    process.communicate()

    assert 130 == process.returncode
    assert before == contents(large.environment)
    assert [".venv"] == sorted(path.name for path in large.repo.root.glob(".venv*"))
    assert ("rebuilt", large.digest) == (large.syncing.one()["outcome"], large.syncing.one()["digest"])


@pytest.mark.parametrize("infos", [0, 1, 20, 39])
def test_a_killed_rebuild_is_made_good_and_leaves_nothing_unfinished(large: Large, infos: int) -> None:
    (next(large.environment.glob("lib/*/site-packages")) / "stray.py").write_text("")
    process = large.syncing.start("--quiet")
    while not list(large.repo.root.glob(".venv.kempt-old-*")):
        assert process.poll() is None
    wait_for(process, large.environment, infos)
    kill(process, whole=True)

    again = large.syncing.one()

    assert (None, large.digest) == (again["refusal"], again["digest"])
    assert [] == [path.name for infix in ("old", "gone") for path in large.repo.root.glob(f".venv.kempt-{infix}-*")]
    assert "" == large.repo.git("status", "--porcelain")
