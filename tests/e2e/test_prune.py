"""Real caches, filled by real installs: weighed, pruned, and installed from again."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from conftest import MakeRepository, RunKempt
from support.caches import RELEASES, Filled, age, du, imports, plant
from support.index import Index
from support.managers import Managers, find
from support.projects import Projects
from support.repositories import environment, write_files

FOLDERS = {"uv": "uv", "pip": "pip", "Poetry": "pypoetry"}


@pytest.fixture
def index_of_own() -> Iterator[Index]:
    with Index(RELEASES) as index:
        yield index


@pytest.fixture
def filled(managers: Managers, tmp_path: Path, index_of_own: Index) -> Filled:
    (tmp_path / "work").mkdir()
    return Filled(managers, tmp_path / "work", index_of_own)


class Pruning:
    """`kempt caches` and `kempt prune` beside the caches of a test's home."""

    def __init__(self, kempt: RunKempt, home: Path, tmp_path: Path) -> None:
        self._kempt = kempt
        self._cwd = tmp_path
        self.folders = {tool: home / "cache" / name for tool, name in FOLDERS.items()}

    def text(self, *args: str, **env: str) -> str:
        """What `kempt prune` prints."""
        ended = self._kempt("prune", *args, cwd=self._cwd, **env)
        assert (0, "") == (ended.status, ended.err)
        return ended.out

    def json(self, *args: str, **env: str) -> dict[str, dict[str, Any]]:
        """The caches of a JSON report, by tool: of `kempt ARGS`."""
        ended = self._kempt(*args, "--output-format", "json", cwd=self._cwd, **env)
        assert (0, "") == (ended.status, ended.err)
        return {each["tool"]: each for each in json.loads(ended.out)["caches"]}


@pytest.fixture
def pruning(kempt: RunKempt, home: Path, tmp_path: Path) -> Pruning:
    return Pruning(kempt, home, tmp_path)


def downloads(index: Index) -> set[str]:
    """The packages that were downloaded since the last question."""
    files = {path.rpartition("/")[2] for path in index.requests if path.startswith("/files/") and path.endswith("whl")}
    index.requests.clear()
    return files


@contextmanager
def without_downloads(index: Index) -> Iterator[None]:
    """The index answers what it has, and gives no file."""
    index.failures["/files/"] = 503
    yield
    del index.failures["/files/"]


def locked(filled: Filled, manager: str, *packages: str) -> Path:
    projects = Projects(filled.managers, filled.index.url)
    files = projects.poetry(*packages) if manager == "poetry" else projects.uv(*packages)
    root = filled.folder / "shop"
    root.mkdir()
    write_files(root, files)
    return root


def test_sizes_are_those_of_du(filled: Filled, pruning: Pruning) -> None:
    filled.uv("alpha", "epsilon", UV_LINK_MODE="hardlink")
    filled.pip("alpha", "beta")
    found = pruning.json("caches")

    assert {tool: du(pruning.folders[tool]) for tool in ("uv", "pip")} == {
        tool: found[tool]["bytes"] + found[tool]["shared"] for tool in ("uv", "pip")
    }
    assert found["uv"]["shared"] > 0


def test_uv_installs_offline_what_was_kept_and_downloads_what_was_not(
    filled: Filled, pruning: Pruning, index_of_own: Index
) -> None:
    cache = pruning.folders["uv"]
    filled.uv("alpha==1.0")
    age(cache, 100)
    filled.uv("beta")
    before = du(cache)
    pruned = pruning.json("prune", "--tool", "uv", "--yes")["uv"]

    assert ["alpha 1.0-py3-none-any", "index page alpha"] == sorted(each["name"] for each in pruned["entries"])
    assert (before - du(cache), []) == (pruned["freed"], pruned["failed"])
    assert pruned["freed"] == pruned["bytes"]
    assert "1.0" == imports(filled.uv("beta", offline=True), "beta")
    with pytest.raises(AssertionError, match="network was disabled"):
        filled.uv("alpha==1.0", offline=True)
    downloads(index_of_own)
    assert "1.0 1.0" == imports(filled.uv("alpha==1.0", "beta"), "alpha", "beta")
    assert {"alpha-1.0-py3-none-any.whl"} == downloads(index_of_own)


def test_a_budget_takes_what_was_used_least_recently(filled: Filled, pruning: Pruning) -> None:
    cache = pruning.folders["uv"]
    filled.uv("alpha==1.0")
    age(cache, 9)
    filled.uv("alpha==2.0", "beta")
    budget = du(cache) - 100_000
    pruned = pruning.json("prune", "--tool", "uv", "--max-size", str(budget), "--yes")["uv"]

    assert ["alpha 1.0-py3-none-any"] == [each["name"] for each in pruned["entries"]]
    assert du(cache) <= budget
    assert "2.0 1.0" == imports(filled.uv("alpha==2.0", "beta", offline=True), "alpha", "beta")


