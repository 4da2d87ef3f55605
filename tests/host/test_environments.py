from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from kempt.errors import KemptError, UnsafeError
from kempt.host import environments
from kempt.host.environments import Place
from support.repositories import write_files


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    (tmp_path / "repo").mkdir()
    return tmp_path / "repo"


@pytest.fixture
def environment(repo: Path) -> Path:
    write_files(repo, {".venv/pyvenv.cfg": "home = /usr/bin\n", ".venv/lib/python3.12/site-packages/a.py": ""})
    return repo / ".venv"


@pytest.mark.parametrize(
    "files, place",
    [
        pytest.param({}, Place.MISSING, id="missing"),
        pytest.param({".venv": ""}, Place.FILE, id="file"),
        pytest.param({".venv/pyvenv.cfg": ""}, Place.ENVIRONMENT, id="environment"),
        pytest.param(
            {".venv/.gitignore": "*", ".venv/CACHEDIR.TAG": "", ".venv/.lock": ""}, Place.EMPTY, id="left-by-uv"
        ),
        pytest.param({".venv/notes.txt": ""}, Place.FOLDER, id="folder"),
    ],
)
def test_what_is_there(repo: Path, files: dict[str, str], place: Place) -> None:
    write_files(repo, files)

    assert place == environments.place_of(str(repo / ".venv"))


def test_a_link_is_a_link_wherever_it_leads(repo: Path, environment: Path) -> None:
    (repo / "link").symlink_to(environment)

    assert Place.LINK == environments.place_of(str(repo / "link"))


def test_moved_aside_it_is_ignored_by_git_and_put_back_it_is_what_it_was(repo: Path, environment: Path) -> None:
    aside = environments.move_aside(str(environment))

    assert (aside,) == environments.asides(str(environment))
    assert "*\n" == Path(aside, ".gitignore").read_text()
    assert not environment.exists()
    write_files(repo, {".venv/pyvenv.cfg": "new"})
    environments.put_back(aside, str(environment))
    assert "home = /usr/bin\n" == (environment / "pyvenv.cfg").read_text()
    assert [".venv"] == os.listdir(repo)


def test_removed_it_is_gone(repo: Path, environment: Path) -> None:
    environments.remove(str(environment))

    assert [] == os.listdir(repo)


def test_what_was_being_removed_is_swept_up(repo: Path, environment: Path) -> None:
    environment.rename(repo / ".venv.kempt-gone-0123abcd")

    environments.sweep(str(environment))

    assert [] == os.listdir(repo)


@pytest.mark.parametrize("act", [environments.move_aside, environments.remove])
def test_a_link_is_neither_moved_nor_removed(repo: Path, environment: Path, act: Callable[[str], object]) -> None:
    link = repo / "link"
    link.symlink_to(environment)

    with pytest.raises(UnsafeError, match="no folder, so it is neither moved nor removed"):
        act(str(link))

    assert (environment / "pyvenv.cfg").exists()


def test_removing_follows_no_link_inside(repo: Path, environment: Path) -> None:
    write_files(repo, {"mine/notes.txt": ""})
    (environment / "link").symlink_to(repo / "mine")

    environments.remove(str(environment))

    assert (repo / "mine" / "notes.txt").exists()


def test_a_file_inside_is_removed_and_none_outside(repo: Path, environment: Path) -> None:
    write_files(repo, {"mine/notes.txt": ""})
    (environment / "link").symlink_to(repo / "mine")

    assert environments.remove_inside(str(environment), "lib/python3.12/site-packages/a.py")
    assert not environments.remove_inside(str(environment), "link/notes.txt")
    assert not environments.remove_inside(str(environment), "../mine/notes.txt")
    assert (repo / "mine" / "notes.txt").exists()


def test_what_is_installed_is_known_by_its_folders_and_their_times(environment: Path) -> None:
    site = environment / "lib/python3.12/site-packages"
    (site / "alpha-1.0.dist-info").mkdir()
    before = environments.installed(str(environment))
    os.utime(site / "alpha-1.0.dist-info", ns=(1, 1))

    assert [str(site / "alpha-1.0.dist-info")] == list(before)
    assert before != environments.installed(str(environment))


def test_what_cannot_be_moved_is_said(repo: Path) -> None:
    with pytest.raises(KemptError, match="cannot write: No such file or directory"):
        environments.move_aside(str(repo / "missing"))
