"""Edits of a CircleCI configuration: the whole text after them, and what is read from it then."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kempt.engine.project.settling import edited
from kempt.model.installs import Downloads
from kempt.model.pipeline import Pipeline
from kempt.model.provider import Edits, Wanted
from kempt.providers import provider

PipelineOf = Callable[[str], Pipeline]
CIRCLECI = provider("circleci")
UV = Downloads("UV_CACHE_DIR", "uv", "~/.cache/uv", "~/AppData/Local/uv/cache", ("uv", "cache", "dir"))
POETRY = Downloads("POETRY_CACHE_DIR", "pypoetry", "~/Library/Caches/pypoetry", "", (), kept=("artifacts", "cache"))
WANTED = Wanted("uv", UV, ("uv.lock",), "3.13")
BARE = """\
version: 2.1
jobs:
  test:
    docker:
      - image: cimg/python:3.13
    steps:
      - checkout
      # the tool
      - run: pip install uv==0.13.9 # pinned
      # the packages
      - run: uv sync --locked
      - run: uv run pytest
"""
CACHED = """\
version: 2.1
jobs:
  test:
    docker:
      - image: cimg/python:3.13
    steps:
      - checkout
      # the tool
      - run: pip install uv==0.13.9 # pinned
      - restore_cache:
          keys:
            - 'uv-v1-{{ arch }}-py3.13-{{ checksum "uv.lock" }}'
            - "uv-v1-{{ arch }}-py3.13-"
      # the packages
      - run: uv sync --locked
      - save_cache:
          key: 'uv-v1-{{ arch }}-py3.13-{{ checksum "uv.lock" }}'
          paths:
            - ~/.cache/uv
      - run: uv run pytest