def test_a_use_is_told_by_what_uv_reads(filled: Filled, pruning: Pruning) -> None:
    cache = pruning.folders["uv"]
    filled.uv("alpha==1.0", "beta")
    age(cache, 100)
    filled.uv("beta", offline=True)

    assert ["alpha 1.0-py3-none-any", "index page alpha"] == sorted(
        each["name"] for each in pruning.json("prune", "--tool", "uv")["uv"]["entries"]
    )


def test_what_environments_share_with_uvs_cache_stays_and_survives_a_full_purge(
    filled: Filled, pruning: Pruning
) -> None:
    cache = pruning.folders["uv"]
    installed = filled.uv("alpha==1.0", "epsilon", UV_LINK_MODE="hardlink")
    age(cache, 200)
    kept = pruning.json("prune", "--tool", "uv", "--yes")["uv"]
    before = du(cache, installed)
    purged = pruning.json("prune", "--tool", "uv", "--all", "--yes")["uv"]

    assert [] == [each["name"] for each in kept["entries"] if "index page" not in each["name"]]
    assert before - du(cache, installed) == purged["freed"] == purged["bytes"]
    assert "1.0 1.0" == imports(installed, "alpha", "epsilon")
    assert "1.0 1.0" == imports(filled.uv("alpha==1.0", "epsilon"), "alpha", "epsilon")


def test_pip_takes_from_its_cache_what_was_kept_and_downloads_what_was_not(
    filled: Filled, pruning: Pruning, index_of_own: Index
) -> None:
    cache = pruning.folders["pip"]
    filled.pip("alpha==1.0")
    age(cache, 100)
    filled.pip("beta")
    before = du(cache)
    pruned = pruning.json("prune", "--tool", "pip", "--yes")["pip"]
    downloads(index_of_own)

    assert before - du(cache) == pruned["freed"] == pruned["bytes"]
    with without_downloads(index_of_own):
        assert "1.0" == imports(filled.pip("beta"), "beta")
    downloads(index_of_own)
    assert "1.0 1.0" == imports(filled.pip("alpha==1.0", "beta"), "alpha", "beta")
    assert {"alpha-1.0-py3-none-any.whl"} == downloads(index_of_own)


def test_pip_takes_half_a_pair_for_none(filled: Filled, pruning: Pruning) -> None:
    filled.pip("alpha==1.0")
    cache = pruning.folders["pip"]
    bodies = list(cache.glob("http-v2/*/*/*/*/*/*.body"))
    for body in bodies:
        body.unlink()
    age(cache, 100)
    pruned = pruning.json("prune", "--tool", "pip", "--yes")["pip"]

    assert (len(bodies), []) == (len(pruned["entries"]), list(cache.glob("http-v2/*")))
    assert "1.0" == imports(filled.pip("alpha==1.0"), "alpha")


@pytest.mark.slow
def test_poetry_installs_what_was_kept_and_downloads_what_was_not(
    filled: Filled, pruning: Pruning, index_of_own: Index
) -> None:
    cache = pruning.folders["Poetry"]
    root = locked(filled, "poetry", "alpha==1.0", "beta")
    filled.poetry(root)
    age(cache, 100)
    kept = next(cache.glob("artifacts/*/*/*/*/beta-*"))
    kept.read_bytes()
    before = du(cache)
    assert before == pruning.json("caches", "--tool", "Poetry")["Poetry"]["bytes"]
    pruned = pruning.json("prune", "--tool", "Poetry", "--yes")["Poetry"]
    downloads(index_of_own)

    assert before - du(cache) == pruned["freed"] == pruned["bytes"]
    assert [kept] == list(cache.glob("artifacts/*/*/*/*/*"))
    assert "1.0 1.0" == imports(filled.poetry(root), "alpha", "beta")
    assert {"alpha-1.0-py3-none-any.whl"} == downloads(index_of_own)


@pytest.mark.slow
def test_poetrys_own_command_leaves_the_archives_and_kempt_takes_them(filled: Filled, pruning: Pruning) -> None:
    cache = pruning.folders["Poetry"]
    root = locked(filled, "poetry", "alpha", "epsilon")
    installed = filled.poetry(root)
    filled.managers.run("poetry", "cache", "clear", "--all", "--no-interaction", "loopback", cwd=root)
    left = sorted(path.name for path in cache.glob("artifacts/*/*/*/*/*"))
    pruning.text("--tool", "poetry", "--all", "--yes")

    assert ["alpha-2.0-py3-none-any.whl", "epsilon-1.0-py3-none-any.whl", "epsilon-1.0.tar.gz"] == left
    assert [] == list(cache.glob("artifacts/*/*"))
    assert "2.0 1.0" == imports(installed, "alpha", "epsilon")


