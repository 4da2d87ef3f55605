from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import MakeRepository
from kempt.errors import KemptError, ToolError, UnsafeError
from kempt.host import index
from kempt.host.files import settle
from kempt.host.folders import Folder
from kempt.host.git import Git
from kempt.host.index import (
    Looked,
    blob_id,
    change_index,
    look_up,
    lost_objects,
    refuse_locked,
    remove_drafts,
    same_content,
)
from kempt.model.plan import IndexChange, Tracked
from support.plans import entries
from support.repositories import Repository

OPTIONS = {"sha1": (), "sha256": ("--object-format=sha256",)}
ODD = ["-n", "a\nb", "\udcff", 'quo"te', "back\\slash", " ", "tab\t", "ünï", "::error::x", "e\x1b[31m"]


@pytest.fixture(params=OPTIONS)
def repo(git_repo: MakeRepository, request: pytest.FixtureRequest) -> Repository:
    files = {"a.py": "a", "env/pyvenv.cfg": "home", "env/lib/x.py": "x"} | {f"env/{name}": name for name in ODD}
    return git_repo(files, options=OPTIONS[request.param])


@pytest.fixture
def git(repo: Repository) -> Iterator[Git]:
    with Git.open(str(repo.root)) as opened:
        yield opened


def gone(repo: Repository, *paths: str) -> list[IndexChange]:
    """Changes that take paths out."""
    return [IndexChange(each.path, Tracked(each.mode, each.oid), None) for each in entries(repo, *paths)]


def reversed_changes(changes: list[IndexChange]) -> list[IndexChange]:
    return [IndexChange(path, after, before) for path, before, after in changes]


def litter(repo: Repository) -> list[str]:
    return sorted(each.name for each in (repo.root / ".git").iterdir() if "kempt" in each.name or "lock" in each.name)


def test_entries_go_and_come_back_exactly(repo: Repository, git: Git) -> None:
    before = repo.git("ls-files", "-sz")
    changes = gone(repo, "env")

    change_index(git, changes, "t")
    assert ["a.py"] == repo.tracked()
    change_index(git, reversed_changes(changes), "t")

    assert (before, "", []) == (repo.git("ls-files", "-sz"), repo.git("status", "--porcelain"), litter(repo))


def test_a_new_entry_and_a_changed_one(repo: Repository, git: Git) -> None:
    new = Tracked("100755", blob_id(git, b"new", write=True))
    old = Tracked(*entries(repo, "a.py")[0][:2])

    change_index(git, [IndexChange("b/c.py", None, new), IndexChange("a.py", old, new)], "t")

    assert [("100755", new.oid)] * 2 == [each[:2] for each in entries(repo, "a.py", "b")]
    assert "new" == repo.git("show", ":b/c.py")


def test_contents_are_taken_as_they_are(repo: Repository, git: Git) -> None:
    """No filter of the repository is run, no line end is changed."""
    repo.git("config", "core.autocrlf", "true")
    repo.write({".gitattributes": "* text=auto"})

    oid = blob_id(git, b"a\r\nb\r\n", write=True)

    assert "a\r\nb\r\n" == repo.git("cat-file", "blob", oid)


def test_flags_of_other_entries_stay_and_those_of_restored_ones_come_back(repo: Repository, git: Git) -> None:
    repo.git("update-index", "--skip-worktree", "env/lib/x.py", "a.py")
    repo.git("update-index", "--assume-unchanged", "env/lib/x.py", "env/pyvenv.cfg")
    before = repo.git("ls-files", "-vsz")
    looked = look_up(git, repo.tracked())
    changes = [IndexChange(path, state, None) for path, state in looked.found.items() if path != "a.py"]

    change_index(git, changes, "t")
    assert "S a.py\0" == repo.git("ls-files", "-vz")
    change_index(git, reversed_changes(changes), "t")

    assert before == repo.git("ls-files", "-vsz")


def test_an_entry_that_changed_is_refused_and_nothing_changes(repo: Repository, git: Git) -> None:
    changes = gone(repo, "env")
    repo.write({"env/lib/x.py": "other"})
    repo.stage()
    before = repo.git("ls-files", "-sz")

    with pytest.raises(UnsafeError, match=r"env/lib/x\.py: its entry in git's index changed since the plan was made"):
        change_index(git, changes, "t")

    assert (before, []) == (repo.git("ls-files", "-sz"), litter(repo))


