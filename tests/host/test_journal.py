from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from kempt.errors import KemptError
from kempt.host.journal import JournalFile, append_to, outlines, prune_journals, read_journals


def write(identity: str, root: str, *lines: bytes) -> None:
    first, *others = lines or [b"first\n"]
    with JournalFile.create(identity, root, first) as journal:
        for line in others:
            journal.append(line)


def journals(home: Path) -> Path:
    return home / "state" / "kempt" / "journals"


def test_journals_are_read_back_the_last_first_and_by_repository(tmp_path: Path) -> None:
    one, two = str(tmp_path / "one"), str(tmp_path / "two")
    write("20260101-000000-0001", one, b"a\n", b"b\n")
    write("20260101-000000-0003", one, b"c\n")
    write("20260101-000000-0002", two, b"d\n")

    assert [b"c\n", b"d\n", b"a\nb\n"] == list(read_journals())
    assert [b"c\n", b"a\nb\n"] == list(read_journals(root=one))
    assert [b"d\n"] == list(read_journals("20260101-000000-0002"))
    assert [] == list(read_journals("20260101"))


def test_outlines_are_those_begun_by_a_time_the_last_first(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        write(f"20260101-000000-000{number}", str(tmp_path), b"first\n", b"last\n")
    found = list(outlines("20260101-000000-0002"))

    assert ["20260101-000000-0002", "20260101-000000-0001"] == [each.identity for each in found]
    assert [(b"first", b"first\nlast\n", b"first\nlast\n")] * 2 == [
        (each.first, each.last, each.read()) for each in found
    ]
    assert 3 == len(list(outlines()))


def test_only_their_owner_reads_them(tmp_path: Path, home: Path) -> None:
    write("20260101-000000-0001", str(tmp_path))

    (path,) = journals(home).iterdir()
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)


def test_an_id_is_given_once(tmp_path: Path) -> None:
    write("20260101-000000-0001", str(tmp_path))

    with pytest.raises(FileExistsError):
        write("20260101-000000-0001", str(tmp_path))


def test_a_line_can_be_added_later(tmp_path: Path) -> None:
    write("20260101-000000-0001", str(tmp_path), b"a\n")

    append_to("20260101-000000-0001", b"b\n")

    assert [b"a\nb\n"] == list(read_journals())


def test_a_line_that_does_not_fit_is_not_there_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with JournalFile.create("20260101-000000-0001", str(tmp_path), b"a\n") as journal:
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            with pytest.raises(KemptError, match="cannot write the journal: No space left on device"):
                journal.append(b"b\n")
        journal.append(b"c\n")

    assert [b"a\nc\n"] == list(read_journals())


def test_old_ones_go(tmp_path: Path, home: Path) -> None:
    write("20260101-000000-0001", str(tmp_path), b"old\n")
    write("20260101-000000-0002", str(tmp_path), b"new\n")
    os.utime(next(journals(home).glob("*0001.*")), (1000, 1000))

    prune_journals(before=1001)

    assert [b"new\n"] == list(read_journals())
