"""git as a tool: which repository it is, whose it is, and what happens when it fails."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

import kempt
from conftest import MakeRepository
from kempt.host.git import Git
from kempt.host.gitdir import find_git_dir
from kempt.host.trees import CommitTree, IndexTree, WorkTree
from support.repositories import Repository

CLEAN: dict[str, str | bytes] = {"app.py": "print(1)\n", ".gitignore": "__pycache__/\n.venv\n"}
DIRTY = CLEAN | {"pkg/__pycache__/a.cpython-311.pyc": b"\0"}


def codes(path: Path | str, rev: str | None = None) -> list[str]:
    """The codes that kempt finds."""
    return [finding.code for finding in kempt.check(str(path), rev=rev).findings]


def test_a_folder_inside_belongs_to_the_repository_around_it(git_repo: MakeRepository) -> None:
    repo = git_repo(DIRTY)

    assert (str(repo.root / ".git"), str(repo.root)) == find_git_dir(str(repo.root / "pkg"))
    assert ["KPT102"] == codes(repo.root / "pkg")


def test_outside_git_nothing_is_green(tmp_path: Path) -> None:
    with pytest.raises(kempt.KemptError, match="not a git repository") as caught:
        kempt.check(str(tmp_path))

    assert ("KPT003", True) == (caught.value.code, "--no-git" in caught.value.hint)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(kempt.KemptError, match=r"no such file or folder: .*nowhere"):
        kempt.check(str(tmp_path / "nowhere"))


def test_an_empty_repository_is_not_green(git_repo: MakeRepository) -> None:
    with pytest.raises(kempt.KemptError, match="no file is tracked") as caught:
        kempt.check(str(git_repo(commit=False).root))

    assert "KPT005" == caught.value.code


def test_a_bare_repository_needs_a_revision(git_repo: MakeRepository, tmp_path: Path) -> None:
    bare = tmp_path / "bare.git"
    git_repo(DIRTY).git("clone", "--quiet", "--bare", ".", str(bare))

    with pytest.raises(kempt.KemptError, match="is a bare repository") as caught:
        kempt.check(str(bare))

    assert "--rev HEAD" in caught.value.hint
    assert ["KPT102"] == codes(bare, "HEAD")


@pytest.mark.parametrize("rev", ["nowhere", "--output=x", "", "HEAD:app.py"], ids=repr)
def test_what_is_no_commit_is_refused(rev: str, git_repo: MakeRepository) -> None:
    with pytest.raises(kempt.KemptError, match=r"knows no commit|not a revision"):
        kempt.check(str(git_repo(CLEAN).root), rev=rev)


def test_a_commit_is_checked_without_looking_at_the_disk(git_repo: MakeRepository) -> None:
    repo = git_repo(DIRTY)
    first = repo.git("rev-parse", "HEAD").strip()
    repo.git("rm", "--quiet", "-r", "--cached", "pkg")
    repo.commit()

    assert ([], ["KPT102"]) == (codes(repo.root), codes(repo.root, first))


@pytest.mark.parametrize("damage", ["corrupt", "newer"])
def test_an_index_that_git_cannot_read_is_an_error(damage: str, git_repo: MakeRepository) -> None:
    repo = git_repo(CLEAN)
    index = repo.root / ".git/index"
    content = index.read_bytes()
    index.write_bytes(b"junk" * 20 if damage == "corrupt" else content[:4] + (99).to_bytes(4, "big") + content[8:])

    with pytest.raises(kempt.KemptError, match="git failed: ") as caught:
        kempt.check(str(repo.root))

    assert "KPT004" == caught.value.code


def test_without_git_nothing_is_green(
    git_repo: MakeRepository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    repo = git_repo(CLEAN)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(kempt.KemptError, match="git is not on PATH") as caught:
        kempt.check(str(repo.root))

    assert "KPT004" == caught.value.code


def test_a_git_in_the_repository_is_not_run(git_repo: MakeRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative entry of PATH would let the folder that is checked bring its own git."""
    repo = git_repo(CLEAN | {"git": "#!/bin/sh\ntouch ran\n"})
    (repo.root / "git").chmod(0o755)
    monkeypatch.chdir(repo.root)
    monkeypatch.setenv("PATH", "." + os.pathsep + os.environ["PATH"])

    assert [] == codes(".")
    assert not (repo.root / "ran").exists()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
def test_a_folder_of_another_owner_is_judged_by_git(git_repo: MakeRepository) -> None:
    """As for git itself: refused until the user has named it in safe.directory."""
    repo = git_repo(DIRTY)
    for path in (repo.root, repo.root / ".git"):
        os.chown(path, 12345, 12345)

    with pytest.raises(kempt.KemptError, match="dubious ownership") as caught:
        kempt.check(str(repo.root))
    assert ("KPT004", True) == (caught.value.code, "safe.directory" in caught.value.hint)

    (Path(os.environ["HOME"]) / ".gitconfig").write_text(f"[safe]\n\tdirectory = {repo.root}\n", encoding="utf-8")
    os.environ.pop("GIT_CONFIG_GLOBAL", None)
    assert ["KPT102"] == codes(repo.root)


