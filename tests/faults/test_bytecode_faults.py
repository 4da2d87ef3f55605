"""Bytecode that is made the same, under fire: killed before any call, disks that refuse. No byte is ever lost."""

from __future__ import annotations

import errno
import os
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from kempt.engine.apply import apply
from kempt.engine.disk.dedupe.plan import plan_dedupe
from kempt.engine.undo import plan_undo, undo
from kempt.errors import UsageError
from kempt.formats.file_names import find, token, with_token
from kempt.host import rewriting as host
from kempt.host.folders import Folder
from kempt.model.dedupe import DedupeWishes
from kempt.model.plan import Plan
from support.disks import formatted
from support.killer import Killer
from support.sharing import SITE, inodes, installed, refusals, share_no_blocks, stale, state

FILES = {"alpha/one.py": b"ONE = 1\n" * 1000}
WISHES = DedupeWishes(hardlink=True, bytecode=True)
CACHED = f"alpha/__pycache__/one.{sys.implementation.cache_tag}.pyc"
STAY = 0o640
LEAST = 60  # calls that it makes; there are about 90


@pytest.fixture
def killer(tmp_path: Path, home: Path) -> Killer:
    return Killer(tmp_path, home)


@pytest.fixture
def linked(monkeypatch: pytest.MonkeyPatch) -> None:
    share_no_blocks(monkeypatch)


@pytest.fixture
def envs(tmp_path: Path, linked: None) -> Path:
    return grown(tmp_path / "envs")


def grown(root: Path) -> Path:
    """Two environments with sources that do not become one, so that one gets another time."""
    for number, each in enumerate(("one", "two")):
        installed(root / each, FILES, at=1_700_000_000 + 5 * number)
    (root / "two" / SITE / "alpha/one.py").chmod(STAY)
    return root


def codes(root: Path) -> dict[str, bytes]:
    """What every file holds; bytecode under one name, and without its stamp."""
    found = {}
    for path, (content, _, _) in state(root).items():
        if ".kempt-" not in path:
            put = alike_put(content) if path.endswith(".pyc") else content
            found[path] = put
    return found


def alike_put(content: bytes) -> bytes:
    whole = content[:8] + b"\0" * 4 + content[8:]
    spot = find(whole)
    assert spot is not None
    put = with_token(whole, spot.at, spot.token, token("x", spot.token))
    assert put is not None
    return put


def timeless(root: Path) -> dict[str, tuple[bytes, int, int]]:
    """The state without the times of bytecode, which tell nothing."""
    return {
        path: (content, mode, 0 if path.endswith(".pyc") else time)
        for path, (content, mode, time) in state(root).items()
    }


def take_all_back(root: Path) -> None:
    with suppress(UsageError):
        while True:
            receipt = undo(plan_undo(str(root)))
            assert (True, ()) == (receipt.ok, receipt.left)


def comes_to_rest(root: Path, killer: Killer, point: str, wishes: DedupeWishes = WISHES) -> bool:
    """Kill it, look, share again, look, take all back, look. Whether there was a call of that number."""
    before, held = timeless(root), codes(root)
    was_killed = killer.apply(plan_dedupe([str(root)], wishes).plan, point)
    assert (point, held) == (point, codes(root))

    assert (point, True) == (point, apply(plan_dedupe([str(root)], wishes).plan).ok)
    assert (point, [], [], held) == (point, stale(root), list(root.rglob(".kempt-*")), codes(root))
    assert (point, ()) == (point, plan_dedupe([str(root)], wishes).steps)

    take_all_back(root)
    assert (point, before, []) == (point, timeless(root), stale(root))
    return was_killed


def test_sources_get_their_times_back_though_later_changes_gave_them_new_files(tmp_path: Path, linked: None) -> None:
    """First one source gets another time; then both environments become one with a third, and so each other's."""
    root = grown(tmp_path / "envs")
    installed(root / "three", FILES, at=1_700_000_100)
    (root / "three" / SITE / "alpha/one.py").chmod(STAY)
    before = state(root)
    assert apply(plan_dedupe([str(root / "one"), str(root / "two")], WISHES).plan).ok
    assert apply(plan_dedupe([str(root)], WISHES).plan).ok

    take_all_back(root)

    assert (before, []) == (state(root), stale(root))


