"""The executor under fire: killed at any moment, disks full, broken or read-only, two at once, targets swapped."""

from __future__ import annotations

import os
import resource
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from conftest import MakeRepository
from kempt.engine.apply import apply
from kempt.engine.undo import plan_undo, undo
from kempt.errors import KemptError, UnsafeError, UsageError
from kempt.model.plan import Plan, Receipt, Result
from support.disks import fill, mounted
from support.killer import Killer
from support.plans import entries, plan_for, untrack, write
from support.repositories import Repository

DONE, SKIPPED, REFUSED, FAILED = Result.DONE, Result.SKIPPED, Result.REFUSED, Result.FAILED
NEW = b"*.log\nenv/\n"
FILES = (".gitignore", "pyproject.toml", "new/deep/.gitignore")
MANY = 150  # calls that a fix makes, and an undo; there are about 190
FIX = {
    "fsync:1": "before the journal",
    "write:6": "before the first step is announced",
    "open:10": "before the first step",
    "replace:1": "with a temporary file",
    "fsync:5": "between two steps",
    "replace:2": "within the second step",
    "link:1": "with folders made and no file in them",
    "unlink:1": "with a file that has two names",
    "communicate:9": "with a git that gets nothing to read",
    "write:21": "with a git that gets half of what it is to read",
    "link:2": "with a copy of the index that is edited",
    "replace:3": "with the index locked",
    "unlink:2": "with the index changed",
}
UNDO = {
    "fsync:1": "before its journal",
    "link:1": "with a copy of the index that is edited",
    "replace:1": "with the index locked",
    "unlink:2": "with the index changed",
    "unlink:3": "before the new file is removed",
    "rmdir:3": "with two empty folders",
    "rmdir:4": "with an empty folder",
    "replace:3": "before the last file",
}
fix_points = pytest.mark.parametrize("point", [pytest.param(point, id=words) for point, words in FIX.items()])
undo_points = pytest.mark.parametrize("point", [pytest.param(point, id=words) for point, words in UNDO.items()])


def snapshot(repo: Repository) -> tuple[object, ...]:
    """git's index and every file of the work tree, litter of ours included."""
    tree = {str(path.relative_to(repo.root)): path.read_bytes() for path in files_below(repo.root)}
    return repo.git("ls-files", "-vsz"), tree


