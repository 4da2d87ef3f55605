"""A repository as facts: what is read, what is left out, and what becomes of a file that cannot be read."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from conftest import MakeRepository
from kempt.engine.survey import survey
from kempt.host.trees import FolderTree
from kempt.model.config import Config
from kempt.model.repo import Fault
from support.checking import ENVIRONMENT, surveyed


def paths(found: tuple[object, ...]) -> list[str]:
    return [str(getattr(each, "path", each)) for each in found]


def test_only_tracked_ignore_files_count(git_repo: MakeRepository) -> None:
    repository = git_repo({".gitignore": "a\n", "api/.gitignore": "b\n", "docs/gitignore": "c\n"}, commit=False)
    repository.write({"web/.gitignore": "d\n"})

    with surveyed(repository) as repo:
        assert [".gitignore", "api/.gitignore"] == paths(repo.ignore_files)


def test_the_files_of_a_tracked_environment_are_not_the_projects(git_repo: MakeRepository) -> None:
    files = {
        "env/pyvenv.cfg": ENVIRONMENT,
        "env/.gitignore": "*\n",
        "env/lib/x/setup.py": "",
        "env/lib/x/.gitignore": "y\n",
    }

    with surveyed(git_repo(files | {"setup.py": ""}, commit=False)) as repo:
        assert ([], ["."]) == (paths(repo.ignore_files), [str(each.root) for each in repo.services])


@pytest.mark.parametrize(
    "content, line",
    [
        ("version = 1\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> x\n", 2),
        ("a\n>>>>>>> x\n<<<<<<< y\n", 2),
        ("<<<<<<<\n", 1),
    ],
    ids=["conflict", "end-first", "bare"],
)
@pytest.mark.parametrize("name", ["uv.lock", "pyproject.toml", "requirements.txt", "Pipfile", "api/poetry.lock"])
def test_conflict_markers_are_a_fault(git_repo: MakeRepository, name: str, content: str, line: int) -> None:
    with surveyed(git_repo({name: content}, commit=False)) as repo:
        assert [Fault("KPT002", PurePosixPath(name), "conflict markers: resolve the merge", line)] == list(repo.faults)


@pytest.mark.parametrize(
    "name, content, why, line",
    [
        ("uv.lock", "", "it is empty", 1),
        ("api/poetry.lock", "# @generated\n", "it is empty", 1),
        ("pdm.lock", "\n[[\n", "Invalid initial character for a key part", 2),
        ("pylock.dev.toml", 'a = "b"\n\n[[packages]]\nname = "c\n', "Illegal character '\\n'", 4),
        ("Pipfile.lock", "{", "Expecting property name enclosed in double quotes", 1),
        ("Pipfile.lock", "[]", "no JSON object", 1),
    ],
)
def test_a_lock_that_is_empty_or_broken_is_a_fault(
    git_repo: MakeRepository, name: str, content: str, why: str, line: int
) -> None:
    with surveyed(git_repo({name: content}, commit=False)) as repo:
        assert [Fault("KPT002", PurePosixPath(name), why, line)] == list(repo.faults)


def test_a_lock_among_tests_may_be_broken(git_repo: MakeRepository) -> None:
    with surveyed(git_repo({"tests/uv.lock": "", "examples/a/poetry.lock": "[["}, commit=False)) as repo:
        assert () == repo.faults


@pytest.mark.parametrize("content", ["a <<<<<<< b\n", "<<<<<<<<\n", "# <<<<<<<\n"], ids=["inside", "longer", "comment"])
def test_what_only_looks_like_a_conflict(git_repo: MakeRepository, content: str) -> None:
    with surveyed(git_repo({"requirements.txt": content}, commit=False)) as repo:
        assert () == repo.faults


@pytest.mark.parametrize("name", [".gitignore", "pyproject.toml", "requirements.txt", "tox.ini"])
def test_a_link_in_place_of_a_file_is_a_fault(git_repo: MakeRepository, name: str) -> None:
    repository = git_repo({"real": "x\n"}, commit=False)
    (repository.root / name).symlink_to("real")
    repository.stage()

    with surveyed(repository) as repo:
        assert [("KPT001", name)] == [(each.code, str(each.path)) for each in repo.faults]


def test_a_file_that_is_not_checked_out_is_read_from_the_index(git_repo: MakeRepository) -> None:
    repository = git_repo({".gitignore": "x\n", "app.py": ""}, commit=False)
    (repository.root / ".gitignore").unlink()

    with surveyed(repository) as repo:
        assert (["x\n"], ()) == ([each.text for each in repo.ignore_files], repo.faults)


def test_an_ignore_file_beyond_reason_is_a_fault(git_repo: MakeRepository) -> None:
    with surveyed(git_repo({".gitignore": "x\n" * 600_000}, commit=False)) as repo:
        assert ([], ["larger than 1,048,576 bytes"]) == (
            paths(repo.ignore_files),
            [each.message for each in repo.faults],
        )


def test_comments_are_read_in_every_file_that_has_them(git_repo: MakeRepository) -> None:
    mark = "# kempt: ignore[KPT201]\nx\n"
    names = [
        ".gitignore",
        "a/.gitignore",
        ".github/workflows/ci.yml",
        "pyproject.toml",
        "requirements.txt",
        "Dockerfile",
        "tox.ini",
    ]

    with surveyed(git_repo(dict.fromkeys([*names, "app.py", "README.md"], mark), commit=False)) as repo:
        assert sorted(names) == sorted(paths(repo.suppressions))


def test_sizes_are_those_that_git_holds_each_byte_once(git_repo: MakeRepository) -> None:
    files = {".tox/py/pyvenv.cfg": ENVIRONMENT, ".tox/log": "12345", "a/__pycache__/x.pyc": "123", "a/y.pyc": "1"}

    with surveyed(git_repo(files, commit=False)) as repo:
        found = {str(each.root): (each.files, each.bytes) for each in repo.artefacts.tracked}

    assert {".tox/py": (1, len(ENVIRONMENT)), ".tox": (1, 5), "a/__pycache__": (1, 3), "a": (1, 1)} == found


def test_a_folder_without_git_is_surveyed_the_same(git_repo: MakeRepository) -> None:
    repository = git_repo({".gitignore": "x\n", "setup.py": "", "env/pyvenv.cfg": ENVIRONMENT}, commit=False)

    repo = survey(FolderTree(str(repository.root)), Config())

    assert ([".gitignore"], ["."], ["env"]) == (
        paths(repo.ignore_files),
        [str(each.root) for each in repo.services],
        [str(each.root) for each in repo.artefacts.tracked],
    )
