"""Where HEAD points, read from files as git writes them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from conftest import MakeRepository
from kempt.host.heads import Head, head_of


def test_a_branch_and_its_commit(git_repo: MakeRepository) -> None:
    repo = git_repo({"a.py": ""})

    assert Head("main", repo.git("rev-parse", "HEAD").strip()) == head_of(f"{repo.root}/.git")


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_a_packed_branch(git_repo: MakeRepository, object_format: str) -> None:
    repo = git_repo({"a.py": ""}, options=[f"--object-format={object_format}"])
    repo.git("branch", "a-main")
    repo.git("pack-refs", "--all")

    assert Head("main", repo.git("rev-parse", "HEAD").strip()) == head_of(f"{repo.root}/.git")


def test_a_detached_head(git_repo: MakeRepository) -> None:
    repo = git_repo({"a.py": ""})
    repo.git("checkout", "--quiet", "--detach")

    assert Head("", repo.git("rev-parse", "HEAD").strip()) == head_of(f"{repo.root}/.git")


def test_a_linked_work_tree(git_repo: MakeRepository, tmp_path: Path) -> None:
    repo = git_repo({"a.py": ""})
    repo.git("worktree", "add", "--quiet", "-b", "fix/it", str(tmp_path / "linked"))
    repo.git("commit", "--quiet", "--allow-empty", "--message=more")

    found = head_of(f"{repo.root}/.git/worktrees/linked")

    assert Head("fix/it", repo.git("rev-parse", "fix/it").strip()) == found


def test_a_branch_without_a_commit(git_repo: MakeRepository) -> None:
    repo = git_repo(commit=False)

    assert Head("main", "") == head_of(f"{repo.root}/.git")


@pytest.mark.parametrize(
    "content", ["ref: refs/heads/../../../secret\n", "ref: ../x\n", "ref: refs/heads/.invalid\n", "nonsense", ""]
)
def test_what_is_no_plain_branch_is_left_to_git(git_repo: MakeRepository, content: str) -> None:
    repo = git_repo({"a.py": ""})
    (repo.root / ".git/HEAD").write_text(content, encoding="ascii")

    assert Head("", "") == head_of(f"{repo.root}/.git")


def test_a_fifo_makes_nobody_wait(git_repo: MakeRepository) -> None:
    repo = git_repo({"a.py": ""})
    (repo.root / ".git/refs/heads/main").unlink()
    os.mkfifo(repo.root / ".git/refs/heads/main")

    assert Head("main", "") == head_of(f"{repo.root}/.git")
