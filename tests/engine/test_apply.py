from __future__ import annotations

import os
from pathlib import Path

import pytest

from conftest import MakeRepository
from kempt.engine.apply import apply
from kempt.errors import KemptError, UnsafeError
from kempt.host.lock import repository_lock
from kempt.host.state import state_folder
from kempt.model.plan import Plan, Receipt, RestoreIndex, Result, UpdateIndex
from support.plans import entries, plan_for, remove, untrack, write
from support.repositories import Repository

DONE, SKIPPED, REFUSED, FAILED = Result.DONE, Result.SKIPPED, Result.REFUSED, Result.FAILED


@pytest.fixture
def repo(git_repo: MakeRepository) -> Repository:
    return git_repo({".gitignore": "*.log\n", "env/pyvenv.cfg": "home", "env/lib/x.py": "x", "src/a.py": "a"})


def results(receipt: Receipt) -> list[Result]:
    return [outcome.result for outcome in receipt.outcomes]


def details(receipt: Receipt) -> list[str]:
    return [outcome.detail for outcome in receipt.outcomes]


def journals(home: Path) -> list[str]:
    folder = home / "state" / "kempt" / "journals"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def temporaries(repo: Repository) -> list[Path]:
    return list(repo.root.rglob("*kempt*"))


def test_untracking_leaves_the_files_on_disk(repo: Repository) -> None:
    receipt = apply(plan_for(repo, untrack(repo, "env")))

    assert ([DONE], [".gitignore", "src/a.py"]) == (results(receipt), repo.tracked())
    assert ("home", "x") == tuple((repo.root / "env" / name).read_text() for name in ("pyvenv.cfg", "lib/x.py"))
    assert "D  env/lib/x.py\nD  env/pyvenv.cfg\n?? env/\n" == repo.git("status", "--porcelain")


def test_a_fix_writes_the_ignore_file_and_stages_it(repo: Repository, home: Path) -> None:
    new = b"*.log\nenv/\n"

    receipt = apply(plan_for(repo, write(repo, ".gitignore", new), untrack(repo, "env", _gitignore=new)))

    assert ([DONE, DONE], True) == (results(receipt), receipt.ok)
    assert (new, len(new)) == ((repo.root / ".gitignore").read_bytes(), receipt.outcomes[0].bytes)
    assert "M  .gitignore\nD  env/lib/x.py\nD  env/pyvenv.cfg\n" == repo.git("status", "--porcelain")
    assert ([], 1) == (temporaries(repo), len(journals(home)))
    assert journals(home)[0].startswith(receipt.journal + ".")


def test_a_new_ignore_file_in_a_new_folder(repo: Repository) -> None:
    step = UpdateIndex((), (("services/api/.gitignore", b".venv\n"),), ("",))

    receipt = apply(plan_for(repo, write(repo, "services/api/.gitignore", b".venv\n"), step))

    assert ([DONE, DONE], "") == (results(receipt), repo.git("diff", "--stat"))
    assert "A  services/api/.gitignore\n" == repo.git("status", "--porcelain")


def test_removing_a_file_and_the_folders_it_leaves_empty(repo: Repository) -> None:
    repo.write({"one/two/a": "a", "one/b": "b"})

    receipt = apply(plan_for(repo, remove(repo, "one/two/a", "one", "one/two")))

    assert ([DONE], ["b"]) == (results(receipt), [path.name for path in (repo.root / "one").iterdir()])


@pytest.mark.parametrize("steps", [(), (UpdateIndex(),), (UpdateIndex(), RestoreIndex(()))], ids=["none", "one", "two"])
def test_nothing_to_do_leaves_no_trace(repo: Repository, home: Path, steps: tuple[UpdateIndex, ...]) -> None:
    assert (Receipt(()), []) == (apply(plan_for(repo, *steps)), journals(home))
    assert not (home / "state").exists()