def test_a_ci_keeps_what_was_built(filled: Filled, pruning: Pruning, index_of_own: Index) -> None:
    filled.uv("alpha", "epsilon")
    filled.pip("alpha", "epsilon")
    pruning.text("--ci", "--yes")
    pip, uv = pruning.folders["pip"], pruning.folders["uv"]
    index_of_own.requests.clear()
    built = filled.uv("alpha", "epsilon")

    assert ["epsilon-1.0-py3-none-any.whl"] == [path.name for path in pip.rglob("*.whl")]
    assert [] == list(pip.glob("http-v2/*"))
    assert ["epsilon-1.0-py3-none-any.whl"] == [path.name for path in uv.rglob("*.whl")]
    assert "2.0 1.0" == imports(built, "alpha", "epsilon")
    assert [] == [path for path in index_of_own.requests if "epsilon-1.0.tar.gz" in path]


@contextmanager
def holding(path: Path, kind: int) -> Iterator[None]:
    """Hold a lock file as uv does."""
    with path.open("a") as handle:
        fcntl.flock(handle, kind)
        yield


@pytest.mark.parametrize("kind", [fcntl.LOCK_SH, fcntl.LOCK_EX], ids=["shared", "exclusive"])
def test_a_lock_that_is_held_means_in_use(filled: Filled, pruning: Pruning, kind: int) -> None:
    filled.uv("alpha")
    cache = pruning.folders["uv"]
    before = du(cache)
    with holding(cache / ".lock", kind):
        out = pruning.text("--tool", "uv", "--all", "--yes")

    assert "  uv  skipped: in use: its lock is held\n\nNothing to prune.\n" == out
    assert before == du(cache)


