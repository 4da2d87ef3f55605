"""KPT308: nothing says which Python an application is developed and installed with."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from support.checking import Seen, found, messages, seen


def project(asked: str) -> dict[str, str]:
    return {"pyproject.toml": f'[project]\nname = "shop"\nrequires-python = "{asked}"\n', "uv.lock": "version = 0\n"}


OPEN = project(">=3.11")
CLASSIFIED = '[build-system]\n[project]\nclassifiers = ["x"]\nrequires-python = ">=3.11"\n'


@pytest.mark.parametrize("asked", [">=3.11", ">= 3.11", ">=3.11,<4", ">=3.11,!=3.12.1", "~=3.11", "<4,>=3.9", "^3.11"])
def test_a_range_without_an_end_is_no_pin(git_repo: MakeRepository, asked: str) -> None:
    assert [f"warning: `pyproject.toml` allows Python {asked}, and no `.python-version` says which one is meant"] == (
        messages(found(git_repo(project(asked), commit=False), "KPT308"))
    )


@pytest.mark.parametrize(
    "asked", ["==3.12.*", "==3.12.7", "~=3.11.0", ">=3.11,<3.13", ">=3.11, <=3.12", "~3.11", "3.11.*", "3.11 || 3.12"]
)
def test_a_range_that_ends_is_one(git_repo: MakeRepository, asked: str) -> None:
    assert [] == found(git_repo(project(asked), commit=False), "KPT308")


@pytest.mark.parametrize(
    "files, expected",
    [
        (OPEN, [Seen("KPT308", "pyproject.toml", 3)]),
        ({"pyproject.toml": '[tool.poetry.dependencies]\npython = "^3.11"\n', "poetry.lock": "version = 0\n"},
         [Seen("KPT308", "pyproject.toml", 2)]),
        ({"pyproject.toml": "[project]\nname = 'shop'\n", "uv.lock": "v = 0\n"}, [Seen("KPT308", "pyproject.toml", 0)]),
        ({"pyproject.toml": '[dependency-groups]\ntools = ["ruff"]\n', "uv.lock": "version = 0\n"}, []),
        (OPEN | {"Dockerfile": "FROM python:3.12.7\n"}, [Seen("KPT308", "pyproject.toml", 3)]),
        (OPEN | {".python-version": "3.12\n"}, []),
        (OPEN | {".tool-versions": "python 3.12.7\n"}, []),
        ({f"services/api/{path}": text for path, text in OPEN.items()} | {".python-version": "3.12\n"}, []),
        (OPEN | {"docs/.python-version": "3.12\n"}, [Seen("KPT308", "pyproject.toml", 3)]),
        ({f"tests/{path}": text for path, text in OPEN.items()}, []),
        ({"pyproject.toml": OPEN["pyproject.toml"]}, []),
        ({"pyproject.toml": CLASSIFIED, "uv.lock": "version = 0\n"}, []),
        ({"Pipfile": '[requires]\npython_version = "3.12"\n', "Pipfile.lock": "{}"}, []),
    ],
    ids=["open", "poetry", "unsaid", "no-project", "image", "pinned", "asdf", "pinned-above", "pinned-elsewhere",
         "test-data", "unlocked", "library", "pipenv"],
)  # fmt: skip
def test_who_needs_a_pin(git_repo: MakeRepository, files: dict[str, str], expected: list[Seen]) -> None:
    assert expected == seen(found(git_repo(files, commit=False), "KPT308"))


@pytest.mark.parametrize(
    "more, expected",
    [({}, "info"), ({"Dockerfile": ""}, "warning")],
    ids=["built", "built-and-deployed"],
)
def test_a_package_may_be_meant_for_many_pythons(git_repo: MakeRepository, more: dict[str, str], expected: str) -> None:
    files = OPEN | {"pyproject.toml": f"{OPEN['pyproject.toml']}[build-system]\n"} | more

    assert [expected] == [each.level for each in found(git_repo(files, commit=False), "KPT308")]
