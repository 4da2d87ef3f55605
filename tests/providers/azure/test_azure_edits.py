"""Edits of pipelines of Azure: the whole text before and after, and what is read from it then."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kempt.model.installs import Downloads
from kempt.model.pipeline import PartKind, Pipeline
from kempt.model.provider import Edits, Wanted
from kempt.providers.azure import PROVIDER
from support import ci_files

ROOT = "azure-pipelines.yml"
UV = Wanted("uv", Downloads("UV_CACHE_DIR", "uv", "", "", ()), ("uv.lock",))
PIPENV = Wanted("pipenv", Downloads("PIPENV_CACHE_DIR", "pipenv", "", "", ()), ("Pipfile",), "3.13")
POETRY = Wanted(
    "poetry", Downloads("POETRY_CACHE_DIR", "pypoetry", "", "", (), ("artifacts", "cache")), ("a/poetry.lock",), "3.13"
)
FULL = (PartKind.SYSTEM, PartKind.MACHINE, PartKind.PYTHON, PartKind.FILES)
MACHINE = '"$(Agent.OS)" | "$(Agent.OSArchitecture)"'


def mended(text: str, edit: Callable[[Pipeline], Edits]) -> tuple[str, Pipeline]:
    return ci_files.mended(PROVIDER, ROOT, text, edit)


def pipeline(text: str) -> Pipeline:
    return ci_files.read(PROVIDER, {ROOT: text}).pipelines[0]


def keyed(found: Pipeline) -> Edits:
    return PROVIDER.with_key(found, found.jobs[0], found.jobs[0].all_caches[0], UV._replace(python="3.13"))


def moved(wanted: Wanted) -> Callable[[Pipeline], Edits]:
    def edit(found: Pipeline) -> Edits:
        cache = found.jobs[0].all_caches[0]
        return PROVIDER.with_path(found, found.jobs[0], cache, cache.paths[0], wanted)

    return edit


def test_a_cache_is_put_before_the_install_with_the_variable_that_fills_it() -> None:
    text = """\
trigger: [main]

# what runs
steps:
  - task: UsePythonVersion@0
    inputs: { versionSpec: $(v) }
  # install
  - script: uv sync --locked # all
"""

    new, found = mended(text, lambda found: PROVIDER.with_cache(found, found.jobs[0], UV))

    assert (
        f"""\
trigger: [main]

variables:
  UV_CACHE_DIR: $(Pipeline.Workspace)/.cache/uv

# what runs
steps:
  - task: UsePythonVersion@0
    inputs: {{ versionSpec: $(v) }}
  - task: Cache@2
    inputs:
      key: uv | {MACHINE} | "py$(v)" | uv.lock
      restoreKeys: uv | {MACHINE} | "py$(v)"
      path: $(Pipeline.Workspace)/.cache/uv
  # install
  - script: uv sync --locked # all
"""
        == new
    )
    (cache,) = found.jobs[0].all_caches
    assert cache.key
    assert all(map(cache.key.has, FULL))
    assert cache.paths[0].value == found.jobs[0].steps[-1].variables["UV_CACHE_DIR"]


def test_each_folder_of_poetrys_downloads_has_a_step_and_variables_in_a_list_one_more() -> None:
    text = """\
jobs:
- job: test
  variables:
  - group: secrets
  steps:
  - bash: poetry sync
"""

    new, _ = mended(text, lambda found: PROVIDER.with_cache(found, found.jobs[0], POETRY))

    assert (
        f"""\
jobs:
- job: test
  variables:
  - group: secrets
  - name: POETRY_CACHE_DIR
    value: $(Pipeline.Workspace)/.cache/pypoetry
  steps:
  - task: Cache@2
    inputs:
      key: poetry-artifacts | {MACHINE} | "py3.13" | a/poetry.lock
      restoreKeys: poetry-artifacts | {MACHINE} | "py3.13"
      path: $(Pipeline.Workspace)/.cache/pypoetry/artifacts
  - task: Cache@2
    inputs:
      key: poetry-cache | {MACHINE} | "py3.13" | a/poetry.lock
      restoreKeys: poetry-cache | {MACHINE} | "py3.13"
      path: $(Pipeline.Workspace)/.cache/pypoetry/cache
  - bash: poetry sync
"""
        == new
    )


def test_a_variable_that_is_there_is_used_and_a_lock_that_looks_like_a_word_gets_a_folder() -> None:
    text = "variables: {PIPENV_CACHE_DIR: /tmp/x}\nsteps:\n- bash: pipenv sync\n"

    new, _ = mended(text, lambda found: PROVIDER.with_cache(found, found.jobs[0], PIPENV))

    assert (
        f"""\
variables: {{PIPENV_CACHE_DIR: /tmp/x}}
steps:
- task: Cache@2
  inputs:
    key: pipenv | {MACHINE} | "py3.13" | ./Pipfile
    restoreKeys: pipenv | {MACHINE} | "py3.13"
    path: $(PIPENV_CACHE_DIR)
