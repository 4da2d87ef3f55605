"""A fleet from its list to its page, by the installed program: served by git's daemon and over HTTP, and as folders.

Hostile, failing, odd and broken repositories are among them. What must come of each stands in support/fleet_world.py.
"""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from conftest import Ended
from e2e.conftest import Installed
from kempt.model.fleet import Outcome
from support.dask_cluster import DaskCluster
from support.devtools import tab
from support.fleet_world import BASIC, TOKEN, VARIABLE, Asked, Watch, World, wrong
from support.repositories import environment

LARGE = 25
MANY = 300
CHANGED = 20
APPLIED = 8
QUESTION = "SELECT count(*) AS number FROM findings"


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
            cwd=self.folder, env=self.env | {"PYTHONWARNINGS": "error"}, capture_output=True, check=False, timeout=900,
        )  # fmt: skip
        return Ended(done.returncode, *(each.decode("utf-8", "surrogateescape") for each in (done.stdout, done.stderr)))

    def scan(self, database: str, *options: str, argv: tuple[str, ...] = ()) -> Ended:
        """A scan of all of it, as JSON lines."""
        words = ("scan", str(self.world.inventory), "--db", database, "--output-format", "jsonl", *self.world.options)
        return self.kempt(*words, "--timeout", "30", *options, argv=argv)

    @property
    def env(self) -> dict[str, str]:
        """The token is where a user has it."""
        return environment(self.home, **{VARIABLE: TOKEN, "COLUMNS": "120"})

    def findings(self, database: str) -> list[dict[str, Any]]:
        """All open findings, without the times at which they were seen."""
        lines = map(json.loads, self.kempt("export", "--db", database).out.splitlines()[:-1])
        return sorted(({**each, "first_seen": 0, "last_seen": 0} for each in lines), key=json.dumps)


@pytest.fixture
def small(tmp_path: Path, home: Path, installed: Installed) -> Iterator[Fleet]:
    with World(tmp_path / "world", home, plain=1, slow=False) as world:
        yield Fleet(world, tmp_path, home, installed)


class Twice(NamedTuple):
    """A large fleet that was scanned, in which `changed` got a commit each, and that was scanned again."""

    fleet: Fleet
    first: Ended
    changed: frozenset[str]
    second: Ended
    asked: dict[str, Asked]
    watch: Watch

    def names(self, *outcomes: Outcome) -> frozenset[str]:
        """Those that must come out so at first."""
        return frozenset(name for name, each in self.fleet.world.members.items() if each.outcome in outcomes)


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory, installed: Installed) -> Iterator[Twice]:
    folder = tmp_path_factory.mktemp("fleet")
    with World(folder / "world", folder / "home", plain=LARGE, slow=True) as world:
        assert len(world.members) >= MANY
        fleet = Fleet(world, folder, folder / "home", installed)
        with Watch(TOKEN, BASIC) as watch:
            first = fleet.scan("fleet.db", "--jobs", "2")
            changed = world.change_some(CHANGED)
            world.forget()
            second = fleet.scan("fleet.db", "--jobs", "2")
        yield Twice(fleet, first, changed, second, world.asked(), watch)


def rows_of(scanned: Ended) -> dict[str, dict[str, Any]]:
    """What a scan said of each repository, without times and bytes."""
    lines = list(map(json.loads, re.sub(r" after \d+ ms", "", scanned.out).splitlines()))
    rows = {each["name"]: {**each, "seconds": 0, "received": 0} for each in lines[:-1]}
    assert len(lines) - 1 == len(rows)
    return rows


def run_of(scanned: Ended) -> dict[str, Any]:
    """What a scan said at its end."""
    found: dict[str, Any] = json.loads(scanned.out.splitlines()[-1])["run"]
    return found


def leaks(folder: Path) -> list[str]:
    """Files of a folder that have the token in them, but for the list that has it on purpose."""
    words = (TOKEN.encode(), BASIC.encode())
    return [
        str(path) for path in folder.rglob("*")
        if path.is_file() and path.name != "fleet.txt" and any(word in path.read_bytes() for word in words)
    ]  # fmt: skip


def test_a_fleet_with_the_worst_in_it_is_a_row_each_and_runs_nothing(small: Fleet) -> None:
    with Watch(TOKEN, BASIC) as watch:
        scanned = small.scan("fleet.db", "--jobs", "2")

    assert {} == wrong(small.world.members, rows_of(scanned))
    assert 2 == scanned.status
    assert not small.world.kinds.mark.exists()
    assert (set(), []) == (watch.seen, small.world.elsewhere.requests)
    assert not any(word in each for word in (TOKEN, BASIC) for each in (scanned.out, scanned.err))
    assert [] == leaks(small.folder)


@pytest.mark.slow
def test_hundreds_are_a_row_each_and_nothing_of_them_runs(twice: Twice) -> None:
    world = twice.fleet.world

    assert {} == wrong(world.members, rows_of(twice.first))
    assert (2, 2) == (twice.first.status, twice.second.status)
    assert (False, []) == (world.kinds.mark.exists(), world.elsewhere.requests)


