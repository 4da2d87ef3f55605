"""Commands with parameters, conditions, jobs with arguments, and the orb circleci/python."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kempt.model.pipeline import Built, Pipeline

PipelineOf = Callable[[str], Pipeline]


def argvs(pipeline: Pipeline) -> list[str]:
    return [" ".join(command.argv) for job in pipeline.jobs for command in job.commands]


def test_a_command_is_put_in_the_place_of_its_name(pipeline_of: PipelineOf) -> None:
    pipeline = pipeline_of("""\
commands:
  install:
    parameters: {tool: {default: uv}, args: {default: ""}, after: {type: steps, default: []}}
    steps:
      - run: << parameters.tool >> sync << parameters.args >>
      - steps: << parameters.after >>
  all:
    parameters: {extra: {type: string}}
    steps:
      - install: {args: "--extra << parameters.extra >> --locked", after: [{run: uv build}]}
jobs:
  test: {steps: [install, all: {extra: docs}]}
""")

    assert ["uv sync", "uv sync --extra docs --locked", "uv build"] == argvs(pipeline)


def test_a_script_that_is_an_argument_has_the_place_of_the_argument(pipeline_of: PipelineOf) -> None:
    pipeline = pipeline_of("""\
commands:
  shell: {parameters: {script: {type: string}}, steps: [{run: {command: << parameters.script >>}}]}
jobs:
  test: {steps: [shell: {script: uv sync && uv build}]}
""")

    first = pipeline.jobs[0].commands[0]
    assert ("uv sync", 4) == (pipeline.text[first.start : first.end], first.location.line)


@pytest.mark.parametrize(
    "condition, expected",
    [
        pytest.param("true", ["uv sync"], id="true"),
        pytest.param("false", ["uv build"], id="false"),
        pytest.param("''", ["uv build"], id="empty"),
        pytest.param("<< parameters.on >>", ["uv sync"], id="parameter"),
        pytest.param("{not: << parameters.on >>}", ["uv build"], id="not"),
        pytest.param("{equal: [uv, << parameters.tool >>]}", ["uv sync"], id="equal"),
        pytest.param("{equal: [pip, << parameters.tool >>]}", ["uv build"], id="unequal"),
        pytest.param("{or: [false, {equal: [uv, << parameters.tool >>]}]}", ["uv sync"], id="or"),
        pytest.param("{and: [<< pipeline.parameters.x >>, false]}", ["uv build"], id="and"),
        pytest.param("<< pipeline.parameters.x >>", ["uv sync", "uv build"], id="unknown"),
        pytest.param("{matches: {pattern: a, value: b}}", ["uv sync", "uv build"], id="not followed"),
        pytest.param("[a]", ["uv sync", "uv build"], id="wrong type"),
    ],
)
def test_conditions_that_are_known_decide(condition: str, expected: list[str], pipeline_of: PipelineOf) -> None:
    pipeline = pipeline_of(f"""\
commands:
  c:
    parameters: {{on: {{default: true}}, tool: {{default: uv}}}}
    steps:
      - when: {{condition: {condition}, steps: [{{run: uv sync}}]}}
      - unless: {{condition: {condition}, steps: [{{run: uv build}}]}}
jobs: {{test: {{steps: [c]}}}}
""")

    assert expected == argvs(pipeline)


@pytest.mark.parametrize(
    "uses, expected",
    [
        pytest.param("[test]", "uv sync --group dev", id="default"),
        pytest.param("[{test: {group: docs}}, {test: {group: docs}}]", "uv sync --group docs", id="all alike"),
        pytest.param("[test, {test: {group: docs}}]", "uv sync --group << parameters.group >>", id="different"),
        pytest.param(
            "[{test: {matrix: {parameters: {group: [a, b]}}}}]", "uv sync --group << parameters.group >>", id="matrix"
        ),
        pytest.param("[{test: {matrix: {parameters: {group: [a]}}}}]", "uv sync --group a", id="matrix of one"),
    ],
)
def test_a_job_s_parameter_is_known_where_all_uses_agree(uses: str, expected: str, pipeline_of: PipelineOf) -> None:
    pipeline = pipeline_of(f"""\
