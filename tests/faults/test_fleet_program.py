"""`kempt fleet scan` as a program, on servers and folders with the worst in them, while something is taken from it."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple

import pytest

from conftest import Ended, RunKempt
from faults.test_fleet_engine import of_this_scratch
from support.children import children_of
from support.disks import fill, mounted
from support.fleet_clones import Told, told_by, visits
from support.fleet_servers import hangs
from support.fleet_world import TOKEN, VARIABLE, World
from support.repositories import environment

MOST_DEATHS = 2
"""In one scan: at the third death a repository may be the one to blame."""
HANGING = ("tidy-h0.git", "bytecode-h1.git")


class Scans(NamedTuple):
    """A fleet, and scans of it as processes of their own; all that they write for a time goes below `scratch`."""

    world: World
    folder: Path
    home: Path

    @property
    def scratch(self) -> Path:
        return self.folder / "scratch"

    def start(self, database: str, *options: str) -> subprocess.Popen[str]:
        argv = [sys.executable, "-m", "kempt", "fleet", "scan", str(self.world.inventory), "--db", database]
        env = environment(self.home, **{VARIABLE: TOKEN, "TMPDIR": str(self.scratch), "COLUMNS": "200"})
        return subprocess.Popen(
            [*argv, *self.world.options, "--jobs", "2", "--chunk", "3", "-q", *options],
            cwd=self.folder, env=env, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            start_new_session=True,
        )  # fmt: skip

    def finish(self, database: str, *options: str) -> Told:
        """What the database says at the end of a scan that nobody disturbs."""
        with self.start(database, *options) as running:
            _, said = running.communicate(timeout=300)
        assert (2, "") == (running.returncode, "".join(line for line in said.splitlines() if "fleet.txt:" not in line))
        return told_by(self.folder / database)

    def traces(self) -> list[str]:
        """Processes and files that a scan has left, once they had a moment to go."""
        found = ["not looked at"]
        end = time.monotonic() + 10
        while found and time.monotonic() < end:
            time.sleep(0.05)
            found = [*of_this_scratch(self.scratch), *map(str, self.scratch.glob("kempt-*/*"))]
        return found


@pytest.fixture
def scans(tmp_path: Path, home: Path) -> Iterator[Scans]:
    with World(tmp_path / "world", home, plain=2, slow=False) as world:
        made = Scans(world, tmp_path, home)
        made.scratch.mkdir()
        yield made


@pytest.mark.slow
def test_workers_that_are_killed_while_they_fetch_lose_and_double_nothing(scans: Scans) -> None:
    undisturbed = scans.finish("undisturbed.db")
    killed = 0
    for number in range(10):
        chance = random.Random(number)  # noqa: S311 - nobody is to guess anything
        seen, deaths, database = 0, 0, f"{number}.db"
        with scans.start(database) as running:
            while running.poll() is None:
                if visits(scans.folder / database) > seen:
                    seen = visits(scans.folder / database)
                    time.sleep(chance.uniform(0, 0.1))
                    workers = [pid for pid, line in children_of(running.pid).items() if b"git" not in line]
                    if workers and deaths < MOST_DEATHS and chance.random() < 1 / 2:
                        with suppress(ProcessLookupError):
                            os.kill(chance.choice(workers), signal.SIGKILL)
                            deaths += 1
                time.sleep(0.002)
            running.communicate(timeout=60)

        assert undisturbed == told_by(scans.folder / database)
        killed += deaths
    assert killed > 0
    assert ([], False) == (scans.traces(), scans.world.kinds.mark.exists())


@pytest.mark.slow
def test_a_coordinator_that_is_killed_goes_on_and_asks_nobody_again(scans: Scans) -> None:
    undisturbed, database = scans.finish("undisturbed.db"), scans.folder / "fleet.db"
    for step in (10, 20, 30):
        with scans.start("fleet.db") as running:
            while running.poll() is None and visits(database) < step:
                time.sleep(0.002)
            running.kill()
            running.communicate(timeout=60)
    assert [] == scans.traces()
    done = told_so_far(database)
    scans.world.forget()

    assert undisturbed == scans.finish("fleet.db")
    asked = {name.rpartition("/")[2] for name in scans.world.asked()}
    assert (True, set()) == (len(done) >= step, asked.intersection(done))


def told_so_far(database: Path) -> list[str]:
    """The last parts of the names that the unfinished run of a database has looked at."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as opened:
        names = opened.execute("SELECT name FROM visit JOIN repository ON repository.id = visit.repository").fetchall()
    return [name.rpartition("/")[2] for (name,) in names]


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_scan_that_is_stopped_does_not_wait_for_remotes_that_hang(scans: Scans, number: signal.Signals) -> None:
    for name in HANGING:
        scans.world.http.behaviours[name] = hangs
    with scans.start("fleet.db") as running:
        while running.poll() is None and not all(map(scans.world.http.asked_of, HANGING)):
            time.sleep(0.01)
        began = time.monotonic()
        os.killpg(running.pid, number) if number == signal.SIGINT else running.send_signal(number)
        _, said = running.communicate(timeout=60)

    assert (130, True) == (running.returncode, time.monotonic() - began < 20)
    assert "what was found is kept, the same command goes on" in said.splitlines()[-1]
    assert [] == scans.traces()


