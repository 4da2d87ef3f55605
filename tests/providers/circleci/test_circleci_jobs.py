"""The jobs of a CircleCI configuration: machines, variables, folders, triggers, and what each step does."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kempt.model.listing import Listing
from kempt.model.pipeline import Job, Pipeline
from kempt.providers import provider

PipelineOf = Callable[[str], Pipeline]
JobOf = Callable[..., Job]


@pytest.mark.parametrize(
    "tracked, expected",
    [
        pytest.param([".circleci/config.yml"], (".circleci/config.yml",), id="yml"),
        pytest.param([".circleci/config.yaml"], (".circleci/config.yaml",), id="yaml"),
        pytest.param(["app/.circleci/config.yml", ".circleci/other.yml"], (), id="elsewhere"),
    ],
)
def test_the_configuration_is_the_one_at_the_root(tracked: list[str], expected: tuple[str, ...]) -> None:
    assert expected == provider("circleci").paths(Listing.of(tracked))


@pytest.mark.parametrize(
    "machine, expected",
    [
        pytest.param("    docker: [{image: cimg/python:3.13}]\n", ("linux", "/home/circleci", True), id="convenience"),
        pytest.param("    docker: [{image: python:3.13}]\n", ("linux", "/root", True), id="other image"),
        pytest.param("    docker: [{image: python:3.13, user: app}]\n", ("linux", "", True), id="user"),
        pytest.param("    macos: {xcode: 16.3.0}\n", ("macos", "/Users/distiller", True), id="macos"),
        pytest.param("    machine: {image: ubuntu-2404:current}\n", ("linux", "/home/circleci", True), id="machine"),
        pytest.param("    machine: true\n", ("linux", "/home/circleci", True), id="machine: true"),
        pytest.param(
            "    machine: {image: windows-server-2022-gui:current}\n",
            ("windows", "C:/Users/circleci", True),
            id="windows",
        ),
        pytest.param("    machine: true\n    resource_class: acme/runner\n", ("", "", False), id="self-hosted"),
        pytest.param("    executor: other/default\n", ("", "", True), id="an orb's executor"),
        pytest.param("    docker: python\n", ("linux", "/root", True), id="wrong type"),
    ],
)
def test_the_machine_tells_system_home_and_owner(machine: str, expected: tuple[str, str, bool], job_of: JobOf) -> None:
    job = job_of("      - run: uv sync\n", machine=machine)

    assert expected == (job.system, job.home, job.hosted)


def test_an_executor_brings_image_variables_folder_and_parameters(pipeline_of: PipelineOf) -> None:
    job = pipeline_of("""\
executors:
  py:
    parameters: {tag: {type: string, default: "3.12"}}
    docker: [{image: "cimg/python:<< parameters.tag >>", environment: {UV_LINK_MODE: copy}}]
    working_directory: ~/repo
    environment: {TAG: << parameters.tag >>, PIP_NO_INPUT: 1}
jobs:
  test:
    executor: {name: py, tag: "3.13"}
    environment: {PIP_NO_INPUT: 0}
    steps: [checkout, {run: {command: uv sync, environment: {UV_FROZEN: 1}, working_directory: ~/repo/api}}]
""").jobs[0]

    run = job.steps[1]
    expected = {"UV_LINK_MODE": "copy", "TAG": "3.13", "PIP_NO_INPUT": "0", "UV_FROZEN": "1"}
    assert (expected, "api", "/home/circleci") == (dict(run.variables), run.commands[0].folder, job.home)


def test_all_variables_are_listed_with_their_scope(pipeline_of: PipelineOf) -> None:
    pipeline = pipeline_of("""\
jobs:
  test:
    docker: [{image: cimg/python:3.13, environment: {A: 1}}]
    environment: {B: 2}
    steps:
      - run: {command: uv sync, environment: {C: 3}}
      - when: {condition: true, steps: [{run: {command: uv sync, environment: {D: 4}}}]}
""")

    expected = [("B", "2", "job"), ("A", "1", "job"), ("C", "3", "step"), ("D", "4", "step")]
    assert expected == [(each.name, each.text.value, each.scope) for each in pipeline.variables]


@pytest.mark.parametrize(
    "machine, steps, expected",
    [
        pytest.param("", "{run: uv sync}", "", id="default"),
        pytest.param("", "checkout, {run: cd api && uv sync}", "api", id="cd"),
        pytest.param("", "checkout, {run: {command: uv sync, working_directory: api}}", "api", id="relative"),
        pytest.param(
            "",
            "checkout, {run: {command: uv sync, working_directory: /home/circleci/project/api}}",
            "api",
            id="absolute",
        ),
        pytest.param("", "checkout, {run: {command: uv sync, working_directory: /tmp}}", None, id="outside"),
        pytest.param("", "checkout, {run: {command: uv sync, working_directory: $WHERE}}", None, id="variable"),
        pytest.param(
            "working_directory: ~/project/api", "{checkout: {path: ~/project}}, {run: uv sync}", "api", id="below"
        ),
        pytest.param("working_directory: ~/repo", "checkout, {run: uv sync}", "", id="root elsewhere"),
        pytest.param("", "{checkout: {path: sources}}, {run: uv sync}", None, id="above"),
        pytest.param(
            "working_directory: ~/project/api",
            "{attach_workspace: {at: ~/project}}, {run: uv sync}",
            "api",
            id="attached",
        ),
    ],
)
def test_a_folder_is_relative_to_the_checkout(
    machine: str, steps: str, expected: str | None, pipeline_of: PipelineOf
) -> None:
    job = pipeline_of(f"""\
