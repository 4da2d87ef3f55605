from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from cli.conftest import Run
from conftest import MakeRepository
from support.caches import plant
from support.envs import make_environment
from support.terminals import at_terminal

SHOP = {
    "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\nrequires-python = "==3.12.*"\n'
    '[tool.uv]\nrequired-version = ">=0.9"\n',
    "uv.lock": 'version = 1\nrevision = 3\nrequires-python = "==3.12.*"\n\n'
    '[[package]]\nname = "shop"\nversion = "1"\nsource = { virtual = "." }\n',
    "Dockerfile": "FROM python:3.12-slim\nRUN uv sync --locked --no-cache\n",
    ".github/workflows/ci.yml": "on: push\n",
    "a.py": "",
}


def test_a_clean_project(run: Run, git_repo: MakeRepository) -> None:
    git_repo({**SHOP, ".gitignore": ".venv\n__pycache__/\n"})

    assert run() == (
        0,
        """\
repo  ·  1 service (uv)  ·  6 tracked files

  ✓ one command rebuilds   `uv.lock` is fresh; not proven on an environment   kempt verify
  ✓ git is clean           nothing tracked that tools make again
  · CI caches downloads    no CI file for Python found                        kempt init --ci github
  ✓ images are lean        no cache left in `Dockerfile`; not proven on an    kempt image NAME
                           image
""",
        "",
    )


def test_a_dirty_project_exits_0_all_the_same(run: Run, git_repo: MakeRepository) -> None:
    git_repo({**SHOP, "a.pyc": "x", ".DS_Store": "x", ".gitignore": ".venv\n__pycache__/\nuv.lock\n"})

    assert run("status") == (
        0,
        """\
repo  ·  1 service (uv)  ·  8 tracked files

  ✓ one command rebuilds   `uv.lock` is fresh; not proven on an environment   kempt verify
  ✗ git is clean           litter of macOS is tracked by git: `.DS_Store`,    kempt check --fix
                           1 file, 1 B; 1 more finding
  · CI caches downloads    no CI file for Python found                        kempt init --ci github
  ✓ images are lean        no cache left in `Dockerfile`; not proven on an    kempt image NAME
                           image

  2 findings (2 errors)                                                       kempt check
""",
        "",
    )


def test_where_there_is_no_room_the_command_goes_below(
    run: Run, git_repo: MakeRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    git_repo({"env/pyvenv.cfg": "home = /usr\n", "env/bin/x": "x"})
    run("--help")
    monkeypatch.setenv("COLUMNS", "60")

    assert (
        run("status").out
        == """\
repo  ·  no service  ·  2 tracked files

  · one command rebuilds   no Python project found
  ✗ git is clean           an environment is tracked by git:
                           `env`, 2 files, 13 B
                           kempt check --fix --unsafe-fixes
  · CI caches downloads    no CI file for Python found
  · images are lean        no Dockerfile found

  1 finding (1 error)
                           kempt check
"""
    )


def test_commands_name_the_path_that_was_given(run: Run, git_repo: MakeRepository, tmp_path: Path) -> None:
    wish = SHOP["pyproject.toml"].replace("[tool.uv]", "dependencies = ['idna']\n[tool.uv]")
    git_repo({**SHOP, "pyproject.toml": wish, "a.pyc": "x"}, name="my shop")

    out = run("my shop", cwd=tmp_path).out

    assert "cd 'my shop' && uv lock" in out
    assert "kempt check --fix 'my shop'" in out


def test_json(run: Run, git_repo: MakeRepository) -> None:
    repository = git_repo({**SHOP, "a.pyc": "x"})
    document = json.loads(run("status", "--output-format", "json").out)

    assert list(document) == ["version", "command", "root", "files", "services", "promises", "summary", "seconds"]
    assert (1, "status", str(repository.root), 6) == tuple(document.values())[:4]
    assert [{"root": ".", "manager": "uv", "lock": "uv.lock"}] == document["services"]
    assert ["kept", "broken", "not yet checked", "kept"] == [promise["state"] for promise in document["promises"]]


def test_a_folder_of_repositories(run: Run, git_repo: MakeRepository, tmp_path: Path) -> None:
    git_repo({"a.txt": ""}, name="code/clean")
    git_repo(name="code/empty")

    status, out, err = run("code", cwd=tmp_path)

    assert 2 == status
    assert out.startswith("clean   clean, 1 tracked file\nempty   not checked: nothing to check")
    assert err.startswith("kempt: ")


def test_a_folder_of_repositories_as_json(run: Run, git_repo: MakeRepository, tmp_path: Path) -> None:
    git_repo({"a.txt": ""}, name="code/clean")
    git_repo(name="code/empty")

    document = json.loads(run("code", "--output-format", "json", cwd=tmp_path).out)

    assert [str(tmp_path / "code" / "clean")] == [each["root"] for each in document["repositories"]]
    assert ["KPT005"] == [each["code"] for each in document["errors"]]


def test_outside_git(run: Run, tmp_path: Path) -> None:
    status, out, err = run(cwd=tmp_path)

    assert (2, "") == (status, out)
    assert err.startswith("kempt: not a git repository: . (KPT003)\n")


def test_at_a_terminal_it_says_what_of_the_disk_can_go(git_repo: MakeRepository, home: Path) -> None:
    root = git_repo({**SHOP, ".gitignore": ".venv\n__pycache__/\n.mypy_cache/\n"}).root
    plant(root, {".mypy_cache/3.12/large.json": 12_000_000})
    make_environment(root / ".venv", now=time.time(), age_days=5, python=Path("/opt/python3.8/bin/python3.8"))
    shown = at_terminal(cwd=root, home=home).splitlines()[-1]

    assert "12 MB of bytecode and tool caches and 1 environment can go kempt disk" == " ".join(shown.split())


@pytest.mark.parametrize("words", [("--no-disk",), ("-q",), ("--output-format", "json")])
def test_it_says_nothing_of_the_disk_where_nobody_asked(
    git_repo: MakeRepository, home: Path, words: tuple[str, ...]
) -> None:
    root = git_repo({**SHOP, ".gitignore": ".venv\n__pycache__/\n.mypy_cache/\n"}).root
    plant(root, {".mypy_cache/3.12/large.json": 12_000_000})

    assert "can go" not in at_terminal("status", *words, cwd=root, home=home)


def test_what_is_small_is_no_reason_for_a_line(git_repo: MakeRepository, home: Path) -> None:
    root = git_repo({**SHOP, ".gitignore": ".venv\n__pycache__/\n.mypy_cache/\n"}).root
    plant(root, {".mypy_cache/3.12/small.json": 9_000_000})

    assert "can go" not in at_terminal(cwd=root, home=home)