"""


def after(pipeline: Pipeline, edits: Edits) -> str:
    return edited(pipeline.text.encode(), edits).decode()


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_a_cache_is_put_around_the_install(end: str, pipeline_of: PipelineOf) -> None:
    pipeline = pipeline_of(BARE.replace("\n", end))

    text = after(pipeline, CIRCLECI.with_cache(pipeline, pipeline.jobs[0], WANTED))

    assert CACHED.replace("\n", end) == text
    restored, saved = pipeline_of(text).jobs[0].all_caches
    assert (["~/.cache/uv"], True) == ([path.value for path in restored.paths], restored.restores)
    assert saved.key is not None
    assert ("uv.lock",) == saved.key.files


@pytest.mark.parametrize(
    "before, wanted, key, paths",
    [
        pytest.param(
            BARE.replace("uv sync --locked", "poetry sync"),
            Wanted("poetry", POETRY, ("poetry.lock",)),
            'poetry-v1-{{ arch }}-{{ checksum "poetry.lock" }}',
            ["~/.cache/pypoetry/artifacts", "~/.cache/pypoetry/cache"],
            id="several folders",
        ),
        pytest.param(
            BARE.replace("    steps:", "    environment: {UV_CACHE_DIR: /tmp/uv}\n    steps:"),
            WANTED._replace(python=""),
            'uv-v1-{{ arch }}-{{ checksum "uv.lock" }}',
            ["/tmp/uv"],  # noqa: S108 - a folder of a machine of CircleCI
            id="moved by a variable",
        ),
        pytest.param(
            BARE.replace("    steps:", "    working_directory: ~/project/api\n    steps:").replace(
                "- checkout", "- checkout: {path: ~/project}"
            ),
            WANTED._replace(locks=("api/uv.lock", "uv.lock")),
            'uv-v1-{{ arch }}-py3.13-{{ checksum "uv.lock" }}-{{ checksum "../uv.lock" }}',
            ["~/.cache/uv"],
            id="seen from the working directory",
        ),
        pytest.param(
            BARE.replace("docker:\n      - image: cimg/python:3.13", "macos: {xcode: 16.3.0}").replace(
                "uv sync --locked", "poetry install"
            ),
            Wanted("poetry", POETRY, ("poetry.lock",), "<< parameters.python >>"),
            'poetry-v1-{{ arch }}-py<< parameters.python >>-{{ checksum "poetry.lock" }}',
            ["~/Library/Caches/pypoetry/artifacts", "~/Library/Caches/pypoetry/cache"],
            id="macos",
        ),
    ],
)
def test_a_cache_suits_the_job(
    before: str, wanted: Wanted, key: str, paths: list[str], pipeline_of: PipelineOf
) -> None:  # fmt: skip
    pipeline = pipeline_of(before)

    saved = pipeline_of(after(pipeline, CIRCLECI.with_cache(pipeline, pipeline.jobs[0], wanted))).jobs[0].all_caches[1]

    assert saved.key is not None
    assert (key, paths) == (saved.key.text.value, [path.value for path in saved.paths])


def test_without_an_install_of_its_own_the_cache_is_restored_after_the_checkout(pipeline_of: PipelineOf) -> None:
    pipeline = pipeline_of(
        "jobs:\n  t:\n    docker: [{image: a}]\n    steps:\n      - checkout\n      - run: make # uv\n"
    )

    job = pipeline_of(after(pipeline, CIRCLECI.with_cache(pipeline, pipeline.jobs[0], WANTED))).jobs[0]

    assert ["checkout", "restore_cache", "run", "save_cache"] == [step.name for step in job.steps]


@pytest.mark.parametrize(
    "text, wanted",
    [
        pytest.param("jobs: {t: {docker: [{image: a}], steps: [{run: uv sync}]}}\n", WANTED, id="on one line"),
        pytest.param("x: &s\n  - run: uv sync\njobs:\n  t:\n    steps: *s\n", WANTED, id="another job's list"),
        pytest.param(BARE, WANTED._replace(locks=()), id="no lock"),
        pytest.param(BARE.replace("    steps:", "    environment: {UV_CACHE_DIR: $X}\n    steps:"), WANTED, id="$"),
        pytest.param(BARE.replace("    steps:", "    working_directory: $X\n    steps:"), WANTED, id="somewhere"),
        pytest.param(
            BARE.replace("docker:\n      - image: cimg/python:3.13", "executor: a/b"), WANTED, id="any system"
        ),
    ],
)
def test_no_cache_is_written_where_its_place_is_not_known(text: str, wanted: Wanted, pipeline_of: PipelineOf) -> None:
    pipeline = pipeline_of(text)

    assert () == CIRCLECI.with_cache(pipeline, pipeline.jobs[0], wanted)


@pytest.mark.parametrize(
    "old, new",
    [
        pytest.param("deps", 'deps-{{ arch }}-py3.13-{{ checksum "uv.lock" }}', id="constant"),
        pytest.param(
            'deps-v2-{{ .Branch }}-{{ checksum "requirements.txt" }}',
            'deps-v2-{{ arch }}-py3.13-{{ checksum "uv.lock" }}',
            id="branch and another manifest",
        ),
        pytest.param(
            'v1-{{ arch }}-{{ checksum "uv.lock" }}-{{ .Revision }}',
            'v1-py3.13-{{ arch }}-{{ checksum "uv.lock" }}',
            id="commit",
        ),
        pytest.param(
            'uv-{{ checksum "uv.lock" }}-{{ checksum ".python-version" }}',
            'uv-{{ arch }}-{{ checksum ".python-version" }}-{{ checksum "uv.lock" }}',
            id="Python by its file",
        ),
        pytest.param(
            'all-{{ checksum "package-lock.json" }}',
            'all-{{ arch }}-py3.13-{{ checksum "package-lock.json" }}-{{ checksum "uv.lock" }}',
            id="another tool's lock",
        ),
    ],
)
def test_a_key_is_mended_where_it_is_saved_and_restored(old: str, new: str, pipeline_of: PipelineOf) -> None:
    text = """\
jobs:
  test:
    docker: [{image: cimg/python:3.13}]
    steps:
      - restore_cache: {keys: ['KEY', de]}
      - save_cache: {key: 'KEY', paths: [~/.cache/uv]}
"""
    pipeline = pipeline_of(text.replace("KEY", old))

    edits = CIRCLECI.with_key(pipeline, pipeline.jobs[0], pipeline.jobs[0].all_caches[0], WANTED)

    restored, saved = (each.key for each in pipeline_of(after(pipeline, edits)).jobs[0].all_caches)
    assert restored is not None
    assert saved is not None
    assert (new, new) == (restored.text.value, saved.text.value)


def test_a_mended_key_leaves_all_else_as_it_is(pipeline_of: PipelineOf) -> None:
    text = """\