jobs:
  test:
    docker: [{{image: cimg/python:3.13}}]
    {machine}
    steps: [{steps}]
""").jobs[0]

    assert expected == next(each.folder for each in job.commands if each.argv[0] == "uv")


@pytest.mark.parametrize(
    "body, expected",
    [
        pytest.param("uv sync", True, id="default"),
        pytest.param("{command: uv sync, shell: /bin/bash}", False, id="bare bash"),
        pytest.param("{command: uv sync, shell: /bin/bash -eo pipefail}", True, id="written out"),
        pytest.param("{command: uv sync, shell: /bin/sh -o errexit}", True, id="by its name"),
        pytest.param('"set +e; uv sync"', False, id="in the script"),
    ],
)
def test_a_script_ends_at_the_first_failure_unless_its_shell_says_otherwise(
    body: str, job_of: JobOf, *, expected: bool
) -> None:  # fmt: skip
    assert expected == job_of(f"      - run: {body}\n").steps[0].errexit


@pytest.mark.parametrize(
    "machine, body",
    [
        pytest.param("    docker: [{image: a}]\n", "{command: uv sync, shell: pwsh}", id="pwsh"),
        pytest.param("    docker: [{image: a}]\n    shell: powershell.exe\n", "uv sync", id="of the job"),
        pytest.param("    machine: {image: 'windows-server-2022:current'}\n", "uv sync", id="of the machine"),
    ],
)
def test_what_is_no_shell_script_has_no_commands(machine: str, body: str, job_of: JobOf) -> None:
    job = job_of(f"      - run: {body}\n", machine=machine)

    assert () == job.commands


def test_a_step_knows_when_it_runs(job_of: JobOf) -> None:
    job = job_of("""\
      - run: {command: uv sync, when: always}
      - when: {condition: {equal: [main, << pipeline.git.branch >>]}, steps: [{run: uv build}]}
      - unless: {condition: << pipeline.parameters.fast >>, steps: [{run: uv run pytest}]}
""")

    expected = ["always", "when {equal: [main, << pipeline.git.branch >>]}", "unless << pipeline.parameters.fast >>"]
    assert expected == [step.condition for step in job.steps]


@pytest.mark.parametrize(
    "line, expected",
    [
        pytest.param("echo 'export UV_FROZEN=1' >> $BASH_ENV", ({"UV_FROZEN": "1"}, (), False), id="variable"),
        pytest.param('echo "export A=1" | tee -a "$BASH_ENV"', ({"A": "1"}, (), False), id="tee"),
        pytest.param("echo 'export PATH=.venv/bin:$PATH' >> ${BASH_ENV}", ({}, (".venv/bin:$PATH",), False), id="path"),
        pytest.param('echo "source $(pwd)/.venv/bin/activate" >> $BASH_ENV', ({}, (), True), id="activation"),
        pytest.param("echo 'export UV_FROZEN=1' >> other", ({}, (), False), id="another file"),
    ],
)
def test_what_is_written_to_bash_env_holds_from_there_on(
    line: str, expected: tuple[dict[str, str], tuple[str, ...], bool], job_of: JobOf
) -> None:
    job = job_of(f"      - run: |\n          {line}\n      - run: uv sync\n")

    assert expected == (dict(job.steps[1].variables), job.steps[0].on_path, job.steps[0].activates)


def test_what_other_orbs_do_is_not_known(pipeline_of: PipelineOf) -> None:
    pipeline = pipeline_of("""\
orbs: {codecov: codecov/codecov@6.0.0, node: circleci/node@7}
jobs:
  test:
    docker: [{image: cimg/python:3.13}]
    steps: [checkout, codecov/upload, node/install: {install-yarn: true}, setup_remote_docker]
workflows: {main: {jobs: [test, node/test]}}
""")

    expected = [["", "codecov/upload", "node/install", ""], ["node/test"]]
    assert expected == [[step.opaque for step in job.steps] for job in pipeline.jobs]


def test_artifacts_and_workspaces_are_what_a_job_hands_on(job_of: JobOf) -> None:
    job = job_of("""\
      - run: uv sync
      - store_artifacts: {path: dist, destination: x}
      - persist_to_workspace: {root: ., paths: [.venv, dist]}
      - persist_to_workspace: {root: api, paths: ["*"]}
