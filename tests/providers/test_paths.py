"""One path taken out of what is cached, in lists and in texts of several lines."""

from __future__ import annotations

from types import ModuleType

import pytest

from kempt.providers import azure, bitbucket, codebuild, github, gitlab, paths
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


AZURE = "steps:\n- script: echo\n- task: Cache@2\n  inputs:\n    key: a\n    path: .uv\n- script: uv sync\n"
STEP = "pipelines:\n  default:\n  - step:\n      caches: [{}]\n      script: [pip install -r a.txt]\n"
JOB = "test:\n  {}script: [uv sync]\n"


@pytest.mark.parametrize(
    "provider, path, before, after",
    [
        (azure, "azure-pipelines.yml", AZURE, "steps:\n- script: echo\n- script: uv sync\n"),
        (bitbucket, "bitbucket-pipelines.yml", STEP.format("pip, node"), STEP.format("node")),
        (bitbucket, "bitbucket-pipelines.yml", STEP.format("pip"), STEP.format("").replace("      caches: []\n", "")),
        (gitlab, ".gitlab-ci.yml", JOB.format("cache: {paths: [.venv]}\n  "), JOB.format("")),
        (gitlab, ".gitlab-ci.yml", JOB.format("cache:\n    key: a\n    paths: [.venv]\n  "), JOB.format("")),
        (gitlab, ".gitlab-ci.yml", JOB.format("cache: [{paths: [.venv]}, {paths: [.uv]}]\n  "),
            JOB.format("cache: [{paths: [.uv]}]\n  ")),
        (codebuild, "buildspec.yml", SPEC + "  paths: [.venv/**/*]\nartifacts: {files: [a]}\n",
            SPEC.replace("cache:\n", "artifacts: {files: [a]}\n")),
        (github, ".github/workflows/ci.yml", HEAD + "          path: .venv\n          key: a\n      - run: uv sync\n",
            HEAD.partition("      - uses")[0] + "      - run: uv sync\n"),
    ],
    ids=["azure", "bitbucket", "bitbucket-only", "gitlab", "gitlab-block", "gitlab-list", "codebuild", "github"],
)  # fmt: skip
def test_a_cache_that_goes_whole(provider: ModuleType, path: str, before: str, after: str) -> None:
    (pipeline,) = read(provider.PROVIDER, {path: before}).pipelines
    (job,) = pipeline.jobs

    assert after == edited(before, provider.PROVIDER.without_cache(pipeline, job, job.all_caches[0]))


@pytest.mark.parametrize(
    "provider, path, text",
    [
        (azure, "azure-pipelines.yml", AZURE.replace("path: .uv", "path: .uv\n    cacheHitVar: HIT")
            + "- script: echo\n  condition: ne(variables.HIT, 'true')\n"),
        (gitlab, ".gitlab-ci.yml", JOB.format("cache: &c\n    paths: [.venv]\n  ") + "b: {cache: *c, script: [a]}\n"),
        (github, ".github/workflows/ci.yml",
            HEAD.replace("uses: a", "id: c\n        uses: a") + "          path: .venv\n          key: a\n"
            "      - run: uv sync\n        if: steps.c.outputs.cache-hit\n"),
    ],
    ids=["azure", "anchor", "github"],
)  # fmt: skip
def test_a_cache_that_others_speak_of_stays(provider: ModuleType, path: str, text: str) -> None:
    (pipeline,) = read(provider.PROVIDER, {path: text}).pipelines
    job = pipeline.jobs[0]

    assert () == provider.PROVIDER.without_cache(pipeline, job, job.all_caches[0])
