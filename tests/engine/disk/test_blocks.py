"""Copies that lie on the same blocks by now, and blocks that a snapshot holds, on a file system that has both."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from kempt.engine.disk.dedupe import eligible
from kempt.engine.disk.dedupe.plan import carry_out, plan_dedupe
from kempt.engine.disk.dupes import blocks
from kempt.engine.disk.dupes.find import find_duplicates
from kempt.model.dedupe import DedupeWishes
from kempt.model.dupes import Amount
from support.disks import formatted
from support.sharing import installed

FILES = {"alpha/data.bin": bytes(range(256)) * 40, "alpha/code.py": b"VALUE = 1\n" * 900, "alpha/small.py": b"x = 1\n"}
COPIES, BYTES = 2, 19240
TINY = 3  # small.py and two files of the dist-info folder


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with formatted(tmp_path / "disk", "btrfs", 120) as disk:
        subprocess.run(["btrfs", "-q", "subvolume", "create", str(disk / "envs")], check=True)
        for name in ("one", "two"):
            installed(disk / "envs" / name, FILES)
        subprocess.run(["sync", "-f", str(disk)], check=True)
        yield disk


def test_what_was_shared_is_no_longer_counted(disk: Path) -> None:
    before = find_duplicates([str(disk)], blocks=True)
    carry_out(plan_dedupe([str(disk)]))
    after = find_duplicates([str(disk)], blocks=True)

    assert (COPIES, Amount("reflinked", 0, 0), TINY) == (before.redundant, before.reflinked, before.inline.files)
    assert (0, Amount("reflinked", COPIES, BYTES), 0) == (after.redundant, after.reflinked, len(after.groups))
    assert (COPIES + TINY, None) == (find_duplicates([str(disk)]).redundant, find_duplicates([str(disk)]).reflinked)


def test_of_too_many_files_it_is_not_known(disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "MOST", 3)
    found = find_duplicates([str(disk)], blocks=True)

    assert (None, COPIES + TINY) == (found.reflinked, found.redundant)


def test_what_was_shared_is_counted_as_shared_the_next_time(disk: Path) -> None:
    wishes = DedupeWishes(bytecode=True)
    first = plan_dedupe([str(disk)], wishes)
    carry_out(first)

    assert (len(first.shares), first.bytes) == plan_dedupe([str(disk)], wishes).already[1:]


def test_blocks_that_a_snapshot_holds_are_told_of(disk: Path) -> None:
    subprocess.run(["btrfs", "-q", "subvolume", "snapshot", "-r", disk / "envs", disk / "held"], check=True)
    dedupe = plan_dedupe([str(disk / "envs")])

    assert ((), COPIES) == (dedupe.steps, {each.name: each.files for each in dedupe.spared}[eligible.HELD])
    found = find_duplicates([str(disk / "envs")], blocks=True)
    assert (0, Amount("held", COPIES, BYTES)) == (found.redundant, found.held)


def test_files_of_no_environment_are_listed_by_the_folder_that_was_named(disk: Path) -> None:
    for name in ("a", "b"):
        (disk / name).write_bytes(b"the same" * 1000)
    dedupe = plan_dedupe([str(disk)], DedupeWishes(any=True))

    assert [str(disk)] == [each.name for each in dedupe.by_environment]
