"""Which Python `init` pins, and for whom."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from conftest import MakeRepository
from kempt.engine.project.init import prepare_init
from kempt.model.plan import UpdateIndex, WriteFile
from support.repositories import Repository

IGNORED = ".venv\n__pycache__/\n*.py[co]\n"
OPEN = 'requires-python = ">=3.11"\n'
NOT_OWN = "".join(f",!=3.{minor}.*" for minor in (11, 13, 14))
"""Leaves 3.12 and 3.15 of the Pythons that tests may run on or find in system folders."""


@pytest.fixture(autouse=True)
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python 3.12, 3.15 and a preview are on PATH; beside them is what git needs."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for minor in (12, 15, 16):
        (folder / f"python3.{minor}").touch(mode=0o755)
    git = shutil.which("git")
    assert git
    monkeypatch.setenv("PATH", os.pathsep.join([str(folder), os.path.dirname(git)]))


def project(more: str = OPEN, tail: str = "") -> str:
    return f'[project]\nname = "shop"\nversion = "1"\ndependencies = ["idna"]\n{more}{tail}'


def pins(repository: Repository) -> dict[str, str]:
    """The pins that the plan gives to git."""
    steps = prepare_init(str(repository.root)).plan.steps
    added = [pair for step in steps if isinstance(step, UpdateIndex) for pair in step.add]
    return {path: content.decode() for path, content in added if path.endswith(".python-version")}


@pytest.mark.parametrize(
    "files, expected",
    [
        pytest.param({"pyproject.toml": project()}, {".python-version": "3.15\n"}, id="the-newest-that-is-no-preview"),
        pytest.param({"pyproject.toml": project("")}, {".python-version": "3.15\n"}, id="any"),
        pytest.param({"requirements.txt": "idna==3\n"}, {".python-version": "3.15\n"}, id="requirements"),
        pytest.param(
            {"pyproject.toml": project(f'requires-python = ">=3.11,!=3.15.*{NOT_OWN}"\n')},
            {".python-version": "3.12\n"}, id="the-newest-that-is-allowed",
        ),
        pytest.param({"pyproject.toml": project('requires-python = "==3.12.*"\n')}, {}, id="the-manifest-says-which"),
        pytest.param({"pyproject.toml": project('requires-python = ">=3.99"\n')}, {}, id="none-fits"),
        pytest.param({"pyproject.toml": project(), ".python-version": "3.11\n"}, {}, id="pinned"),
        pytest.param({"pyproject.toml": project(), ".tool-versions": "python 3.11.9\n"}, {}, id="pinned-for-asdf"),
        pytest.param({"api/pyproject.toml": project(), ".python-version": "3.11\n"}, {}, id="pinned-above"),
        pytest.param(
            {"pyproject.toml": project(), "api/pyproject.toml": project()},
            {".python-version": "3.15\n"}, id="one-at-the-top-serves-those-below",
        ),
        pytest.param(
            {
                "pyproject.toml": project(),
                "api/pyproject.toml": project(f'requires-python = ">=3.11,!=3.15.*{NOT_OWN}"\n'),
            },
            {".python-version": "3.15\n", "api/.python-version": "3.12\n"}, id="one-of-its-own-where-that-does-not-fit",
        ),
        pytest.param(
            {"api/pyproject.toml": project(), "web/pyproject.toml": project()},
            {"api/.python-version": "3.15\n", "web/.python-version": "3.15\n"}, id="services-side-by-side",
        ),
        pytest.param(
            {
                "api/pyproject.toml": project(), "api/.python-version": "3.11\n", "web/requirements.txt": "idna==3\n",
                "a/pyproject.toml": project(), "a/.python-version": "3.11.9\n",
                "b/pyproject.toml": project(), "b/.python-version": "3.13\n",
            },
            {"web/.python-version": "3.11\n"}, id="as-most-of-the-others",
        ),
        pytest.param(
            {
                "api/pyproject.toml": project(), "api/.python-version": "3.11\n",
                "web/pyproject.toml": project('requires-python = ">=3.12"\n'),
            },
            {"web/.python-version": "3.15\n"}, id="unless-it-is-not-allowed",
        ),
        pytest.param(
            {
                "pyproject.toml": project('classifiers = ["Private :: No"]\n', '[build-system]\nrequires = ["x"]\n'),
                "uv.lock": "version = 1\n",
            },
            {}, id="a-library",
        ),
        pytest.param(
            {"pyproject.toml": project(tail='[build-system]\nrequires = ["x"]\n')}, {}, id="perhaps-a-library"
        ),
        pytest.param(
            {"pyproject.toml": project(tail='[build-system]\nrequires = ["x"]\n'), "Dockerfile": "FROM scratch\n"},
            {".python-version": "3.15\n"}, id="a-package-that-is-deployed",
        ),
        pytest.param({"examples/api/pyproject.toml": project()}, {}, id="an-example"),
        pytest.param({"pyproject.toml": "[tool.ruff]\n", "a.py": ""}, {}, id="settings-of-tools"),
        pytest.param({"a.py": ""}, {}, id="no-manifest"),
        pytest.param(
            {"pyproject.toml": '[tool.poetry.dependencies]\npython = "^3.11"\nidna = "*"\n'},
            {".python-version": "3.15\n"}, id="poetry",
        ),
        pytest.param(
            {"pyproject.toml": '[tool.poetry.dependencies]\npython = "~3.12"\nidna = "*"\n'}, {}, id="poetry-says-which"
        ),
        pytest.param(
            {"Pipfile": '[packages]\nidna = "*"\n[requires]\npython_version = "3.12"\n'}, {}, id="pipenv-says-which"
        ),
        pytest.param(
            {
                "pyproject.toml": project(tail='[tool.uv.workspace]\nmembers = ["a"]\n'), "uv.lock": "version = 1\n",
                "a/pyproject.toml": project(f'requires-python = ">=3.11,!=3.15.*{NOT_OWN}"\n'),
            },
            {".python-version": "3.12\n"}, id="all-members-of-a-workspace",
        ),
    ],
)  # fmt: skip
def test_the_pins(git_repo: MakeRepository, files: dict[str, str], expected: dict[str, str]) -> None:
    assert expected == pins(git_repo({".gitignore": IGNORED, **files}))


@pytest.mark.parametrize(
    "config, expected",
    [
        pytest.param("home = /usr/bin\nversion = 3.12.4\n", "3.12\n", id="venv"),
        pytest.param("home = /usr/bin\nversion_info = 3.12.4.final.0\n", "3.12\n", id="virtualenv"),
        pytest.param("home = /usr/bin\nversion = 3.9.1\n", "3.15\n", id="not-allowed-any-more"),
        pytest.param("home = /usr/bin\n", "3.15\n", id="unknown"),
    ],
)
def test_the_python_that_is_used_already(git_repo: MakeRepository, config: str, expected: str) -> None:
    repository = git_repo({".gitignore": IGNORED, "api/pyproject.toml": project()})
    repository.write({"api/.venv/pyvenv.cfg": config})

    assert {"api/.python-version": expected} == pins(repository)


def test_a_pin_that_nobody_has_added_yet_is_added_as_it_is(git_repo: MakeRepository) -> None:
    repository = git_repo({".gitignore": IGNORED, "a/pyproject.toml": project(), "b/pyproject.toml": project()})
    repository.write({".python-version": "3.11.2  # ours\n"})
    steps = prepare_init(str(repository.root)).plan.steps

    assert {".python-version": "3.11.2  # ours\n"} == pins(repository)
    assert [] == [step.path for step in steps if isinstance(step, WriteFile)]


def test_a_pin_of_another_tool_is_left_to_be_added(git_repo: MakeRepository) -> None:
    repository = git_repo({".gitignore": IGNORED, "pyproject.toml": project()})
    repository.write({"mise.toml": "[tools]\npython = '3.12'\n"})

    assert {} == pins(repository)


def test_a_pin_that_the_ignore_rules_hide_is_let_in(git_repo: MakeRepository) -> None:
    repository = git_repo({".gitignore": f"{IGNORED}.python-version\n", "pyproject.toml": project()})
    steps = prepare_init(str(repository.root)).plan.steps
    written = {step.path: step.content.decode() for step in steps if isinstance(step, WriteFile)}

    assert {".gitignore": IGNORED, ".python-version": "3.15\n"} == written


def test_where_none_fits_it_is_left_to_people(git_repo: MakeRepository) -> None:
    repository = git_repo({".gitignore": IGNORED, "api/pyproject.toml": project('requires-python = ">=3.99"\n')})
    (step, *_) = prepare_init(str(repository.root)).next

    assert "write the Python that is meant into api/.python-version" == step.what
    assert "no Python that fits is installed here (>=3.99)" == step.why
