"""Edits of `.gitlab-ci.yml`: the whole text before and after, and what is read from it then."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kempt.model.installs import Downloads
from kempt.model.pipeline import PartKind, Pipeline
from kempt.model.provider import Edits, Wanted
from kempt.providers.gitlab import PROVIDER
from support import ci_files

ROOT = ".gitlab-ci.yml"
UV = Wanted("uv", Downloads("UV_CACHE_DIR", "uv", "", "", ()), ("uv.lock",))
PIP = Wanted("pip", Downloads("PIP_CACHE_DIR", "pip", "", "", ()), ("requirements.txt",), "3.13")
POETRY = Wanted(
    "poetry", Downloads("POETRY_CACHE_DIR", "pypoetry", "", "", (), ("artifacts", "cache")), ("poetry.lock",)
)
BLOCK = "key:\n      files:\n        - requirements.txt\n      prefix: pip-linux-amd64-py3.13\n    paths: [a]"
FULL = (PartKind.SYSTEM, PartKind.MACHINE, PartKind.PYTHON, PartKind.FILES)


def mended(text: str, edit: Callable[[Pipeline], Edits]) -> tuple[str, Pipeline]:
    return ci_files.mended(PROVIDER, ROOT, text, edit)


def first(wanted: Wanted, *, number: int = 0) -> Callable[[Pipeline], Edits]:
    return lambda found: PROVIDER.with_cache(found, found.jobs[number], wanted)


def keyed(wanted: Wanted, *, number: int = 0) -> Callable[[Pipeline], Edits]:
    return lambda found: PROVIDER.with_key(found, found.jobs[0], found.jobs[0].caches[number], wanted)


def moved(wanted: Wanted, *, number: int = 0) -> Callable[[Pipeline], Edits]:
    def edit(found: Pipeline) -> Edits:
        cache = found.jobs[0].caches[0]
        return PROVIDER.with_path(found, found.jobs[0], cache, cache.paths[number], wanted)

    return edit


def pipeline(text: str) -> Pipeline:
    return ci_files.read(PROVIDER, {ROOT: text}).pipelines[0]


def test_a_cache_is_added_with_the_variable_that_fills_it() -> None:
    text = """\
test:
  image: python:3.12-slim # small
  script:
    - uv sync --locked # all

# the end
other: {script: [a]}
"""

    new, found = mended(text, first(UV))

    assert (
        """\
test:
  image: python:3.12-slim # small
  script:
    - uv sync --locked # all
  variables:
    UV_CACHE_DIR: $CI_PROJECT_DIR/.cache/uv
  cache:
    key:
      files:
        - uv.lock
      prefix: uv-linux-amd64-py3.12
    paths:
      - .cache/uv

# the end
other: {script: [a]}
"""
        == new
    )
    (cache,) = found.jobs[0].caches
    assert cache.key
    assert all(map(cache.key.has, FULL))
    assert "$CI_PROJECT_DIR/.cache/uv" == found.jobs[0].steps[0].variables["UV_CACHE_DIR"]


def test_a_cache_joins_others_and_uses_the_folder_that_is_set() -> None:
    text = """\
variables:
    UV_CACHE_DIR: .uv
test:
    script: [uv sync]
    cache:
        - key: npm
          paths: [node_modules]
"""

    new, found = mended(text, first(UV))

    assert (
        text
        + """\
        - key:
            files:
              - uv.lock
            prefix: uv-linux-amd64
          paths:
            - .uv
"""
        == new
    )
    assert [["node_modules"], [".uv"]] == [[text.value for text in cache.paths] for cache in found.jobs[0].caches]


def test_of_poetry_only_the_folders_of_downloads_are_cached() -> None:
    text = "test:\n  variables:\n    A: b\n  script: [poetry sync]\n  tags: [arm64]\n"

    new, _ = mended(text, first(POETRY))

    assert (
        """\
test:
  variables:
    A: b
    POETRY_CACHE_DIR: $CI_PROJECT_DIR/.cache/pypoetry
  script: [poetry sync]
  tags: [arm64]
  cache:
    key:
      files:
        - poetry.lock
      prefix: poetry-linux-arm64
    paths:
      - .cache/pypoetry/artifacts
      - .cache/pypoetry/cache
