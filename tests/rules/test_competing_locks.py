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
            POETRY | {"poetry.lock": "version = 0\n", "uv.lock": "version = 0\n"},
            ["error: `uv.lock` beside `poetry.lock`, in a project of Poetry"],
        ),
        (
            UV | {"poetry.lock": "version = 0\n", "uv.lock": "version = 0\n", "pdm.lock": "version = 0\n"},
            ["error: `poetry.lock` and `pdm.lock` beside `uv.lock`, in a project of uv"],
        ),
        (
            {"Pipfile": "", "Pipfile.lock": "{}", "poetry.lock": "version = 0\n"},
            ["error: `poetry.lock` beside `Pipfile.lock`, in a project of Pipenv"],
        ),
        (
            {"pyproject.toml": BACKEND, "poetry.lock": "version = 0\n", "uv.lock": "version = 0\n"},
            ["error: `uv.lock` beside `poetry.lock`, in a project of Poetry"],
        ),
        (
            UV | {"uv.lock": "version = 0\n", "pylock.toml": 'created-by = "pdm"\n'},
            ["error: `pylock.toml` beside `uv.lock`, in a project of uv"],
        ),
        (
            {"pyproject.toml": "[tool.uv]\n[tool.pixi]\n", "uv.lock": "version = 0\n", "pixi.lock": ""},
            ["error: `uv.lock` and `pixi.lock` are locks of different managers for one environment"],
        ),
        (
            {
                f"examples/{path}": text
                for path, text in (POETRY | {"poetry.lock": "v = 0\n", "uv.lock": "v = 0\n"}).items()
            },
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
        UV | {"uv.lock": "version = 0\n"} | EXPORTED,
        {"pyproject.toml": "[project]\n"} | EXPORTED,
        UV | {"uv.lock": "version = 0\n", "pylock.toml": 'lock-version = "1.0"\n'},
        POETRY | {"poetry.lock": "version = 0\n", "pylock.toml": 'created-by = "poetry-plugin-export"\n'},
        UV | {"uv.lock": "version = 0\n", "requirements.txt": "flask==3.0\n"},
        {
            "a/pyproject.toml": "[tool.uv]\n",
            "a/uv.lock": "version = 0\n",
            "b/pyproject.toml": "[tool.poetry]\n",
            "b/poetry.lock": "version = 0\n",
        },
        {"tests/fixtures/a/poetry.lock": "version = 0\n", "tests/fixtures/a/uv.lock": "version = 0\n"},
    ],
    ids=["export", "pylock-alone", "unsigned-pylock", "poetry-export", "requirements", "two-folders", "test-data"],
)
def test_locks_that_do_not_compete(git_repo: MakeRepository, files: dict[str, str]) -> None:
    assert [] == found(git_repo(files, commit=False), "KPT302")


@pytest.mark.parametrize("manifest", ["[tool.uv]\n[tool.poetry]\n", "[project]\n", "[tool.ruff]\n"])
def test_where_the_manifest_names_both_or_neither_a_person_decides(git_repo: MakeRepository, manifest: str) -> None:
    repository = git_repo(
        {"pyproject.toml": manifest, "poetry.lock": "version = 0\n", "uv.lock": "version = 0\n"}, commit=False
    )

    assert [None] == [each.fix for each in found(repository, "KPT302")]


def test_the_fix_leaves_the_stray_lock_on_disk(git_repo: MakeRepository) -> None:
    repository = git_repo(POETRY | {"poetry.lock": "version = 0\n", "uv.lock": "version = 0\n"})

    mended(repository, "KPT302")

    assert ["poetry.lock", "pyproject.toml"] == repository.tracked()
    assert (repository.root / "uv.lock").exists()
