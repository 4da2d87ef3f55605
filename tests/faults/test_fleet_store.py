"""A fleet's database that is locked, damaged or on a full disk, a scan that is killed: one line, and nothing lost."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kempt.errors import KemptError, UnreadableError, UnsafeError
from kempt.host.store.fleet import FleetStore
from support.disks import fill, mounted
from support.fleets import NAME, checked, facts, noted
from support.repositories import environment

MANY = 200
WRITER = f"""
import sys
from kempt.host.store.fleet import FleetStore
from support.fleets import checked, facts, noted
with FleetStore.open(sys.argv[1], create=True) as store:
    run, done = store.begin_run(facts(), [f"r{{n}}" for n in range(100_000)])
    for number in range(0, 100_000, 2):
        names = (f"r{{number}}", f"r{{number + 1}}")
        store.write(run, [checked(*(noted(str(mark)) for mark in range({MANY})), name=name) for name in names])
        print(number + 2, flush=True)
"""


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A database with a run of one repository."""
    path = str(tmp_path / "fleet.db")
    with FleetStore.open(path, create=True) as store:
        run, _ = store.begin_run(facts(), [NAME])
        store.write(run, [checked(*(noted(f"{number:016x}", path=f"{number}/env") for number in range(MANY)))])
        store.finish(run, 101)
    return path


def found(path: str) -> int:
    with FleetStore.open(path, read_only=True) as store:
        store.verify()
        return len(list(store.exported()))


@pytest.fixture
def writer(tmp_path: Path, home: Path) -> Iterator[subprocess.Popen[str]]:
    """A scan in another process, writing two repositories at a time."""
    tests = str(Path(__file__).parents[1])
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path / "fleet.db")],
        env=environment(home, PYTHONPATH=tests), stdout=subprocess.PIPE, text=True, encoding="utf-8",
    ) as process:  # fmt: skip
        yield process
        process.kill()


def test_a_scan_that_is_killed_has_written_whole_chunks_and_goes_on(
    writer: subprocess.Popen[str], tmp_path: Path
) -> None:
    assert writer.stdout is not None
    told = [int(writer.stdout.readline()) for _ in range(5)][-1]
    writer.kill()
    told = int(([str(told), *writer.stdout.read().split()])[-1])

    assert -signal.SIGKILL == writer.wait(timeout=30)
    with FleetStore.open(str(tmp_path / "fleet.db")) as store:
        store.verify()
        number, done = store.begin_run(facts(), [f"r{n}" for n in range(100_000)])
        assert (1, True) == (number, len(done) in {told, told + 2})
        assert [(len(done) * MANY,)] == store._database.execute("SELECT count(*) FROM finding").fetchall()


def test_a_second_scan_is_told_that_another_kempt_writes(writer: subprocess.Popen[str], tmp_path: Path) -> None:
    assert writer.stdout is not None
    writer.stdout.readline()
    with pytest.raises(UnsafeError, match=rf"another kempt \(pid {writer.pid}\) is writing this database"):
        FleetStore.open(str(tmp_path / "fleet.db"), create=True)


def test_a_program_that_holds_it_is_waited_for_and_then_told(path: str) -> None:
    with FleetStore.open(path, patience=0.05) as store, closing(sqlite3.connect(path, isolation_level=None)) as other:
        run, _ = store.begin_run(facts(started=200), [NAME])
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(KemptError, match="another program is using it; what was written before stays") as raised:
            store.write(run, [checked()])
        other.execute("ROLLBACK")
        store.write(run, [checked()])

    assert "run it again in a moment" == raised.value.hint
    assert 0 == found(path)


def test_one_that_was_cut_off_is_called_damaged(path: str) -> None:
    whole = Path(path).read_bytes()
    Path(path).write_bytes(whole[: len(whole) // 2 // 4096 * 4096])
    for create, read_only in ((False, True), (False, False), (True, False)):
        with pytest.raises(UnreadableError, match="damaged") as raised:
            FleetStore.open(path, create=create, read_only=read_only)

        assert f"put a copy back, or save what is left: sqlite3 {path} .recover" == raised.value.hint


def damage(path: str) -> None:
    """Overwrite the first page of all findings."""
    with closing(sqlite3.connect(path)) as look:
        (root,) = look.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'finding'").fetchone()
        (size,) = look.execute("PRAGMA page_size").fetchone()
    with open(path, "r+b") as handle:
        handle.seek((root - 1) * size)
        handle.write(b"\xff" * size)


def test_a_damaged_page_is_found_on_demand_and_by_whoever_reads_it(path: str) -> None:
    damage(path)
    with FleetStore.open(path, read_only=True) as store:
        for ask in (store.verify, lambda: list(store.exported())):
            with pytest.raises(UnreadableError, match="damaged"):
                ask()


def test_a_row_that_refers_to_nothing_is_found_on_demand(path: str) -> None:
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("DELETE FROM path WHERE text = '7/env'")
    with (
        FleetStore.open(path, read_only=True) as store,
        pytest.raises(UnreadableError, match="a row of the table finding has lost what it refers to"),
    ):
        store.verify()


def test_a_write_onto_a_damaged_page_is_one_line(path: str) -> None:
    damage(path)
    with FleetStore.open(path) as store:
        run, _ = store.begin_run(facts(started=200), [NAME])
        with pytest.raises(UnreadableError, match="damaged"):
            store.write(run, [checked()])


def test_a_full_disk_takes_nothing_away(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    with mounted(disk, "4m"):
        path = str(disk / "fleet.db")
        with FleetStore.open(path, create=True) as store:
            run, _ = store.begin_run(facts(), [NAME, "other"])
            store.write(run, [checked(*(noted(f"{number:016x}") for number in range(MANY)))])
            fill(disk, leaving=20_000)
            big = checked(*(noted(f"{number:016x}", message="m" * 500) for number in range(MANY)), name="other")
            with pytest.raises(KemptError, match="the disk is full; what was written before stays") as raised:
                store.write(run, [big])
        (disk / "ballast").unlink()
        with FleetStore.open(path) as store:
            assert (run, {NAME}) == tuple(store.begin_run(facts(), [NAME, "other"]))
            store.write(run, [big])
            store.finish(run, 101)

        assert "make room and run it again: it goes on from there" == raised.value.hint
        assert 2 * MANY == found(path)
