"""Which files are opened as a fleet's database, and what is said of the others."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from kempt.errors import KemptError, UnreadableError, UnsafeError, UnsupportedError, UsageError
from kempt.host.mounts import Mounts
from kempt.host.store import opening
from kempt.host.store.fleet import FleetStore
from kempt.host.store.opening import migrate, opened
from kempt.host.store.schema import APPLICATION_ID, MIGRATIONS
from support.disks import mounted
from support.fleets import NAME, checked, facts, noted

NEXT = ("ALTER TABLE run ADD COLUMN note TEXT",)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """One with a finished run in it, closed."""
    path = tmp_path / "fleet ?#%.db"
    with FleetStore.open(str(path), create=True) as store:
        run, _ = store.begin_run(facts(), [NAME])
        store.write(run, [checked(noted("1"))])
        store.finish(run, 101)
    return path


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_a_database_is_strict_marked_and_read_while_it_is_written(database: Path) -> None:
    with closing(sqlite3.connect(database)) as found:
        tables = found.execute("SELECT name, strict FROM pragma_table_list WHERE type = 'table' AND schema = 'main'")
        assert {(name, int(not name.startswith("sqlite_"))) for name, _ in tables} == {
            (name, strict)
            for name, strict in found.execute(
                "SELECT name, strict FROM pragma_table_list WHERE type = 'table' AND schema = 'main'"
            )
        }
        figures = [found.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")]
        assert [APPLICATION_ID, len(MIGRATIONS)] == figures
        assert "wal" == found.execute("PRAGMA journal_mode").fetchone()[0]
        assert [] == found.execute("PRAGMA foreign_key_check").fetchall()


def test_none_is_made_unless_asked_for(tmp_path: Path) -> None:
    path = str(tmp_path / "none.db")
    for read_only in (True, False):
        with pytest.raises(UsageError, match="there is no such database"):
            FleetStore.open(path, read_only=read_only)
    with pytest.raises(UsageError, match="no such folder"):
        FleetStore.open(str(tmp_path / "none" / "fleet.db"), create=True)

    assert {} == contents(tmp_path)


def test_an_empty_file_becomes_one(tmp_path: Path) -> None:
    path = tmp_path / "empty.db"
    path.touch()
    FleetStore.open(str(path), create=True).close()

    with FleetStore.open(str(path), read_only=True) as store:
        assert () == store.runs()


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_the_database_of_another_program_is_not_touched(mode: str, tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute(f"PRAGMA journal_mode = {mode}")
        other.execute("CREATE TABLE theirs (x)")
    before = contents(tmp_path)
    attempts: tuple[Callable[[], FleetStore], ...] = (
        partial(FleetStore.open, str(path), create=True),
        partial(FleetStore.open, str(path)),
        partial(FleetStore.open, str(path), read_only=True),
    )
    for attempt in attempts:
        with pytest.raises(UnsafeError, match="another program: kempt leaves it alone"):
            attempt()

    assert before == contents(tmp_path)


@pytest.mark.parametrize("kind", ["text", "fifo", "folder", "cut"])
def test_what_is_no_database_is_refused(kind: str, database: Path, tmp_path: Path) -> None:
    path = tmp_path / "other"
    if kind == "text":
        path.write_text("no database, " * 100, encoding="utf-8")
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.write_bytes(database.read_bytes()[:60])
    for create in (True, False):
        with pytest.raises(UnreadableError):
            FleetStore.open(str(path), create=create)


def test_that_of_a_newer_kempt_is_refused_and_stays(database: Path) -> None:
    with closing(sqlite3.connect(database)) as newer:
        newer.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    before = database.read_bytes()
    for read_only in (True, False):
        with pytest.raises(UnsupportedError, match="a newer kempt wrote it") as raised:
            FleetStore.open(str(database), read_only=read_only)
        assert "upgrade kempt, or name another file with --db" == raised.value.hint

    assert before == database.read_bytes()


def test_a_python_with_an_old_sqlite_is_told(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 31, 0))
    with pytest.raises(UnsupportedError, match=r"needs 3\.38 or newer"):
        FleetStore.open(str(database), read_only=True)


def test_an_older_one_is_brought_up_to_date(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "MIGRATIONS", (*MIGRATIONS, NEXT))
    with FleetStore.open(str(database), read_only=True) as store:
        assert [1] == [run.number for run in store.runs()]
        assert [(None,)] == store._database.execute("SELECT note FROM run").fetchall()
        assert (len(MIGRATIONS) + 1,) == store._database.execute("PRAGMA user_version").fetchone()


def test_a_step_that_fails_leaves_the_version_before_it(database: Path) -> None:
    with closing(opened(str(database), create=False)) as found:
        with pytest.raises(sqlite3.OperationalError):
            migrate(found, str(database), (*MIGRATIONS, NEXT, (*NEXT, "ALTER TABLE none ADD COLUMN x")))

        assert (len(MIGRATIONS) + 1,) == found.execute("PRAGMA user_version").fetchone()
        assert [(None,)] == found.execute("SELECT note FROM run").fetchall()


def test_version_1_is_as_it_was_published() -> None:
    """A step is never changed afterwards: databases are out there. What a new version needs is a new step."""
    from hashlib import sha256

    digest = sha256("\n".join(" ".join(each.split()) for each in MIGRATIONS[0]).encode()).hexdigest()

    assert "15c112fa62b7f31a" == digest[:16]


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "lustre", "fuse.sshfs", "9p"])
def test_none_is_written_on_a_network_file_system(
    kind: str, database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "table"
    table.write_text(f"1 0 0:1 / / rw - ext4 x rw\n2 1 0:2 / {tmp_path} rw - {kind} x rw\n", encoding="utf-8")
    monkeypatch.setattr(opening, "Mounts", partial(Mounts, str(table)))
    with pytest.raises(UnsupportedError, match=f"on a network file system \\({kind}\\)") as raised:
        FleetStore.open(str(tmp_path / "new.db"), create=True)

    assert "keep it on a disk of this machine, and copy it from there" == raised.value.hint
    assert not (tmp_path / "new.db").exists()
    with FleetStore.open(str(database), read_only=True) as store:  # a copy that nobody writes can be read
        assert 1 == len(store.runs())


def test_one_that_cannot_be_written_is_read(database: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    with mounted(disk, "2m"):
        path = disk / "fleet.db"
        path.write_bytes(database.read_bytes())
        (disk / "fleet.db-wal").touch()  # what a reader may leave behind
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        with FleetStore.open(str(path), read_only=True) as store:
            assert 1 == len(store.runs())
        with pytest.raises(KemptError, match="cannot be opened or written") as raised:
            FleetStore.open(str(path))

        assert "it needs a folder that can be written too: SQLite keeps two files beside it" == raised.value.hint