def test_an_entry_in_a_merge_conflict_is_refused(git_repo: MakeRepository) -> None:
    repo = git_repo({"a": "base"})
    for branch in ("one", "two"):
        repo.git("checkout", "-q", "-b", branch, "main")
        repo.write({"a": branch})
        repo.stage()
        repo.commit()
    repo.git("config", "advice.mergeConflict", "false")
    with pytest.raises(Exception, match="merge"):
        repo.git("merge", "-q", "one")
    with Git.open(str(repo.root)) as git, pytest.raises(UnsafeError, match="a: in a merge conflict"):
        change_index(git, [IndexChange("a", None, Tracked("100644", "0" * 40))], "t")

    assert 3 == repo.git("ls-files", "-s").count("\n")


@pytest.mark.parametrize("path", ["a.py/below", "env"])
def test_an_entry_never_pushes_another_out(repo: Repository, git: Git, path: str) -> None:
    """A file cannot lie where a folder is; git would silently drop all that is below."""
    before = repo.git("ls-files", "-sz")
    new = Tracked("100644", blob_id(git, b"new", write=True))

    with pytest.raises(UnsafeError, match="another entry of git's index is in its way"):
        change_index(git, [IndexChange(path, None, new)], "t")

    assert before == repo.git("ls-files", "-sz")


def test_a_file_may_take_the_place_of_the_folder_that_goes(repo: Repository, git: Git) -> None:
    new = Tracked("100644", blob_id(git, b"new", write=True))

    change_index(git, [*gone(repo, "env"), IndexChange("env", None, new)], "t")

    assert ["a.py", "env"] == repo.tracked()


def test_a_submodule_goes_and_comes_back(git_repo: MakeRepository) -> None:
    repo = git_repo({"a": ""})
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{'12' * 20},sub")
    before = repo.git("ls-files", "-s")
    changes = gone(repo, "sub")
    with Git.open(str(repo.root)) as git:
        change_index(git, changes, "t")
        assert ["a"] == repo.tracked()
        change_index(git, reversed_changes(changes), "t")

    assert before == repo.git("ls-files", "-s")


def test_a_repository_without_an_index_gets_one(git_repo: MakeRepository) -> None:
    repo = git_repo(commit=False)
    with Git.open(str(repo.root)) as git:
        change_index(git, [IndexChange("a", None, Tracked("100644", blob_id(git, b"a", write=True)))], "t")

    assert (["a"], []) == (repo.tracked(), litter(repo))


@pytest.mark.parametrize("kind", ["split", "sparse", "version 4", "untracked cache", "linked work tree"])
def test_every_kind_of_index(git_repo: MakeRepository, tmp_path: Path, kind: str) -> None:
    repo = git_repo({"a/b/c.py": "", "env/x": "x", "other/deep/y": "y"})
    match kind:
        case "split":
            repo.git("update-index", "--split-index")
        case "sparse":
            repo.git("sparse-checkout", "set", "--cone", "--sparse-index", "env")
        case "version 4":
            repo.git("update-index", "--index-version", "4")
        case "untracked cache":
            repo.git("update-index", "--untracked-cache")
        case _:
            repo.git("worktree", "add", "-q", str(tmp_path / "linked"))
            repo = Repository(tmp_path / "linked", tmp_path / "home")
    before = repo.git("ls-files", "-vsz")
    changes = gone(repo, "env")
    with Git.open(str(repo.root)) as git:
        change_index(git, changes, "t")
        assert ["a/b/c.py", "other/deep/y"] == repo.tracked()
        change_index(git, reversed_changes(changes), "t")

    assert (before, "") == (repo.git("ls-files", "-vsz"), repo.git("status", "--porcelain"))
    assert (kind == "sparse") == ("S a/\0" in repo.git("ls-files", "-vz", "--sparse"))


def test_another_index_file(repo: Repository, git: Git) -> None:
    """During `git commit -a` the index that counts is not git's own."""
    own = repo.git("ls-files", "-sz")
    other = repo.root / ".git" / "next-index-1.lock"
    other.write_bytes((repo.root / ".git" / "index").read_bytes())
    git.index = str(other)

    change_index(git, gone(repo, "env"), "t")

    assert own == repo.git("ls-files", "-sz")
    assert "a.py\0" == repo.git("ls-files", "-z", GIT_INDEX_FILE=str(other))
    assert str(other) == git.index


