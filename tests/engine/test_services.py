"""Service roots: which folders of a repository get an environment of their own."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from kempt.engine.services import find_services
from kempt.model.repo import Service

LIBRARY = b'[build-system]\n[project]\nclassifiers = ["Typing :: Typed"]\n'


def roots(*paths: str) -> list[str]:
    return [str(each.root) for each in find_services(dict.fromkeys(paths, b""), has_python=False)]


def only(files: dict[str, bytes]) -> Service:
    (service,) = find_services(files, has_python=False)
    return service


@pytest.mark.parametrize(
    "paths, expected",
    [
        (["pyproject.toml"], ["."]),
        (["setup.py", "requirements.txt"], ["."]),
        (["requirements/dev.txt"], ["requirements"]),
        (["pyproject.toml", "requirements/dev.txt"], ["."]),
        (["a/pyproject.toml", "b/requirements.txt"], ["a", "b"]),
        (["uv.lock", "pyproject.toml", "packages/a/pyproject.toml"], ["."]),
        (["uv.lock", "pyproject.toml", "tools/a/pyproject.toml", "tools/a/poetry.lock"], [".", "tools/a"]),
        (["poetry.lock", "pyproject.toml", "libs/a/pyproject.toml"], [".", "libs/a"]),
        (["libs/a/uv.lock", "libs/a/pyproject.toml", "libs/b/uv.lock", "libs/b/pyproject.toml"], ["libs/a", "libs/b"]),
        ([], []),
    ],
    ids=[
        "one",
        "setup-py",
        "requirements",
        "requirements-below",
        "two",
        "workspace",
        "own-lock",
        "poetry",
        "libs",
        "none",
    ],
)
def test_a_lock_or_a_manifest_makes_a_root(paths: list[str], expected: list[str]) -> None:
    assert expected == roots(*paths)


@pytest.mark.parametrize(
    "files, manager",
    [
        ({"uv.lock": b"", "pyproject.toml": b"[tool.poetry]"}, "uv"),
        ({"poetry.lock": b""}, "poetry"),
        ({"pdm.lock": b""}, "pdm"),
        ({"Pipfile.lock": b"", "Pipfile": b""}, "pipenv"),
        ({"Pipfile": b""}, "pipenv"),
        ({"pylock.toml": b""}, "pip"),
        ({"pyproject.toml": b"[tool.uv]"}, "uv"),
        ({"pyproject.toml": b"[tool.poetry.dependencies]"}, "poetry"),
        ({"pyproject.toml": b"[tool.pdm]"}, "pdm"),
        ({"pyproject.toml": b"[project]"}, "pip"),
        ({"requirements.txt": b""}, "pip"),
    ],
    ids=[
        "uv-lock-first",
        "poetry-lock",
        "pdm-lock",
        "pipenv-lock",
        "pipfile",
        "pylock",
        "uv",
        "poetry",
        "pdm",
        "plain",
        "pip",
    ],
)
def test_the_lock_names_the_manager_and_else_the_manifest_does(files: dict[str, bytes], manager: str) -> None:
    assert manager == only(files).manager


@pytest.mark.parametrize(
    "files, application",
    [
        ({"pyproject.toml": b"[project]\n"}, True),
        ({"pyproject.toml": b"[build-system]\n"}, True),
        ({"pyproject.toml": LIBRARY}, False),
        ({"setup.py": b""}, False),
        ({"requirements.txt": b""}, True),
    ],
    ids=["no-build", "no-classifiers", "library", "setup-py", "requirements"],
)
def test_what_is_made_to_be_published_is_no_application(*, files: dict[str, bytes], application: bool) -> None:
    assert application == only(files).application


def test_a_service_knows_its_manifest_and_its_lock() -> None:
    service = only({"api/pyproject.toml": b"", "api/uv.lock": b""})

    assert (PurePosixPath("api/pyproject.toml"), PurePosixPath("api/uv.lock")) == (service.manifest, service.lock)


@pytest.mark.parametrize("folder", ["examples/shop", "tests/project", "docs", "third_party/x", "a/_vendor/b"])
def test_examples_tests_and_vendored_code_are_demoted(folder: str) -> None:
    assert only({f"{folder}/pyproject.toml": b""}).demoted


def test_python_without_a_manifest_is_one_service_at_the_top() -> None:
    (service,) = find_services({}, has_python=True)

    assert (PurePosixPath("."), "pip", None) == (service.root, service.manager, service.manifest)
