"""Deletion and the trash under fire: killed at any moment, targets swapped, mounts, things that stay, two at once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from kempt.engine.apply import apply, sweep
from kempt.engine.undo import plan_undo, undo
from kempt.errors import KemptError, UnsafeError, UsageError
from kempt.host import emptying
from kempt.host.state import state_folder
from kempt.model.plan import MoveToTrash, Plan, Receipt, RemoveTree, Result
from support.disks import fill, mounted
from support.killer import Killer
from support.repositories import environment
from support.taking import clean, delete, grow, identity, trash, tree

DONE, REFUSED, FAILED = Result.DONE, Result.REFUSED, Result.FAILED
LIVING = ("cache", ".venv", "sub/dist", "note.pyc", "link")
LEAST = 100  # calls that a clean makes; there are about 140
POINTS = {
    "fsync:1": "before the journal",
    "rename:1": "before the first is renamed",
    "unlink:1": "before the first file goes",
    "unlink:3": "in the midst of a folder",
    "rmdir:1": "before the first folder goes",
    "rmdir:3": "before the folder itself goes",
    "mkdir:5": "before the trash is made",
    "rename:2": "before the first is moved",
    "rename:3": "between two moves",
    "fsync:4": "before it says what was done",
}
UNDO_POINTS = ("rename:1", "rename:2", "unlink:1", "rmdir:1", "fsync:4")
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may do this")


@pytest.fixture
def killer(tmp_path: Path, home: Path) -> Killer:
    return Killer(tmp_path, home)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return grown(tmp_path / "root")


def grown(root: Path) -> Path:
    """Something of each kind to take, and what must stay beside it."""
    grow(root, "cache/.gitignore", "cache/a/b/deep", "cache/a/one", "cache/two", "cache/empty/", "note.pyc", "keep/me")
    grow(root, ".venv/pyvenv.cfg", ".venv/bin/python", ".venv/lib/x.py", "sub/dist/a.whl", "sub/keep", "cache.txt")
    os.link(root / "keep/me", root / "cache/hard")
    (root / "cache/out").symlink_to(root / "keep")
    (root / "cache/loop").symlink_to(".")
    (root / "link").symlink_to("keep")
    (root / "cache/a/b").chmod(0o555)
    (root / "sub/dist").chmod(0o555)
    return root


def plan(root: Path) -> Plan:
    """Whatever of it is still there."""
    steps = [
        (trash if path in {".venv", "sub/dist"} else delete)(root, path)
        for path in LIVING
        if os.path.lexists(root / path)
    ]
    return clean(root, *steps)


def below(found: dict[str, object], path: str) -> dict[str, object]:
    return {name: each for name, each in found.items() if name == path or name.startswith(f"{path}/")}


def outside(found: dict[str, object]) -> dict[str, object]:
    """What no step of the plan is about."""
    ours = {name for path in LIVING for name in below(found, path)}
    return {name: each for name, each in found.items() if name not in ours and ".kempt-" not in name}


def results(receipt: Receipt) -> list[Result]:
    return [outcome.result for outcome in receipt.outcomes]


def leftovers(root: Path) -> list[Path]:
    return [*root.rglob(".kempt-gone-*"), *root.rglob(".kempt-deep-*")]


def take_back(root: Path) -> None:
    """Undo everything there is to undo."""
    with suppress(UsageError):
        while True:
            receipt = undo(plan_undo(str(root)))
            assert (True, ()) == (receipt.ok, receipt.left)


def killed_clean_comes_to_rest(base: Path, killer: Killer, point: str) -> bool:
    """Kill a clean, look, clean again, look, take it back, look. Whether there was a call of that number."""
    root = grown(base)
    before = tree(root)
    was_killed = killer.apply(plan(root), point)

    stopped = tree(root)
    assert (point, outside(before)) == (point, outside(stopped))
    for path in LIVING:  # never a half under its own name
        assert below(stopped, path) in ({}, below(before, path)), (point, path)

    assert apply(plan(root)).ok
    sweep(str(root))
    assert (point, [], outside(before)) == (point, leftovers(root), outside(tree(root)))

    take_back(root)
    after = tree(root)
    for path in (".venv", "sub/dist"):
        assert (point, below(before, path)) == (point, below(after, path))
    assert (point, []) == (point, list(root.rglob(".kempt-*")))
    subprocess.run(["chmod", "-R", "u+w", root], check=True)
    shutil.rmtree(root)
    return was_killed


class TestKilled:
    @pytest.mark.parametrize("point", [pytest.param(point, id=words) for point, words in POINTS.items()])
    def test_a_clean_comes_to_rest_wherever_it_was_killed(self, tmp_path: Path, killer: Killer, point: str) -> None:
        assert killed_clean_comes_to_rest(tmp_path / "root", killer, point)

    @pytest.mark.slow
    def test_a_clean_comes_to_rest_from_every_point(self, tmp_path: Path, killer: Killer) -> None:
        count = 1
        while killed_clean_comes_to_rest(tmp_path / "root", killer, f"any:{count}"):
            killer.forget()
            count += 1

        assert count > LEAST

    @pytest.mark.parametrize("point", UNDO_POINTS)
    def test_an_undo_that_is_killed_can_be_done_again(self, root: Path, killer: Killer, point: str) -> None:
        before = tree(root)
        assert apply(clean(root, trash(root, ".venv"), trash(root, "sub/dist"))).ok
        assert killer.undo(root, point)

        take_back(root)

        assert before == tree(root)

    @pytest.mark.slow
    def test_an_undo_can_be_killed_at_every_point(self, tmp_path: Path, killer: Killer) -> None:
        count, was_killed = 1, True
        while was_killed:
            root = grown(tmp_path / f"root{count}")
            before = tree(root)
            assert apply(clean(root, trash(root, ".venv"), trash(root, "sub/dist"))).ok
            was_killed = killer.undo(root, f"any:{count}")
            take_back(root)
            assert (count, before) == (count, tree(root))
            killer.forget()
            count += 1

        assert count > LEAST // 2


class TestInterrupted:
    def test_the_rest_stays_under_another_name_and_the_next_run_removes_it(self, root: Path, home: Path) -> None:
        """Many files, so that it is stopped in the midst of them, by the signal that ^C sends."""
        for folder in range(60):
            grow(root, *(f"cache/many{folder}/{number}" for number in range(100)))
        program = (
            "import itertools, os, signal, sys\nfrom kempt.cli import main\n"
            "from kempt.engine import apply as engine\nfrom support.taking import clean, delete\n"
            "from pathlib import Path\nroot = Path(sys.argv[1])\nplan = clean(root, delete(root, 'cache'))\n"
            "import kempt.cli.commands as commands\ncommands.run = lambda words: engine.apply(plan) and 0\n"
            "removed = itertools.count()\n"
            "def watch(event, _):\n"
            "    if event == 'os.remove' and next(removed) == 300:\n"
            "        os.kill(os.getpid(), signal.SIGINT)\n"
            "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a shell's background jobs ignore it
            "sys.addaudithook(watch)\nraise SystemExit(main(['clean']))\n"
        )
        env = environment(home, PYTHONPATH=str(Path(__file__).parents[1]))
        done = subprocess.run([sys.executable, "-c", program, root], env=env, check=False, capture_output=True)

        assert (130, False, True) == (done.returncode, (root / "cache").exists(), bool(leftovers(root)))
        assert (root / "keep/me").exists()
        assert apply(clean(root, delete(root, "note.pyc"))).ok
        assert [] == leftovers(root)


class TestSwapped:
    @pytest.mark.parametrize("make", [delete, trash])
    def test_a_thing_that_became_a_link(
        self, root: Path, make: Callable[[Path, str], RemoveTree | MoveToTrash]
    ) -> None:
        steps = clean(root, make(root, "cache"))
        (root / "cache").rename(root / "elsewhere")
        (root / "cache").symlink_to("elsewhere")
        before = tree(root)

        receipt = apply(steps)

        assert ([REFUSED], before, "") == (results(receipt), tree(root), receipt.journal)
        assert "cache: something else is there than when the plan was made" == receipt.outcomes[0].detail

    @pytest.mark.parametrize("make", [delete, trash])
    def test_a_folder_above_it_that_became_a_link(
        self, root: Path, make: Callable[[Path, str], RemoveTree | MoveToTrash]
    ) -> None:
        steps = clean(root, make(root, "sub/dist"))
        (root / "sub").rename(root / "elsewhere")
        (root / "sub").symlink_to("elsewhere")
        before = tree(root)

        receipt = apply(steps)

        assert ([REFUSED], before) == (results(receipt), tree(root))
        assert "`sub` on its path is no folder, or a symbolic link" in receipt.outcomes[0].detail

    def test_a_thing_that_was_made_anew(self, root: Path) -> None:
        steps = clean(root, delete(root, "cache"), trash(root, "note.pyc"))
        (root / "cache").rename(root / "old")
        grow(root, "cache/new")
        (root / "note.pyc").rename(root / "old.pyc")
        grow(root, "note.pyc")
        before = tree(root)

        assert ([REFUSED, REFUSED], before) == (results(apply(steps)), tree(root))

    def test_a_folder_above_it_that_is_renamed_meanwhile(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """And another one put in its place: what is removed is what was begun, wherever it is by now."""
        grow(root, "home/cache/a/1", "home/cache/b/2", "home/keep", "decoy/cache/a/1", "decoy/cache/b/2")
        unlink, called = os.unlink, list[object]()

        def swapping(*args: Any, **options: Any) -> None:
            if not called:
                called.append(args)
                (root / "home").rename(root / "moved")
                (root / "decoy").rename(root / "home")
            unlink(*args, **options)

        steps = clean(root, delete(root, "home/cache"))
        monkeypatch.setattr(os, "unlink", swapping)
        receipt = apply(steps)

        assert [DONE] == results(receipt)
        assert ["keep"] == os.listdir(root / "moved")
        assert {"cache", "cache/a", "cache/a/1", "cache/b", "cache/b/2"} == set(tree(root / "home"))

    def test_an_inner_folder_that_becomes_a_link_meanwhile(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The link is not followed, and told."""
        grow(root, "thing/inner/x", "precious/x")
        listing = emptying.Emptying._list

        def swapping(self: emptying.Emptying, *args: Any) -> None:
            listing(self, *args)
            for gone in root.glob(".kempt-gone-*"):
                if (gone / "inner").is_dir() and not (gone / "inner").is_symlink():
                    (gone / "inner").rename(root / "taken")
                    (gone / "inner").symlink_to(root / "precious")

        monkeypatch.setattr(emptying.Emptying, "_list", swapping)
        receipt = apply(clean(root, delete(root, "thing")))

        assert (["x"], ["x"]) == (os.listdir(root / "precious"), os.listdir(root / "taken"))
        assert ([FAILED], True) == (results(receipt), "inner: not a directory" in receipt.outcomes[0].detail.lower())


