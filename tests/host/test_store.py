"""Databases that other programs wrote."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from kempt.errors import UnreadableError
from kempt.host.store import change, rows


@pytest.fixture
def database(tmp_path: Path) -> str:
    path = tmp_path / "db ?#%.db"
    with sqlite3.connect(path) as made:
        made.execute("CREATE TABLE repos (repo TEXT, ref TEXT)")
        made.execute("INSERT INTO repos VALUES ('a', '1'), ('b', '2')")
    made.close()
    return str(path)


def test_rows_are_read_and_changed(database: str) -> None:
    assert (("a", "1"), ("b", "2")) == rows(database, "SELECT repo, ref FROM repos ORDER BY repo")
    assert 1 == change(database, "DELETE FROM repos WHERE repo = ?", ("a",))
    assert (("b", "2"),) == rows(database, "SELECT repo, ref FROM repos")


@pytest.mark.parametrize("kind", ["missing", "text", "fifo", "folder", "link"])
def test_what_is_no_database_is_refused_and_none_is_made(kind: str, database: str, tmp_path: Path) -> None:
    path = tmp_path / "other"
    if kind == "text":
        path.write_text("no database, " * 100, encoding="utf-8")
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "link":
        path.symlink_to(database)
    before = sorted(tmp_path.iterdir())

    with pytest.raises(UnreadableError):
        rows(str(path), "SELECT 1 FROM repos")
    assert before == sorted(tmp_path.iterdir())