def files_below(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        if ".git" in folders:
            folders.remove(".git")
        yield from (Path(folder, name) for name in names)
        if not names and not folders:
            raise AssertionError(f"an empty folder is left: {folder}")


def litter(repo: Repository) -> list[str]:
    """What a stopped kempt left in git's own folder."""
    return sorted(each.name for each in (repo.root / ".git").iterdir() if "kempt" in each.name or "lock" in each.name)


def results(receipt: Receipt) -> list[Result]:
    return [outcome.result for outcome in receipt.outcomes]


def with_environment(make: MakeRepository) -> Repository:
    """A repository that tracks an environment of 200 files, some with odd names."""
    odd = ["env/-n", "env/a\nb", "env/\udcff", 'env/quo"te']
    environment_files = dict.fromkeys([*(f"env/lib/module_{number}.py" for number in range(196)), *odd], "x")
    return make({".gitignore": "*.log\n", "pyproject.toml": "[project]\n", "src/a.py": "a"} | environment_files)


def fix(repo: Repository) -> Plan:
    """Three files, one of them new in new folders, and an index step that removes 200 entries and adds three."""
    contents = {".gitignore": NEW, "pyproject.toml": b"[project]\nname = 'a'\n", "new/deep/.gitignore": b".venv\n"}
    writes = [write(repo, path, content) for path, content in contents.items()]
    known = {each.path: each.oid for each in entries(repo, *contents)}
    step = untrack(repo, "env")._replace(
        add=tuple(contents.items()), before=tuple(known.get(path, "") for path in contents)
    )
    return plan_for(repo, *writes, step)


@pytest.fixture
def killer(tmp_path: Path, home: Path) -> Killer:
    return Killer(tmp_path, home)


def take_back(repo: Repository) -> None:
    """Undo, where there is something: a kempt that is killed before its first step has nothing to take back."""
    with suppress(UsageError):
        receipt = undo(plan_undo(str(repo.root)))
        assert (True, ()) == (receipt.ok, receipt.left)


def killed_fix_is_taken_back(repo: Repository, killer: Killer, point: str) -> bool:
    """Kill a fix before the call of a number, undo at once, compare all. Whether there was a call of that number."""
    before = snapshot(repo)
    was_killed = killer.apply(fix(repo), point)
    assert len(entries(repo, "env")) in {0, 200}  # never a part

    take_back(repo)

    assert (point, before) == (point, snapshot(repo))
    assert (point, []) == (point, litter(repo))
    with pytest.raises(UsageError, match="nothing to undo"):
        plan_undo(str(repo.root))
    return was_killed


class TestKilled:
    @fix_points
    def test_a_fix_is_taken_back_wherever_it_was_killed(
        self, git_repo: MakeRepository, killer: Killer, point: str
    ) -> None:
        assert killed_fix_is_taken_back(with_environment(git_repo), killer, point)

    @pytest.mark.slow
    def test_a_fix_is_taken_back_from_every_point(self, git_repo: MakeRepository, killer: Killer) -> None:
        repo = with_environment(git_repo)
        count = 1
        while killed_fix_is_taken_back(repo, killer, f"any:{count}"):
            killer.forget()
            count += 1

        assert count > MANY

    @undo_points
    def test_an_undo_that_is_killed_can_be_done_again(
        self, git_repo: MakeRepository, killer: Killer, point: str
    ) -> None:
        repo = with_environment(git_repo)
        before = snapshot(repo)
        assert apply(fix(repo)).ok
        assert killer.undo(repo.root, point)

        take_back(repo)

        assert (before, []) == (snapshot(repo), litter(repo))

    @pytest.mark.slow
    def test_an_undo_can_be_killed_at_every_point(self, git_repo: MakeRepository, killer: Killer) -> None:
        repo = with_environment(git_repo)
        before = snapshot(repo)
        assert apply(fix(repo)).ok
        count = 1
        while killer.undo(repo.root, f"any:{count}"):
            take_back(repo)
            assert (count, before, []) == (count, snapshot(repo), litter(repo))
            killer.forget()
            assert apply(fix(repo)).ok
            count += 1

        assert count > MANY

    @fix_points
    def test_a_fix_that_was_killed_can_be_made_again(
        self, git_repo: MakeRepository, killer: Killer, point: str
    ) -> None:
        """Without undoing it first: the new plan takes the world as it is."""
        repo = with_environment(git_repo)
        killer.apply(fix(repo), point)

        again = fix(repo)
        receipt = apply(again._replace(steps=tuple(step for step in again.steps if not is_done(repo, step))))

        assert receipt.ok
        assert (NEW, {*FILES, "src/a.py"}) == ((repo.root / ".gitignore").read_bytes(), set(repo.tracked()))


def is_done(repo: Repository, step: object) -> bool:
    """Whether a file holds what the step would write."""
    content, path = getattr(step, "content", None), getattr(step, "path", "")
    return content is not None and (repo.root / path).exists() and (repo.root / path).read_bytes() == content


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with mounted(tmp_path / "small", "2m"):
        yield tmp_path / "small"


class TestFullDisk:
    def test_a_file_that_does_not_fit_keeps_its_old_content(self, small_disk: Path, home: Path) -> None:
        repo = Repository(small_disk, home)
        repo.write({"a": "old"})
        fill(small_disk, leaving=16 * 1024)
        before = sorted(small_disk.iterdir())

        receipt = apply(plan_for(repo, write(repo, "a", b"x" * 100_000))._replace(git_dir=""))

        assert [(FAILED, "a: cannot write: No space left on device")] == [each[1::2] for each in receipt.outcomes]
        assert ("old", before, "") == ((small_disk / "a").read_text(), sorted(small_disk.iterdir()), receipt.journal)

    def test_an_index_that_does_not_fit_stays_as_it_is(self, small_disk: Path, home: Path) -> None:
        repo = Repository(small_disk, home)
        repo.git("init", "-q", "--template=")
        repo.write({f"env/{number}": "x" for number in range(300)})
        repo.stage()
        plan = plan_for(repo, untrack(repo, "env"))
        before = repo.git("ls-files", "-sz")
        fill(small_disk, leaving=0)

        receipt = apply(plan)

        assert ([FAILED], before, []) == (results(receipt), repo.git("ls-files", "-sz"), litter(repo))
        assert "No space left on device" in receipt.outcomes[0].detail

    def test_a_full_state_folder_stops_before_the_first_step(
        self, small_disk: Path, git_repo: MakeRepository, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        repo = with_environment(git_repo)
        monkeypatch.setenv("KEMPT_STATE_DIR", str(small_disk / "state"))
        (small_disk / "state" / "journals").mkdir(parents=True)
        (small_disk / "state" / "locks").mkdir()
        before, plan = snapshot(repo), fix(repo)
        fill(small_disk, leaving=0)

        with pytest.raises(KemptError) as caught:
            apply(plan)

        assert "set KEMPT_STATE_DIR to a folder that can be written" == caught.value.hint
        assert (before, []) == (snapshot(repo), list((small_disk / "state" / "journals").iterdir()))

    def test_a_journal_that_fills_the_disk_stops_the_step_it_was_for(
        self, small_disk: Path, git_repo: MakeRepository, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The first step's line fits, that of the second does not: it is not begun, and the first can be undone."""
        repo = git_repo({"small": "old", "large": "old" * 30_000})
        monkeypatch.setenv("KEMPT_STATE_DIR", str(small_disk / "state"))
        (small_disk / "state" / "locks").mkdir(parents=True)
        before = snapshot(repo)
        plan = plan_for(repo, write(repo, "small", b"new"), write(repo, "large", b"new"))
        fill(small_disk, leaving=64 * 1024)

        receipt = apply(plan)

        assert ([DONE, FAILED], True) == (results(receipt), "cannot write the journal" in receipt.outcomes[1].detail)
        (small_disk / "ballast").unlink()
        take_back(repo)
        assert before == snapshot(repo)

    def test_a_limit_on_the_size_of_files(self, git_repo: MakeRepository) -> None:
        repo = git_repo({"a": "old"})
        before, plan = snapshot(repo), plan_for(repo, write(repo, "a", b"x" * 100_000))
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))
        try:
            receipt = apply(plan)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

        assert ([FAILED], before) == (results(receipt), snapshot(repo))


class TestReadOnly:
    def test_a_read_only_file_system(self, small_disk: Path, home: Path) -> None:
        repo = Repository(small_disk, home)
        repo.git("init", "-q", "--template=")
        repo.write({"a": "old", "env/x": "x"})
        repo.stage()
        before = snapshot(repo)
        plans = [
            plan_for(repo, step) for step in (write(repo, "a", b"new"), write(repo, "b", b""), untrack(repo, "env"))
        ]
        subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)

        for plan in plans:
            receipt = apply(plan)
            assert ([FAILED], "") == (results(receipt), receipt.journal)
            assert "Read-only file system" in receipt.outcomes[0].detail
        assert before == snapshot(repo)

    @pytest.mark.skipif(os.geteuid() == 0, reason="root writes into folders that are read-only for others")
    def test_a_read_only_folder(self, git_repo: MakeRepository) -> None:
        repo = git_repo({"sub/a": "old"})
        plan = plan_for(repo, write(repo, "sub/a", b"new"))
        (repo.root / "sub").chmod(0o555)
        receipt = apply(plan)
        (repo.root / "sub").chmod(0o755)

        assert [(FAILED, "sub/a: cannot write: Permission denied")] == [each[1::2] for each in receipt.outcomes]
        assert "old" == (repo.root / "sub" / "a").read_text()