def test_a_lock_of_another_git_is_respected(repo: Repository, git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "PAUSE_SECONDS", 0)
    changes, before = gone(repo, "env"), repo.git("ls-files", "-sz")
    (repo.root / ".git" / "index.lock").write_text("theirs")

    with pytest.raises(UnsafeError, match=r"index\.lock: git's index is locked"):
        refuse_locked(git)
    with pytest.raises(UnsafeError, match=r"index\.lock: git's index is locked"):
        change_index(git, changes, "t")

    assert (before, ["index.lock"]) == (repo.git("ls-files", "-sz"), litter(repo))
    assert "theirs" == (repo.root / ".git" / "index.lock").read_text()


def test_a_lock_that_goes_away_is_waited_for(repo: Repository, git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = repo.root / ".git" / "index.lock"
    lock.touch()
    monkeypatch.setattr(index, "wait", lambda _seconds: lock.unlink())

    change_index(git, gone(repo, "env"), "t")

    assert ["a.py"] == repo.tracked()


def test_what_another_git_stages_meanwhile_is_kept(repo: Repository, git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    """The edited copy is thrown away and the edit made again, on the index as it is then."""
    changes, waits = gone(repo, "env"), list[float]()

    def meanwhile(folder: Folder, name: str, like: os.stat_result | None) -> None:
        if not waits:
            repo.write({"new.py": "new"})
            repo.stage(["new.py"])
        settle(folder, name, like)

    monkeypatch.setattr(index, "settle", meanwhile)
    monkeypatch.setattr(index, "wait", waits.append)
    change_index(git, changes, "t")

    assert (1, ["a.py", "new.py"]) == (len(waits), repo.tracked())


def test_a_file_changed_in_the_same_instant_is_still_seen_as_changed(repo: Repository, git: Git) -> None:
    """The racy entry: same size, same time as the index. Rewriting the index with a later time would hide the edit."""
    place, own = repo.root / "a.py", repo.root / ".git" / "index"
    when = own.stat().st_mtime_ns
    os.utime(place, ns=(when, when))
    repo.git("update-index", "a.py")
    place.write_text("b")
    os.utime(place, ns=(when, when))
    os.utime(own, ns=(when, when))

    change_index(git, gone(repo, "env"), "t")

    assert when == own.stat().st_mtime_ns
    assert " M a.py\n" in repo.git("status", "--porcelain", "--untracked-files=no")


def test_no_filter_of_the_repository_runs(repo: Repository, git: Git, tmp_path: Path) -> None:
    """Plain `git update-index` runs the clean filter on an entry that changed in the same instant as the index."""

    def plant() -> list[IndexChange]:
        repo.write({"a.py": "b", ".gitattributes": "* filter=evil"})
        own = (repo.root / ".git" / "index").stat().st_mtime_ns
        os.utime(repo.root / "a.py", ns=(own, own))
        repo.git("update-index", "a.py")
        repo.write({"a.py": "c"})
        os.utime(repo.root / "a.py", ns=(own, own))
        os.utime(repo.root / ".git" / "index", ns=(own, own))
        repo.git("config", "filter.evil.clean", f"touch '{tmp_path}/ran'; cat")
        return gone(repo, "env/lib")

    plant()
    repo.git("update-index", "--force-remove", "env/pyvenv.cfg")
    assert (tmp_path / "ran").exists()
    (tmp_path / "ran").unlink()

    changes = plant()
    (tmp_path / "ran").unlink()
    change_index(git, changes, "t")

    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "oid, message",
    [
        pytest.param("12" * 20, "git did not change the entry of '.git/x'", id="path"),
        pytest.param("12", "git failed: fatal: malformed index info", id="object"),
    ],
)
def test_a_git_that_fails_leaves_the_index(git_repo: MakeRepository, oid: str, message: str) -> None:
    repo = git_repo({"a.py": "a"})
    before = repo.git("ls-files", "-sz")

    with Git.open(str(repo.root)) as git, pytest.raises(ToolError, match=message):
        change_index(git, [IndexChange(".git/x", None, Tracked("100644", oid))], "t")

    assert (before, []) == (repo.git("ls-files", "-sz"), litter(repo))


@pytest.mark.parametrize("call", ["write", "fsync", "link", "replace", "utime"])
def test_a_broken_disk_leaves_the_index(repo: Repository, git: Git, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    changes, before = gone(repo, "env"), repo.git("ls-files", "-sz")
    git.scratch.folder("empty")

    def broken(*_args: object, **_options: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        for name in {"link": ("link", "open")}.get(call, (call,)):
            patch.setattr(os, name, broken)
        with pytest.raises(KemptError):
            change_index(git, changes, "t")

    assert (before, []) == (repo.git("ls-files", "-sz"), litter(repo))


def test_without_hard_links(repo: Repository, git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    def cannot(*_args: str, **_options: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", cannot)
    monkeypatch.setattr(index, "PAUSE_SECONDS", 0)
    changes = gone(repo, "env")
    change_index(git, changes, "t")
    assert (["a.py"], []) == (repo.tracked(), litter(repo))
    (repo.root / ".git" / "index.lock").touch()

    with pytest.raises(UnsafeError, match="git's index is locked"):
        change_index(git, reversed_changes(changes), "t")


class TestLeftovers:
    def test_drafts_go(self, repo: Repository, git: Git) -> None:
        own = repo.root / ".git"
        (own / "kempt-t.index").touch()
        (own / "kempt-other.index").touch()

        assert (str(own / "kempt-t.index"),) == remove_drafts(git, "t")
        assert ["kempt-other.index"] == litter(repo)

    def test_a_lock_goes_if_it_is_the_draft_under_another_name(self, repo: Repository, git: Git) -> None:
        own = repo.root / ".git"
        (own / "kempt-t.index").touch()
        os.link(own / "kempt-t.index", own / "index.lock")

        assert 2 == len(remove_drafts(git, "t"))
        assert [] == litter(repo)

    def test_a_lock_of_another_git_stays(self, repo: Repository, git: Git) -> None:
        (repo.root / ".git" / "kempt-t.index").touch()
        (repo.root / ".git" / "index.lock").touch()

        remove_drafts(git, "t")

        assert ["index.lock"] == litter(repo)


class TestLookingUp:
    def test_what_is_there_and_what_is_not(self, repo: Repository, git: Git) -> None:
        looked = look_up(git, ["a.py", "b.py", *(f"env/{name}" for name in ODD)])

        there = entries(repo, "a.py", *(f"env/{name}" for name in ODD))
        assert {each.path: Tracked(each.mode, each.oid) for each in there} == looked.found
        assert (frozenset(), frozenset()) == (looked.unmerged, looked.blocked)

    def test_what_is_in_the_way(self, git: Git) -> None:
        blocked = {"env", "env/lib", "a.py/x", "a.py/x/y"}

        assert blocked == look_up(git, [*blocked, "b", "b/c", "a", "env/lib/x.py"]).blocked

    def test_what_leaves_is_not_in_the_way(self, repo: Repository, git: Git) -> None:
        leaving = [each.path for each in entries(repo, "env")]

        assert Looked({}, frozenset(), frozenset()) == look_up(git, ["env", "env/lib"], leaving)


def test_contents_that_git_lost(repo: Repository, git: Git) -> None:
    (known,) = entries(repo, "a.py")
    lost = "12" * (len(known.oid) // 2)
    asked = [Tracked(known.mode, known.oid), Tracked("100644", lost), Tracked("160000", "34" * (len(known.oid) // 2))]

    assert frozenset({lost}) == lost_objects(git, asked)


def test_nothing_is_lost_in_a_partial_clone(repo: Repository, git: Git) -> None:
    repo.git("gc", "-q")
    (repo.root / ".git" / "objects" / "pack" / "pack-1.promisor").touch()

    assert frozenset() == lost_objects(git, [Tracked("100644", "12" * 20)])


def test_flags_are_no_content() -> None:
    assert same_content(Tracked("100644", "a", "S"), Tracked("100644", "a"))
    assert same_content(None, None)
    assert not same_content(Tracked("100755", "a"), Tracked("100644", "a"))
    assert not same_content(None, Tracked("100644", "a"))