class TestKilled:
    @pytest.mark.parametrize("point", ["replace:3", "replace:4", "write:9"])
    def test_it_comes_to_rest_wherever_it_was_killed(self, envs: Path, killer: Killer, point: str) -> None:
        assert comes_to_rest(envs, killer, point)

    @pytest.mark.slow
    def test_it_comes_to_rest_from_every_point(self, tmp_path: Path, linked: None, killer: Killer) -> None:
        count = 1
        while comes_to_rest(grown(tmp_path / "envs"), killer, f"any:{count}"):
            killer.forget()
            shutil.rmtree(tmp_path / "envs")
            count += 1

        assert count > LEAST

    @pytest.mark.slow
    @pytest.mark.parametrize("kind", ["btrfs", "xfs"])
    def test_sharing_blocks_comes_to_rest_from_every_point(self, tmp_path: Path, killer: Killer, kind: str) -> None:
        count = 1
        with formatted(tmp_path / "disk", kind) as disk:
            while comes_to_rest(grown(disk / "envs"), killer, f"any:{count}", DedupeWishes(bytecode=True)):
                killer.forget()
                shutil.rmtree(disk / "envs")
                count += 1

        assert count > LEAST

    @pytest.mark.slow
    def test_an_undo_that_is_killed_at_any_point_can_be_done_again(
        self, tmp_path: Path, linked: None, killer: Killer
    ) -> None:
        count, killed = 1, True
        while killed:
            root = grown(tmp_path / "envs")
            before = timeless(root)
            assert apply(plan_dedupe([str(root)], WISHES).plan).ok
            killed = killer.undo(root, f"any:{count}")
            if killed:
                take_all_back(root)
            assert (count, before, []) == (count, timeless(root), stale(root))
            killer.forget()
            shutil.rmtree(root)
            count += 1

        assert count > LEAST


def bytecode_alone(root: Path) -> Plan:
    """The plan without what is shared besides."""
    dedupe = plan_dedupe([str(root)], WISHES)
    return dedupe.plan._replace(steps=dedupe.bytecode)


class TestRefused:
    @pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EPERM])
    def test_a_disk_that_refuses_leaves_all_as_it_was(
        self, envs: Path, monkeypatch: pytest.MonkeyPatch, code: int
    ) -> None:
        plan = bytecode_alone(envs)
        before = state(envs)
        monkeypatch.setattr(host, "write_all", refusing(code))
        receipt = apply(plan)

        assert (True, before, []) == (bool(refusals(receipt)), state(envs), stale(envs))

    def test_a_rename_that_fails_gives_the_source_its_time_back(
        self, envs: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        plan = bytecode_alone(envs)
        before = state(envs)
        monkeypatch.setattr(Folder, "replace", refusing(errno.EIO))
        receipt = apply(plan)

        assert (True, before, []) == (bool(refusals(receipt)), state(envs), stale(envs))

    def test_a_time_that_cannot_be_set_changes_nothing(self, envs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        plan = plan_dedupe([str(envs)], WISHES).plan
        monkeypatch.setattr(host, "set_times", refusing(errno.EPERM))
        receipt = apply(plan)

        assert (1, [], 2) == (len(refusals(receipt)), stale(envs), inodes(CACHED, envs / "one", envs / "two"))

    def test_bytecode_with_attributes_of_its_own_is_no_link(self, envs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        plan = plan_dedupe([str(envs)], WISHES).plan
        (envs / "two" / SITE / CACHED).chmod(0o600)
        receipt = apply(plan)

        assert ["owner, mode or attributes are not those of the other file"] == [
            each.rpartition(": ")[2] for each in refusals(receipt)
        ]
        assert ([], 0o600) == (stale(envs), (envs / "two" / SITE / CACHED).stat().st_mode & 0o777)


def refusing(code: int) -> Callable[..., None]:
    def refuse(*_asked: object, **_options: object) -> None:
        raise OSError(code, os.strerror(code))

    return refuse
