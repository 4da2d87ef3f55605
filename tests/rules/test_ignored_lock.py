"""KPT203 and KPT204: ignore rules that keep out what a clone needs to rebuild."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from support.checking import found, mended, messages

LIBRARY = {"pyproject.toml": '[build-system]\n[project]\nclassifiers = ["x"]\n[tool.uv]\n'}
UV, POETRY, PIP = {"pyproject.toml": "[tool.uv]\n"}, {"pyproject.toml": "[tool.poetry]\n"}, {"requirements.txt": ""}


@pytest.mark.parametrize(
    "files, expected",
    [
        (UV | {".gitignore": "uv.lock\n"}, ["error: `uv.lock` keeps `uv.lock` out of git"]),
        (POETRY | {".gitignore": "*.lock\n"}, ["error: `*.lock` keeps `poetry.lock` out of git"]),
        (LIBRARY | {".gitignore": "*.lock\n"}, ["info: `*.lock` keeps `uv.lock` out of git"]),
        (UV | {".gitignore": "poetry.lock\npylock.toml\n"}, []),
        (PIP | {".gitignore": "pylock.toml\n"}, ["error: `pylock.toml` keeps `pylock.toml` out of git"]),
        (PIP | {".gitignore": "uv.lock\n"}, []),
        ({"pyproject.toml": "[project]\n", ".gitignore": "uv.lock\n"}, ["error: `uv.lock` keeps `uv.lock` out of git"]),
        ({"Pipfile": "", ".gitignore": "Pipfile.lock\n"}, ["error: `Pipfile.lock` keeps `Pipfile.lock` out of git"]),
        (UV | {".gitignore": "*.lock\n!uv.lock\n"}, []),
        (UV | {".gitignore": "uv.lock\n", "uv.lock": "version = 0\n"}, []),
        ({"examples/a/pyproject.toml": "[tool.uv]\n", ".gitignore": "uv.lock\n"}, []),
        ({"x.md": "", ".gitignore": "uv.lock\n"}, []),
    ],
    ids=["named", "wildcard", "library", "other-managers", "pip", "pip-and-uv", "undecided", "pipenv", "excepted",
         "tracked", "example", "no-python"],
)  # fmt: skip
def test_a_lock_that_git_does_not_see(git_repo: MakeRepository, files: dict[str, str], expected: list[str]) -> None:
    assert expected == messages(found(git_repo(files, commit=False), "KPT203"))


@pytest.mark.parametrize(
    "files, expected",
    [
        (UV | {".gitignore": ".python-version\n"}, ["warning: `.python-version` keeps `.python-version` out of git"]),
        (LIBRARY | {".gitignore": ".python-version\n"}, ["info: `.python-version` keeps `.python-version` out of git"]),
        (UV | {".gitignore": ".*\n"}, ["warning: `.*` keeps `.python-version` out of git"]),
        (UV | {".gitignore": ".python-version\n", ".python-version": "3.12\n"}, []),
        ({"x.md": "", ".gitignore": ".python-version\n"}, []),
    ],
    ids=["named", "library", "wildcard", "tracked", "no-python"],
)
def test_a_pin_that_git_does_not_see(git_repo: MakeRepository, files: dict[str, str], expected: list[str]) -> None:
    assert expected == messages(found(git_repo(files, commit=False), "KPT204"))


@pytest.mark.parametrize(
    "before, after",
    [
        ("a\nuv.lock\nb\n", "a\nb\n"),
        ("/uv.lock\r\nb\r\n", "b\r\n"),
        ("**/uv.lock\n", ""),
        ("*.lock\na\n", "*.lock\n!uv.lock\na\n"),
        ("*.lock", "*.lock\n!uv.lock\n"),
        ("*.lock\r\na\r\n", "*.lock\r\n!uv.lock\r\na\r\n"),
        ("uv.lock\n*.lock\n", "uv.lock\n*.lock\n!uv.lock\n"),
        ("*.lock\nuv.lock\n", "*.lock\n!uv.lock\n"),
    ],
    ids=["own-line", "rooted-crlf", "anywhere", "wildcard", "no-line-end", "crlf", "wildcard-last", "wildcard-first"],
)
def test_the_fix_lets_git_see_the_lock_again(git_repo: MakeRepository, before: str, after: str) -> None:
    repository = mended(git_repo(UV | {".gitignore": before}, commit=False), "KPT203")

    assert after.encode() == (repository.root / ".gitignore").read_bytes()
    assert [] == found(repository, "KPT203")


def test_one_pattern_is_one_finding_for_all_services(git_repo: MakeRepository) -> None:
    files = {f"s{number}/{name}": "[tool.uv]\n" for number in range(5) for name in ("pyproject.toml",)}
    repository = git_repo(files | {".gitignore": "uv.lock\n.python-version\n"}, commit=False)

    assert ["error: `uv.lock` keeps `s0/uv.lock`, `s1/uv.lock`, `s2/uv.lock` and 2 more out of git"] == messages(
        found(repository, "KPT203")
    )
    assert 1 == len(found(repository, "KPT204"))


def test_an_application_among_libraries_decides_the_level(git_repo: MakeRepository) -> None:
    files = {f"lib/{path}": text for path, text in LIBRARY.items()} | {
        "app/pyproject.toml": "[tool.uv]\n",
        ".gitignore": "uv.lock\n",
    }

    assert ["error"] == [each.level for each in found(git_repo(files, commit=False), "KPT203")]


@pytest.mark.parametrize("pattern", ["services/", "services", "/services", "*", "s*"])
def test_no_exception_helps_below_an_ignored_folder(git_repo: MakeRepository, pattern: str) -> None:
    """git does not look into it, so none is offered."""
    files = {"services/pyproject.toml": "[tool.uv]\n", ".gitignore": f"{pattern}\n"}

    assert [None] == [each.fix for each in found(git_repo(files, commit=False), "KPT203")]


def test_where_a_pattern_hides_folders_too_only_the_files_beside_it_can_be_excepted(git_repo: MakeRepository) -> None:
    inner = '[project]\ndependencies = ["x"]\n[tool.uv]\n'
    repository = git_repo({"pyproject.toml": inner, "api/pyproject.toml": inner, ".gitignore": "*\n"}, commit=False)

    mended(repository, "KPT203")

    assert "*\n!uv.lock\n" == (repository.root / ".gitignore").read_text(encoding="utf-8")
    assert [("error: `*` keeps `api/uv.lock` out of git", None)] == [
        (*messages([each]), each.fix) for each in found(repository, "KPT203")
    ]
