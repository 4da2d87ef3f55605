"""KPT302: lock files of two managers for one service."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from support.checking import found, mended, messages

POETRY, UV = {"pyproject.toml": "[tool.poetry]\n"}, {"pyproject.toml": "[tool.uv]\n"}
BACKEND = '[build-system]\nbuild-backend = "poetry.core.masonry.api"\n'
EXPORTED = {"pylock.toml": 'lock-version = "1.0"\ncreated-by = "uv"\n'}


@pytest.mark.parametrize(
    "files, expected",
    [
        (
            POETRY | {"poetry.lock": "", "uv.lock": ""},
            ["error: `uv.lock` beside `poetry.lock`, in a project of Poetry"],
        ),
        (
            UV | {"poetry.lock": "", "uv.lock": "", "pdm.lock": ""},
            ["error: `poetry.lock` and `pdm.lock` beside `uv.lock`, in a project of uv"],
        ),
        (
            {"Pipfile": "", "Pipfile.lock": "", "poetry.lock": ""},
            ["error: `poetry.lock` beside `Pipfile.lock`, in a project of Pipenv"],
        ),
        (
            {"pyproject.toml": BACKEND, "poetry.lock": "", "uv.lock": ""},
            ["error: `uv.lock` beside `poetry.lock`, in a project of Poetry"],
        ),
        (
            UV | {"uv.lock": "", "pylock.toml": 'created-by = "pdm"\n'},
            ["error: `pylock.toml` beside `uv.lock`, in a project of uv"],
        ),
        (
            {"pyproject.toml": "[tool.uv]\n[tool.pixi]\n", "uv.lock": "", "pixi.lock": ""},
            ["error: `uv.lock` and `pixi.lock` are locks of different managers for one environment"],
        ),
        (
            {f"examples/{path}": text for path, text in (POETRY | {"poetry.lock": "", "uv.lock": ""}).items()},
            ["info: `examples/uv.lock` beside `examples/poetry.lock`, in a project of Poetry"],
        ),
    ],
    ids=["stray", "two-strays", "pipfile", "backend", "foreign-pylock", "pixi", "example"],
)  # fmt: skip
def test_locks_of_two_managers_compete(git_repo: MakeRepository, files: dict[str, str], expected: list[str]) -> None:
    assert expected == messages(found(git_repo(files, commit=False), "KPT302"))


@pytest.mark.parametrize(
    "files",
    [
        UV | {"uv.lock": ""} | EXPORTED,
        {"pyproject.toml": "[project]\n"} | EXPORTED,
        UV | {"uv.lock": "", "pylock.toml": 'lock-version = "1.0"\n'},
        POETRY | {"poetry.lock": "", "pylock.toml": 'created-by = "poetry-plugin-export"\n'},
        UV | {"uv.lock": "", "requirements.txt": "flask==3.0\n"},
        {
            "a/pyproject.toml": "[tool.uv]\n",
            "a/uv.lock": "",
            "b/pyproject.toml": "[tool.poetry]\n",
            "b/poetry.lock": "",
        },
        {"tests/fixtures/a/poetry.lock": "", "tests/fixtures/a/uv.lock": ""},
    ],
    ids=["export", "pylock-alone", "unsigned-pylock", "poetry-export", "requirements", "two-folders", "test-data"],
)
def test_locks_that_do_not_compete(git_repo: MakeRepository, files: dict[str, str]) -> None:
    assert [] == found(git_repo(files, commit=False), "KPT302")


@pytest.mark.parametrize("manifest", ["[tool.uv]\n[tool.poetry]\n", "[project]\n", "[tool.ruff]\n"])
def test_where_the_manifest_names_both_or_neither_a_person_decides(git_repo: MakeRepository, manifest: str) -> None:
    repository = git_repo({"pyproject.toml": manifest, "poetry.lock": "", "uv.lock": ""}, commit=False)

    assert [None] == [each.fix for each in found(repository, "KPT302")]


def test_the_fix_leaves_the_stray_lock_on_disk(git_repo: MakeRepository) -> None:
    repository = git_repo(POETRY | {"poetry.lock": "", "uv.lock": ""})

    mended(repository, "KPT302")

    assert ["poetry.lock", "pyproject.toml"] == repository.tracked()
    assert (repository.root / "uv.lock").exists()