def linked_worktree(repo: Repository) -> Path:
    repo.git("worktree", "add", "--quiet", "../linked")
    return repo.root.parent / "linked"


def submodule(repo: Repository) -> Path:
    outer = repo.root.parent / "outer"
    repo.git("init", "--quiet", str(outer))
    repo.git("-C", str(outer), "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(repo.root), "sub")
    return outer / "sub"


def split_index(repo: Repository) -> Path:
    repo.git("update-index", "--split-index")
    return repo.root


def sparse_index(repo: Repository) -> Path:
    repo.git("sparse-checkout", "init", "--cone", "--sparse-index")
    assert not (repo.root / "pkg").exists()
    return repo.root


def version_four(repo: Repository) -> Path:
    repo.git("update-index", "--index-version", "4")
    return repo.root


@pytest.mark.parametrize(
    "layout", [linked_worktree, submodule, split_index, sparse_index, version_four], ids=lambda each: each.__name__
)
def test_every_layout_of_a_repository_is_read(layout: Callable[[Repository], Path], git_repo: MakeRepository) -> None:
    assert ["KPT102"] == codes(layout(git_repo(DIRTY)))


def test_sha256_objects_are_read(git_repo: MakeRepository) -> None:
    repo = git_repo(DIRTY, options=("--object-format=sha256",))

    assert ["KPT102"] == codes(repo.root)
    (finding,) = kempt.check(str(repo.root), rev="HEAD").findings
    assert (1, 1) == (finding.files, finding.bytes)


def test_the_outer_repository_does_not_see_into_a_submodule(git_repo: MakeRepository) -> None:
    outer = submodule(git_repo(DIRTY)).parent
    (outer / "app.py").write_text("", encoding="utf-8")
    Repository(outer, outer.parent / "home").stage()

    assert "KPT102" not in codes(outer)


def test_a_read_only_checkout_is_checked(git_repo: MakeRepository) -> None:
    repo = git_repo(DIRTY)
    for path in [repo.root, *repo.root.rglob("*")]:
        path.chmod(stat.S_IMODE(path.stat().st_mode) & ~0o222)

    assert ["KPT102"] == codes(repo.root)


def test_no_scratch_folder_is_left(git_repo: MakeRepository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    scratch = tmp_path / "tmp"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))

    codes(git_repo(DIRTY).root)

    assert [] == list(scratch.iterdir())


def test_the_trees_agree_on_a_clean_checkout(git_repo: MakeRepository) -> None:
    """The same paths, entries, contents and sizes, wherever they are read from."""
    repo = git_repo(DIRTY | {"new\nline.py": "x", "-n": "y", ":(top)z": "z", "caf\udce9.txt": "w"})
    with Git.open(str(repo.root)) as git:
        trees = (WorkTree(git), IndexTree(git), CommitTree(git, "HEAD"))
        paths = [list(tree.listing) for tree in trees]
        entries = [tree.entries(paths[0]) for tree in trees]
        contents = [[tree.read(path) for path in paths[0]] for tree in trees]
        sizes = [tree.sizes(tree.entries(paths[0])) for tree in trees]

    assert paths[0] == paths[1] == paths[2] == sorted(paths[0], key=os.fsencode)
    assert entries[0] == entries[1] == entries[2]
    assert contents[0] == contents[1] == contents[2]
    assert [list(map(len, contents[0]))] * 3 == [list(each) for each in sizes]


def test_a_file_that_is_gone_from_disk_is_read_from_the_index(git_repo: MakeRepository) -> None:
    repo = git_repo(CLEAN)
    (repo.root / ".gitignore").unlink()

    assert [] == codes(repo.root)


def test_staged_contents_count_when_asked(git_repo: MakeRepository) -> None:
    repo = git_repo({"app.py": "", ".gitignore": ""})
    repo.write({".gitignore": CLEAN[".gitignore"]})

    staged = [finding.code for finding in kempt.check(str(repo.root), staged=True).findings]

    assert ([], ["KPT201", "KPT201"]) == (codes(repo.root), staged)


def test_a_source_archive_is_checked_without_git(git_repo: MakeRepository) -> None:
    repo = git_repo(DIRTY)
    shutil.rmtree(repo.root / ".git")

    (finding,) = kempt.check(str(repo.root), git=False).findings

    assert ("KPT102", 1, 1) == (finding.code, finding.files, finding.bytes)
