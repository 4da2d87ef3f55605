"""Thousands of paths in a few lines that tell the truth."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kempt.report.untracked import groups


@pytest.mark.parametrize(
    "paths, expected",
    [
        pytest.param([], [], id="nothing"),
        pytest.param([".DS_Store"], [(".DS_Store", 1)], id="one-file-is-named"),
        pytest.param(["a.pyc", "b.pyc"], [("(top folder)", 2)], id="files-at-the-top"),
        pytest.param(["a/x", "a/y", "b/z"], [("a/", 2), ("b/z", 1)], id="by-folder"),
        pytest.param(
            ["env/pyvenv.cfg", *(f"env/lib/p{n}/x" for n in range(99)), "env0/x"],
            [("env/", 100), ("env0/x", 1)],
            id="an-environment-is-one",
        ),
        pytest.param(
            ["c/conda-meta/history", "c/bin/python", "c/lib/a/pyvenv.cfg"], [("c/", 3)], id="an-environment-in-another"
        ),
        pytest.param(
            [f"src/p{n}/__pycache__/{m}.pyc" for n in range(20) for m in "ab"],
            [("src/**/__pycache__/", 40)],
            id="folders-of-one-name",
        ),
        pytest.param(
            [f"data/d{n}/e{n}/{m}" for n in range(30) for m in "ab"], [("data/**", 60)], id="too-many-to-name"
        ),
    ],
)
def test_groups(paths: list[str], expected: list[tuple[str, int]]) -> None:
    assert expected == groups(paths)


@given(st.lists(st.text("ab/", min_size=1, max_size=12), unique=True))
def test_no_file_is_lost_or_counted_twice(paths: list[str]) -> None:
    assert len(paths) == sum(group.files for group in groups(paths))
