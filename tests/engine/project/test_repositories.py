from __future__ import annotations

from pathlib import Path

import pytest

import kempt
from conftest import MakeRepository
from kempt.engine.project.repositories import Places, check_each, find_places
from kempt.errors import KemptError, UsageError


@pytest.fixture
def code(git_repo: MakeRepository, tmp_path: Path) -> Path:
    git_repo({"src/a.txt": "", "tests/b.txt": ""}, name="code/one")
    git_repo({"c.txt": ""}, name="code/two")
    return tmp_path / "code"


def names(places: Places, code: Path) -> list[list[str]]:
    return [[str(Path(path).relative_to(code)) for path in group] for group in places.groups]


@pytest.mark.parametrize(
    "paths, expected, many",
    [
        pytest.param(["one"], [["one"]], False, id="one"),
        pytest.param(["one", "two"], [["one"], ["two"]], True, id="two"),
        pytest.param(["one/src", "two", "one/tests"], [["one/src", "one/tests"], ["two"]], True, id="by-repository"),
        pytest.param(["one", "one"], [["one"]], False, id="each-once"),
        pytest.param(["."], [["one"], ["two"]], True, id="a-folder-that-holds-some"),
        pytest.param([".", "one"], [["one"], ["two"]], True, id="found-and-named"),
        pytest.param(["missing"], [["missing"]], False, id="missing"),
    ],
)
def test_places(code: Path, paths: list[str], expected: list[list[str]], *, many: bool) -> None:
    places = find_places([str(code / path) for path in paths])

    assert (expected, many) == (names(places, code), places.are_many)


def test_the_folder_that_all_lie_in(code: Path) -> None:
    assert str(code) == find_places([str(code / "one"), str(code / "two" / "c.txt")]).root


def test_a_bare_repository_is_found_where_it_can_be_checked(code: Path, git_repo: MakeRepository) -> None:
    git_repo(name="code/three.git", options=["--bare"], commit=False)

    assert [[["one"], ["two"]], [["one"], ["three.git"], ["two"]]] == [
        names(find_places([str(code)], bare=bare), code) for bare in (False, True)
    ]


def test_an_error_of_one_does_not_hide_the_others(code: Path, git_repo: MakeRepository) -> None:
    git_repo(name="code/empty")

    reports = list(check_each(find_places([str(code)]), kempt.check))

    assert [("empty", ["KPT005"]), ("one", []), ("two", [])] == [
        (Path(report.root).name, [error.code for error in report.errors]) for report in reports
    ]


def test_an_error_of_the_only_one_is_raised(tmp_path: Path) -> None:
    with pytest.raises(KemptError, match="not a git repository"):
        list(check_each(find_places([str(tmp_path)]), kempt.check))


def test_a_wrong_call_is_wrong_for_all(code: Path) -> None:
    with pytest.raises(UsageError):
        list(check_each(find_places([str(code)]), lambda path: kempt.check(path, staged=True, rev="HEAD")))
