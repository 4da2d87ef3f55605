"""One path taken out of what is cached, in lists and in texts of several lines."""

from __future__ import annotations

import pytest

from kempt.providers import codebuild, github, paths
from support.ci_files import edited, read

HEAD = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/cache@v6\n        with:\n"
SPEC = "version: 0.2\nphases:\n  build:\n    commands: [uv sync]\ncache:\n"


@pytest.mark.parametrize(
    "before, after",
    [
        (
            "          path: |\n            ~/a\n            ~/b\n            ~/c\n",
            "          path: |\n            ~/a\n            ~/c\n",
        ),
        (
            "          path: |\n            ~/b\n            ~/c\n          key: x\n",
            "          path: |\n            ~/c\n          key: x\n",
        ),
        (
            "          key: x\n          path: |\n            ~/a\n            ~/b\n",
            "          key: x\n          path: |\n            ~/a\n",
        ),
        (
            "          key: x\n          path: |\n            ~/a\n            ~/b",
            "          key: x\n          path: |\n            ~/a\n",
        ),
    ],
    ids=["middle", "first", "last", "no-end"],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["unix", "windows"])
def test_a_line_of_a_text(before: str, after: str, end: str) -> None:
    text = (HEAD + before).replace("\n", end)
    (pipeline,) = read(github.PROVIDER, {".github/workflows/ci.yml": text}).pipelines
    path = next(each for each in pipeline.jobs[0].all_caches[0].paths if each.value == "~/b")

    assert (HEAD + after).replace("\n", end) == edited(text, paths.without_path(pipeline, path))


@pytest.mark.parametrize("given", ["          path: ~/b\n", "          path: |\n            ~/b\n"])
def test_the_only_path_stays(given: str) -> None:
    (pipeline,) = read(github.PROVIDER, {".github/workflows/ci.yml": HEAD + given}).pipelines

    assert () == paths.without_path(pipeline, pipeline.jobs[0].all_caches[0].paths[0])


@pytest.mark.parametrize(
    "before, after",
    [
        (
            "  paths:\n    - /a/**/*\n    - /b/**/*  # old\n    # the rest\n    - /c/**/*\n",
            "  paths:\n    - /a/**/*\n    # the rest\n    - /c/**/*\n",
        ),
        ("  paths: [/a/**/*, /b/**/*]\n", "  paths: [/a/**/*]\n"),
    ],
    ids=["block", "flow"],
)
def test_an_item_of_a_list(before: str, after: str) -> None:
    (pipeline,) = read(codebuild.PROVIDER, {"buildspec.yml": SPEC + before}).pipelines
    path = next(each for each in pipeline.jobs[0].all_caches[0].paths if each.value == "/b/**/*")

    assert SPEC + after == edited(SPEC + before, paths.without_path(pipeline, path))