def test_a_plan_for_a_folder_without_git(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    repo = Repository(tmp_path / "plain", tmp_path / "home")

    assert apply(Plan(str(repo.root), (write(repo, "a", b"a"),), "kempt init")).ok
    assert b"a" == (repo.root / "a").read_bytes()


class TestRefused:
    """A plan that cannot be carried out as a whole changes nothing, and says so in its outcomes."""

    def test_a_file_that_changed_since_the_plan(self, repo: Repository, home: Path) -> None:
        plan = plan_for(repo, untrack(repo, "env"), write(repo, ".gitignore", b"new"))
        repo.write({".gitignore": "theirs"})

        receipt = apply(plan)

        assert ([SKIPPED, REFUSED], "", []) == (results(receipt), receipt.journal, journals(home))
        assert ["not done, because another step cannot be", ".gitignore: changed since the plan was made"] == (
            details(receipt)
        )
        assert ("theirs", 4) == ((repo.root / ".gitignore").read_text(), len(repo.tracked()))

    def test_a_file_that_appeared_or_went(self, repo: Repository) -> None:
        appeared = plan_for(repo, write(repo, "new", b"new"))
        went = plan_for(repo, write(repo, "src/a.py", b"new"))
        repo.write({"new": "theirs"})
        (repo.root / "src" / "a.py").unlink()

        assert ["new: it exists by now"] == details(apply(appeared))
        assert ["src/a.py: gone since the plan was made"] == details(apply(went))

    def test_an_entry_that_was_staged_again(self, repo: Repository, home: Path) -> None:
        plan = plan_for(repo, write(repo, ".gitignore", b"new"), untrack(repo, "env"))
        repo.write({"env/lib/x.py": "theirs"})
        repo.stage()

        receipt = apply(plan)

        assert ([SKIPPED, REFUSED], []) == (results(receipt), journals(home))
        assert "env/lib/x.py: its entry in git's index changed since the plan was made" == details(receipt)[1]
        assert ("*.log\n", 4) == ((repo.root / ".gitignore").read_text(), len(repo.tracked()))

    def test_an_entry_that_went(self, repo: Repository) -> None:
        plan = plan_for(repo, untrack(repo, "env"))
        repo.git("rm", "-q", "--cached", "env/lib/x.py")

        assert [REFUSED] == results(apply(plan))

    @pytest.mark.parametrize("name", [".gitignore", "new"], ids=["changed", "appeared"])
    def test_an_added_entry_that_is_not_as_planned(self, repo: Repository, name: str) -> None:
        plan = plan_for(repo, untrack(repo, **{name.replace(".", "_"): b"ours"}))
        repo.write({name: "theirs"})
        repo.stage()

        assert [f"{name}: its entry in git's index changed since the plan was made"] == details(apply(plan))

    def test_a_plan_for_another_repository(self, repo: Repository, git_repo: MakeRepository) -> None:
        other = git_repo({"a": ""}, "other")
        plan = plan_for(repo, untrack(repo, "env"))._replace(git_dir=str(other.root / ".git"))

        assert [f"{repo.root}: not the work tree that the plan was made for"] == details(apply(plan))

    def test_a_plan_for_a_folder_inside(self, repo: Repository) -> None:
        """Paths in its steps would mean others in git's index."""
        plan = Plan(str(repo.root / "env"), (UpdateIndex(entries(repo, "src/a.py")),), "test")

        assert [REFUSED] == results(apply(plan))

    def test_a_folder_that_is_no_repository_any_more(self, repo: Repository) -> None:
        plan = plan_for(repo, untrack(repo, "env"))
        (repo.root / ".git").rename(repo.root.parent / "gone")

        assert [FAILED] == results(apply(plan))


def test_a_step_that_fails_stops_those_after_it(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    replace = os.replace

    def broken(old: str, new: str, **options: int) -> None:
        if new == "a.py":
            raise OSError(5, "Input/output error")
        replace(old, new, **options)

    plan = plan_for(
        repo, write(repo, ".gitignore", b"new"), write(repo, "src/a.py", b"new"), untrack(repo, "env")
    )  # fmt: skip
    monkeypatch.setattr(os, "replace", broken)
    receipt = apply(plan)

    assert [DONE, FAILED, SKIPPED] == results(receipt)
    assert ["", "src/a.py: cannot write: Input/output error", "not done, because an earlier step failed"] == (
        details(receipt)
    )
    assert (False, True) == (receipt.ok, bool(receipt.journal))
    assert ("new", "a", 4) == (
        (repo.root / ".gitignore").read_text(),
        (repo.root / "src" / "a.py").read_text(),
        len(repo.tracked()),
    )


def test_when_the_only_step_fails_nothing_is_left_to_undo(
    repo: Repository, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: str, **_options: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "link", broken)
    receipt = apply(plan_for(repo, write(repo, "new/deep/a", b"new")))

    assert ([FAILED], "", [], False) == (
        results(receipt),
        receipt.journal,
        journals(home),
        (repo.root / "new").exists(),
    )


def test_a_second_kempt_is_refused_before_anything_is_looked_at(repo: Repository) -> None:
    with repository_lock(state_folder(), str(repo.root)), pytest.raises(UnsafeError, match="another kempt"):
        apply(plan_for(repo, untrack(repo, "env")))

    assert 4 == len(repo.tracked())


def test_without_a_journal_nothing_is_changed(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEMPT_STATE_DIR", "/dev/null/x")

    with pytest.raises(KemptError) as caught:
        apply(plan_for(repo, untrack(repo, "env")))

    assert ("set KEMPT_STATE_DIR to a folder of yours that can be written", 4) == (
        caught.value.hint,
        len(repo.tracked()),
    )


def test_the_index_of_a_commit_that_is_being_made(repo: Repository) -> None:
    """`git commit -a` and `git commit PATH` give a hook an index of their own."""
    other = repo.root / ".git" / "next-index-7.lock"
    other.write_bytes((repo.root / ".git" / "index").read_bytes())
    plan = plan_for(repo, untrack(repo, "env"))._replace(index_file=str(other))

    assert apply(plan).ok
    assert 4 == len(repo.tracked())
    assert ".gitignore\0src/a.py\0" == repo.git("ls-files", "-z", GIT_INDEX_FILE=str(other))


def test_journals_are_kept_for_thirty_days(repo: Repository, home: Path) -> None:
    first = apply(plan_for(repo, write(repo, "one", b"1"))).journal
    second = apply(plan_for(repo, write(repo, "two", b"2"))).journal
    for path in (home / "state" / "kempt" / "journals").glob(f"{first}.*"):
        os.utime(path, (path.stat().st_mtime - 31 * 86400,) * 2)

    third = apply(plan_for(repo, write(repo, "three", b"3"))).journal

    assert [second, third] == [name.split(".")[0] for name in journals(home)]
