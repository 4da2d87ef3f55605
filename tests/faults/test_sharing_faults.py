"""Sharing under fire: killed at any moment, files that change, disks that refuse, two at once. No byte is ever lost."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from kempt.engine.apply import apply
from kempt.engine.disk.dedupe.plan import plan_dedupe
from kempt.engine.undo import plan_undo, undo
from kempt.errors import UnsafeError, UsageError
from kempt.host import alike, extents, share
from kempt.host.folders import Folder
from kempt.model.dedupe import DedupeWishes
from kempt.model.plan import Plan, Result, ShareFile
from support.disks import fill, formatted, mounted
from support.killer import Killer
from support.sharing import LINKS, SITE, contents, inodes, installed, refusals, share_no_blocks, stale, state, take_back

FEW = {"alpha/one.py": b"ONE = 1\n" * 1000}
FILES = {"alpha/one.py": b"ONE = 1\n" * 40, "alpha/two.py": b"TWO = 2\n" * 70, "alpha/data.bin": b"\1\2\3" * 5000}
LEAST = 60  # calls that sharing makes; there are about 90
POINTS = {
    "link:1": "before the first link",
    "pwrite:1": "before the first bytecode is stamped",
    "replace:1": "between bytecode and source",
    "replace:2": "between two files",
    "fsync:4": "before it says what was done",
}
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may do this")


@pytest.fixture
def killer(tmp_path: Path, home: Path) -> Killer:
    return Killer(tmp_path, home)


@pytest.fixture
def linked(monkeypatch: pytest.MonkeyPatch) -> None:
    share_no_blocks(monkeypatch)


@pytest.fixture
def envs(tmp_path: Path, linked: None) -> Path:
    return grown(tmp_path / "envs")


def grown(root: Path, files: Mapping[str, bytes] = FILES) -> Path:
    for number, name in enumerate(("one", "two")):
        installed(root / name, files, at=1_700_000_000 + 5 * number)
    return root


def one_step(plan: Plan, ending: str = "data.bin") -> Plan:
    return plan._replace(steps=tuple(each for each in plan.steps if getattr(each, "path", "").endswith(ending)))


def take_all_back(root: Path) -> None:
    with suppress(UsageError):
        while True:
            receipt = undo(plan_undo(str(root)))
            assert (True, ()) == (receipt.ok, receipt.left)


def comes_to_rest(root: Path, killer: Killer, point: str, wishes: DedupeWishes = LINKS) -> bool:
    """Kill it, look, share again, look, take all back, look. Whether there was a call of that number."""
    before = timeless(root)
    was_killed = killer.apply(plan_dedupe([str(root)], wishes).plan, point)
    assert (point, contents(root)) == (point, {**_leftovers(root), **_contents(before)})

    assert apply(plan_dedupe([str(root)], wishes).plan).ok
    assert (point, [], [], _contents(before)) == (point, stale(root), list(root.rglob(".kempt-*")), contents(root))
    assert (point, ()) == (point, plan_dedupe([str(root)], wishes).steps)

    take_all_back(root)
    apart = inodes("alpha/one.py", root / "one", root / "two")
    assert (point, before, [], 2) == (point, timeless(root), stale(root), apart)
    return was_killed


def timeless(root: Path) -> dict[str, tuple[bytes, int, int]]:
    """The state without the times of bytecode: a kill can come between its stamp and its time, which tells nothing."""
    return {
        path: (content, mode, 0 if path.endswith(".pyc") else time)
        for path, (content, mode, time) in state(root).items()
    }


def _contents(found: dict[str, tuple[bytes, int, int]]) -> dict[str, bytes]:
    return {path: content for path, (content, _, _) in found.items()}


def _leftovers(root: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in root.rglob(".kempt-*")}


class TestKilled:
    @pytest.mark.parametrize("point", [pytest.param(point, id=words) for point, words in POINTS.items()])
    def test_sharing_comes_to_rest_wherever_it_was_killed(self, envs: Path, killer: Killer, point: str) -> None:
        assert comes_to_rest(envs, killer, point)

    @pytest.mark.slow
    def test_sharing_comes_to_rest_from_every_point(self, tmp_path: Path, linked: None, killer: Killer) -> None:
        count = 1
        while comes_to_rest(grown(tmp_path / "envs", FEW), killer, f"any:{count}"):
            killer.forget()
            shutil.rmtree(tmp_path / "envs")
            count += 1

        assert count > LEAST

    @pytest.mark.slow
    @pytest.mark.parametrize("kind", ["btrfs", "xfs"])
    def test_sharing_blocks_comes_to_rest_from_every_point(self, tmp_path: Path, killer: Killer, kind: str) -> None:
        count = 1
        with formatted(tmp_path / "disk", kind) as disk:
            while comes_to_rest(grown(disk / "envs", FEW), killer, f"any:{count}", DedupeWishes()):
                killer.forget()
                shutil.rmtree(disk / "envs")
                count += 1

        assert count > LEAST // 2

    @pytest.mark.parametrize("point", ["replace:1", "replace:2", "pwrite:1", "fsync:5"])
    def test_an_undo_that_is_killed_can_be_done_again(self, envs: Path, killer: Killer, point: str) -> None:
        before = state(envs)
        assert apply(plan_dedupe([str(envs)], LINKS).plan).ok
        assert killer.undo(envs, point)

        take_all_back(envs)

        assert (before, [], []) == (state(envs), stale(envs), list(envs.rglob(".kempt-*")))


class TestRefused:
    @pytest.mark.parametrize(
        "code, words",
        [
            (errno.EMLINK, "the other file has as many names as its file system allows"),
            (errno.EXDEV, "it lies on another file system than the other file"),
            (errno.EPERM, "the system does not let it be changed"),
            (errno.ENOSPC, "cannot write: No space left on device"),
            (errno.EROFS, "cannot write: Read-only file system"),
            (errno.EIO, "cannot write: Input/output error"),
        ],
    )
    def test_a_link_that_the_system_refuses(
        self, envs: Path, monkeypatch: pytest.MonkeyPatch, code: int, words: str
    ) -> None:
        def refuse(*_: object) -> None:
            raise OSError(code, os.strerror(code))

        plan, before = one_step(plan_dedupe([str(envs)], LINKS).plan), state(envs)
        monkeypatch.setattr(Folder, "link_into", refuse)
        receipt = apply(plan)

        assert (before, "", [], True) == (
            state(envs), receipt.journal, list(envs.rglob(".kempt-*")), words in refusals(receipt)[0]
        )  # fmt: skip

    @pytest.mark.parametrize(
        "code, result",
        [
            (errno.EOPNOTSUPP, Result.FAILED),
            (errno.EINVAL, Result.FAILED),
            (errno.EPERM, Result.REFUSED),
            (errno.ETXTBSY, Result.REFUSED),
            (errno.EXDEV, Result.REFUSED),
        ],
    )
    def test_blocks_that_the_kernel_does_not_share(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, result: Result
    ) -> None:
        def refuse(*_: object) -> bool:
            raise OSError(code, os.strerror(code))

        monkeypatch.setattr(extents, "can_share", lambda _descriptor: True)
        monkeypatch.setattr(extents, "share_range", refuse)
        root = grown(tmp_path / "envs")
        plan, before = one_step(plan_dedupe([str(root)]).plan), state(root)
        receipt = apply(plan)

        assert ([result], before, "") == ([each.result for each in receipt.outcomes], state(root), receipt.journal)

    def test_a_rename_that_fails_leaves_imports_warm(self, envs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*_: object) -> None:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

        before = state(envs)
        plan = plan_dedupe([str(envs)], LINKS).plan
        monkeypatch.setattr(Folder, "replace", refuse)
        receipt = apply(plan)

        assert (before, [], False) == (state(envs), stale(envs), receipt.ok)

    @needs_root
    def test_an_immutable_file_stays(self, envs: Path) -> None:
        path = envs / "two" / SITE / "alpha/data.bin"
        plan = plan_dedupe([str(envs)], LINKS).plan
        if subprocess.run(["chattr", "+i", path], capture_output=True, check=False).returncode:
            pytest.skip("this file system knows no immutable files")
        try:
            receipt = apply(plan)
            found = plan_dedupe([str(envs)], LINKS)
        finally:
            subprocess.run(["chattr", "-i", path], check=True)

        assert (1, 2) == (len(refusals(receipt)), inodes("alpha/data.bin", envs / "one", envs / "two"))
        assert () == found.steps

    def test_a_read_only_file_system(self, tmp_path: Path, linked: None) -> None:
        with mounted(tmp_path / "disk", "20m"):
            root = grown(tmp_path / "disk/envs")
            plan, before = plan_dedupe([str(root)], LINKS).plan, state(root)
            subprocess.run(["mount", "-o", "remount,ro", tmp_path / "disk"], check=True)
            receipt = apply(plan)
            assert ({Result.FAILED}, before) == ({each.result for each in receipt.outcomes}, state(root))

    def test_a_full_disk_takes_no_copy_back_and_loses_nothing(self, tmp_path: Path, linked: None) -> None:
        with mounted(tmp_path / "disk", "2m"):
            root = grown(tmp_path / "disk/envs")
            assert apply(plan_dedupe([str(root)], LINKS).plan).ok
            before = state(root)
            assert () == plan_undo(str(root)).short
            fill(tmp_path / "disk", leaving=0)
            short = plan_undo(str(root)).short
            receipt = take_back(root)
            assert (False, before, []) == (receipt.ok, state(root), list(root.rglob(".kempt-*")))
            assert [(True, True)] == [
                (each.needs > each.free, each.folder.startswith(str(root / "two"))) for each in short
            ]

            (tmp_path / "disk/ballast").unlink()
            assert (True, 2) == (take_back(root).ok, inodes("alpha/data.bin", root / "one", root / "two"))

    def test_two_file_systems_share_nothing(self, tmp_path: Path, linked: None) -> None:
        with mounted(tmp_path / "disk", "20m"):
            installed(tmp_path / "disk/one", FILES)
            installed(tmp_path / "two", FILES)
            assert () == plan_dedupe([str(tmp_path / "disk"), str(tmp_path / "two")], LINKS).steps

    def test_one_file_system_mounted_twice(self, envs: Path) -> None:
        """A bind mount has the device number of the disk, and no link crosses it."""
        bound = envs / "two"
        done = subprocess.run(["mount", "--bind", bound, bound], capture_output=True, check=False)
        if done.returncode:
            pytest.skip("only root may mount, and not in every container")
        try:
            before = state(envs)
            receipt = apply(plan_dedupe([str(envs)], LINKS).plan)
            assert (before, "") == (state(envs), receipt.journal)
        finally:
            subprocess.run(["umount", bound], check=True)


def raced(root: Path, monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> list[str]:
    """Share one file, while something happens between the comparison and the share; why it was refused."""
    compare = alike.require_equal

    def compared(one: int, other: int, path: str, digest: str) -> None:
        compare(one, other, path, digest)
        act()

    plan = one_step(plan_dedupe([str(root)], LINKS).plan)
    monkeypatch.setattr(share, "require_equal", compared)
    return refusals(apply(plan))


class TestChanged:
    def test_the_file_is_edited_between_comparison_and_share(self, envs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path, other = (envs / name / SITE / "alpha/data.bin" for name in ("two", "one"))
        refused = raced(envs, monkeypatch, lambda: path.write_bytes(b"mine"))

        assert (b"mine", FILES["alpha/data.bin"]) == (path.read_bytes(), other.read_bytes())
        assert "changed while it was compared" in refused[0]

    def test_the_file_is_replaced_between_comparison_and_share(
        self, envs: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = envs / "two" / SITE / "alpha/data.bin"
        (envs / "new").write_bytes(b"mine")
        refused = raced(envs, monkeypatch, lambda: (envs / "new").replace(path))

        assert (b"mine", 1) == (path.read_bytes(), len(refused))

    def test_the_other_file_is_edited_between_comparison_and_share(
        self, envs: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path, other = (envs / name / SITE / "alpha/data.bin" for name in ("two", "one"))
        refused = raced(envs, monkeypatch, lambda: other.write_bytes(b"theirs"))

        assert (FILES["alpha/data.bin"], b"theirs") == (path.read_bytes(), other.read_bytes())
        assert "the other file changed while they were compared" in refused[0]

    def test_a_folder_on_the_way_becomes_a_link(self, envs: Path, tmp_path: Path) -> None:
        plan, folder = plan_dedupe([str(envs)], LINKS).plan, envs / "two" / SITE / "alpha"
        folder.rename(tmp_path / "elsewhere")
        folder.symlink_to(tmp_path / "elsewhere")
        before = contents(tmp_path / "elsewhere")
        receipt = apply(plan)

        assert (before, True) == (contents(tmp_path / "elsewhere"), all("link" in each for each in refusals(receipt)))

    def test_two_kempts_with_the_same_plan(self, envs: Path) -> None:
        plan, before = plan_dedupe([str(envs)], LINKS).plan, contents(envs)
        with ThreadPoolExecutor(2) as pool:
            futures = [pool.submit(apply, plan) for _ in range(2)]
        errors = [each.exception() for each in futures]

        assert (before, []) == (contents(envs), stale(envs))
        assert all(error is None or isinstance(error, UnsafeError) for error in errors)
        assert 1 == inodes("alpha/data.bin", envs / "one", envs / "two")

    def test_a_sparse_file_is_shared_and_comes_back_sparse(self, tmp_path: Path, linked: None) -> None:
        hole, path = b"\0" * 2 * 1024**2 + b"end", tmp_path
        for name in ("one", "two"):
            env = installed(tmp_path / "envs" / name, {"alpha/hole.bin": hole})
            path = env / SITE / "alpha/hole.bin"
            with path.open("wb") as handle:
                handle.truncate(2 * 1024**2)
                handle.seek(0, os.SEEK_END)
                handle.write(b"end")
        blocks = path.stat().st_blocks
        assert apply(plan_dedupe([str(tmp_path / "envs")], LINKS).plan).ok
        take_back(tmp_path / "envs")

        assert (hole, True) == (path.read_bytes(), path.stat().st_blocks <= blocks + 8)

    def test_attributes_survive_there_and_back(self, envs: Path) -> None:
        paths = [envs / name / SITE / "alpha/data.bin" for name in ("one", "two")]
        try:
            for path in paths:
                os.setxattr(path, "user.label", b"secret")
        except OSError:
            pytest.skip("this file system has no extended attributes")
        assert apply(plan_dedupe([str(envs)], LINKS).plan).ok
        assert 1 == inodes("alpha/data.bin", envs / "one", envs / "two")
        take_back(envs)

        assert [b"secret", b"secret"] == [os.getxattr(path, "user.label") for path in paths]

    def test_a_step_that_was_announced_as_something_else_is_not_done(self, envs: Path) -> None:
        from kempt.engine.steps import Site
        from kempt.model.journal import Fate, TreeChange
        from kempt.model.plan import Identity

        plan = plan_dedupe([str(envs)], LINKS).plan
        step = plan.steps[0]
        assert isinstance(step, ShareFile)
        with Site(plan) as site:
            outcome = site.take(step, TreeChange(step.path, "x", Identity(0, 0, 0), Fate.REMOVED))

        assert Result.REFUSED is outcome.result
