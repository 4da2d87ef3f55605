"""KPT301: an application names its packages, and no lock file says which versions."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from support.checking import found, messages

PROJECT = '[project]\nname = "shop"\nversion = "1"\ndependencies = ["flask"]\n'
LIBRARY = PROJECT + 'classifiers = ["x"]\n[build-system]\nrequires = []\n'
MISSING = ["warning: `pyproject.toml` asks for packages, and no lock file says which versions"]


@pytest.mark.parametrize(
    "manifest",
    [
        PROJECT,
        '[dependency-groups]\ntest = ["pytest"]\n',
        '[tool.poetry.dependencies]\npython = "^3.11"\nflask = "*"\n',
        '[tool.poetry.group.dev.dependencies]\npytest = "*"\n',
        '[tool.pdm.dev-dependencies]\ntest = ["pytest"]\n',
        '[tool.uv]\ndev-dependencies = ["pytest"]\n',
    ],
    ids=["project", "groups", "poetry", "poetry-groups", "pdm", "uv"],
)
def test_a_manifest_names_packages_in_many_ways(git_repo: MakeRepository, manifest: str) -> None:
    assert MISSING == messages(found(git_repo({"pyproject.toml": manifest}, commit=False), "KPT301"))


@pytest.mark.parametrize(
    "files",
    [
        {"pyproject.toml": PROJECT, "uv.lock": "version = 0\n"},
        {"pyproject.toml": PROJECT, "poetry.lock": "version = 0\n"},
        {"pyproject.toml": LIBRARY},
        {"pyproject.toml": PROJECT, "setup.py": ""},
        {"pyproject.toml": "[tool.ruff]\n"},
        {"pyproject.toml": '[tool.poetry.dependencies]\npython = "^3.11"\n'},
        {"examples/pyproject.toml": PROJECT},
        {"a/pyproject.toml": PROJECT, "b/pyproject.toml": PROJECT},
        {"pyproject.toml": PROJECT, ".gitignore": "*.lock\npylock.toml\n"},
        {"app.py": "import flask\n"},
    ],
    ids=["locked", "locked-by-another", "library", "setup", "settings-only", "python-only", "example",
         "several", "ignored", "no-manifest"],
)  # fmt: skip
def test_who_needs_no_lock(git_repo: MakeRepository, files: dict[str, str]) -> None:
    assert [] == found(git_repo(files, commit=False), "KPT301")


@pytest.mark.parametrize(
    "files, expected",
    [
        ({"pyproject.toml": PROJECT}, "uv lock, then git add the lock file"),
        ({"a b/pyproject.toml": f"{PROJECT}[tool.poetry]\n"}, "cd 'a b' && poetry lock, then git add the lock file"),
        ({"Pipfile": '[packages]\nflask = "*"\n'}, "pipenv lock, then git add the lock file"),
    ],
    ids=["undecided", "in-a-folder", "pipenv"],
)
def test_the_command_to_type_is_named(git_repo: MakeRepository, files: dict[str, str], expected: str) -> None:
    assert [expected] == [each.help for each in found(git_repo(files, commit=False), "KPT301")]


def test_a_lock_that_is_only_not_tracked_is_said_once(git_repo: MakeRepository) -> None:
    repository = git_repo({"pyproject.toml": PROJECT})
    repository.write({"uv.lock": "version = 0\n"})

    assert ["KPT304"] == [each.code for each in found(repository, "KPT301", "KPT304")]