"""
        == new
    )


def test_more_than_two_locks_of_one_name_are_a_pattern() -> None:
    wanted = UV._replace(locks=("a/uv.lock", "b/uv.lock", "c/uv.lock"))

    _, found = mended("test:\n  script: [uv sync]\n", first(wanted))

    key = found.jobs[0].caches[0].key
    assert ("**/uv.lock",) == (key.files if key else ())


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("test: {script: [uv sync]}\n", id="flow"),
        pytest.param("cache: {paths: [a]}\ntest:\n  script: [uv sync]\n", id="would take the place of another"),
        pytest.param(".a: {script: [uv sync]}\ntest: &t\n  extends: .a\n  cache: {paths: [a]}\n", id="one map"),
        pytest.param(".a: &a {variables: {B: c}}\ntest:\n  <<: *a\n  script: [uv sync]\n", id="variables merged"),
    ],
)
def test_no_cache_is_added_where_it_cannot_be_placed(text: str) -> None:
    found = pipeline(text)

    assert () == PROVIDER.with_cache(found, found.jobs[0], UV)


def test_no_cache_is_added_for_three_locks_of_several_names() -> None:
    found = pipeline("test:\n  script: [uv sync]\n")

    assert () == PROVIDER.with_cache(found, found.jobs[0], UV._replace(locks=("a", "b", "c")))


@pytest.mark.parametrize(
    "before, after",
    [
        pytest.param(
            "key: $CI_COMMIT_REF_SLUG # slug\n    paths: [a]",
            BLOCK.replace("3.13", "3.13 # slug"),
            id="text",
        ),
        pytest.param(
            "paths: [a]",
            BLOCK,
            id="none",
        ),
        pytest.param(
            "key:\n      files: [pyproject.toml]\n    paths: [a]",
            "key:\n      files: [pyproject.toml, requirements.txt]\n      prefix: pip-linux-amd64-py3.13\n"
            "    paths: [a]",
            id="another file",
        ),
        pytest.param(
            "key:\n      files:\n        - a\n        - b\n        - c\n      prefix: x-linux\n    paths: [a]",
            "key:\n      files:\n        - requirements.txt\n      prefix: x-linux-amd64-py3.13\n    paths: [a]",
            id="too many",
        ),
        pytest.param(
            "key:\n      files: [./requirements.txt]\n      prefix: '$CI_COMMIT_SHA'\n    paths: [a]",
            "key:\n      files: [requirements.txt]\n      prefix: 'pip-linux-amd64-py3.13'\n    paths: [a]",
            id="not found",
        ),
        pytest.param(
            "key: {prefix: py3.12}\n    paths: [a]",
            BLOCK,
            id="no files",
        ),
        pytest.param(
            "{key: default, paths: [a]}",
            "{key: {files: [requirements.txt], prefix: pip-linux-amd64-py3.13}, paths: [a]}",
            id="flow",
        ),
    ],
)
def test_a_key_is_made_to_follow_the_lock(before: str, after: str) -> None:
    head, tail = "test:\n  cache:", "\n  script: [pip install -r requirements.txt]\n"
    space = " " if before.startswith("{") else "\n    "

    new, found = mended(f"{head}{space}{before}{tail}", keyed(PIP))

    assert f"{head}{space}{after}{tail}" == new
    key = found.jobs[0].caches[0].key
    assert key
    assert all(map(key.has, FULL))
    assert ("", True) == (key.broken, "requirements.txt" in key.files)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("test:\n  cache: {key: &k a, paths: [a]}\n  script: [pip]\n", id="anchored"),
        pytest.param(".a: &a {key: a}\ntest:\n  cache: {<<: *a, paths: [a]}\n  script: [pip]\n", id="merged"),
        pytest.param(
            ".a: {cache: {key: a, paths: [b]}}\ntest:\n  extends: .a\n  cache: {key: c}\n  script: [pip]\n", id="spread"
        ),
    ],
)
def test_a_key_that_stands_elsewhere_is_left_alone(text: str) -> None:
    assert () == keyed(PIP)(pipeline(text))


def test_the_key_of_a_cache_that_all_jobs_share_is_mended_at_its_place() -> None:
    new, _ = mended("cache:\n  key: a\n  paths: [b]\na: {script: [pip]}\nb: {script: [pip]}\n", keyed(PIP))

    assert new.startswith("cache:\n  key:\n    files:\n      - requirements.txt\n")


def test_a_path_outside_becomes_one_in_the_project_with_its_variable() -> None:
    text = "test:\n  cache:\n    paths:\n      - ~/.cache/pip # pip's\n      - a\n  script: [poetry sync]\n"

    new, found = mended(text, moved(POETRY))

    assert (
        """\