@pytest.mark.slow
def test_a_database_on_a_full_disk_is_one_line_and_the_next_scan_goes_on(scans: Scans) -> None:
    undisturbed = scans.finish("undisturbed.db")
    disk = scans.folder / "disk"
    with mounted(disk, "4m"):
        with scans.start("disk/fleet.db", "--chunk", "1") as running:
            while running.poll() is None and visits(disk / "fleet.db") < 5:
                time.sleep(0.002)
            fill(disk, leaving=0)
            _, said = running.communicate(timeout=120)
        (disk / "ballast").unlink()
        before = len(told_so_far(disk / "fleet.db"))

        assert undisturbed == scans.finish("disk/fleet.db")
    lines = [line for line in said.splitlines() if "fleet.txt:" not in line]
    assert (2, True) == (running.returncode, 5 <= before < len(undisturbed))
    assert "disk/fleet.db: the disk is full; what was written before stays" in lines[0]
    assert ["       make room and run it again: it goes on from there"] == lines[1:]


def foreign(path: Path) -> None:
    path.write_bytes(b"no database at all")


def newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as opened, opened:
        opened.execute("PRAGMA user_version = 99")


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:8192])


@pytest.mark.slow
@pytest.mark.parametrize(
    "spoil, said",
    [
        (foreign, "not a database"),
        (newer, "a newer kempt wrote it (format 99"),
        (cut_off, "damaged"),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
def test_a_database_that_cannot_be_used_is_told_and_stays(
    kempt: RunKempt, tmp_path: Path, home: Path, spoil: object, said: str
) -> None:
    from support.fleet_clones import make_clones

    make_clones(tmp_path / "clones", home, 4)
    words = ("fleet", "scan", "clones", "--jobs", "1", "-q")
    assert 1 <= kempt(*words, cwd=tmp_path).status
    database = tmp_path / "kempt-fleet.db"
    assert callable(spoil)
    spoil(database)
    before = database.read_bytes()

    ended: Ended = kempt(*words, cwd=tmp_path)

    assert (2, "", before) == (ended.status, ended.out, database.read_bytes())
    assert said in ended.err.splitlines()[0]


@pytest.mark.slow
def test_a_full_disk_for_temporary_files_is_told_and_not_blamed_on_a_remote(scans: Scans) -> None:
    scans.scratch.rmdir()
    with mounted(scans.scratch, "4m"):
        fill(scans.scratch, leaving=16_384)
        with scans.start("fleet.db", "--only", "127.0.0.1*") as running:
            running.communicate(timeout=120)

    rows = told_by(scans.folder / "fleet.db")
    failed = {str(row[0]): row[6] for row in rows if row[1] == "failed"}
    assert ("no-space", "no-space") == (failed["tidy-h0"], failed["tidy-d1"])
    assert {"engine-crash"}.isdisjoint(failed.values())
