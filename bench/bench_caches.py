"""Claim: `kempt prune` frees what the tools' own commands cannot: Poetry's archives, and what uv has not used for long.

    KEMPT_TEST_MANAGERS=... .venv/bin/python bench/bench_caches.py

Real caches are filled by real installs from an index on this machine; each command gets a copy of its own, and the
bytes are what `du` says before and after.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))  # the tests' index and locked projects serve here as well

from measure import Claim, Program, Row, Spent, Table, kempt, report, spend

from support.caches import age, du
from support.managers import Managers, find
from support.projects import Projects
from support.repositories import write_files
from support.syncing import bulk_index

PACKAGES, FILES, OLD_DAYS = 20, 200, 120


class Pruned(NamedTuple):
    """A command on a copy of a cache: bytes before, bytes freed, what it took."""

    command: str
    before: int
    freed: int
    spent: Spent


class Caches:
    """Caches in a home of their own, half of them used 120 days ago, and the copies that commands work on."""

    def __init__(self, folder: Path, index_url: str) -> None:
        self.managers = Managers(folder / "home")
        self.cache = folder / "home" / "cache"
        self._aside = folder / "aside"
        self._root = folder / "shop"
        projects = Projects(self.managers, index_url)
        self._root.mkdir(parents=True)
        names = [f"bulk{number}" for number in range(PACKAGES)]
        write_files(self._root, projects.poetry(*names))
        self.managers.run("poetry", "sync", "--no-interaction", cwd=self._root)
        self._half(self.cache / "pypoetry")
        shutil.rmtree(self.cache / "uv", ignore_errors=True)
        for days, part in ((OLD_DAYS, names[::2]), (0, names[1::2])):
            self._uv(folder, index_url, part)
            if days:
                age(self.cache / "uv", days)
        self._times = {path.relative_to(self.cache): path.lstat() for path in self.cache.rglob("*")}
        shutil.copytree(self.cache, self._aside, symlinks=True)

    def measured(self, name: str, *command: str) -> Pruned:
        """Run a command on a fresh copy."""
        self._restore()
        place = self.cache / name
        before = du(place)
        env = self.managers.env | {"KEMPT_STATE_DIR": str(self.cache.parent / "state")}
        words = ("env", "-i", *(f"{name}={value}" for name, value in env.items()), *command)
        told = " ".join((Path(command[0]).name, *command[1:]))
        spent = spend(Program(told, words, str(self._root)))
        return Pruned(told, before, before - du(place), spent)

    def promised(self, tool: str) -> int:
        """What `kempt prune --all` says it would free."""
        self._restore()
        words = [kempt(), "prune", "--tool", tool, "--all", "--output-format", "json"]
        done = subprocess.run(words, env=self.managers.env, check=True, capture_output=True)
        return int(json.loads(done.stdout)["summary"]["bytes"])

    def _restore(self) -> None:
        """A fresh copy, with the times of the first: copying reads."""
        shutil.rmtree(self.cache)
        shutil.copytree(self._aside, self.cache, symlinks=True)
        for path, found in self._times.items():
            os.utime(self.cache / path, ns=(found.st_atime_ns, found.st_mtime_ns), follow_symlinks=False)

    def _uv(self, folder: Path, index_url: str, packages: list[str]) -> None:
        place = folder / f"environment-{packages[0]}"
        self.managers.run("uv", "venv", "--quiet", str(place), cwd=folder)
        words = ["pip", "install", "--quiet", "--python", str(place), "--link-mode", "copy", "--index-url", index_url]
        self.managers.run("uv", *words, *packages, cwd=folder)

    @staticmethod
    def _half(cache: Path) -> None:
        for path in sorted(path for path in cache.rglob("*") if path.is_file())[::2]:
            age(path, OLD_DAYS)


def pruned(caches: Caches) -> Iterator[Pruned]:
    """The tools' own commands beside kempt's."""
    poetry, uv, prune = str(find("poetry")), str(find("uv")), (kempt(), "prune", "--yes", "--tool")
    yield caches.measured("pypoetry", poetry, "cache", "clear", "--all", "--no-interaction", "loopback")
    yield caches.measured("pypoetry", *prune, "poetry")
    yield caches.measured("pypoetry", *prune, "poetry", "--all")
    yield caches.measured("uv", uv, "cache", "prune")
    yield caches.measured("uv", *prune, "uv")
    yield caches.measured("uv", *prune, "uv", "--ci")
    yield caches.measured("uv", uv, "cache", "prune", "--ci")
    yield caches.measured("uv", *prune, "uv", "--all")
    yield caches.measured("uv", uv, "cache", "clean")


def tables() -> tuple[Table, ...]:
    """Each command once, on a copy of its own."""
    if "KEMPT_TEST_MANAGERS" not in os.environ:
        raise SystemExit("KEMPT_TEST_MANAGERS is not set: `nox -s bench` installs the package managers and sets it")
    with TemporaryDirectory(prefix="kempt-bench-") as folder, bulk_index(PACKAGES, FILES) as index:
        caches = Caches(Path(folder), index.url)
        found = list(pruned(caches))
        told = caches.promised("poetry")
    clear, purge, unused = found[0], found[2], found[4]
    over = purge.freed / max(clear.freed, 1)
    claims = (
        Claim("`kempt prune --all` over `poetry cache clear --all`, bytes freed", over, 1.2, at_least=True),
        Claim("uv's unused half, freed by `kempt prune`", unused.freed / unused.before, 0.4, at_least=True),
        Claim("what the plan said over what `du` says is gone", told / purge.freed, 1.0),
    )
    first = found[0].spent
    return (Table("`kempt prune`, caches half of which were not used for 120 days",
                  tuple(_row(each, first) for each in found), claims),)  # fmt: skip


def _row(each: Pruned, first: Spent) -> Row:
    name = f"{each.command}: {each.freed / 1e6:.1f} of {each.before / 1e6:.1f} MB"
    return Row(name, 1, *each.spent, each.spent.cpu / first.cpu, each.spent.wall / first.wall)


if __name__ == "__main__":
    raise SystemExit(report(tables()))
