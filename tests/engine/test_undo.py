from __future__ import annotations

import os
from pathlib import Path

import pytest

from conftest import MakeRepository
from kempt.engine.apply import apply
from kempt.engine.undo import history, plan_undo, undo
from kempt.errors import UnsafeError, UsageError
from kempt.host.lock import repository_lock
from kempt.host.state import state_folder
from kempt.model.plan import Left, Receipt, RestoreIndex, WriteFile
from support.plans import entries, plan_for, remove, untrack, write
from support.repositories import Repository

NEW = b"*.log\nenv/\n"
ODD = ["env/-n", "env/a\nb", "env/\udcff", 'env/quo"te', "env/e\x1b[31m"]


@pytest.fixture
def repo(git_repo: MakeRepository) -> Repository:
    files = {".gitignore": "*.log\n", "env/pyvenv.cfg": "home", "env/lib/x.py": "x", "src/a.py": "a"}
    return git_repo(files | dict.fromkeys(ODD, "odd"))


def fix(repo: Repository) -> str:
    """What `kempt check --fix --unsafe-fixes` does; the id of the change."""
    receipt = apply(plan_for(repo, write(repo, ".gitignore", NEW), untrack(repo, "env", _gitignore=NEW)))
    assert receipt.ok
    return receipt.journal


def take_back(repo: Repository, change: str = "") -> Receipt:
    return undo(plan_undo(str(repo.root), change))


def state(repo: Repository) -> tuple[str, str]:
    return repo.git("ls-files", "-vsz"), (repo.root / ".gitignore").read_text()


def test_a_fix_is_taken_back_exactly(repo: Repository) -> None:
    before = state(repo)
    fix(repo)

    receipt = take_back(repo)

    assert (True, (), before, "") == (receipt.ok, receipt.left, state(repo), repo.git("status", "--porcelain"))


def test_it_is_shown_first_and_changes_nothing_then(repo: Repository) -> None:
    change = fix(repo)
    after = state(repo)

    shown = plan_undo(str(repo.root))

    assert (change, "kempt check --fix", ()) == (shown.journal.header.id, shown.journal.header.why, shown.left)
    assert [RestoreIndex, WriteFile] == [type(step) for step in shown.plan.steps]
    assert after == state(repo)


def test_twice_says_that_there_is_nothing_to_undo(repo: Repository) -> None:
    change = fix(repo)
    take_back(repo)

    with pytest.raises(UsageError, match="nothing to undo: kempt changed nothing here"):
        plan_undo(str(repo.root))
    with pytest.raises(UsageError, match=f"nothing to undo: {change} is taken back already"):
        plan_undo(str(repo.root), change)


def test_a_repository_that_kempt_never_changed(repo: Repository, git_repo: MakeRepository) -> None:
    fix(repo)
    other = git_repo({"a": ""}, "other")

    with pytest.raises(UsageError, match="nothing to undo"):
        plan_undo(str(other.root))


def test_an_unknown_id(repo: Repository) -> None:
    with pytest.raises(UsageError, match="no change has the id 20260101-000000-0000"):
        plan_undo(str(repo.root), "20260101-000000-0000")


def test_from_a_folder_inside(repo: Repository) -> None:
    change = fix(repo)

    assert change == plan_undo(str(repo.root / "src")).journal.header.id