jobs:
  test:
    parameters: {{group: {{type: string, default: dev}}}}
    steps: [{{run: uv sync --group << parameters.group >>}}]
workflows: {{main: {{jobs: {uses}}}}}
""")

    assert [expected] == argvs(pipeline)


def orb(arguments: str) -> str:
    return f"""\
orbs: {{py: circleci/python@4.0.0}}
jobs:
  test:
    executor: py/default
    steps: [checkout, py/install-packages: {{{arguments}}}]
"""


@pytest.mark.parametrize(
    "arguments, command, caches",
    [
        pytest.param("pkg-manager: uv", ["uv sync"], ["uv downloads", "uv environment"], id="uv"),
        pytest.param(
            "pkg-manager: uv, args: --locked", ["uv sync --locked"], ["uv downloads", "uv environment"], id="args"
        ),
        pytest.param("pkg-manager: uv, venv-cache: false", ["uv sync"], ["uv downloads"], id="no environment"),
        pytest.param("pkg-manager: poetry", ["poetry install --no-ansi"], ["poetry environment"], id="poetry"),
        pytest.param(
            "pkg-manager: pipenv", ["pipenv install"], ["pipenv downloads", "pipenv environment"], id="pipenv"
        ),
        pytest.param(
            "pkg-manager: pip", ["pip install -r requirements.txt"], ["pip downloads", "pip environment"], id="pip"
        ),
        pytest.param("pkg-manager: pip, pypi-cache: false", ["pip install -r requirements.txt"], [], id="pip uncached"),
        pytest.param(
            "pkg-manager: pip-dist", ["pip install -e ."], ["pip downloads", "pip environment"], id="pip-dist"
        ),
        pytest.param("args: x", [], [], id="it looks for itself"),
    ],
)
def test_the_python_orb_installs_and_caches(
    arguments: str, command: list[str], caches: list[str], pipeline_of: PipelineOf
) -> None:
    pipeline = pipeline_of(orb(arguments))

    found = [f"{each.manager} {each.built}" for each in pipeline.jobs[0].all_caches]
    assert (command, caches) == (argvs(pipeline), found)


def test_where_the_orb_looks_for_itself_it_is_opaque(pipeline_of: PipelineOf) -> None:
    assert ["", "py/install-packages"] == [step.opaque for step in pipeline_of(orb("")).jobs[0].steps]


def test_the_orb_s_own_key_follows_the_lock_and_another_is_read(pipeline_of: PipelineOf) -> None:
    plain = pipeline_of(orb("pkg-manager: uv")).jobs[0].all_caches[1]
    other = (
        pipeline_of(orb("""pkg-manager: uv, cache-key-override: 'x-{{ checksum "uv.lock" }}'""")).jobs[0].all_caches[1]
    )

    assert (True, None, Built.ENVIRONMENT) == (plain.keyed, plain.key, plain.built)
    assert (False, ("uv.lock",)) == (other.keyed, other.key.files if other.key else None)


def test_the_orb_s_folder_is_where_the_project_lies(pipeline_of: PipelineOf) -> None:
    assert ["api"] == [each.folder for each in pipeline_of(orb("pkg-manager: uv, app-dir: api")).jobs[0].commands]


def test_the_orb_s_test_job_installs_after_its_setup(pipeline_of: PipelineOf) -> None:
    pipeline = pipeline_of("""\
orbs: {python: circleci/python@4.0.0}
workflows: {main: {jobs: [{python/test: {pkg-manager: uv, setup: [{run: uv lock --check}]}}]}}
""")

    assert ["uv lock --check", "uv sync"] == argvs(pipeline)
