"""KPT202: patterns without an anchor that hide sources."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from support.checking import ENVIRONMENT, found, messages
from support.repositories import Repository


def said(repository: Repository) -> list[str]:
    return [f"{each.location.path}:{each.location.line} {each.message}" for each in found(repository, "KPT202")]


@pytest.mark.parametrize(
    "pattern, expected",
    [
        ("build/", [".gitignore:1 `build/` hides tracked sources: `src/build`"]),
        ("build", [".gitignore:1 `build` hides tracked sources: `src/build`"]),
        ("/build/", []),
        ("Build/", []),
        ("*.log", []),
        ("src/build/", []),
        ("build/\n!build/", []),
        ("steps.py\ndist/", []),
    ],
    ids=["folder", "name", "anchored", "other-case", "wildcard", "path", "exception", "other-pattern"],
)
def test_a_pattern_that_names_a_folder_of_sources(git_repo: MakeRepository, pattern: str, expected: list[str]) -> None:
    files = {".gitignore": f"{pattern}\n", "src/build/steps.py": "", "setup.py": ""}

    assert expected == said(git_repo(files, commit=False))


def test_each_pattern_is_one_finding(git_repo: MakeRepository) -> None:
    files = {f"{name}/lib/x.py": "" for name in "abcd"} | {"a/env/x.py": "", ".gitignore": "lib/\nenv/\n"}

    assert {
        ".gitignore:1 `lib/` hides tracked sources: `a/lib`, `b/lib`, `c/lib` and others",
        ".gitignore:2 `env/` hides tracked sources: `a/env`",
    } == set(said(git_repo(files, commit=False)))


@pytest.mark.parametrize(
    "files",
    [
        {"docs/build/.keep": ""},
        {"env/pyvenv.cfg": ENVIRONMENT, "env/lib/python3.12/site-packages/x/build/y.py": ""},
        {"build/lib/x.py": ""},
        {"builder/x.py": ""},
        {"build.py": ""},
    ],
    ids=["no-python", "in-an-environment", "build-output", "longer-name", "a-file"],
)
def test_what_is_no_source(git_repo: MakeRepository, files: dict[str, str]) -> None:
    assert [] == said(git_repo(files | {".gitignore": "build/\nenv/\nlib/\n", "x": ""}, commit=False))


def test_a_nested_ignore_file_is_named(git_repo: MakeRepository) -> None:
    files = {"api/.gitignore": "\nlib/\n", "api/src/lib/x.py": "", "lib/y.py": ""}

    assert ["api/.gitignore:2 `lib/` hides tracked sources: `api/src/lib`"] == said(git_repo(files, commit=False))


def test_no_fix_is_offered_because_a_person_knows_what_was_meant(git_repo: MakeRepository) -> None:
    (finding,) = found(git_repo({".gitignore": "lib/\n", "a/lib/x.py": ""}, commit=False), "KPT202")

    assert finding.fix is None
    assert ["warning: `lib/` hides tracked sources: `a/lib`"] == messages([finding])