class TestLinks:
    def test_a_link_is_removed_and_not_followed(self, root: Path) -> None:
        assert [DONE] == results(apply(clean(root, delete(root, "link"))))
        assert (False, True) == (os.path.lexists(root / "link"), (root / "keep/me").exists())

    def test_hard_links_free_nothing_while_another_name_is_left(self, root: Path) -> None:
        grow(root, "thing/", "big", content="x" * 100_000)
        os.link(root / "big", root / "thing/outside")
        grow(root, "thing/one", content="x" * 50_000)
        os.link(root / "thing/one", root / "thing/two")
        inner = (root / "thing/one").stat().st_blocks * 512 + (root / "thing").stat().st_blocks * 512

        [outcome] = apply(clean(root, delete(root, "thing"))).outcomes

        assert (DONE, 3, inner) == (outcome.result, outcome.files, outcome.bytes)
        assert 100_000 == (root / "big").stat().st_size


@contextmanager
def bound(source: Path, target: Path) -> Iterator[None]:
    """The same file system in a second place; skipped where this user may not mount."""
    done = subprocess.run(["mount", "--bind", source, target], capture_output=True, check=False)
    if done.returncode != 0:
        pytest.skip("a bind mount is not permitted here")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", target], check=True)


@needs_root
class TestMounts:
    @pytest.mark.parametrize("make", [delete, trash])
    @pytest.mark.parametrize("place", ["cache/empty", "cache"])
    def test_a_bind_mount_inside_or_in_its_place(
        self, root: Path, make: Callable[[Path, str], RemoveTree | MoveToTrash], place: str
    ) -> None:
        with bound(root / "keep", root / place):
            steps = clean(root, make(root, "cache"))
            before = tree(root)
            receipt = apply(steps)
            assert ([REFUSED], before) == (results(receipt), tree(root))
            assert f"cache: something is mounted at {root / place}" == receipt.outcomes[0].detail
        assert (root / "keep/me").exists()

    def test_one_that_comes_after_the_plan(self, root: Path) -> None:
        steps = clean(root, delete(root, "cache"), delete(root, "note.pyc"))
        with bound(root / "keep", root / "cache/empty"):
            assert [REFUSED, DONE] == results(apply(steps))
        assert (root / "keep/me").exists()

    def test_another_file_system_inside(self, root: Path) -> None:
        with mounted(root / "cache/other", "1m"):
            grow(root, "cache/other/precious")
            assert [REFUSED] == results(apply(clean(root, delete(root, "cache"))))
            assert (root / "cache/other/precious").exists()