def test_a_running_uv_is_waited_for_by_nobody(filled: Filled, pruning: Pruning, managers: Managers) -> None:
    installed = filled.uv("alpha")
    cache = pruning.folders["uv"]
    words = [str(find("uv")), "run", "--no-project", "--python", str(installed / "bin/python"), "python", "-c"]
    code = "print('runs', flush=True); input()"
    with subprocess.Popen(
        [*words, code], env=managers.env, cwd=filled.folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout
        assert "runs\n" == running.stdout.readline()
        before = du(cache)
        out = pruning.text("--tool", "uv", "--all", "--yes")
        running.communicate("\n")

    assert f"  uv  skipped: in use: its lock is held (uv {running.pid})\n\nNothing to prune.\n" == out
    assert before < du(cache) + 1
    assert "everything goes" in pruning.text("--tool", "uv", "--all")


def test_a_running_poetry_keeps_its_cache(pruning: Pruning, tmp_path: Path) -> None:
    plant(pruning.folders["Poetry"], {"artifacts/2d/eb/a0/68fe/alpha-3.0-py3-none-any.whl": "w"})
    script = tmp_path / "poetry"
    script.write_text("input()\n", encoding="utf-8")
    with subprocess.Popen([sys.executable, script], stdin=subprocess.PIPE) as running:
        out = pruning.text("--tool", "poetry", "--all", "--yes")
        running.communicate(b"\n")

    assert out.startswith("  Poetry  skipped: in use: it runs, and has no lock (")


def test_running_hooks_keep_their_environments(pruning: Pruning, home: Path, tmp_path: Path) -> None:
    plant(home / "cache" / "pre-commit", {"repoab12cd_4/.pre-commit-hooks.yaml": "[]", ".lock": ""})
    script = tmp_path / "pre-commit"
    script.write_text("input()\n", encoding="utf-8")
    with subprocess.Popen([sys.executable, script], stdin=subprocess.PIPE) as running:
        out = pruning.text("--tool", "pre-commit", "--all", "--yes")
        running.communicate(b"\n")

    assert out.startswith("  pre-commit  skipped: in use: it runs (")


def test_a_tool_that_runs_on_another_cache_is_not_in_the_way(pruning: Pruning, tmp_path: Path) -> None:
    plant(pruning.folders["Poetry"], {"artifacts/2d/eb/a0/68fe/alpha-3.0-py3-none-any.whl": "w"})
    script = tmp_path / "poetry"
    script.write_text("input()\n", encoding="utf-8")
    env = os.environ | {"POETRY_CACHE_DIR": str(tmp_path / "another")}
    with subprocess.Popen([sys.executable, script], stdin=subprocess.PIPE, env=env) as running:
        out = pruning.text("--tool", "poetry", "--all", "--yes")
        running.communicate(b"\n")

    assert "  Poetry  1 entry, 20 kB freed\n" in out


def test_two_kempts_do_not_prune_one_cache(filled: Filled, pruning: Pruning, home: Path) -> None:
    filled.uv("alpha")
    code = (
        "import sys; from kempt.host.lock import cache_lock; from kempt.host.state import state_folder\n"
        "with cache_lock(state_folder(), sys.argv[1]): print('held', flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(pruning.folders["uv"])],
        env=environment(home), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as other:  # fmt: skip
        assert other.stdout
        assert "held\n" == other.stdout.readline()
        out = pruning.text("--tool", "uv", "--all", "--yes")
        other.communicate("\n")

    assert f"  uv  skipped: another kempt (pid {other.pid}) is pruning this cache\n" in out


def prune_beside_a_sync(filled: Filled, home: Path, root: Path) -> tuple[int, int, str]:
    """`uv sync` of a new environment, and a full purge of uv's cache at the same time."""
    filled.managers.run("uv", "venv", "--quiet", "--clear", ".venv", cwd=root)
    env = filled.managers.env | filled.env
    with subprocess.Popen([find("uv"), "sync", "--quiet", "--frozen"], cwd=root, env=env) as syncing:
        words = [sys.executable, "-m", "kempt", "prune", "--tool", "uv", "--all", "--yes", "-q"]
        pruned = subprocess.run(words, cwd=root, env=environment(home), check=False, stdout=subprocess.DEVNULL)
        status = syncing.wait()
    return status, pruned.returncode, imports(root / ".venv", "alpha", "beta", "epsilon")


@pytest.mark.parametrize("rounds", [5, pytest.param(100, marks=pytest.mark.slow)])
def test_a_uv_sync_beside_a_prune_installs_whole_packages(filled: Filled, home: Path, rounds: int) -> None:
    root = locked(filled, "uv", "alpha==1.0", "beta", "epsilon")
    outcomes = {prune_beside_a_sync(filled, home, root) for _ in range(rounds)}

    assert {(0, 0, "1.0 1.0 1.0")} == outcomes


def test_environments_that_are_links_into_the_cache_keep_it(filled: Filled, pruning: Pruning) -> None:
    installed = filled.uv("alpha", UV_LINK_MODE="symlink")
    out = pruning.text("--tool", "uv", "--all", "--yes", UV_LINK_MODE="symlink")

    assert "Nothing to prune.\n" == out
    assert "2.0" == imports(installed, "alpha")


def test_a_clock_that_was_set_back_makes_nothing_old(filled: Filled, pruning: Pruning) -> None:
    filled.uv("alpha")
    age(pruning.folders["uv"], -400)

    assert [] == pruning.json("prune", "--tool", "uv", "--older-than", "0d")["uv"]["entries"]


def test_another_folder_under_the_name_is_not_pruned(filled: Filled, pruning: Pruning, tmp_path: Path) -> None:
    filled.uv("alpha")
    real = pruning.folders["uv"].rename(tmp_path / "big-disk")
    pruning.folders["uv"].symlink_to(real)
    found = pruning.json("caches", "--tool", "uv")["uv"]

    assert (str(real), "free") == (found["path"], found["state"])
    pruning.text("--tool", "uv", "--all", "--yes")
    assert [] == os.listdir(real / "archive-v0")


def test_pre_commit_makes_again_what_was_pruned(
    git_repo: MakeRepository, pruning: Pruning, home: Path, tmp_path: Path
) -> None:
    hook = "- {id: hello, name: hello, entry: ./hello, language: script, pass_filenames: false}\n"
    hooks = git_repo({".pre-commit-hooks.yaml": hook}, "hooks")
    script = hooks.root / "hello"
    script.write_text("#!/bin/sh\necho hello\n", encoding="utf-8")
    script.chmod(0o755)
    hooks.git("add", "hello")
    hooks.git("commit", "-qm", "a hook")
    revision = hooks.git("rev-parse", "HEAD").strip()
    config = f"repos:\n- repo: {hooks.root.as_uri()}\n  rev: {revision}\n  hooks: [{{id: hello}}]\n"
    user = git_repo({".pre-commit-config.yaml": config}, "user")

    def run() -> int:
        words = [sys.executable, "-m", "pre_commit", "run", "--all-files"]
        return subprocess.run(words, cwd=user.root, env=user.env, check=False, stdout=subprocess.DEVNULL).returncode

    cache = home / "cache" / "pre-commit"
    assert 0 == run()
    before = du(cache)
    pruned = pruning.json("prune", "--tool", "pre-commit", "--all", "--yes")["pre-commit"]

    assert [f"hooks {revision}"] == [each["name"] for each in pruned["entries"]]
    assert before - du(cache) == pruned["freed"] == pruned["bytes"]
    assert [] == [path.name for path in cache.glob("repo*")]
    assert 0 == run()
