"""Repositories that attack whoever looks at them. Each test first shows that plain git falls for it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import kempt
from conftest import MakeRepository
from support.repositories import Repository

FILES: dict[str, str | bytes] = {
    "app.py": "print(1)\n",
    ".gitignore": "__pycache__/\n.venv\n",
    "pkg/__pycache__/a.cpython-311.pyc": b"\0",
}


def planted(tmp_path: Path, name: str = "program") -> tuple[Path, Path]:
    """A program that leaves a mark when it runs, and the mark."""
    mark, program = tmp_path / f"{name}-ran", tmp_path / name
    program.write_text(f"#!/bin/sh\ntouch {mark}\n", encoding="utf-8")
    program.chmod(0o755)
    return program, mark


def codes(path: Path, *, staged: bool = False, rev: str | None = None) -> list[str]:
    """The codes that kempt finds."""
    return [finding.code for finding in kempt.check(str(path), staged=staged, rev=rev).findings]


def fsmonitor(repo: Repository, program: Path) -> list[str]:
    repo.git("config", "core.fsmonitor", str(program))
    return ["ls-files", "-z"]


def hooks_path(repo: Repository, program: Path) -> list[str]:
    hooks = program.parent / "hooks"
    hooks.mkdir()
    (hooks / "post-index-change").symlink_to(program)
    repo.git("config", "core.hooksPath", str(hooks))
    return ["update-index", "--force-remove", "app.py"]


def pager(repo: Repository, program: Path) -> list[str]:
    repo.git("config", "core.pager", str(program))
    return ["--paginate", "log", "-1"]


def clean_filter(repo: Repository, program: Path) -> list[str]:
    repo.git("config", "filter.x.clean", str(program))
    repo.write({".git/info/attributes": "* filter=x\n", "app.py": "print(2)\n"})
    return ["diff", "--stat"]


def included(repo: Repository, program: Path) -> list[str]:
    repo.write({".git/more": f"[core]\n\tfsmonitor = {program}\n"})
    repo.git("config", "include.path", "more")
    return ["ls-files", "-z"]


def ssh_of_a_promisor(repo: Repository, program: Path) -> list[str]:
    blob = repo.git("rev-parse", "HEAD:.gitignore").strip()
    (repo.root / ".git/objects" / blob[:2] / blob[2:]).unlink()
    for name, value in {
        "core.sshCommand": str(program), "remote.origin.url": "ssh://example.invalid/x",
        "remote.origin.promisor": "true",
        "extensions.partialClone": "origin", "core.repositoryFormatVersion": "1",
    }.items():  # fmt: skip
        repo.git("config", name, value)
    return ["-c", "protocol.allow=always", "cat-file", "-p", blob]


@pytest.mark.parametrize(
    "plant", [fsmonitor, hooks_path, pager, clean_filter, included, ssh_of_a_promisor], ids=lambda each: each.__name__
)
def test_no_program_of_the_repository_runs(
    plant: Callable[[Repository, Path], list[str]], git_repo: MakeRepository, tmp_path: Path
) -> None:
    """Plain git runs it; kempt checks, plans and fixes, and it does not run."""
    program, mark = planted(tmp_path)
    repo = git_repo(FILES)
    falls_for_it = plant(repo, program)
    env = {key: value for key, value in repo.env.items() if key != "GIT_ALLOW_PROTOCOL"}
    argv = ["git", *falls_for_it]
    if plant is pager:  # git starts a pager on a terminal only, and script(1) gives it one
        argv = ["script", "-qec", " ".join(argv), "/dev/null"]
    subprocess.run(argv, cwd=repo.root, env=env, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=60)
    assert mark.exists()
    mark.unlink()
    repo.git("-c", "core.hooksPath=/nonexistent", "-c", "core.fsmonitor=false", "reset", "--quiet", "--", "app.py")
    mark.unlink(missing_ok=True)

    assert "KPT102" in codes(repo.root)
    assert "KPT102" in codes(repo.root, staged=True)
    assert "KPT102" in codes(repo.root, rev="HEAD")
    receipt = kempt.apply(kempt.plan_fix(str(repo.root)))

    assert (True, False) == (receipt.ok, mark.exists())


def fifo_ignore_file(repo: Repository) -> None:
    (repo.root / ".gitignore").unlink()
    os.mkfifo(repo.root / ".gitignore")


def fifo_in_a_subfolder(repo: Repository) -> None:
    (repo.root / "new").mkdir()
    os.mkfifo(repo.root / "new/.gitignore")


def fifo_attributes(repo: Repository) -> None:
    os.mkfifo(repo.root / ".gitattributes")


@pytest.mark.parametrize(
    "plant", [fifo_ignore_file, fifo_in_a_subfolder, fifo_attributes], ids=lambda each: each.__name__
)
def test_a_fifo_in_the_work_tree_makes_nobody_wait(
    plant: Callable[[Repository], None], git_repo: MakeRepository
) -> None:
    """`git status` hangs on such a file; kempt says which file it could not read, or does not need it."""
    repo = git_repo(FILES)
    plant(repo)

    found = codes(repo.root)

    assert "KPT102" in found
    assert ("KPT001" in found) is (plant is fifo_ignore_file)


def fifo_exclude(repo: Repository) -> None:
    (repo.root / ".git/info/exclude").unlink(missing_ok=True)
    os.mkfifo(repo.root / ".git/info/exclude")


def fifo_config(repo: Repository) -> None:
    (repo.root / ".git/config").unlink()
    os.mkfifo(repo.root / ".git/config")


def fifo_index(repo: Repository) -> None:
    (repo.root / ".git/index").unlink()
    os.mkfifo(repo.root / ".git/index")


@pytest.mark.parametrize("plant", [fifo_exclude, fifo_config, fifo_index], ids=lambda each: each.__name__)
def test_a_fifo_in_the_git_directory_is_refused(plant: Callable[[Repository], None], git_repo: MakeRepository) -> None:
    """git would wait on it for ever, whatever options it is given."""
    repo = git_repo(FILES)
    plant(repo)

    with pytest.raises(kempt.KemptError, match="is not a regular file, git would hang on it") as caught:
        kempt.check(str(repo.root))

    assert caught.value.code == "KPT004"


@pytest.mark.parametrize("rev", [None, "HEAD"], ids=["work tree", "commit"])
def test_an_included_fifo_ends_with_the_time_limit(
    rev: str | None, git_repo: MakeRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No option of git keeps it from opening an included file; only the clock does."""
    repo = git_repo(FILES)
    os.mkfifo(repo.root / ".git/more")
    repo.write({".git/config": (repo.root / ".git/config").read_text("utf-8") + "[include]\n\tpath = more\n"})
    monkeypatch.setenv("KEMPT_GIT_TIMEOUT", "1")

    with pytest.raises(kempt.KemptError, match="git did not answer within 1 seconds"):
        kempt.check(str(repo.root), rev=rev)