@contextmanager
def immutable(path: Path) -> Iterator[None]:
    """A file or folder that not even root can change; skipped where the file system knows no such thing."""
    if subprocess.run(["chattr", "+i", path], capture_output=True, check=False).returncode != 0:
        pytest.skip("this file system has no immutable files")
    try:
        yield
    finally:
        for place in (path, *path.parents[1].rglob(path.name)):
            subprocess.run(["chattr", "-i", place], capture_output=True, check=False)


@needs_root
class TestImmutable:
    def test_all_else_goes_and_the_rest_is_told_and_tried_again(self, root: Path) -> None:
        with immutable(root / "cache/a/one"):
            receipt = apply(clean(root, delete(root, "cache"), delete(root, "note.pyc")))
            [rest] = leftovers(root)
            assert [FAILED, DONE] == results(receipt)
            assert {"a", "a/one", ".gitignore"} == set(tree(rest))
            detail = f"not all could be removed, the rest is at {rest.name}: {rest.name}/a/one: operation not permitted"
            assert detail == receipt.outcomes[0].detail
            subprocess.run(["chattr", "-i", rest / "a/one"], check=True)

        assert [DONE] == results(apply(clean(root, delete(root, "link"))))
        assert [] == leftovers(root)

    def test_nothing_that_could_be_removed_keeps_its_name(self, root: Path) -> None:
        grow(root, "thing/one")
        with immutable(root / "thing/one"):
            receipt = apply(clean(root, delete(root, "thing")))
            assert ([FAILED], "", []) == (results(receipt), receipt.journal, leftovers(root))
            assert "thing/one: operation not permitted" in receipt.outcomes[0].detail
            assert (root / "thing/one").exists()

    @pytest.mark.parametrize("make", [delete, trash])
    def test_a_folder_that_cannot_be_renamed_stays(
        self, root: Path, make: Callable[[Path, str], RemoveTree | MoveToTrash]
    ) -> None:
        with immutable(root / ".venv"):
            before = tree(root)
            receipt = apply(clean(root, make(root, ".venv")))
            assert ([FAILED], before) == (results(receipt), tree(root))
            assert ".venv: cannot write: Operation not permitted" == receipt.outcomes[0].detail