def test_a_folder_without_git(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    repo = Repository(tmp_path / "plain", tmp_path / "home")
    apply(plan_for(repo, write(repo, "sub/a", b"a"))._replace(git_dir=""))

    assert take_back(repo).ok
    assert [] == list(repo.root.iterdir())


def test_the_last_change_first_and_then_the_one_before(repo: Repository) -> None:
    ids = [apply(plan_for(repo, write(repo, name, b"x"))).journal for name in ("one", "two")]

    take_back(repo)
    assert (True, False) == ((repo.root / "one").exists(), (repo.root / "two").exists())
    take_back(repo)
    assert not (repo.root / "one").exists()

    known = [(each.header.id, each.undone) for each in history(str(repo.root)) if not each.header.undoes]
    assert [(ids[1], True), (ids[0], True)] == known


def test_an_earlier_change_by_its_id(repo: Repository) -> None:
    first = apply(plan_for(repo, write(repo, "one", b"x"))).journal
    apply(plan_for(repo, write(repo, "two", b"x")))

    take_back(repo, first)

    assert (False, True) == ((repo.root / "one").exists(), (repo.root / "two").exists())


def test_an_undo_can_be_taken_back_by_its_id_and_the_change_undone_again(repo: Repository) -> None:
    before = state(repo)
    fix(repo)
    after = state(repo)
    back = take_back(repo).journal

    take_back(repo, back)
    assert after == state(repo)
    take_back(repo)
    assert before == state(repo)


def test_new_files_go_with_the_folders_that_were_made_for_them(repo: Repository) -> None:
    apply(plan_for(repo, write(repo, "one/two/a", b"x"), write(repo, "one/b", b"x")))
    repo.write({"one/theirs": "x"})

    take_back(repo)

    assert ["theirs"] == [path.name for path in (repo.root / "one").iterdir()]


def test_a_removed_file_comes_back(repo: Repository) -> None:
    apply(plan_for(repo, remove(repo, "src/a.py", "src")))
    assert not (repo.root / "src").exists()

    take_back(repo)

    assert "a" == (repo.root / "src" / "a.py").read_text()


def test_modes_of_entries_and_submodules_come_back(repo: Repository) -> None:
    repo.git("update-index", "--chmod=+x", "env/lib/x.py")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{'12' * 20},env/sub")
    repo.git("update-index", "--add", "--cacheinfo", f"120000,{entries(repo, 'src/a.py')[0].oid},env/link")
    before = state(repo)
    fix(repo)

    take_back(repo)

    assert before == state(repo)


class TestWhatHappenedSince:
    def test_files_staged_after_the_fix_stay_staged(self, repo: Repository) -> None:
        before = repo.git("ls-files", "-sz")
        fix(repo)
        repo.write({"new.py": "new", "src/a.py": "changed"})
        repo.stage(["new.py", "src/a.py"])
        staged = entries(repo, "new.py", "src/a.py")

        assert () == take_back(repo).left
        assert staged == entries(repo, "new.py", "src/a.py")
        repo.git("reset", "-q", "HEAD", "--", "new.py", "src/a.py")
        assert before == repo.git("ls-files", "-sz")

    def test_a_commit_in_between(self, repo: Repository) -> None:
        before = state(repo)
        fix(repo)
        repo.commit()

        assert () == take_back(repo).left
        assert before == state(repo)

    def test_a_file_that_was_edited_is_left(self, repo: Repository) -> None:
        fix(repo)
        repo.write({".gitignore": "theirs"})

        receipt = take_back(repo)

        assert (True, (Left(".gitignore", "edited since"),)) == (receipt.ok, receipt.left)
        assert "theirs" == (repo.root / ".gitignore").read_text()
        assert len(ODD) + 4 == len(repo.tracked())

    def test_a_file_that_is_gone_is_left(self, repo: Repository) -> None:
        fix(repo)
        (repo.root / ".gitignore").unlink()

        assert (Left(".gitignore", "gone since"),) == take_back(repo).left
        assert not (repo.root / ".gitignore").exists()

    @pytest.mark.parametrize("kind", ["link", "fifo"])
    def test_what_is_no_file_any_more_is_left(self, repo: Repository, kind: str) -> None:
        fix(repo)
        place = repo.root / ".gitignore"
        place.unlink()
        os.mkfifo(place) if kind == "fifo" else place.symlink_to("/dev/zero")
        words = {"link": "a symbolic link", "fifo": "a FIFO"}

        assert (Left(".gitignore", f"{words[kind]}, not a regular file"),) == take_back(repo).left

    def test_a_file_that_is_back_already_needs_nothing(self, repo: Repository) -> None:
        fix(repo)
        repo.write({".gitignore": "*.log\n"})

        shown = plan_undo(str(repo.root))

        assert ([RestoreIndex], ()) == ([type(step) for step in shown.plan.steps], shown.left)

    def test_an_entry_that_is_tracked_again_is_left(self, repo: Repository) -> None:
        fix(repo)
        repo.write({"env/lib/x.py": "theirs"})
        repo.stage(["env/lib/x.py", "env/pyvenv.cfg"])
        theirs = entries(repo, "env/lib/x.py")

        receipt = take_back(repo)

        assert (Left("env/lib/x.py", "staged since, with other content"),) == receipt.left
        assert (theirs, len(ODD) + 4) == (entries(repo, "env/lib/x.py"), len(repo.tracked()))

    def test_an_added_entry_that_was_staged_again_is_left(self, repo: Repository) -> None:
        fix(repo)
        repo.write({".gitignore": "theirs"})
        repo.stage([".gitignore"])

        assert (
            Left(".gitignore", "staged since, with other content"),
            Left(".gitignore", "edited since"),
        ) == take_back(repo).left
        assert "theirs" == repo.git("show", ":.gitignore")

    def test_an_added_entry_that_was_taken_out_is_left(self, repo: Repository) -> None:
        fix(repo)
        repo.git("rm", "-q", "--cached", ".gitignore")

        assert (Left(".gitignore", "not in git's index any more"),) == take_back(repo).left

    @pytest.mark.parametrize("file, folder", [("thing", "thing/now"), ("thing/now", "thing")])
    def test_an_entry_with_another_in_its_way_is_left(self, git_repo: MakeRepository, file: str, folder: str) -> None:
        """git would silently drop the other."""
        repo = git_repo({file: "x", "a": "a"})
        assert apply(plan_for(repo, untrack(repo, file))).ok
        (repo.root / file).unlink()
        if folder == "thing":
            (repo.root / "thing").rmdir()
        repo.write({folder: "theirs"})
        repo.stage()

        receipt = take_back(repo)

        assert (Left(file, "another entry of git's index is in its way"),) == receipt.left
        assert ["a", folder] == repo.tracked()

    def test_an_entry_whose_content_git_has_pruned_is_left(self, git_repo: MakeRepository) -> None:
        """It was staged and never committed; an entry without content would break the next commit."""
        repo = git_repo({"a": "a"})
        repo.write({"env/x": "x", "env/y": "y"})
        repo.stage()
        before = repo.tracked()
        assert apply(plan_for(repo, untrack(repo, "env"))).ok
        repo.git("prune", "--expire=now")

        receipt = take_back(repo)

        assert {Left(f"env/{name}", "git no longer holds its content") for name in "xy"} == set(receipt.left)
        assert ["a"] == repo.tracked() != before

    def test_an_entry_in_a_merge_conflict_is_left(self, git_repo: MakeRepository) -> None:
        repo = git_repo({"env/x": "base", "a": "a"})
        assert apply(plan_for(repo, untrack(repo, "env"))).ok
        oid = entries(repo, "a")[0].oid
        repo.git("update-index", "-z", "--index-info", input=f"100644 {oid} 1\tenv/x\0".encode())

        assert (Left("env/x", "in a merge conflict"),) == take_back(repo).left

    def test_what_changes_between_showing_and_doing_is_left_too(self, repo: Repository) -> None:
        fix(repo)
        shown = plan_undo(str(repo.root))
        repo.write({".gitignore": "theirs"})

        assert (Left(".gitignore", "edited since"),) == undo(shown).left

    def test_one_who_undid_it_meanwhile(self, repo: Repository) -> None:
        fix(repo)
        shown = plan_undo(str(repo.root))
        take_back(repo)

        with pytest.raises(UsageError, match="is taken back already"):
            undo(shown)

    def test_a_repository_that_moved_away(self, repo: Repository) -> None:
        change = fix(repo)
        repo.root.rename(repo.root.parent / "elsewhere")

        with pytest.raises(UsageError, match="the repository that was changed is not here any more"):
            plan_undo(".", change)


def test_another_kempt_at_work_is_respected(repo: Repository) -> None:
    fix(repo)
    shown = plan_undo(str(repo.root))

    with repository_lock(state_folder(), str(repo.root)), pytest.raises(UnsafeError, match="another kempt"):
        undo(shown)


def test_an_undo_that_fails_can_be_tried_again(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    before = state(repo)
    fix(repo)

    def full(*_args: str, **_options: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        assert not take_back(repo).ok

    assert take_back(repo).ok
    assert before == state(repo)


def test_the_index_that_a_hook_was_given_is_not_asked_for_later(repo: Repository) -> None:
    """After `git commit -a` it has become git's own."""
    other = repo.root / ".git" / "index.lock"
    before = repo.git("ls-files", "-sz")
    other.write_bytes((repo.root / ".git" / "index").read_bytes())
    assert apply(plan_for(repo, untrack(repo, "env"))._replace(index_file=str(other))).ok
    other.rename(repo.root / ".git" / "index")
    assert before != repo.git("ls-files", "-sz")

    assert take_back(repo).ok
    assert before == repo.git("ls-files", "-sz")