class TestSomebodyElse:
    def test_two_kempts_at_once(self, git_repo: MakeRepository) -> None:
        """One does it, the other is refused: at once, or because the world has changed since its plan."""
        repo = with_environment(git_repo)
        plan = fix(repo)

        with ThreadPoolExecutor(2) as pool:
            futures = [pool.submit(apply, plan) for _ in range(2)]
        refused = [future.exception() for future in futures if future.exception()]
        ended = [results(future.result()) for future in futures if not future.exception()]

        assert 1 == ended.count([DONE] * 4)
        assert all(isinstance(each, UnsafeError) for each in refused)
        assert all(REFUSED in each for each in ended if each != [DONE] * 4)
        assert {*FILES, "src/a.py"} == set(repo.tracked())

    def test_a_locked_index_changes_nothing(self, git_repo: MakeRepository) -> None:
        repo = with_environment(git_repo)
        plan, before = fix(repo), snapshot(repo)
        (repo.root / ".git" / "index.lock").touch()
        start = time.monotonic()

        receipt = apply(plan)

        assert ([SKIPPED] * 3 + [REFUSED], True) == (results(receipt), time.monotonic() - start < 5)
        assert "another git is at work; if none is, remove that file" in receipt.outcomes[3].detail
        assert (before, ["index.lock"]) == (snapshot(repo), litter(repo))

    def test_gits_that_stage_all_the_while_lose_nothing(self, git_repo: MakeRepository) -> None:
        """Whoever is refused was refused whole; every entry that git said it added is there."""
        repo = with_environment(git_repo)
        ends, added = list[Receipt](), list[str]()

        def stage() -> None:
            for number in range(30):
                repo.write({f"more/{number}": "x"})
                with suppress(subprocess.CalledProcessError):  # the index was locked just then
                    repo.stage([f"more/{number}"])
                    added.append(f"more/{number}")

        with ThreadPoolExecutor(1) as pool:
            other = pool.submit(stage)
            ends.append(apply(plan_for(repo, untrack(repo, "env"))))
            other.result()

        expected = 0 if ends[0].ok else 200
        assert (expected, set(added)) == (len(entries(repo, "env")), {each.path for each in entries(repo, "more")})

    def test_a_file_swapped_for_a_link(self, git_repo: MakeRepository, tmp_path: Path) -> None:
        repo = with_environment(git_repo)
        plan = fix(repo)
        outside = tmp_path / "outside"
        (repo.root / "pyproject.toml").rename(outside)
        (repo.root / "pyproject.toml").symlink_to(outside)

        receipt = apply(plan)

        assert (REFUSED, "[project]\n") == (results(receipt)[1], outside.read_text())

    def test_a_folder_swapped_for_a_link_between_two_looks(
        self, git_repo: MakeRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """After the plan was checked as a whole, and before its step is done."""
        repo = git_repo({"sub/a": "old"})
        plan = plan_for(repo, write(repo, "sub/a", b"new"))
        outside = tmp_path / "outside"

        def swapped(_self: object, line: bytes) -> None:
            if b"intent" in line:
                (repo.root / "sub").rename(outside)
                (repo.root / "sub").symlink_to(outside)

        monkeypatch.setattr("kempt.host.journal.JournalFile.append", swapped)
        receipt = apply(plan)

        assert ([REFUSED], "old", ["a"]) == (results(receipt), (outside / "a").read_text(), os.listdir(outside))

    def test_a_file_that_became_a_fifo_makes_nobody_wait(self, git_repo: MakeRepository) -> None:
        repo = with_environment(git_repo)
        plan = fix(repo)
        (repo.root / ".gitignore").unlink()
        os.mkfifo(repo.root / ".gitignore")

        receipt = apply(plan)

        assert [REFUSED, SKIPPED, SKIPPED, SKIPPED] == results(receipt)
        assert ".gitignore: a FIFO, not a regular file" == receipt.outcomes[0].detail

    def test_an_index_that_became_a_fifo_makes_nobody_wait(self, git_repo: MakeRepository) -> None:
        repo = with_environment(git_repo)
        plan = fix(repo)
        (repo.root / ".git" / "index").unlink()
        os.mkfifo(repo.root / ".git" / "index")

        receipt = apply(plan)

        assert ([SKIPPED] * 3 + [FAILED], "*.log\n") == (results(receipt), (repo.root / ".gitignore").read_text())
