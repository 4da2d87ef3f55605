"""Evictions under fire: killed at any moment, the tool installs whole packages from what is left, and the rest goes."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from kempt.engine.disk.caches.prune import plan_prune, prune
from kempt.host.mounts import Mounts
from kempt.model.caches import PruneWishes
from support import evicting
from support.caches import RELEASES, Content, Filled, du, imports, plant
from support.index import Index
from support.managers import Managers
from support.projects import Projects
from support.repositories import environment, write_files

LEFT = "**/.kempt-gone-*"


@pytest.fixture
def filled(managers: Managers, tmp_path: Path) -> Iterator[Filled]:
    (tmp_path / "work").mkdir()
    with Index(RELEASES) as index:
        yield Filled(managers, tmp_path / "work", index)


class Under(NamedTuple):
    """A cache under fire: `install` gives what packages say of themselves, from a new environment."""

    tool: str
    cache: Path
    home: Path
    install: Callable[[], str]

    def evict(self, point: str) -> subprocess.CompletedProcess[str]:
        """Prune all of it, and be killed on the way."""
        words = [sys.executable, evicting.__file__, self.tool, point]
        return subprocess.run(words, env=environment(self.home), check=False, capture_output=True, text=True)

    def calls(self, name: str = "any") -> int:
        """How many calls an eviction that lives makes."""
        return int(self.evict(f"{name}:0").stdout)


def under_fire(tool: str, filled: Filled, home: Path) -> Under:
    cache = home / "cache" / {"uv": "uv", "pip": "pip", "Poetry": "pypoetry"}[tool]
    packages = ("alpha==1.0", "epsilon")
    if tool == "uv":
        return Under(tool, cache, home, lambda: imports(filled.uv(*packages), "alpha", "epsilon"))
    if tool == "pip":
        return Under(tool, cache, home, lambda: imports(filled.pip(*packages), "alpha", "epsilon"))
    root = filled.folder / "shop"
    write_files(root, Projects(filled.managers, filled.index.url).poetry(*packages))
    return Under(tool, cache, home, lambda: imports(filled.poetry(root), "alpha", "epsilon"))


def survives(under: Under, full: Path, point: str) -> str:
    """Nothing where a kill at this point did no harm; else what it did."""
    shutil.rmtree(under.cache)
    shutil.copytree(full, under.cache, symlinks=True)
    status = under.evict(point).returncode
    if status not in {0, -signal.SIGKILL}:
        return f"{point}: ended with {status}"
    if (said := under.install()) != "1.0 1.0":
        return f"{point}: {said}"
    again = under.evict("any:0")
    left = [str(path) for path in under.cache.glob(LEFT)]
    return "" if again.returncode == 0 and not left else f"{point}: {again.stderr} {left}"


def harms(under: Under, points: list[str]) -> list[str]:
    assert "1.0 1.0" == under.install()
    full = under.home / "full"
    shutil.copytree(under.cache, full, symlinks=True)
    return [harm for point in points if (harm := survives(under, full, point))]


def test_uv_installs_from_a_cache_whose_eviction_was_killed(filled: Filled, home: Path) -> None:
    points = ["unlink:1", "unlink:2", "rename:1", "rename:2", "unlink:9"]

    assert [] == harms(under_fire("uv", filled, home), points)


@pytest.mark.slow
def test_uv_installs_whatever_the_moment_of_the_kill(filled: Filled, home: Path) -> None:
    under = under_fire("uv", filled, home)
    under.install()
    full = home / "for-counting"
    shutil.copytree(under.cache, full, symlinks=True)
    calls = under.calls()
    shutil.copytree(full, under.cache, symlinks=True, dirs_exist_ok=True)

    assert calls > 50
    assert [] == harms(under, [f"any:{number}" for number in range(1, calls + 1)])


@pytest.mark.slow
@pytest.mark.parametrize("tool", ["pip", "Poetry"])
def test_pip_and_poetry_install_whatever_the_moment_of_the_kill(tool: str, filled: Filled, home: Path) -> None:
    points = [f"{name}:{number}" for name in ("rename", "unlink", "rmdir") for number in range(1, 8)]

    assert [] == harms(under_fire(tool, filled, home), points)


@pytest.fixture
def pip_cache(home: Path) -> Path:
    """pip's cache with three answers that nobody asked for since long."""
    names = [f"http-v2/{letter}/c/c/b/b/{letter}ccbb12fa6bf" for letter in "abc"]
    files: dict[str, Content] = {path: 5000 for name in names for path in (name, f"{name}.body")}
    return plant(home / "cache" / "pip", files, days=100)


@pytest.mark.parametrize("number", [errno.EIO, errno.EACCES, errno.EROFS, errno.ENOSPC])
def test_an_entry_that_cannot_be_removed_is_told_and_the_others_go(
    number: int, pip_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plan_prune(PruneWishes(), ("pip",))
    before, real = du(pip_cache), os.unlink

    def failing(path: str, *, dir_fd: int | None = None) -> None:
        folder = os.readlink(f"/proc/self/fd/{dir_fd}") if dir_fd is not None else ""
        if "/b/c/c" in folder:
            raise OSError(number, os.strerror(number))
        real(path, dir_fd=dir_fd)

    monkeypatch.setattr(os, "unlink", failing)
    receipt = prune(plan)
    (done,) = receipt.pruned

    assert (False, 2, ["answer bccbb12fa6bf"]) == (receipt.ok, done.entries, [each.name for each in done.failed])
    assert before - du(pip_cache) == done.freed.bytes
    assert 2 == len([path for path in pip_cache.rglob("*bccbb12*") if path.is_file()])


def test_without_a_state_folder_nothing_is_pruned(pip_cache: Path, home: Path) -> None:
    plan = plan_prune(PruneWishes(), ("pip",))
    shutil.rmtree(home / "state", ignore_errors=True)
    (home / "state").write_text("a file", encoding="utf-8")
    before = du(pip_cache)
    (done,) = prune(plan).pruned

    assert "cannot make the folder" in done.skipped
    assert before == du(pip_cache)


def test_a_lock_that_is_a_link_is_not_followed(home: Path) -> None:
    cache = plant(home / "cache" / "uv", {"archive-v0/one/a.py": "a"}, days=100)
    (cache / ".lock").symlink_to(home / "precious")
    (done,) = prune(plan_prune(PruneWishes(), ("uv",))).pruned

    assert "cannot open the lock" in done.skipped
    assert (cache / "archive-v0/one/a.py").exists()
    assert not (home / "precious").exists()


def test_a_mount_inside_an_entry_stays(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Mounts, "inside", lambda _, path: path)
    cache = plant(home / "cache" / "uv", {"archive-v0/one/a.py": "a"}, days=100)
    (done,) = prune(plan_prune(PruneWishes(), ("uv",))).pruned

    assert ["archive-v0/one, which nothing leads to"] == [each.name for each in done.failed]
    assert (cache / "archive-v0/one/a.py").exists()