test:
  cache:
    paths:
      - .cache/pypoetry/artifacts # pip's
      - .cache/pypoetry/cache
      - a
  script: [poetry sync]
  variables:
    POETRY_CACHE_DIR: $CI_PROJECT_DIR/.cache/pypoetry
"""
        == new
    )
    assert "" == found.jobs[0].caches[0].limits


def test_the_variable_of_a_shared_cache_is_the_whole_files() -> None:
    text = "# CI\ncache:\n  paths: [~/.cache/uv]\ntest: {script: [uv sync]}\n"

    new, _ = mended(text, moved(UV))

    assert (
        "# CI\ncache:\n  paths: [.cache/uv]\nvariables:\n  UV_CACHE_DIR: $CI_PROJECT_DIR/.cache/uv\n"
        "test: {script: [uv sync]}\n"
    ) == new


def test_a_variable_that_leads_outside_is_set_anew() -> None:
    text = "test:\n  variables: {UV_CACHE_DIR: /tmp/uv}\n  cache: {paths: [$UV_CACHE_DIR]}\n  script: [uv sync]\n"

    new, _ = mended(text, moved(UV))

    assert (
        "test:\n  variables: {UV_CACHE_DIR: $CI_PROJECT_DIR/.cache/uv}\n  cache: {paths: [.cache/uv]}\n"
        "  script: [uv sync]\n"
    ) == new


def test_a_cache_that_several_jobs_share_keeps_what_another_manager_needs() -> None:
    text = "variables: {UV_CACHE_DIR: .uv}\ncache: {paths: [.cache/pip]}\na: {script: [uv sync]}\nb: {script: [pip]}\n"

    new, _ = mended(text, moved(UV))

    assert text.replace("[.cache/pip]", "[.cache/pip, .uv]") == new


def test_a_place_that_is_cached_already_is_not_written_twice() -> None:
    text = "variables: {UV_CACHE_DIR: .uv}\ncache:\n  paths:\n    - .venv\n    - .uv\na: {script: [uv sync]}\n"

    new, _ = mended(text, moved(UV))

    assert text.replace("    - .venv\n", "") == new


def test_the_variable_at_the_top_of_a_file_is_written_once_for_two_paths() -> None:
    found = pipeline("cache: {paths: [~/.cache/pip, .venv]}\na: {script: [uv sync]}\n")

    (first, *_), (second, *_) = moved(UV)(found), moved(UV, number=1)(found)

    assert (first, 1) == (second, first.end)


def test_an_environment_gives_way_to_downloads() -> None:
    text = "cache: {paths: [.venv]}\na: {script: [uv sync]}\nb: {script: [pip]}\nvariables: {UV_CACHE_DIR: .uv}\n"

    new, _ = mended(text, moved(UV))

    assert text.replace("[.venv]", "[.uv]") == new


@pytest.mark.parametrize(
    "script, expected",
    [
        ("\n    - a # first\n    - b", "\n    - a # first\n    - uv lock --check\n    - b"),
        (" [a, b]", " [a, uv lock --check, b]"),
    ],
    ids=["block", "flow"],
)
def test_commands_are_put_before_a_line(script: str, expected: str) -> None:
    new, _ = mended(
        f"# uv\ntest:\n  script:{script}\n",
        lambda found: PROVIDER.with_commands(found, found.jobs[0], found.jobs[0].steps[1], ("uv lock --check",)),
    )

    assert f"# uv\ntest:\n  script:{expected}\n" == new


def test_in_a_flow_map_a_script_of_one_line_becomes_a_list_on_that_line() -> None:
    new, _ = mended(
        "test: {script: uv sync, image: a}\n",
        lambda found: PROVIDER.with_commands(found, found.jobs[0], None, ("x: y",)),
    )

    assert 'test: {script: [uv sync, "x: y"], image: a}\n' == new


def test_a_script_of_one_line_becomes_a_list() -> None:
    new, found = mended(
        "test:\n  script: 'a' # x\n  image: uv\n",
        lambda found: PROVIDER.with_commands(found, found.jobs[0], found.jobs[0].steps[0], ("x: y", "z")),
    )

    assert "test:\n  script:\n    - \"x: y\"\n    - z\n    - 'a' # x\n  image: uv\n" == new
    assert ["x: y", "z", "a"] == [step.script.value for step in found.jobs[0].steps if step.script]


@pytest.mark.parametrize(
    "script, expected",
    [
        ("\n    - a\n  after_script: [b]", "\n    - a\n    - uv cache prune --ci\n  after_script: [b]"),
        (" [a]", " [a, uv cache prune --ci]"),
        (" a", "\n    - a\n    - uv cache prune --ci"),
    ],
    ids=["block", "flow", "text"],
)
def test_commands_are_put_at_the_end_of_a_job(script: str, expected: str) -> None:
    new, _ = mended(
        f"# uv\ntest:\n  script:{script}\n",
        lambda found: PROVIDER.with_commands(found, found.jobs[0], None, ("uv cache prune --ci",)),
    )

    assert f"# uv\ntest:\n  script:{expected}\n" == new


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("test:\n  script: |\n    uv sync\n", id="block scalar"),
        pytest.param(".a: {script: [uv]}\ntest: {extends: .a}\n", id="inherited"),
        pytest.param(".a: &a [uv]\ntest:\n  script: &b uv\n", id="anchored"),
    ],
)
def test_no_command_is_put_where_the_place_is_not_the_jobs_own(text: str) -> None:
    found = pipeline(text)

    assert () == PROVIDER.with_commands(found, found.jobs[0], None, ("a",))


def test_nothing_is_put_into_an_included_file() -> None:
    files: dict[str, str | bytes] = {
        ROOT: "include: a.yml\n",
        "a.yml": "test:\n  script: [uv]\n  cache: {paths: [~/.cache/uv]}\n  artifacts: {paths: [a]}\n",
    }
    (found,) = ci_files.read(PROVIDER, files).pipelines
    (job,) = found.jobs
    (cache,) = job.caches

    assert [()] * 6 == [
        PROVIDER.with_cache(found, job, UV),
        PROVIDER.with_key(found, job, cache, UV),
        PROVIDER.with_path(found, job, cache, cache.paths[0], UV),
        PROVIDER.with_commands(found, job, None, ("a",)),
        PROVIDER.with_commands(found, job, job.steps[0], ("a",)),
        PROVIDER.without_paths(found, job.artifacts[0], ("a",)),
    ]


@pytest.mark.parametrize(
    "before, after",
    [
        ("paths: ['**/*']", "paths: ['**/*']\n    exclude:\n      - .venv/**/*\n      - \"**/*.pyc\""),
        ("paths: ['**/*']\n    exclude: [a]", "paths: ['**/*']\n    exclude: [a, .venv/**/*, \"**/*.pyc\"]"),
        (
            "exclude:\n      - a\n    paths: ['**/*']",
            "exclude:\n      - a\n      - .venv/**/*\n      - \"**/*.pyc\"\n    paths: ['**/*']",
        ),
        ("paths: ['**/*']\n    exclude: []", "paths: ['**/*']\n    exclude: [.venv/**/*, \"**/*.pyc\"]"),
    ],
    ids=["none", "flow", "block", "empty"],
)
def test_artifacts_leave_out(before: str, after: str) -> None:
    new, found = mended(
        f"test:\n  artifacts:\n    {before}\n  script: [pip]\n",
        lambda found: PROVIDER.without_paths(found, found.jobs[0].artifacts[0], (".venv/**/*", "**/*.pyc")),
    )

    assert f"test:\n  artifacts:\n    {after}\n  script: [pip]\n" == new
    assert [".venv/**/*", "**/*.pyc"] == [text.value for text in found.jobs[0].artifacts[0].excluded][-2:]