jobs:
  test:
    docker: [{image: cimg/python:3.13}]
    steps:
      - restore_cache: # first
          keys: # of two
            - deps
            - 'de' # less
      - run: uv sync
      - save_cache: {key: deps, paths: [~/.cache/uv]} # last
"""
    pipeline = pipeline_of(text)

    edits = CIRCLECI.with_key(pipeline, pipeline.jobs[0], pipeline.jobs[0].all_caches[0], WANTED)

    key = """'deps-{{ arch }}-py3.13-{{ checksum "uv.lock" }}'"""
    expected = text.replace("- deps", f"- {key}").replace("key: deps", f"key: {key}")
    assert expected.replace("'de'", "'deps-{{ arch }}-py3.13-'") == after(pipeline, edits)


def test_a_shared_key_gets_no_parameter_of_one_job(pipeline_of: PipelineOf) -> None:
    pipeline = pipeline_of("""\
jobs:
  a:
    docker: [{image: a}]
    steps:
      - save_cache: {key: &k uv, paths: [~/.cache/uv]}
  b:
    docker: [{image: a}]
    steps:
      - restore_cache: {key: *k}
""")
    wanted = WANTED._replace(python="<< parameters.python >>")

    mended = after(pipeline, CIRCLECI.with_key(pipeline, pipeline.jobs[0], pipeline.jobs[0].all_caches[0], wanted))

    assert """key: &k 'uv-{{ arch }}-{{ checksum "uv.lock" }}', paths""" in mended


@pytest.mark.parametrize(
    "paths, wanted, expected",
    [
        pytest.param("            - .venv\n", WANTED, "            - ~/.cache/uv\n", id="one"),
        pytest.param(
            "            - .venv # x\n            - node_modules\n",
            Wanted("poetry", POETRY, ("poetry.lock",)),
            "            - ~/.cache/pypoetry/artifacts\n            - ~/.cache/pypoetry/cache # x\n"
            "            - node_modules\n",
            id="several",
        ),
        pytest.param(
            "            - .venv\n            - ~/.cache/uv\n",
            WANTED,
            "            - ~/.cache/uv\n",
            id="there already",
        ),
    ],
)
def test_a_path_becomes_the_download_cache(paths: str, wanted: Wanted, expected: str, pipeline_of: PipelineOf) -> None:
    text = f"""\
jobs:
  test:
    docker: [{{image: cimg/python:3.13}}]
    steps:
      - run: uv sync
      - save_cache:
          key: a
          paths:
{paths}"""
    pipeline = pipeline_of(text)
    cache = pipeline.jobs[0].all_caches[0]

    new = after(pipeline, CIRCLECI.with_path(pipeline, pipeline.jobs[0], cache, cache.paths[0], wanted))

    assert text.replace(paths, expected) == new


@pytest.mark.parametrize(
    "at, commands, old, new",
    [
        pytest.param(
            3,
            ("uv cache prune --ci",),
            "      - save_cache",
            "      - run: uv cache prune --ci\n      - save_cache",
            id="before",
        ),
        pytest.param(
            None,
            ("uv cache prune --ci", "echo done"),
            "pytest\n",
            "pytest\n      - run: |\n          uv cache prune --ci\n          echo done\n",
            id="at the end",
        ),
    ],
)
def test_commands_are_a_step_of_their_own(
    at: int | None, commands: tuple[str, ...], old: str, new: str, pipeline_of: PipelineOf
) -> None:
    pipeline = pipeline_of(CACHED)
    job = pipeline.jobs[0]

    edits = CIRCLECI.with_commands(pipeline, job, job.steps[at + 1] if at is not None else None, commands)

    assert CACHED.replace(old, new) == after(pipeline, edits)


def test_a_step_of_a_command_is_not_a_place_in_the_job(pipeline_of: PipelineOf) -> None:
    pipeline = pipeline_of("commands:\n  c:\n    steps:\n      - run: uv sync\njobs:\n  t:\n    steps:\n      - c\n")
    job = pipeline.jobs[0]

    assert () == CIRCLECI.with_commands(pipeline, job, job.steps[0], ("uv lock",))


def test_artifacts_leave_nothing_out(pipeline_of: PipelineOf) -> None:
    pipeline = pipeline_of("jobs:\n  t:\n    steps:\n      - store_artifacts: {path: .} # python\n")

    assert () == CIRCLECI.without_paths(pipeline, pipeline.jobs[0].artifacts[0], (".venv",))
