"""KPT110: files that the ignore rules name and git tracks all the same."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from support.checking import ENVIRONMENT, Seen, found, mended, messages, seen
from support.repositories import Repository

ALL = {"select": ["KPT110"], "tracked-but-ignored": "all"}


def said_of_all(repository: Repository) -> list[str]:
    return messages(found(repository, overrides=ALL))


@pytest.mark.parametrize(
    "files, expected",
    [
        ({"venv/bin/activate": "", "venv/x": ""}, [Seen("KPT110", "venv/bin/activate", 1, 2)]),
        ({"a/.venv/Scripts/Activate.ps1": ""}, [Seen("KPT110", "a/.venv/Scripts/Activate.ps1", 1, 1)]),
        ({"ENV/lib/python3.9/x.py": ""}, [Seen("KPT110", "ENV/lib/python3.9/x.py", 1, 1)]),
        ({"env/app.py": "", "env/venv/bin/activate": ""}, [Seen("KPT110", "env/venv/bin/activate", 1, 1)]),
        ({"venv/pyvenv.cfg": ENVIRONMENT, "venv/bin/activate": ""}, []),
        ({"src/env/__init__.py": ""}, []),
        ({"env/settings.py": "", "env/lib/x.py": ""}, []),
        ({"tests/venv/bin/activate": ""}, []),
        ({"notes.log": ""}, []),
    ],
    ids=["remains", "windows", "case", "inside", "whole", "package", "settings", "fixture", "other"],
)
def test_by_default_only_the_remains_of_environments(
    git_repo: MakeRepository, files: dict[str, str], expected: list[Seen]
) -> None:
    """Sources called `env` that a careless pattern names are never offered for untracking."""
    ignores = {".gitignore": "venv/\nenv/\nENV/\n.venv\n*.log\n"}

    assert expected == seen(found(git_repo(files | ignores, commit=False), "KPT110"))


def test_what_is_not_ignored_is_not_reported(git_repo: MakeRepository) -> None:
    assert [] == found(git_repo({"venv/bin/activate": "", ".gitignore": "x\n"}, commit=False), "KPT110")


def test_all_means_each_pattern_that_names_tracked_files(git_repo: MakeRepository) -> None:
    files = {
        ".gitignore": "*.log\ndata/\n!data/\nx\n",
        "a.log": "",
        "b/c.log": "",
        "x": "",
        "data/y": "",
        "__pycache__/z.pyc": "",
    }

    assert [
        "warning: `a.log` and 1 more are tracked although ignored by `*.log` (.gitignore:1)",
        "warning: `x` is tracked although ignored by `x` (.gitignore:4)",
    ] == said_of_all(git_repo(files, commit=False))


def test_an_ignore_file_is_tracked_on_purpose(git_repo: MakeRepository) -> None:
    files = {".gitignore": "*\n!*.py\n", "a/.gitignore": "", "a.py": "", "b.txt": ""}

    assert ["warning: `b.txt` is tracked although ignored by `*` (.gitignore:1)"] == said_of_all(git_repo(files))


@pytest.mark.parametrize("settings", [{}, {"tracked-but-ignored": "all"}], ids=["default", "all"])
def test_the_fix_untracks_them_and_leaves_them_on_disk(git_repo: MakeRepository, settings: dict[str, str]) -> None:
    repository = git_repo({".gitignore": "venv/\n", "venv/bin/activate": "", "a": ""}, commit=False)
    settings_file = "".join(f'{key} = "{value}"\n' for key, value in settings.items())
    repository.write({"kempt.toml": settings_file})

    mended(repository, "KPT110")

    assert [".gitignore", "a"] == repository.tracked()
    assert (repository.root / "venv/bin/activate").exists()
