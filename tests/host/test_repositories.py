from __future__ import annotations

import os
from pathlib import Path

import pytest

from conftest import MakeRepository
from kempt.host.repositories import DEPTH, Holding, common_folder, exists, find_repositories, repository_of


@pytest.fixture
def code(git_repo: MakeRepository, tmp_path: Path) -> Path:
    for name in ("b", "a/x", "a/y/z"):
        git_repo(name=f"code/{name}")
    return tmp_path / "code"


def found(code: Path, *, bare: bool = False) -> list[str]:
    return [str(Path(path).relative_to(code)) for path in find_repositories(str(code), bare=bare).repositories]


def test_repositories_below_a_folder_sorted(code: Path) -> None:
    assert ["a/x", "a/y/z", "b"] == found(code)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("b/inside", id="in-a-repository"),
        pytest.param(".hidden/x", id="in-a-hidden-folder"),
        pytest.param("node_modules/x", id="in-node_modules"),
        pytest.param("/".join("d" * (DEPTH + 1)), id="too-deep"),
    ],
)
def test_where_none_is_looked_for(code: Path, git_repo: MakeRepository, name: str) -> None:
    git_repo(name=f"code/{name}")

    assert ["a/x", "a/y/z", "b"] == found(code)


def test_an_environment_is_not_entered(code: Path, git_repo: MakeRepository) -> None:
    git_repo(name="code/env/src/x")
    (code / "env" / "pyvenv.cfg").touch()

    assert ["a/x", "a/y/z", "b"] == found(code)


def test_as_deep_as_said(code: Path, git_repo: MakeRepository) -> None:
    git_repo(name=f"code/{'/'.join('d' * DEPTH)}")

    assert ["a/x", "a/y/z", "b", "/".join("d" * DEPTH)] == found(code)


def test_links_are_not_followed(code: Path) -> None:
    (code / "link").symlink_to(code / "b")
    (code / "loop").symlink_to(code)

    assert ["a/x", "a/y/z", "b"] == found(code)


def test_a_linked_work_tree_is_a_repository(code: Path) -> None:
    (code / "tree").mkdir()
    (code / "tree" / ".git").write_text("gitdir: elsewhere")

    assert "tree" in found(code)


def test_bare_ones_on_demand(code: Path, git_repo: MakeRepository) -> None:
    git_repo(name="code/c.git", options=["--bare"], commit=False)

    assert ([], ["c.git"]) == tuple([name for name in found(code, bare=bare) if "c" in name] for bare in (False, True))


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="nothing is forbidden to this user")
def test_a_folder_that_cannot_be_listed_is_told(code: Path) -> None:
    (code / "closed").mkdir(mode=0)

    assert ((str(code / "closed"), "Permission denied"),) == find_repositories(str(code), bare=False).unlisted


def test_what_is_no_folder_holds_none(tmp_path: Path) -> None:
    holding = find_repositories(str(tmp_path / "missing"), bare=False)

    assert Holding(unlisted=((str(tmp_path / "missing"), "No such file or directory"),)) == holding


def test_the_repository_of_a_path(code: Path, tmp_path: Path) -> None:
    (code / "b" / "deep").mkdir()

    assert [str(code / "b"), str(code / "b"), None, str(tmp_path / "missing")] == [
        repository_of(str(path)) for path in (code / "b", code / "b" / "deep", code, tmp_path / "missing")
    ]


def test_a_repository_that_must_not_be_used_is_its_own(code: Path) -> None:
    (code / "odd").mkdir()
    (code / "odd" / ".git").write_text("gitdir: ../b/.git")

    assert str(code / "odd") == repository_of(str(code / "odd"))


def test_the_common_folder(tmp_path: Path) -> None:
    paths = [str(tmp_path / name) for name in ("a/b", "a/c/d")]

    assert (str(tmp_path / "a"), paths[0]) == (common_folder(paths), common_folder(paths[:1]))


def test_what_exists(tmp_path: Path) -> None:
    (tmp_path / "dangling").symlink_to("nowhere")

    assert (True, False) == (exists(str(tmp_path / "dangling")), exists(str(tmp_path / "nothing")))