""")

    assert [["dist"], [".venv", "dist"], ["api/*"]] == [[text.value for text in each.paths] for each in job.artifacts]


@pytest.mark.parametrize(
    "workflow, expected",
    [
        pytest.param("jobs: [test]", (False, {"push"}), id="push"),
        pytest.param(
            "jobs: [{test: {filters: {tags: {only: /v.*/}, branches: {ignore: /.*/}}}}]",
            (True, {"tag"}),
            id="tags only",
        ),
        pytest.param("jobs: [{test: {filters: {tags: {only: /.*/}}}}]", (False, {"push", "tag"}), id="tags too"),
        pytest.param("when: << pipeline.git.tag >>\n    jobs: [test]", (True, {"push"}), id="a workflow for tags"),
        pytest.param(
            "triggers: [{schedule: {cron: 0 0 * * *}}]\n    jobs: [test]", (False, {"schedule"}), id="nightly"
        ),
        pytest.param(
            "when: {equal: [scheduled_pipeline, << pipeline.trigger_source >>]}\n    jobs: [test]",
            (False, {"schedule"}),
            id="scheduled",
        ),
        pytest.param("jobs: {test: {}}", (False, {"push"}), id="wrong type"),
    ],
)
def test_workflows_tell_when_a_job_runs(
    workflow: str, expected: tuple[bool, set[str]], pipeline_of: PipelineOf
) -> None:
    pipeline = pipeline_of(f"""\
jobs:
  test:
    docker: [{{image: cimg/python:3.13}}]
    steps: [run: uv sync]
workflows:
  main:
    {workflow}
""")

    assert expected == (pipeline.jobs[0].releases, set(pipeline.triggers))


@pytest.mark.parametrize(
    "name, command, expected",
    [
        pytest.param("publish", "uv publish", (True, False), id="publishes"),
        pytest.param("publish", "python -m twine upload dist/*", (True, False), id="uploads"),
        pytest.param("update-locks", "uv lock --upgrade", (False, True), id="updates"),
        pytest.param("test", "uv sync", (False, False), id="neither"),
    ],
)
def test_a_job_may_publish_or_update(
    name: str, command: str, expected: tuple[bool, bool], pipeline_of: PipelineOf
) -> None:  # fmt: skip
    job = pipeline_of(f"jobs:\n  {name}:\n    steps:\n      - run: {command}\n").jobs[0]

    assert expected == (job.releases, job.updates)


def test_steps_around_a_job_come_before_and_after_its_own(pipeline_of: PipelineOf) -> None:
    job = pipeline_of("""\
jobs:
  test: {docker: [{image: cimg/python:3.13}], steps: [{run: uv sync}]}
workflows:
  main: {jobs: [{test: {pre-steps: [{run: uv lock}], post-steps: [{run: uv build}]}}]}
""").jobs[0]

    assert [("uv", "lock"), ("uv", "sync"), ("uv", "build")] == [command.argv for command in job.commands]


def test_a_command_has_its_place_in_the_file(pipeline_of: PipelineOf) -> None:
    pipeline = pipeline_of("jobs:\n  test:\n    steps:\n      - run: |\n          cd x\n          uv sync --frozen\n")

    command = pipeline.jobs[0].commands[1]
    assert ("uv sync --frozen", 6) == (pipeline.text[command.start : command.end], command.location.line)


def test_a_heredoc_is_written_with_a_backslash(job_of: JobOf) -> None:
    job = job_of(
        "      - run: |\n          cat \\<<EOF > pip.conf\n          uv add x\n          EOF\n          uv sync\n"
    )

    assert ["cat", "uv"] == [command.argv[0] for command in job.commands]


@pytest.mark.parametrize(
    "text, expected",
    [
        pytest.param(
            "jobs: {t: {parameters: {python-version: {type: string, default: 3.10}}}}",
            ["3.10"],
            id="default of a parameter",
        ),
        pytest.param(
            "jobs: {t: {parameters: {v: {type: string}}, docker: [{image: 'cimg/python:<< parameters.v >>'}]}}\n"
            "workflows: {w: {jobs: [{t: {matrix: {parameters: {v: ['3.12', 3.13]}}}}]}}",
            ["3.12", "3.13"],
            id="matrix of an image's tag",
        ),
        pytest.param(
            "orbs: {python: circleci/python@4}\njobs: {t: {executor: {name: python/default, tag: 3.14}}}",
            ["3.14"],
            id="orb",
        ),
        pytest.param("jobs: {t: {docker: [{image: 'cimg/python:3.13'}]}} # uv", [], id="a tag itself is none"),
        pytest.param("jobs: {t: {parameters: {node-version: {default: 3.1}}}} # uv", [], id="another program"),
    ],
)
def test_versions_of_python_are_found(text: str, expected: list[str], pipeline_of: PipelineOf) -> None:
    assert expected == [each.value for each in pipeline_of(f"{text}\n# python").pythons]