- bash: pipenv sync
"""
        == new
    )


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("steps: [{script: uv sync}]\n", id="flow"),
        pytest.param("steps:\n- script: pip install a\n", id="no install of it"),
        pytest.param("variables: {a: b}\njobs:\n- {job: a, steps: [{script: uv}]}\n", id="flow job"),
    ],
)
def test_no_cache_is_added_where_it_cannot_be_placed(text: str) -> None:
    found = pipeline(text)

    assert () == PROVIDER.with_cache(found, found.jobs[0], UV)


@pytest.mark.parametrize(
    "before, after",
    [
        pytest.param(
            "key: '\"uv.lock\" | x' # k\n    path: a",
            f"key: 'uv | {MACHINE} | \"py3.13\" | uv.lock' # k\n    path: a",
            id="quoted",
        ),
        pytest.param(
            "path: a\n    key: uv | $(Build.BuildId) | package.json\n    restoreKeys: |\n      uv\n      x",
            f'path: a\n    key: uv | {MACHINE} | "py3.13" | uv.lock | package.json\n'
            f'    restoreKeys: |-\n      uv | {MACHINE} | "py3.13"',
            id="a run",
        ),
    ],
)  # fmt: skip
def test_a_key_is_made_to_follow_the_lock(before: str, after: str) -> None:
    head, tail = "steps:\n- task: Cache@2\n  inputs:\n    ", "\n- script: uv sync\n"

    new, found = mended(f"{head}{before}{tail}", keyed)

    assert f"{head}{after}{tail}" == new
    key = found.jobs[0].all_caches[0].key
    assert key
    assert all(map(key.has, FULL))
    assert "" == key.broken


def test_a_path_becomes_the_managers_with_its_variable() -> None:
    text = """\
jobs:
- job: a
  steps:
  - task: Cache@2
    inputs: { key: "poetry.lock", path: ~/.cache/pip } # pip
  - script: poetry sync
"""

    new, _ = mended(text, moved(POETRY))

    assert (
        f"""\
jobs:
- job: a
  variables:
    POETRY_CACHE_DIR: $(Pipeline.Workspace)/.cache/pypoetry
  steps:
  - task: Cache@2
    inputs: {{ key: "poetry.lock", path: $(Pipeline.Workspace)/.cache/pypoetry/artifacts }} # pip
  - task: Cache@2
    inputs:
      key: poetry-cache | {MACHINE} | "py3.13" | a/poetry.lock
      restoreKeys: poetry-cache | {MACHINE} | "py3.13"
      path: $(Pipeline.Workspace)/.cache/pypoetry/cache
  - script: poetry sync
"""
        == new
    )


def test_of_several_places_in_one_step_none_is_replaced() -> None:
    assert () == moved(UV)(pipeline("steps:\n- task: Cache@2\n  inputs: {key: uv, path: a | b}\n- script: uv\n"))


def test_commands_are_steps_before_another_one_in_its_folder() -> None:
    text = "steps:\n- script: a\n# b\n- script: uv sync\n  workingDirectory: 'x y' # here\n"

    new, _ = mended(
        text,
        lambda found: PROVIDER.with_commands(found, found.jobs[0], found.jobs[0].steps[1], ("uv lock --check", "c")),
    )

    assert (
        """\
steps:
- script: a
- script: uv lock --check
  workingDirectory: 'x y'
- script: c
  workingDirectory: 'x y'
# b
- script: uv sync
  workingDirectory: 'x y' # here
"""
        == new
    )


def test_commands_are_steps_at_the_end_of_a_job() -> None:
    text = "jobs:\n- job: a\n  steps:\n  - bash: |\n      uv sync\n  # end\n- job: b\n"

    new, _ = mended(text, lambda found: PROVIDER.with_commands(found, found.jobs[0], None, ("uv cache prune --ci",)))

    assert text.replace("uv sync\n", "uv sync\n  - script: uv cache prune --ci\n") == new


def test_nothing_is_put_into_a_template() -> None:
    template = "steps:\n- script: uv sync\n- task: Cache@2\n  inputs: {key: a, path: b}\n"
    (found,) = ci_files.read(PROVIDER, {ROOT: "steps:\n- template: a.yml\n", "a.yml": template}).pipelines
    (job,) = found.jobs
    (cache,) = job.all_caches

    assert [()] * 4 == [
        PROVIDER.with_cache(found, job, UV),
        PROVIDER.with_key(found, job, cache, UV),
        PROVIDER.with_path(found, job, cache, cache.paths[0], UV),
        PROVIDER.with_commands(found, job, job.steps[0], ("a",)),
    ]


def test_what_artifacts_leave_out_does_not_stand_in_the_pipeline() -> None:
    found = pipeline("steps:\n- publish: .\n- script: pip\n")

    assert () == PROVIDER.without_paths(found, found.jobs[0].artifacts[0], (".venv/**",))
