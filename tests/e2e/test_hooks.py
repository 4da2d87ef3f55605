"""kempt as a hook: what is committed decides, in `git commit`, `git commit -a` and `git commit PATH`."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import MakeRepository
from support.repositories import Repository, environment

PROJECT: dict[str, str | bytes] = {"app.py": "print(1)\n", ".gitignore": "__pycache__/\n.venv\n"}
ENVIRONMENT = {"env/pyvenv.cfg": "home = /usr/bin\nversion = 3.12.1\n", "env/bin/activate": "# sh\n"}
CHECKOUT = Path(__file__).parents[2]


def commit(repo: Repository, *args: str) -> tuple[int, str]:
    """How `git commit` ended, and what was printed."""
    done = subprocess.run(
        ["git", "commit", "--quiet", "-m", "work", *args], cwd=repo.root, env=repo.env, capture_output=True, check=False
    )
    return done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace")


@pytest.fixture
def hooked(git_repo: MakeRepository) -> Repository:
    """A repository whose pre-commit hook is `kempt check --staged`."""
    repo = git_repo(PROJECT)
    hook = repo.root / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\nexec '{sys.executable}' -m kempt check --staged\n", encoding="utf-8")
    hook.chmod(0o755)
    return repo


def test_a_clean_commit_goes_through(hooked: Repository) -> None:
    hooked.write({"b.py": ""})
    hooked.git("add", "b.py")

    assert 0 == commit(hooked)[0]


def test_an_environment_that_is_staged_is_stopped(hooked: Repository) -> None:
    hooked.write(ENVIRONMENT)
    hooked.git("add", "env")

    status, out = commit(hooked)

    assert (1, True) == (status, "KPT101 tracked-environment" in out)


def test_an_environment_on_disk_alone_is_nobodys_business(hooked: Repository) -> None:
    hooked.write({**ENVIRONMENT, "b.py": ""})
    hooked.git("add", "b.py")

    assert 0 == commit(hooked)[0]


@pytest.mark.parametrize("args", [("-a",), ("app.py",), ("--only", "app.py"), ("--include", "app.py")], ids=" ".join)
def test_the_index_that_is_committed_counts(args: tuple[str, ...], hooked: Repository) -> None:
    """git hands such a hook a temporary index; the bytecode that is already in it is found, whatever the command."""
    hooked.write({"app.py": "print(2)\n", "__pycache__/app.cpython-312.pyc": b"\0"})
    hooked.git("add", "--force", "__pycache__")
    hooked.git("commit", "--quiet", "--no-verify", "-m", "dirty")

    status, out = commit(hooked, *args)

    assert (1, True) == (status, "KPT102 tracked-bytecode" in out)


def test_a_partial_commit_leaves_out_what_else_is_staged(hooked: Repository) -> None:
    """`git commit app.py` records app.py alone: the environment that is staged beside it does not count."""
    hooked.write({**ENVIRONMENT, "app.py": "print(2)\n"})
    hooked.git("add", "env")

    assert 0 == commit(hooked, "app.py")[0]
    assert 1 == commit(hooked)[0]


def test_a_commit_that_mends_the_ignore_file_goes_through(hooked: Repository) -> None:
    """The mended file counts as staged, even while the work tree still holds another one."""
    hooked.write({".gitignore": ""})
    hooked.git("commit", "--quiet", "--no-verify", "-am", "broken")
    hooked.write({".gitignore": "__pycache__/\n"})
    assert 1 == commit(hooked, "-a")[0]
    hooked.write({".gitignore": "__pycache__/\n.venv\n"})
    hooked.git("add", ".gitignore")
    hooked.write({".gitignore": ""})

    assert 0 == commit(hooked)[0]


def test_the_names_of_files_are_enough_for_the_second_hook(git_repo: MakeRepository) -> None:
    """`kempt check --filenames` looks at the names it is given, and git is not even there to ask."""
    repo = git_repo({**PROJECT, **ENVIRONMENT, "pkg/__pycache__/a.cpython-312.pyc": b"\0"})
    env = environment(repo.root.parent / "home", PATH="/nonexistent")
    names = ["app.py", "pkg/__pycache__/a.cpython-312.pyc", "env/pyvenv.cfg", "env/bin/activate"]
    argv = [sys.executable, "-m", "kempt", "check", "--output-format", "concise", "--filenames", "--", *names]

    done = subprocess.run(argv, cwd=repo.root, env=env, capture_output=True, check=False)

    codes = sorted({word for word in done.stdout.decode().split() if word.startswith("KPT1")})
    assert (1, ["KPT101", "KPT102"]) == (done.returncode, codes)


@pytest.mark.slow
@pytest.mark.parametrize("hook", ["kempt-check", "kempt-tracked"])
def test_pre_commit_runs_the_hooks_of_this_checkout(hook: str, git_repo: MakeRepository, tmp_path: Path) -> None:
    """`pre-commit try-repo` installs kempt from its repository, and the hook finds the dirt."""
    source = tmp_path / "source"
    skipped = shutil.ignore_patterns(".git", ".nox", ".venv", "__pycache__", "_build", ".hypothesis", ".*_cache")
    shutil.copytree(CHECKOUT, source, ignore=skipped)
    hooks = Repository(source, tmp_path / "home")
    hooks.git("init", "--quiet", "--initial-branch=main")
    hooks.stage()
    hooks.commit()
    repo = git_repo({**PROJECT, "__pycache__/app.cpython-312.pyc": b"\0"})
    argv = [sys.executable, "-m", "pre_commit", "try-repo", str(source), hook, "--all-files"]

    env = repo.env | {"PRE_COMMIT_HOME": str(tmp_path / "pre-commit")}
    done = subprocess.run(argv, cwd=repo.root, env=env, capture_output=True, check=False, timeout=600)

    out = done.stdout.decode("utf-8", "replace")
    assert (1, True) == (done.returncode, "KPT102 tracked-bytecode" in out), out
