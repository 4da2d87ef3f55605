"""A fleet from its list to its page, by the installed program: served by git's daemon and over HTTP, and as folders.

Hostile, failing, odd and broken repositories are among them. What must come of each stands in support/fleet_world.py.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from conftest import Ended
from e2e.conftest import Installed
from support.dask_cluster import DaskCluster
from support.fleet_world import BASIC, HOSTILE_LINES, TOKEN, VARIABLE, Watch, World, wrong
from support.repositories import environment

LARGE = 25
CHANGED = 20
QUESTION = "SELECT count(*) AS findings FROM findings"


class Fleet(NamedTuple):
    """A fleet, and kempt as a user has it, in a folder of its own."""

    world: World
    folder: Path
    home: Path
    installed: Installed

    def kempt(self, *words: str, argv: tuple[str, ...] = ()) -> Ended:
        """One run of it."""
        done = subprocess.run(
            [*(argv or (str(self.installed.kempt),)), "fleet", *words],
            cwd=self.folder, env=self.env, capture_output=True, check=False, timeout=900,
        )  # fmt: skip
        return Ended(done.returncode, *(each.decode("utf-8", "surrogateescape") for each in (done.stdout, done.stderr)))

    def scan(self, database: str, *options: str, argv: tuple[str, ...] = ()) -> Ended:
        """A scan of all of it, as JSON lines."""
        words = ("scan", str(self.world.inventory), "--db", database, "--output-format", "jsonl", *self.world.options)
        return self.kempt(*words, "--timeout", "30", *options, argv=argv)

    @property
    def env(self) -> dict[str, str]:
        """The token is where a user has it."""
        return environment(self.home, **{VARIABLE: TOKEN, "PYTHONWARNINGS": "error", "COLUMNS": "120"})

    def findings(self, database: str) -> list[dict[str, Any]]:
        """All open findings, without the times at which they were seen."""
        lines = map(json.loads, self.kempt("export", "--db", database).out.splitlines())
        return sorted(({**each, "first_seen": 0, "last_seen": 0} for each in lines), key=lambda each: json.dumps(each))


@pytest.fixture
def small(tmp_path: Path, home: Path, installed: Installed) -> Iterator[Fleet]:
    with World(tmp_path / "world", home, plain=1, slow=False) as world:
        yield Fleet(world, tmp_path, home, installed)


@pytest.fixture
def large(tmp_path: Path, home: Path, installed: Installed) -> Iterator[Fleet]:
    with World(tmp_path / "world", home, plain=LARGE, slow=True) as world:
        assert len(world.members) >= 300
        yield Fleet(world, tmp_path, home, installed)


def rows_of(scanned: Ended) -> dict[str, dict[str, Any]]:
    """What a scan said of each repository, without times and bytes."""
    lines = list(map(json.loads, scanned.out.splitlines()))
    rows = {each["name"]: {**each, "seconds": 0, "received": 0} for each in lines[:-1]}
    assert len(lines) - 1 == len(rows)
    return rows


def run_of(scanned: Ended) -> dict[str, Any]:
    """What a scan said at its end."""
    found: dict[str, Any] = json.loads(scanned.out.splitlines()[-1])["run"]
    return found


def leaks(folder: Path) -> list[str]:
    """Files of a folder that have the token in them."""
    words = (TOKEN.encode(), BASIC.encode())
    return [
        str(path) for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink() and path.name != "fleet.txt" and any(word in path.read_bytes() for word in words)
    ]  # fmt: skip


def test_a_fleet_with_the_worst_in_it_is_a_row_each_and_runs_nothing(small: Fleet) -> None:
    with Watch(TOKEN, BASIC) as watch:
        scanned = small.scan("fleet.db", "--jobs", "2")

    assert {} == wrong(small.world.members, rows_of(scanned))
    assert (2, len(HOSTILE_LINES)) == (scanned.status, scanned.err.count("kempt: "))
    assert not small.world.kinds.mark.exists()
    assert (set(), []) == (watch.seen, small.world.elsewhere.requests)
    (small.folder / "told.txt").write_text(repr(scanned), encoding="utf-8")
    assert [] == leaks(small.folder)


@pytest.mark.slow
def test_a_fleet_of_hundreds_comes_to_the_same_by_processes_and_by_dask(large: Fleet) -> None:
    pytest.importorskip("distributed", reason="the extra `dask` is not installed")
    with Watch(TOKEN, BASIC) as watch:
        local = large.scan("local.db", "--jobs", "2")
        with DaskCluster(large.folder / "dask", large.env, workers=2) as cluster:
            argv = (sys.executable, "-m", "kempt")
            dask = large.scan("dask.db", "--scheduler", cluster.address, argv=argv)

    assert ({}, {}) == (wrong(large.world.members, rows_of(local)), wrong(large.world.members, rows_of(dask)))
    assert (2, 2) == (local.status, dask.status)
    assert rows_of(local) == rows_of(dask)
    assert large.findings("local.db") == large.findings("dask.db")
    assert not large.world.kinds.mark.exists()
    assert (set(), []) == (watch.seen, large.world.elsewhere.requests)
    assert [] == leaks(large.folder)


@pytest.mark.slow
def test_of_hundreds_only_those_with_a_commit_are_fetched_again(large: Fleet) -> None:
    first = large.scan("fleet.db", "--jobs", "2")
    plain = [name for name, each in large.world.members.items() if "/clones/" not in name and each.kind in KINDS]
    names = [name for kind in KINDS for name in plain if large.world.members[name].kind == kind]
    changed = set([*names[: CHANGED // 2], *names[-CHANGED // 2 :]])
    for name in changed:
        large.world.change(name)
    large.world.forget()
    second = large.scan("fleet.db", "--jobs", "2")

    before, after = rows_of(first), rows_of(second)
    sound = {name for name, each in large.world.members.items() if each.outcome == "checked"}
    assert {"checked": len(changed), "unchanged": len(sound - changed), "failed": len(before) - len(sound)} == {
        outcome: sum(each["outcome"] == outcome for each in after.values())
        for outcome in ("checked", "unchanged", "failed")
    }
    assert changed == {name for name, each in after.items() if each["outcome"] == "checked"}
    assert [before[name]["head"] for name in sound - changed] == [after[name]["head"] for name in sound - changed]
    assert (10, 10) == (run_of(second)["new"], run_of(second)["gone"])


KINDS = ("tidy", "bytecode")
