"""KPT304: the lock file lies in the work tree, and git does not know it."""

from __future__ import annotations

import os

import pytest

from conftest import MakeRepository
from support.checking import found, messages

UV = {"pyproject.toml": "[tool.uv]\n"}
LIBRARY = {"pyproject.toml": '[build-system]\n[project]\nclassifiers = ["x"]\n[tool.uv]\n'}


@pytest.mark.parametrize(
    "files, untracked, expected",
    [
        (UV, "uv.lock", ["warning: `uv.lock` is there, and git does not track it"]),
        (LIBRARY, "uv.lock", ["info: `uv.lock` is there, and git does not track it"]),
        ({"pyproject.toml": "[project]\n"}, "pdm.lock", ["warning: `pdm.lock` is there, and git does not track it"]),
        ({"a/Pipfile": ""}, "a/Pipfile.lock", ["warning: `a/Pipfile.lock` is there, and git does not track it"]),
        (UV, "poetry.lock", []),
        (UV | {".gitignore": "*.lock\n"}, "uv.lock", []),
        (UV | {"uv.lock": "version = 0\n"}, "poetry.lock", []),
        ({"tests/pyproject.toml": "[tool.uv]\n"}, "tests/uv.lock", []),
        ({"a.md": ""}, "uv.lock", []),
    ],
    ids=["uv", "library", "undecided", "in-a-folder", "another-manager", "ignored", "locked", "test-data", "no-python"],
)  # fmt: skip
def test_a_lock_that_git_does_not_track(
    git_repo: MakeRepository, files: dict[str, str], untracked: str, expected: list[str]
) -> None:
    repository = git_repo(files)
    repository.write({untracked: ""})

    assert expected == messages(found(repository, "KPT304"))


@pytest.mark.parametrize(
    "keywords", [{"staged": True}, {"rev": "HEAD"}, {"git": False}], ids=lambda each: next(iter(each))
)
def test_what_git_holds_has_nothing_untracked(git_repo: MakeRepository, keywords: dict[str, object]) -> None:
    repository = git_repo(UV)
    repository.write({"uv.lock": "version = 0\n"})

    assert [] == found(repository, "KPT304", **keywords)


def test_a_folder_or_a_link_is_no_lock(git_repo: MakeRepository) -> None:
    repository = git_repo({"a/pyproject.toml": "[tool.uv]\n", "b/pyproject.toml": "[tool.uv]\n"})
    (repository.root / "a/uv.lock").mkdir()
    (repository.root / "b/uv.lock").symlink_to(os.devnull)

    assert [] == found(repository, "KPT304")