def test_inherited_variables_name_no_other_repository(
    git_repo: MakeRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a hook GIT_DIR is set: obeying it would check the wrong repository, and call it clean."""
    clean, dirty = git_repo({"a.py": "", ".gitignore": "__pycache__/\n.venv\n"}, "clean"), git_repo(FILES, "dirty")
    monkeypatch.setenv("GIT_DIR", str(clean.root / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(clean.root))
    monkeypatch.setenv("GIT_INDEX_FILE", str(clean.root / ".git/index"))

    assert ["KPT102"] == codes(dirty.root, staged=True)


def test_an_index_in_this_git_directory_counts_when_staged(
    git_repo: MakeRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`git commit -a` and `git commit PATH` name a temporary index, and that is what will be committed."""
    repo = git_repo({"a.py": "", ".gitignore": "__pycache__/\n.venv\n"})
    repo.git("read-tree", "HEAD", GIT_INDEX_FILE=str(repo.root / ".git/next-index"))
    repo.write({"__pycache__/a.cpython-311.pyc": b"\0"})
    repo.git("add", "--force", "__pycache__", GIT_INDEX_FILE=str(repo.root / ".git/next-index"))
    assert [] == codes(repo.root, staged=True)
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/next-index")

    assert ["KPT102"] == codes(repo.root, staged=True)


def test_a_git_file_that_points_elsewhere_is_refused(git_repo: MakeRepository, tmp_path: Path) -> None:
    """A `.git` file of a downloaded folder could make kempt read, and mend, another repository."""
    victim = git_repo(FILES, "victim")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / ".git").write_text(f"gitdir: {victim.root}/.git\n", encoding="utf-8")

    with pytest.raises(kempt.KemptError, match="neither a linked work tree nor a submodule"):
        kempt.check(str(folder))


def test_an_embedded_bare_repository_is_not_obeyed(git_repo: MakeRepository, tmp_path: Path) -> None:
    """Run inside it, git would start its monitor program."""
    program, mark = planted(tmp_path)
    repo = git_repo(FILES)
    repo.git("init", "--quiet", "--bare", "vendor/evil")
    repo.git("--git-dir=vendor/evil", "config", "core.fsmonitor", str(program))

    with pytest.raises(kempt.KemptError, match="bare repository"):
        kempt.check(str(repo.root / "vendor/evil"))

    assert not mark.exists()


@pytest.mark.parametrize(
    "target", ["/dev/zero", "../outside", "/etc/passwd", "loop"], ids=["endless", "outside", "absolute", "loop"]
)
def test_links_in_the_place_of_files_are_not_followed(target: str, git_repo: MakeRepository) -> None:
    """A `.gitignore` or `pyproject.toml` that is a link is reported as unreadable, and never read through."""
    repo = git_repo({"app.py": "", "pyproject.toml": "[project]\n", ".gitignore": ".venv\n__pycache__/\n"})
    for name in ("pyproject.toml", ".gitignore"):
        (repo.root / name).unlink()
        (repo.root / name).symlink_to(target if target != "loop" else name)

    assert {"KPT001", "KPT201"} == set(codes(repo.root))


def test_paths_that_leave_the_scratch_folder_are_not_laid_out(git_repo: MakeRepository, tmp_path: Path) -> None:
    """A hand-made tree object can name `..`; kempt lays ignore files out in a scratch folder, and nowhere else."""
    repo = git_repo({"app.py": ""})
    blob = repo.git("hash-object", "-w", "--stdin", input=b"x\n").strip()
    inner = repo.git("mktree", input=f"100644 blob {blob}\t.gitignore\n".encode()).strip()
    raw = b"40000 ..\0" + bytes.fromhex(inner) + b"100644 app.py\0" + bytes.fromhex(blob)
    tree = repo.git("hash-object", "-t", "tree", "-w", "--stdin", "--literally", input=raw).strip()
    commit = repo.git("commit-tree", tree, "-m", "evil").strip()

    report = kempt.check(str(repo.root), rev=commit)

    assert 2 == report.files
    assert not list(tmp_path.rglob("..*/.gitignore"))
