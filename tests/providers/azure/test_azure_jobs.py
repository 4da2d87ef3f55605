"""Pipelines of Azure: which files, what their templates bring, and what each job runs."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from kempt.model.pipeline import Job, Pipeline, Step
from kempt.model.provider import Read
from kempt.providers.azure import PROVIDER
from support import ci_files

ROOT = "azure-pipelines.yml"


def read(text: str, files: dict[str, str] | None = None) -> Read:
    return ci_files.read(PROVIDER, {**(files or {}), ROOT: f"{text}\n# pip\n"})


def pipeline(text: str, files: dict[str, str] | None = None) -> Pipeline:
    found = read(text, files)
    assert () == found.faults
    return next(each for each in found.pipelines if each.path == PurePosixPath(ROOT))


def job(text: str, files: dict[str, str] | None = None) -> Job:
    return pipeline(text, files).jobs[0]


def shown(steps: tuple[Step, ...]) -> list[str]:
    return [step.opaque or (step.script.value if step.script else step.name) for step in steps]


def test_files_of_the_usual_names_and_folders_are_azures() -> None:
    files = [
        ROOT, "ci/azure-pipelines.test.yaml", ".azure-pipelines/a/b.yml", ".azuredevops/c.yaml", ".azuredevops/d.md",
        "azure.yml", "x-azure-pipelines.yml",
    ]  # fmt: skip
    listing = ci_files.Tracked(dict.fromkeys(files, b"")).listing

    assert (".azure-pipelines/a/b.yml", ".azuredevops/c.yaml", ROOT, "ci/azure-pipelines.test.yaml") == PROVIDER.paths(
        listing
    )


def test_what_does_not_parse_is_a_fault_and_the_others_are_read() -> None:
    found = read("steps: [{script: a}]", {".azuredevops/a.yml": "pip: [\n"})

    assert [PurePosixPath(".azuredevops/a.yml")] == [fault.path for fault in found.faults]
    assert [PurePosixPath(ROOT)] == [each.path for each in found.pipelines]


def test_a_file_without_a_word_of_packages_is_not_parsed() -> None:
    assert Read() == ci_files.read(PROVIDER, {ROOT: "steps: [\n"})


def test_a_template_that_another_file_names_is_no_pipeline() -> None:
    files = {
        ".azuredevops/a.yml": "steps: [{script: pip}]\n",
        ".azuredevops/b.yml": "trigger: none\nsteps: [{script: pip}]\n",
    }

    found = read("steps:\n- template: .azuredevops/a.yml\n- template: .azuredevops/b.yml", files)

    assert [PurePosixPath(".azuredevops/b.yml"), PurePosixPath(ROOT)] == [each.path for each in found.pipelines]


@pytest.mark.parametrize(
    "text",
    [
        "steps: [{script: a}]",
        "jobs: [{job: x, steps: [{script: a}]}]",
        "stages: [{stage: y, jobs: [{job: x, steps: [{script: a}]}]}]",
        "jobs: [{deployment: x, strategy: {runOnce: {deploy: {steps: [{script: a}]}}}}]",
        "jobs: [{'${{ if true }}': [{job: x, steps: [{script: a}]}]}]",
        "${{ if true }}: {steps: [{script: a}]}",
    ],
    ids=["steps", "jobs", "stages", "deployment", "conditional job", "conditional steps"],
)
def test_steps_are_found_at_each_level(text: str) -> None:
    assert [["a"]] == [shown(each.steps) for each in pipeline(text).jobs]


def test_conditions_and_loops_over_steps_are_looked_into() -> None:
    text = (
        "steps:\n- ${{ if eq(1, 2) }}:\n  - script: a\n- ${{ else }}:\n  - script: b\n"
        "- ${{ each x in parameters.y }}:\n  - script: c"
    )

    assert ["a", "b", "c"] == shown(job(text).steps)


@pytest.mark.parametrize(
    "use, template",
    [
        ("steps:\n- template: ci/a.yml", "steps: [{script: STEP}]"),
        ("jobs:\n- template: /ci/a.yml@self", "jobs: [{job: j, steps: [{script: STEP}]}]"),
        ("stages:\n- template: ci/a.yml", "stages: [{jobs: [{steps: [{script: STEP}]}]}]"),
        ("extends:\n  template: ci/a.yml", "steps: [{script: STEP}]"),
    ],
    ids=["steps", "jobs", "stages", "extends"],
)
def test_templates_are_put_in_with_their_parameters(use: str, template: str) -> None:
    body = template.replace("STEP", "\"${{ parameters.x }} ${{ parameters['y'] }}\"")
    files = {"ci/a.yml": f"parameters:\n- {{name: x, type: string}}\n- {{name: y, default: 3}}\n{body}\n"}

    (step,) = job(f"{use}\n  parameters: {{x: pip}}", files).steps

    assert (("pip", "3"), False, PurePosixPath("ci/a.yml")) == (step.commands[0].argv, step.own, step.location.path)


def test_lists_of_steps_are_handed_to_templates() -> None:
    template = (
        "parameters: {before: [], after: []}\n"
        "steps:\n- ${{ parameters.before }}\n- script: b\n- ${{ parameters.after }}\n"
    )

    found = job("steps:\n- template: a.yml\n  parameters:\n    before: [{script: a}]", {"a.yml": template}).steps

    assert (["a", "b"], [True, False]) == (shown(found), [step.own for step in found])


@pytest.mark.parametrize("name", ["a.yml@other", "gone.yml", "../a.yml", "${{ parameters.x }}"])
def test_a_template_that_cannot_be_read_may_do_anything(name: str) -> None:
    assert [name, "b"] == shown(job(f"steps:\n- template: {name}\n- script: b").steps)


def test_of_a_template_elsewhere_that_a_pipeline_extends_only_what_it_is_given_is_known() -> None:
    stages = "[{stage: x, jobs: [{job: y, steps: [{script: b}]}]}]"
    text = f"extends:\n  template: a.yml@other\n  parameters:\n    stages: {stages}"

    assert ["a.yml@other", "b"] == shown(job(text).steps)


def test_templates_that_name_each_other_end() -> None:
    files = {
        "a.yml": "steps: [{template: b.yml}, {template: b.yml}]\n",
        "b.yml": "steps: [{template: a.yml}, {template: a.yml}]\n",
    }

    assert 1 == len(pipeline("steps: [{template: a.yml}]", files).jobs)


def test_variables_are_in_force_under_the_names_that_scripts_know() -> None:
    text = (
        "variables: {a.b: 1, C: $(a.b)2}\njobs:\n- job: x\n  variables:\n"
        "  - name: d\n    value: $(Build.SourcesDirectory)/e\n"
        "  - group: g\n  - template: v.yml\n  steps: [{script: pip, env: {F: $(C)}}]"
    )

    found = pipeline(text, {"v.yml": "variables: {g: h}\n"})

    assert {"A_B": "1", "C": "12", "D": "e", "G": "h", "F": "12"} == found.jobs[0].steps[0].variables
    assert [("A_B", "pipeline"), ("C", "pipeline"), ("D", "job"), ("G", "job")] == [
        (each.name, each.scope) for each in found.variables
    ]


def test_a_script_sets_variables_and_folders_for_the_steps_after_it() -> None:
    text = (
        'steps:\n- bash: |\n    echo "##vso[task.setvariable variable=uv_cache_dir]$(Pipeline.Workspace)/.uv"\n'
        "    echo '##vso[task.prependpath]$(Build.SourcesDirectory)/.venv/bin'\n- script: uv sync"
    )

    first, second = job(text).steps

    assert ({}, {"UV_CACHE_DIR": "$(Pipeline.Workspace)/.uv"}) == (first.variables, second.variables)
    assert (".venv/bin",) == first.on_path
    assert [("echo",), ("echo",)] == [command.argv[:1] for command in first.commands]


@pytest.mark.parametrize(
    "folder, expected",
    [
        ("api", "api"),
        ("./api/", "api"),
        ("$(Build.SourcesDirectory)/api", "api"),
        ("$(System.DefaultWorkingDirectory)", ""),
        ("$(Pipeline.Workspace)/s/api", "api"),
        ("$(Pipeline.Workspace)", None),
        ("$(where)", "src"),
        ("$(unknown)", None),
        ("/srv", None),
        ("../x", None),
    ],
)
def test_a_working_directory_is_relative_to_the_repository(folder: str, expected: str | None) -> None:
    found = job(f"variables: {{where: src}}\nsteps:\n- script: pip\n  workingDirectory: {folder}")

    assert expected == found.commands[0].folder


@pytest.mark.parametrize("script, expected", [("a\n    b", False), ("set -e\n    a", True)])
def test_a_script_goes_on_after_a_failure_unless_it_says_otherwise(script: str, *, expected: bool) -> None:
    assert expected is job(f"steps:\n- bash: |\n    {script}").steps[0].errexit


@pytest.mark.parametrize(
    "step",
    [
        "bash: pip",
        "script: pip",
        "{task: Bash@3, inputs: {targetType: inline, script: pip}}",
        "{task: CmdLine@2, inputs: {script: pip}}",
    ],
)
def test_scripts_are_steps_and_tasks(step: str) -> None:
    assert [("pip",)] == [command.argv for command in job(f"steps:\n- {step}").commands]


def test_a_script_in_a_file_is_one_command() -> None:
    found = job("steps: [{task: Bash@3, inputs: {filePath: ci/a.sh, arguments: -x y, workingDirectory: b}}]")

    assert [(("bash", "ci/a.sh", "-x", "y"), "b")] == [(command.argv, command.folder) for command in found.commands]


@pytest.mark.parametrize("step", ["script: pip", "pwsh: pip", "powershell: pip", "{task: PowerShell@2}"])
def test_what_no_posix_shell_runs_is_not_read(step: str) -> None:
    found = job(f"pool: {{vmImage: windows-latest}}\nsteps:\n- {step}\n- bash: uv")

    assert [("uv",)] == [command.argv for command in found.commands]


@pytest.mark.parametrize(
    "step, expected",
    [
        ("task: UsePythonVersion@0", ""),
        ("task: PublishTestResults@2", ""),
        ("task: ms-dev.vss.Docker@2", ""),
        ("task: Unheard@1", "Unheard@1"),
        ("checkout: self", ""),
        ("download: current", ""),
        ("unheard: x", "unheard"),
    ],
)
def test_a_task_that_is_not_known_may_do_anything(step: str, expected: str) -> None:
    assert expected == job(f"steps: [{{{step}}}]").steps[0].opaque


def test_a_step_that_is_switched_off_is_none() -> None:
    assert () == job("steps: [{script: a, enabled: false}]").steps


@pytest.mark.parametrize(
    "pool, system, hosted, user",
    [
        ("", "linux", True, "/home/vsts"),
        ("pool: {vmImage: ubuntu-24.04}", "linux", True, "/home/vsts"),
        ("pool: {vmImage: macOS-15}", "macos", True, "/Users/runner"),
        ("pool: {vmImage: windows-2025}", "windows", True, ""),
        ("pool: {vmImage: $(image)}", "", True, ""),
        ("pool: mine", "", False, ""),
        ("pool: {name: mine, demands: a}", "", False, ""),
        ("pool: {name: Azure Pipelines, vmImage: ubuntu-latest}", "linux", True, "/home/vsts"),
        ("container: python:3.12", "linux", True, ""),
    ],
)
def test_the_pool_tells_the_machine(pool: str, system: str, *, hosted: bool, user: str) -> None:
    found = job(f"{pool}\nsteps: [{{script: a}}]")

    assert (system, hosted, user) == (found.system, found.hosted, found.home)


def test_a_matrix_tells_the_machine_and_the_pythons() -> None:
    text = (
        "variables: {unused: '3.9'}\njobs:\n- job: x\n  pool: {vmImage: $(image)}\n  strategy:\n    matrix:\n"
        "      a: {image: ubuntu-22.04, v: 3.10}\n      b: {image: ubuntu-24.04, v: '3.12'}\n"
        "  steps:\n  - {task: UsePythonVersion@0, inputs: {versionSpec: $(v)}}\n"
        '- job: y\n  steps: [{task: UsePythonVersion@0, inputs: {versionSpec: "3.13"}}]'
    )

    found = pipeline(text)

    assert ["linux", "linux"] == [each.system for each in found.jobs]
    assert ["3.10", "3.12", "3.13"] == sorted(each.value for each in found.pythons)
    assert {"3.10", "'3.12'", '"3.13"'} == {found.text[each.start : each.end] for each in found.pythons}


TAGS = "startsWith(variables['Build.SourceBranch'], 'refs/tags/')"


@pytest.mark.parametrize(
    "text, expected",
    [
        ("jobs: [{deployment: x, strategy: {runOnce: {deploy: {steps: [{script: a}]}}}}]", True),
        (f'stages: [{{stage: x, condition: "{TAGS}", jobs: [{{steps: [{{script: a}}]}}]}}]', True),
        ("jobs: [{job: x, condition: succeeded(), steps: [{script: a}]}]", False),
        ("steps: [{script: twine upload dist/*}]", True),
    ],
    ids=["deployment", "tags", "succeeded", "twine"],
)
def test_a_job_that_deploys_publishes_or_is_for_tags_releases(text: str, *, expected: bool) -> None:
    assert expected is job(text).releases


@pytest.mark.parametrize(
    "text, expected, updates",
    [
        ("", {"trigger", "pr"}, False),
        ("trigger: none\npr: none\nschedules: [{cron: x}]", {"schedules"}, True),
        ("trigger: [main]\npr: none", {"trigger"}, False),
    ],
)
def test_what_runs_by_the_clock_only_updates(text: str, expected: set[str], *, updates: bool) -> None:
    found = pipeline(f"{text}\nsteps: [{{script: a}}]")

    assert (expected, updates) == (set(found.triggers), found.jobs[0].updates)
