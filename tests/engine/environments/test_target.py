from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from kempt.engine.environments.project import Project
from kempt.engine.environments.target import Wish, wanted_python
from kempt.engine.sources import open_source
from kempt.engine.survey import survey
from kempt.errors import KemptError
from kempt.model.config import Config
from kempt.model.repo import Service
from support.repositories import write_files

SHOP = Service(PurePosixPath("shop"), "uv", PurePosixPath("shop/pyproject.toml"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "repo").mkdir()
    return tmp_path / "repo"


def ask(folder: Path, given: str = "", service: Service = SHOP, **files: str) -> Wish | None:
    write_files(folder, {"a.py": ""})
    with open_source(str(folder), git=False) as source:
        project = Project(str(folder), survey(source.tree, Config()), source.tree, source.ignores, has_git=False)
        return wanted_python(project, service, given)


def requires(text: str) -> str:
    return f'[project]\nname = "shop"\nrequires-python = "{text}"\n'


def test_nothing_says_anything(folder: Path) -> None:
    assert ask(folder) is None


@pytest.mark.parametrize(
    "text, pin",
    [
        pytest.param("3.12\n", "3.12", id="minor"),
        pytest.param("3.12.4\n", "3.12.4", id="micro"),
        pytest.param("# why\n\n 3.12 # here\n3.11\n", "3.12", id="comments-and-several"),
        pytest.param("cpython-3.12\n", "3.12", id="uv-spelling"),
        pytest.param("python-3.12.4", "3.12.4", id="old-spelling"),
        pytest.param("3.12\r\n", "3.12", id="windows"),
    ],
)
def test_the_pin_file(folder: Path, text: str, pin: str) -> None:
    write_files(folder, {"shop/.python-version": text})

    assert Wish(pin, "shop/.python-version") == ask(folder)


def test_the_nearest_pin_file_counts_up_to_the_repository(folder: Path) -> None:
    write_files(folder, {".python-version": "3.11\n", "../.python-version": "3.9\n"})

    assert Wish("3.11", ".python-version") == ask(folder)


def test_a_pin_file_outside_the_repository_does_not_count(folder: Path) -> None:
    write_files(folder.parent, {".python-version": "3.9\n"})

    assert ask(folder) is None


def test_a_range_is_no_pin(folder: Path) -> None:
    write_files(folder, {"shop/pyproject.toml": requires(">=3.11,<3.13")})

    wish = ask(folder)

    assert Wish("", "shop/pyproject.toml", ((">=3.11,<3.13", "shop/pyproject.toml"),)) == wish
    assert wish is not None
    assert [False, True, True, False] == [wish.fits(each) for each in ("3.10.9", "3.11.0", "3.12.9", "3.13.0")]


def test_the_command_line_wins_over_the_pin_file(folder: Path) -> None:
    write_files(folder, {"shop/.python-version": "3.11\n"})

    assert Wish("3.12", "--python") == ask(folder, "3.12")


@pytest.mark.parametrize("given", ["", "3.10"])
def test_a_pin_must_be_allowed_by_the_manifest(folder: Path, given: str) -> None:
    write_files(folder, {"shop/.python-version": "3.10\n", "shop/pyproject.toml": requires(">=3.11")})

    with pytest.raises(KemptError) as caught:
        ask(folder, given)

    source = "--python" if given else "shop/.python-version"
    assert f"{source} asks for Python 3.10, and shop/pyproject.toml for >=3.11" == caught.value.message


def test_another_interpreter_than_cpython_is_not_looked_for(folder: Path) -> None:
    write_files(folder, {"shop/.python-version": "pypy3.10\n"})

    with pytest.raises(KemptError, match=r"asks for `pypy3\.10`, which kempt cannot look for"):
        ask(folder)


@pytest.mark.parametrize(
    "constraint, fitting, not_fitting",
    [
        ("^3.11", "3.13.1", "4.0.0"),
        ("~3.11", "3.11.9", "3.12.0"),
        (">=3.11,<3.13", "3.12.0", "3.13.0"),
        ("3.11.*", "3.11.2", "3.12.0"),
    ],
)
def test_poetrys_own_constraints(folder: Path, constraint: str, fitting: str, not_fitting: str) -> None:
    text = f'[tool.poetry]\nname = "shop"\n[tool.poetry.dependencies]\npython = "{constraint}"\n'
    write_files(folder, {"shop/pyproject.toml": text})

    wish = ask(folder, service=SHOP._replace(manager="poetry"))

    assert wish is not None
    assert (True, False) == (wish.fits(fitting), wish.fits(not_fitting))


def test_a_union_of_poetrys_is_left_to_poetry(folder: Path) -> None:
    text = '[tool.poetry.dependencies]\npython = "^3.11 || ^4"\n'
    write_files(folder, {"shop/pyproject.toml": text})

    assert ask(folder, service=SHOP._replace(manager="poetry")) is None


def test_pipenvs_manifest_pins(folder: Path) -> None:
    write_files(folder, {"shop/Pipfile": '[requires]\npython_version = "3.12"\n'})
    service = Service(PurePosixPath("shop"), "pipenv", PurePosixPath("shop/Pipfile"))

    assert Wish("3.12", "shop/Pipfile") == ask(folder, service=service)
