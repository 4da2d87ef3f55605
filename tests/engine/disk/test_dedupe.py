"""`kempt dedupe` by hard links, on the file system of the tests: what is shared, what stays, what comes back."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kempt.engine.apply import apply
from kempt.engine.disk.dedupe import choose, eligible
from kempt.engine.disk.dedupe.plan import carry_out, plan_dedupe
from kempt.engine.undo import plan_undo, undo
from kempt.errors import UsageError
from kempt.host import extents
from kempt.host.lock import environment_lock
from kempt.host.state import state_folder
from kempt.model.dedupe import Dedupe, DedupeWishes
from kempt.model.plan import Means, Result, UnshareFile
from kempt.report.dedupe import to_text
from kempt.report.look import Look
from support.sharing import (
    LINKS,
    SITE,
    contents,
    inodes,
    installed,
    refusals,
    share,
    share_no_blocks,
    stale,
    state,
    take_back,
)

FILES = {
    "alpha/__init__.py": b"VALUE = 1\n" * 50,
    "alpha/data.bin": bytes(range(256)) * 40,
    "alpha/inner/__init__.py": b"",
    "alpha/inner/core.py": b"def run():\n    return 42\n" * 30,
    "alpha.pth": b"import sys\n",
}


@pytest.fixture(autouse=True)
def _no_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    share_no_blocks(monkeypatch)


@pytest.fixture
def one(tmp_path: Path) -> Path:
    return installed(tmp_path / "envs/one", FILES)


@pytest.fixture
def two(tmp_path: Path) -> Path:
    return installed(tmp_path / "envs/two", FILES, at=1_700_009_999)


@pytest.fixture
def envs(tmp_path: Path, one: Path, two: Path) -> Path:
    return tmp_path / "envs"


def nothing_is_left_to_undo(root: Path) -> bool:
    try:
        plan_undo(str(root))
    except UsageError:
        return True
    return False


def reasons(envs: Path, wishes: DedupeWishes = LINKS) -> dict[str, int]:
    return {each.name: each.files for each in plan_dedupe([str(envs)], wishes).spared}


def shown(dedupe: Dedupe) -> str:
    return " ".join(to_text(dedupe, Look(100)).split())


class TestPlan:
    def test_nothing_is_linked_unless_that_is_asked_for(self, envs: Path) -> None:
        dedupe = plan_dedupe([str(envs)])

        assert ((), 0) == (dedupe.steps, dedupe.bytes)
        assert eligible.NO_WAY in {each.name for each in dedupe.spared}

    def test_a_file_system_that_does_not_tell_is_not_said_to_share_nothing(
        self, envs: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(extents, "can_share", lambda _descriptor: None)
        dedupe = plan_dedupe([str(envs)])

        assert [(None, False)] == [(way.means, way.told) for way in dedupe.ways]
        assert (True, False) == (eligible.UNASKED in reasons(envs, DedupeWishes()), "cannot share" in shown(dedupe))

    def test_a_dry_run_changes_nothing(self, envs: Path, one: Path, two: Path) -> None:
        before = state(one, two)
        plan_dedupe([str(envs)], LINKS)

        assert before == state(one, two)

    def test_steps_name_both_files_and_what_that_frees(self, envs: Path) -> None:
        steps = plan_dedupe([str(envs)], LINKS).steps
        core = next(each for each in steps if each.path.endswith("core.py"))

        assert (Means.LINK, f"one/{SITE}/alpha/inner/core.py") == (core.means, core.keep)
        assert ("two", (envs / core.path).stat().st_blocks * 512) == (core.environment, core.bytes)

    def test_what_leads_to_code_stays(self, envs: Path) -> None:
        assert 2 == reasons(envs)[eligible.PTH]

    def test_what_everybody_may_write_stays(self, envs: Path, one: Path) -> None:
        (one / SITE / "alpha/data.bin").chmod(0o666)

        assert 1 == reasons(envs)[eligible.WRITABLE]

    def test_what_has_another_mode_stays(self, envs: Path, one: Path) -> None:
        (one / SITE / "alpha/data.bin").chmod(0o755)

        assert 2 == reasons(envs)[eligible.TRAITS]

    def test_what_has_other_attributes_stays(self, envs: Path, one: Path) -> None:
        try:
            os.setxattr(one / SITE / "alpha/data.bin", "user.label", b"secret")
        except OSError:
            pytest.skip("this file system has no extended attributes")

        assert 2 == reasons(envs)[eligible.TRAITS]

    def test_what_was_edited_stays_though_its_size_is_the_same(self, envs: Path, one: Path) -> None:
        (one / SITE / "alpha/data.bin").write_bytes(bytes(reversed(range(256))) * 40)

        assert 1 == reasons(envs)[eligible.EDITED]
        assert (True, 2) == (share(envs)[1].ok, inodes("alpha/data.bin", one, envs / "two"))

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
    def test_another_users_file_stays(self, envs: Path, one: Path) -> None:
        os.chown(one / SITE / "alpha/data.bin", 12345, 12345)

        assert 2 == reasons(envs)[eligible.TRAITS]

    def test_an_environment_in_use_stays(self, envs: Path, one: Path) -> None:
        program = "print('go', flush=True); import time; time.sleep(60)"
        env = {**os.environ, "VIRTUAL_ENV": str(one)}
        with subprocess.Popen([sys.executable, "-c", program], env=env, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            found = reasons(envs)
            process.kill()

        assert found[eligible.IN_USE] >= 4

    def test_a_name_elsewhere_is_kept_and_the_others_come_to_it(self, envs: Path, two: Path, tmp_path: Path) -> None:
        os.link(two / SITE / "alpha/data.bin", tmp_path / "cache")
        steps = plan_dedupe([str(envs)], LINKS).steps

        assert [f"two/{SITE}/alpha/data.bin"] == [each.keep for each in steps if each.path.endswith("data.bin")]

    def test_two_files_with_names_elsewhere_stay(self, envs: Path, one: Path, two: Path, tmp_path: Path) -> None:
        for number, env in enumerate((one, two)):
            os.link(env / SITE / "alpha/data.bin", tmp_path / f"cache{number}")

        assert 1 == reasons(envs)[eligible.ELSEWHERE]

    def test_a_full_file_is_not_given_more_names(self, envs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        installed(envs / "three", FILES)
        monkeypatch.setattr(choose, "most_links", lambda _path: choose._SPARE + 2)
        steps = plan_dedupe([str(envs)], LINKS).steps

        assert 1 == sum(each.path.endswith("data.bin") for each in steps)


class TestShare:
    def test_files_become_one_and_hold_what_they_held(self, envs: Path, one: Path, two: Path) -> None:
        before = contents(one, two)
        dedupe, receipt = share(envs)

        assert (True, before) == (receipt.ok, contents(one, two))
        assert (1, 1, 2) == tuple(
            inodes(path, one, two) for path in ("alpha/data.bin", "alpha/__init__.py", "alpha.pth")
        )
        assert len(dedupe.steps) == sum(each.files for each in receipt.outcomes)

    def test_imports_stay_warm(self, envs: Path, one: Path, two: Path) -> None:
        share(envs)

        assert [] == stale(one, two)

    def test_bytecode_of_all_optimizations_is_stamped(self, envs: Path, one: Path, two: Path) -> None:
        for env in (one, two):
            argv = [sys.executable, "-OO", "-m", "compileall", "-q", str(env / SITE)]
            subprocess.run(argv, check=True)
        share(envs)

        assert ([], 6) == (stale(one, two), len(list(two.rglob("*.pyc"))))

    def test_bytecode_keeps_its_own_time(self, envs: Path, one: Path, two: Path) -> None:
        cached = next((two / SITE / "alpha/inner/__pycache__").glob("core.*"))
        os.utime(cached, (1_600_000_000, 1_600_000_000))
        share(envs)

        assert 1_600_000_000 == cached.stat().st_mtime

    def test_bytecode_that_is_read_only_or_linked_is_replaced(self, envs: Path, two: Path, tmp_path: Path) -> None:
        cached = next((two / SITE / "alpha/inner/__pycache__").glob("core.*"))
        other = tmp_path / "other"
        os.link(cached, other)
        content = cached.read_bytes()
        share(envs)

        assert (content, [], False) == (other.read_bytes(), stale(envs / "one", two), cached.samefile(other))

    @pytest.mark.parametrize("wishes", [LINKS, LINKS._replace(bytecode=True)])
    def test_what_was_shared_is_counted_as_shared_the_next_time(self, envs: Path, wishes: DedupeWishes) -> None:
        first = plan_dedupe([str(envs)], wishes)
        carry_out(first)

        assert (len(first.shares), first.bytes) == plan_dedupe([str(envs)], wishes).already[1:]

    def test_a_second_run_has_nothing_to_do(self, envs: Path) -> None:
        share(envs)
        again = plan_dedupe([str(envs)], LINKS)

        assert ((), 0) == (again.steps, again.bytes)

    def test_undo_gives_each_its_own(self, envs: Path, one: Path, two: Path) -> None:
        before = state(one, two)
        share(envs)
        receipt = take_back(envs)

        assert (True, (), before) == (receipt.ok, receipt.left, state(one, two))
        assert (2, [], []) == (inodes("alpha/data.bin", one, two), stale(one, two), list(envs.rglob(".kempt-*")))

    def test_undo_leaves_what_was_replaced_since(self, envs: Path, one: Path, two: Path) -> None:
        share(envs)
        path = two / SITE / "alpha/data.bin"
        path.unlink()
        path.write_bytes(b"new")
        receipt = take_back(envs)

        assert (b"new", ["replaced since"]) == (path.read_bytes(), [each.reason for each in receipt.left])

    def test_undo_parts_names_that_were_edited(self, envs: Path, one: Path, two: Path) -> None:
        share(envs)
        with (one / SITE / "alpha/inner/core.py").open("ab") as handle:
            handle.write(b"# edited\n")
        edited = (one / SITE / "alpha/inner/core.py").stat().st_mtime_ns
        shown = plan_undo(str(envs))
        receipt = undo(shown)
        looks = [(env / SITE / "alpha/inner/core.py").stat() for env in (one, two)]

        assert [f"two/{SITE}/alpha/inner/core.py"] == [
            each.path for each in shown.plan.steps if isinstance(each, UnshareFile) and each.edited
        ]
        assert (True, (), 2) == (receipt.ok, receipt.left, inodes("alpha/inner/core.py", one, two))
        assert {(FILES["alpha/inner/core.py"] + b"# edited\n", edited)} == {
            ((env / SITE / "alpha/inner/core.py").read_bytes(), look.st_mtime_ns)
            for env, look in zip((one, two), looks, strict=True)
        }
        assert nothing_is_left_to_undo(envs)

    def test_undo_gives_names_that_were_touched_their_old_time(self, envs: Path, one: Path, two: Path) -> None:
        before = state(two)
        share(envs)
        os.utime(one / SITE / "alpha/data.bin", (1_600_000_000, 1_600_000_000))
        receipt = take_back(envs)

        assert (True, (), before) == (receipt.ok, receipt.left, state(two))

    def test_undo_parts_the_names_of_a_file_that_the_kept_name_no_longer_leads_to(
        self, envs: Path, one: Path, two: Path
    ) -> None:
        installed(envs / "three", FILES)
        before = state(two)
        share(envs)
        (one / "new").write_bytes(b"new")
        (one / "new").replace(one / SITE / "alpha/data.bin")
        receipt = take_back(envs)

        assert (True, (), before) == (receipt.ok, receipt.left, state(two))
        assert 3 == inodes("alpha/data.bin", one, two, envs / "three")

    def test_several_changes_that_are_taken_back_one_after_the_other_leave_all_as_it_was(
        self, envs: Path, one: Path, two: Path
    ) -> None:
        """The first two become names of another file; the second undo finds what the first one made of them then."""
        roots = (one, two, *(installed(envs / name, FILES, at=1_700_000_500) for name in ("three", "four")))
        before = state(*roots)
        assert apply(plan_dedupe([str(one), str(two)], LINKS).plan).ok
        assert share(envs)[1].ok
        receipts = [take_back(envs), take_back(envs)]

        assert [(True, ())] * 2 == [(each.ok, each.left) for each in receipts]
        assert (before, [], 4) == (state(*roots), stale(*roots), inodes("alpha/data.bin", *roots))

    def test_undo_does_not_speak_of_what_was_refused(self, envs: Path, one: Path, two: Path) -> None:
        plan = plan_dedupe([str(envs)], LINKS).plan
        (two / SITE / "alpha/data.bin").write_bytes(b"mine")
        (two / SITE / "alpha/__init__.py").unlink()
        refused = len(refusals(apply(plan)))
        receipt = take_back(envs)

        assert (2, True, (), b"mine") == (
            refused, receipt.ok, receipt.left, (two / SITE / "alpha/data.bin").read_bytes()
        )  # fmt: skip

    def test_an_undo_is_not_undone_but_shared_anew(self, envs: Path) -> None:
        share(envs)
        identity = take_back(envs).journal

        with pytest.raises(UsageError, match=f"nothing to undo: {identity} gave files blocks of their own again"):
            plan_undo(str(envs), identity)

    def test_an_empty_file_stays(self, envs: Path, one: Path, two: Path) -> None:
        share(envs)

        assert 2 == inodes("alpha/inner/__init__.py", one, two)

    def test_files_outside_environments_are_not_linked(self, tmp_path: Path) -> None:
        """Logs, databases and sources are written to in place."""
        with pytest.raises(UsageError, match="--hardlink is for files that installers put there"):
            plan_dedupe([str(tmp_path)], DedupeWishes(hardlink=True, any=True))

    def test_gits_own_files_stay(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(extents, "can_share", lambda _descriptor: True)
        for place in ("a/.git/hooks/sample", "b/.git/hooks/sample", "a/.gitignore", "b/.gitignore"):
            (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / place).write_bytes(place[-6:].encode() * 5000)
            with (tmp_path / place).open("rb") as handle:
                os.fsync(handle)
        dedupe = plan_dedupe([str(tmp_path)], DedupeWishes(any=True))

        assert 2 == {each.name: each.files for each in dedupe.spared}[eligible.GITS]
        assert all(each.path.endswith(".gitignore") for each in dedupe.steps)

    def test_what_is_free_afterwards_is_looked_at(self, envs: Path) -> None:
        deduped = carry_out(plan_dedupe([str(envs)], LINKS))

        assert (True, True) == (deduped.receipt.ok, isinstance(deduped.freed, int))


class TestChangedMeanwhile:
    def test_a_file_that_was_edited_after_the_plan(self, envs: Path, two: Path) -> None:
        dedupe = plan_dedupe([str(envs)], LINKS)
        path = two / SITE / "alpha/data.bin"
        path.write_bytes(b"mine")
        receipt = apply(dedupe.plan)

        assert (b"mine", 1) == (path.read_bytes(), len(refusals(receipt)))
        assert "changed since the plan was made" in refusals(receipt)[0]

    def test_a_claim_that_does_not_hold_is_found_out(self, envs: Path, one: Path, two: Path) -> None:
        """Same size, same time, other bytes: only reading tells."""
        dedupe = plan_dedupe([str(envs)], LINKS)
        path = two / SITE / "alpha/data.bin"
        times = path.stat()
        path.write_bytes(bytes(reversed(range(256))) * 40)
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
        before = contents(one, two)
        receipt = apply(dedupe.plan)

        assert (before, 1) == (contents(one, two), len(refusals(receipt)))
        assert "its bytes are not those of the other file" in refusals(receipt)[0]

    def test_an_environment_that_went(self, envs: Path, one: Path, two: Path) -> None:
        dedupe = plan_dedupe([str(envs)], LINKS)
        subprocess.run(["rm", "-r", two], check=True)
        receipt = apply(dedupe.plan)

        assert {Result.REFUSED, Result.FAILED} >= {each.result for each in receipt.outcomes}
        assert (False, "") == (two.exists(), receipt.journal)


class TestLocked:
    def test_an_environment_that_uv_works_on_stays(self, envs: Path, two: Path) -> None:
        plan = plan_dedupe([str(envs)], LINKS).plan
        with (two / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            receipt = apply(plan)

        assert {Result.REFUSED} == {each.result for each in receipt.outcomes}
        assert all("uv is working on this environment" in each for each in refusals(receipt))

    def test_an_environment_that_a_sync_works_on_stays(self, envs: Path, two: Path) -> None:
        plan = plan_dedupe([str(envs)], LINKS).plan
        with environment_lock(state_folder(), str(two)):
            receipt = apply(plan)

        assert {Result.REFUSED} == {each.result for each in receipt.outcomes}
        assert apply(plan).ok