@pytest.mark.slow
def test_two_processes_and_two_workers_of_dask_come_to_the_same(twice: Twice) -> None:
    pytest.importorskip("distributed", reason="the extra `dask` is not installed")
    fleet = twice.fleet
    local = fleet.scan("local.db", "--jobs", "2")
    with Watch(TOKEN, BASIC) as watch, DaskCluster(fleet.folder / "dask", fleet.env, workers=2) as cluster:
        dask = fleet.scan("dask.db", "--scheduler", cluster.address, argv=(sys.executable, "-m", "kempt"))

    assert {} == wrong(fleet.world.members, rows_of(dask))
    assert rows_of(local) == rows_of(dask)
    assert fleet.findings("local.db") == fleet.findings("dask.db")
    assert (2, set()) == (dask.status, watch.seen)


@pytest.mark.slow
def test_only_those_with_a_commit_are_fetched_again(twice: Twice) -> None:
    """Of the others their HEAD is asked for: one connection to git's daemon, two requests of HTTP, no fetch."""
    rows = rows_of(twice.second)
    sound, failing = twice.names(Outcome.CHECKED), twice.names(Outcome.FAILED)

    ended = [frozenset(name for name, row in rows.items() if row["outcome"] == each.value) for each in Outcome]
    assert [twice.changed, sound - twice.changed, failing] == ended
    asked = {name: number for name, number in twice.asked.items() if name in sound}
    assert twice.changed == {name for name, each in asked.items() if each.fetches}
    same = [each for name, each in asked.items() if name not in twice.changed and not name.endswith("/renamed")]
    assert {(1, 0), (2, 0)} == {(each.asked, each.fetches) for each in same}


@pytest.mark.slow
def test_what_came_and_what_went_is_counted(twice: Twice) -> None:
    assert (CHANGED // 2, CHANGED // 2) == (run_of(twice.second)["new"], run_of(twice.second)["gone"])


@pytest.mark.slow
def test_nobody_sees_the_token(twice: Twice) -> None:
    """Not in the arguments of any process, in any output, in any file that was written."""
    told = (*twice.first[1:], *twice.second[1:])

    assert (set(), True) == (twice.watch.seen, twice.watch.looks > 100)
    assert not any(word in each for word in (TOKEN, BASIC) for each in told)
    assert [] == leaks(twice.fleet.folder)


@pytest.mark.slow
def test_the_page_names_all_that_failed_and_obeys_no_name(twice: Twice) -> None:
    fleet = twice.fleet
    made = fleet.kempt("report", "--db", "fleet.db", "--html", "page.html")
    assert (0, "") == (made.status, made.err)
    with tab(fleet.folder / "browser") as browser:
        browser.open(fleet.folder / "page.html")
        text = browser.ask("document.body.textContent")
        title = browser.ask("document.title")
        assert ([(fleet.folder / "page.html").as_uri()], []) == (browser.requests, browser.complaints)

    assert "kempt fleet: fleet" == title
    assert [] == [name for name in twice.names(Outcome.FAILED) if name not in text]


@pytest.mark.slow
def test_a_question_and_the_exports_agree(twice: Twice) -> None:
    fleet = twice.fleet
    asked = json.loads(fleet.kempt("query", "--db", "fleet.db", "--output-format", "json", QUESTION).out)
    table = list(csv.reader(StringIO(fleet.kempt("export", "--db", "fleet.db", "--output-format", "csv").out)))
    run = run_of(twice.second)

    assert [[run["errors"] + run["warnings"] + run["infos"]]] == asked["rows"]
    assert len(fleet.findings("fleet.db")) + 1 == len(table)
    assert {len(table[0])} == set(map(len, table))
    assert [] == [cell for row in table for cell in row if cell.startswith(("=", "+", "@", "-r", "\x1b"))]


@pytest.mark.slow
def test_patches_of_odd_and_plain_repositories_apply_as_their_page_says(twice: Twice) -> None:
    fleet = twice.fleet
    made = fleet.kempt("fix", "--db", "fleet.db", *fleet.world.options, "--branch", "mend", "-o", "patches")
    page = (fleet.folder / "patches" / "README.md").read_text(encoding="utf-8")
    commands = [line for line in page.splitlines() if line.startswith("git ")]
    fixable = {each["repository"] for each in fleet.findings("fleet.db") if each["fix"] == "safe"}
    env = fleet.env | {"GIT_ALLOW_PROTOCOL": "file:http:git"}
    done = subprocess.run(
        ["bash", "-euc", "\n".join([*commands[: 3 * APPLIED], *commands[-3 * APPLIED :]])],
        cwd=fleet.folder / "patches", env=env, capture_output=True, check=False, timeout=300,
    )  # fmt: skip

    assert (0, "", 3 * len(fixable)) == (made.status, made.err, len(commands))
    assert 0 == done.returncode, done.stderr.decode()
    assert not fleet.world.kinds.mark.exists()