@needs_root
def test_a_layer_of_an_image_is_emptied_in_place_and_does_not_go_to_the_trash(root: Path, tmp_path: Path) -> None:
    """overlayfs cannot rename a folder of a lower layer: EXDEV."""
    for name in ("upper", "work", "merged"):
        (tmp_path / name).mkdir()
    options = f"lowerdir={root},upperdir={tmp_path}/upper,workdir={tmp_path}/work,redirect_dir=off"
    argv = ["mount", "-t", "overlay", "overlay", "-o", options, str(tmp_path / "merged")]
    if subprocess.run(argv, capture_output=True, check=False).returncode != 0:
        pytest.skip("overlayfs cannot be mounted here")
    try:
        merged = tmp_path / "merged"
        receipt = apply(clean(merged, trash(merged, ".venv"), delete(merged, "cache")))
        assert ([FAILED, DONE], True) == (results(receipt), (merged / ".venv/pyvenv.cfg").exists())
        assert "--no-trash removes it for good" in receipt.outcomes[0].detail
        assert (False, []) == ((merged / "cache").exists(), list(merged.rglob(".kempt-*")))
    finally:
        subprocess.run(["umount", "--lazy", tmp_path / "merged"], check=True)


class TestFullDisk:
    def test_a_journal_that_cannot_be_begun_changes_nothing(
        self, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with mounted(tmp_path / "small", "2m"):
            monkeypatch.setenv("KEMPT_STATE_DIR", str(tmp_path / "small/state"))
            (tmp_path / "small/state/journals").mkdir(parents=True)
            (tmp_path / "small/state/locks").mkdir()
            steps, before = plan(root), tree(root)
            fill(tmp_path / "small", leaving=0)
            with pytest.raises(KemptError):
                apply(steps)
        assert before == tree(root)

    def test_steps_that_cannot_be_announced_are_not_done(
        self, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The journal's first line fits, that of a long list of steps does not."""
        grow(root, *(f"many/{number}" for number in range(900)))
        steps = clean(root, *(delete(root, f"many/{number}") for number in range(900)))
        with mounted(tmp_path / "small", "2m"):
            monkeypatch.setenv("KEMPT_STATE_DIR", str(tmp_path / "small/state"))
            (tmp_path / "small/state/locks").mkdir(parents=True)
            before = tree(root)
            fill(tmp_path / "small", leaving=64 * 1024)
            receipt = apply(steps)
            assert ({FAILED}, before, "") == (set(results(receipt)), tree(root), receipt.journal)
            assert "cannot write the journal: No space left on device" in receipt.outcomes[0].detail

    def test_a_trash_that_cannot_be_made_leaves_the_thing(self, tmp_path: Path) -> None:
        with mounted(tmp_path / "small", "2m"):
            disk = tmp_path / "small"
            grow(disk, ".venv/pyvenv.cfg", "thing/x")
            fill(disk, leaving=0)
            receipt = apply(clean(disk, trash(disk, ".venv")))
            assert [FAILED] == results(receipt)
            assert {".venv", ".venv/pyvenv.cfg", "thing", "thing/x", "ballast"} == set(tree(disk))
            assert "No space left on device" in receipt.outcomes[0].detail

            # What is deleted goes first, and makes room for the trash.
            assert [DONE, DONE] == results(apply(clean(disk, trash(disk, ".venv"), delete(disk, "thing"))))


class TestSomebodyElse:
    def test_two_kempts_with_the_same_plan(self, root: Path) -> None:
        """One does it, the other is refused: at once, or step by step."""
        steps = plan(root)
        with ThreadPoolExecutor(2) as pool:
            futures = [pool.submit(apply, steps) for _ in range(2)]
        ended = [future.result() for future in futures if not future.exception()]

        assert all(isinstance(each, UnsafeError) for each in (future.exception() for future in futures) if each)
        assert [DONE] * len(LIVING) in [results(each) for each in ended]
        assert [] == leftovers(root)

    @pytest.mark.parametrize("inner", ["sub", "."])
    def test_one_at_work_above_keeps_the_other_away(self, root: Path, inner: str) -> None:
        code = (
            "import sys, time\nfrom kempt.host.lock import tree_lock\n"
            "with tree_lock(sys.argv[1], sys.argv[2]):\n    print('held', flush=True)\n    time.sleep(60)\n"
        )
        argv = [sys.executable, "-c", code, state_folder(), str(root.parent)]
        before, steps = tree(root), clean(root / inner, delete(root / inner, "keep"))
        with subprocess.Popen(argv, stdout=subprocess.PIPE) as holder:
            assert holder.stdout is not None
            holder.stdout.readline()
            with pytest.raises(UnsafeError, match="another kempt"):
                apply(steps)
            holder.kill()
        assert (before, True) == (tree(root), apply(steps).ok)

    def test_an_environment_that_a_sync_works_on_stays(self, root: Path) -> None:
        code = (
            "import sys, time\nfrom kempt.host.lock import environment_lock\n"
            "with environment_lock(sys.argv[1], sys.argv[2]):\n    print('held', flush=True)\n    time.sleep(60)\n"
        )
        argv = [sys.executable, "-c", code, state_folder(), str(root / ".venv")]
        with subprocess.Popen(argv, stdout=subprocess.PIPE) as holder:
            assert holder.stdout is not None
            holder.stdout.readline()
            receipt = apply(clean(root, trash(root, ".venv"), delete(root, "note.pyc")))
            holder.kill()

        assert ([REFUSED, DONE], True) == (results(receipt), (root / ".venv/pyvenv.cfg").exists())
        assert "is working on this environment" in receipt.outcomes[0].detail

    def test_somebody_who_writes_into_it_all_the_while(self, root: Path) -> None:
        """It goes, or what came is told; it is never an endless race, and nothing else is touched."""
        before = outside(tree(root))
        stop = list[int]()

        def write() -> None:
            number = 0
            descriptor = os.open(root / "cache", os.O_RDONLY)
            while not stop:
                number += 1
                with suppress(OSError):
                    os.close(os.open(f"new{number}", os.O_CREAT | os.O_WRONLY, dir_fd=descriptor))
            os.close(descriptor)

        with ThreadPoolExecutor(1) as pool:
            writer = pool.submit(write)
            time.sleep(0.01)
            receipt = apply(clean(root, delete(root, "cache")))
            stop.append(1)
            writer.result()

        assert (True, False) == (results(receipt) in ([DONE], [FAILED]), (root / "cache").exists())
        assert before == outside(tree(root))


def test_an_identity_says_file_or_folder(root: Path) -> None:
    """A step that names an inode which is something else by now is refused."""
    step = RemoveTree("cache", identity(root / "cache")._replace(kind=0o100000))

    assert [REFUSED] == results(apply(clean(root, step)))
