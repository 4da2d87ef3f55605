"""KPT205: lines of ignore files that match nothing, too little, or what another line matches."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import MakeRepository
from kempt.formats.gitignore import encode
from support.checking import found, mended
from support.repositories import Repository


def said(repository: Repository) -> list[str]:
    return [f"{each.location.line}: {each.message}" for each in found(repository, "KPT205")]


@pytest.mark.parametrize(
    "text, expected, after",
    [
        (
            ".__pypackages__/\n",
            ["1: `.__pypackages__/` matches nothing that any tool makes; `__pypackages__/` is meant"],
            "__pypackages__/\n",
        ),
        (
            "__pycache\n",
            ["1: `__pycache` matches nothing that any tool makes; `__pycache__` is meant"],
            "__pycache__\n",
        ),
        ("*.py[cod}\n", ["1: `*.py[cod}` matches nothing that any tool makes; `*.py[cod]` is meant"], "*.py[cod]\n"),
        (".venv/\n", ["1: `.venv/` misses a `.venv` that is a file or a link; `.venv` does not"], ".venv\n"),
        ("/.venv/\r\n", ["1: `/.venv/` misses a `.venv` that is a file or a link; `/.venv` does not"], "/.venv\r\n"),
        (".venv/\n.venv\n", ["1: `.venv/` is covered by `.venv` in line 2"], ".venv\n"),
        ("x\na\nx\n", ["3: `x` repeats `x` in line 1"], "x\na\n"),
        ("x\nx\nx", ["2: `x` repeats `x` in line 1", "3: `x` repeats `x` in line 1"], "x\n"),
        ("x/\nx\n", ["1: `x/` is covered by `x` in line 2"], "x\n"),
        (
            "*.py[cod]\n*.pyc\n*.pyd\n",
            ["2: `*.pyc` is covered by `*.py[cod]` in line 1", "3: `*.pyd` is covered by `*.py[cod]` in line 1"],
            "*.py[cod]\n",
        ),
        ("*.pyd\n*.py[co]\n", [], "*.pyd\n*.py[co]\n"),
        ("x\n!x\nx\n", [], "x\n!x\nx\n"),
        ("x/\n!x/keep\nx\n", [], "x/\n!x/keep\nx\n"),
        ("x\n/x\n", [], "x\n/x\n"),
        ("/x\nx\n", [], "/x\nx\n"),
        ("a/x\nx\n", [], "a/x\nx\n"),
        ("x\nX\n", [], "x\nX\n"),
        ("!.venv/\n", [], "!.venv/\n"),
        ("\ufeffx\nx\n", ["2: `x` repeats `x` in line 1"], "\ufeffx\n"),
        ("\udcff\n\udcff\n", ["2: `\udcff` repeats `\udcff` in line 1"], "\udcff\n"),
    ],
    ids=["pdm-typo", "typo", "bracket", "folder-only", "rooted", "covered-folder-only", "twice", "thrice",
         "folder-and-name", "class", "other-class", "exception-between", "exception-inside", "rooted-later",
         "rooted-first", "path", "case", "negated", "bom", "bytes"],
)  # fmt: skip
def test_a_line_and_what_becomes_of_it(git_repo: MakeRepository, text: str, expected: list[str], after: str) -> None:
    repository = git_repo({".gitignore": encode(text), "kept": ""}, commit=False)

    assert expected == said(repository)
    assert encode(after) == (mended(repository, "KPT205").root / ".gitignore").read_bytes()


def test_every_tracked_ignore_file_is_read_and_no_other(git_repo: MakeRepository) -> None:
    repository = git_repo({"a/.gitignore": "x\nx\n", "b/.gitignore": "x\n", "kept": ""}, commit=False)
    repository.write({".gitignore": "x\nx\n"})

    assert ["a/.gitignore"] == [str(each.location.path) for each in found(repository, "KPT205")]


LINES = st.lists(
    st.sampled_from(
        ["x", "x/", "/x", "!x", "!x/", "x/y", "*.py[cod]", "*.pyc", "!*.pyc", "# note", "", "**/x", "x/*", "y"]
    ),
    max_size=7,
)
PROBES = ["x/y", "x/z", "a/x/y", "b/x", "y", "z.pyc", "x/z.pyc", "a/x/q.pyd", "a/y", "b/y/x"]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=LINES)
def test_the_fix_changes_nothing_for_git(git_repo: MakeRepository, lines: list[str]) -> None:
    """Whatever is removed as a repetition, git ignores the same paths afterwards."""
    repository = git_repo(name=f"repo-{abs(hash(tuple(lines)))}", commit=False)
    text = "".join(f"{line}\n" for line in lines)
    repository.write({".gitignore": text, "kept": "", **dict.fromkeys(PROBES, "")})
    repository.stage([".gitignore", "kept"])

    before = ignored(repository)
    mended(repository, "KPT205")

    assert before == ignored(repository)


def ignored(repository: Repository) -> str:
    return repository.git("ls-files", "--others", "--ignored", "--exclude-standard")
