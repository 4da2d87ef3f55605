"""Workflows to pipelines: what starts them, what their jobs run on, what they are there for."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from kempt.model.listing import Listing
from kempt.model.pipeline import Pipeline
from kempt.providers.github import PROVIDER
from support.workflows import CI, HEAD, job, pipeline, read_all

SETUP = "    steps:\n      - uses: actions/setup-python@v7\n        with: {python-version: '${{ matrix.py }}'}\n"
STEP = "    steps:\n      - run: uv sync\n"


def test_workflows_lie_in_one_folder_and_none_below() -> None:
    listing = Listing.of([
        ".github/workflows/a.yml", ".github/workflows/b.yaml", ".github/workflows/c.txt", ".github/workflows/d/e.yml",
        "x/.github/workflows/f.yml", ".github/g.yml",
    ])  # fmt: skip

    assert (".github/workflows/a.yml", ".github/workflows/b.yaml") == PROVIDER.paths(listing)


@pytest.mark.parametrize(
    "on, expected",
    [
        ("on: push", {"push"}),
        ('"on": [push, pull_request]', {"push", "pull_request"}),
        ("true: push", {"push"}),
        ("on:\n  push:\n    branches: [main]\n  schedule:\n    - cron: '0 0 * * *'", {"push", "schedule"}),
        ("on:\n  push:\n    tags: ['v*']", {"tag"}),
        ("on:\n  push:\n    tags: ['v*']\n    branches: [main]", {"push"}),
        ("on:\n  release:\n    types: [published]\n  workflow_dispatch:", {"release", "workflow_dispatch"}),
        ("on: 2026-13-45", {"2026-13-45"}),
        ("name: none", set()),
    ],
)
def test_the_events_that_start_a_workflow(on: str, expected: set[str]) -> None:
    assert expected == pipeline(f"{on}\njobs: {{}}\n").triggers


@pytest.mark.parametrize(
    "runs_on, system, folder, hosted",
    [
        ("runs-on: ubuntu-24.04-arm", "linux", "/home/runner", True),
        ("runs-on: macos-15", "macos", "/Users/runner", True),
        ("runs-on: windows-latest", "windows", "C:/Users/runneradmin", True),
        ("runs-on: [self-hosted, linux, x64]", "linux", "", False),
        ("runs-on: {group: big, labels: ubuntu-22.04}", "linux", "", False),
        ("runs-on: depot-ubuntu-24.04", "linux", "", False),
        ("runs-on: ${{ matrix.os }}\n    strategy: {matrix: {os: [ubuntu-22.04, ubuntu-24.04]}}",
         "linux", "/home/runner", True),
        ("runs-on: ${{ matrix.os }}\n    strategy: {matrix: {os: [ubuntu-22.04, macos-15]}}", "", "", True),
        ("runs-on: ${{ matrix.on.image }}\n    strategy: {matrix: {on: [{image: macos-15}]}}",
         "macos", "/Users/runner", True),
        ("runs-on: ${{ matrix.os || 'ubuntu-latest' }}\n    strategy: {matrix: {include: [{os: windows-2025}]}}",
         "", "", True),
        ("runs-on: ${{ inputs.runner }}", "", "", False),
        ("runs-on: ubuntu-latest\n    container: python:3.13", "linux", "", True),
    ],
)  # fmt: skip
def test_the_machine_of_a_job(runs_on: str, system: str, folder: str, *, hosted: bool) -> None:
    found = job(f"on: push\njobs:\n  a:\n    {runs_on}\n{STEP}")

    assert (system, folder, hosted) == (found.system, found.home, found.hosted)


@pytest.mark.parametrize(
    "on, extra, expected",
    [
        ("release", "", True),
        ("{push: {tags: [v1]}, workflow_dispatch: {}}", "", True),
        ("[push, release]", "", False),
        ("push", "    environment: pypi\n", True),
        ("push", "    environment: {name: release, url: x}\n", True),
        ("push", "    if: startsWith(github.ref, 'refs/tags/v')\n", True),
        ("push", "    if: github.event_name == 'release'\n", True),
        ("push", "    if: github.event_name == 'release' || github.ref == 'refs/heads/main'\n", False),
        ("workflow_dispatch", "", False),
    ],
)
def test_a_job_that_releases(on: str, extra: str, *, expected: bool) -> None:
    assert expected is job(f"on: {on}\njobs:\n  a:\n    runs-on: ubuntu-latest\n{extra}{STEP}").releases


@pytest.mark.parametrize(
    "step", ["uses: pypa/gh-action-pypi-publish@v1", "run: uv publish", "run: twine upload dist/*"]
)
def test_a_job_that_publishes_releases(step: str) -> None:
    assert job(f"{HEAD}      - {step}\n").releases


@pytest.mark.parametrize(
    "name, on, step, expected",
    [
        ("tests", "push", "run: uv sync", False),
        ("tests-latest", "push", "run: uv sync", True),
        ("minimum_versions", "push", "run: uv sync", True),
        ("upgrade", "push", "run: uv sync", True),
        ("update-deps", "push", "run: uv sync", True),
        ("update-docs", "push", "run: uv sync", False),
        ("tests-ubuntu-latest", "push", "run: uv sync", False),
        ("bot", "schedule", "uses: peter-evans/create-pull-request@v7", True),
        ("bot", "schedule", "run: gh pr create --fill", True),
        ("bot", "push", "run: gh pr create --fill", False),
        ("bot", "schedule", "run: uv sync", False),
    ],
)
def test_a_job_that_changes_dependencies(name: str, on: str, step: str, *, expected: bool) -> None:
    text = f"on: {on}\njobs:\n  {name}:\n    runs-on: ubuntu-latest\n    steps:\n      - {step}\n"

    assert expected is job(text).updates


def test_variables_of_all_levels_are_listed_and_the_nearest_wins() -> None:
    found = pipeline(
        "on: push\nenv: {A: 1, B: 1, C: 1}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    env: {B: 2, C: 2}\n"
        "    steps:\n      - run: uv sync\n        env: {C: 3, D: '${{ env.B }}/x'}\n"
    )

    assert {"A": "1", "B": "2", "C": "3", "D": "2/x"} == found.jobs[0].steps[0].variables
    assert ["pipeline", "pipeline", "pipeline", "job", "job", "step", "step"] == [one.scope for one in found.variables]
    assert ["1", "1", "1", "2", "2", "3", "${{ env.B }}/x"] == [one.text.value for one in found.variables]


@pytest.mark.parametrize(
    "text, expected",
    [
        (f"    strategy: {{matrix: {{py: [3.9, '3.10', 3.10]}}}}\n{SETUP}", [("3.9", ""), ("3.10", "'"), ("3.10", "")]),
        (f"    strategy: {{matrix: {{include: [{{py: 3.10}}, {{py: 3.11}}]}}}}\n{SETUP}", [("3.10", ""), ("3.11", "")]),
        (("    strategy: {matrix: {go: [1.10]}}\n    steps:\n      - uses: actions/setup-go@v6\n"
         "        with: {go-version: '${{ matrix.go }}'}\n"), []),
        (f"    env: {{PYTHON: 3.10}}\n{SETUP.replace('matrix.py', 'env.PYTHON')}", [("3.10", "")]),
        ("    env: {UV_PYTHON: 3.10}\n    steps: []\n", [("3.10", "")]),
        ("    steps:\n      - uses: someone/python@v1\n        with: {python-version: 3.10}\n", [("3.10", "")]),
    ],
    ids=["list", "include", "other", "env", "uv", "unknown-action"],
)  # fmt: skip
def test_scalars_that_name_a_python(text: str, expected: list[tuple[str, str]]) -> None:
    found = pipeline(f"on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n{text}").pythons

    assert expected == [(one.value, one.style) for one in found]


def test_the_default_of_an_input_names_a_python() -> None:
    found = pipeline(
        "on:\n  workflow_call:\n    inputs:\n      python: {type: string, default: 3.10}\njobs:\n  a:\n"
        "    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/setup-python@v7\n"
        "        with:\n          python-version: ${{ inputs.python }}\n"
    )

    assert [("3.10", 4)] == [(one.value, one.location.line) for one in found.pythons]


def test_a_called_workflow_is_a_pipeline_and_its_caller_has_no_steps() -> None:
    called = "on: workflow_call\njobs:\n  t:\n    runs-on: ubuntu-latest\n    steps:\n      - run: uv sync\n"
    caller = "on: push\njobs:\n  a:\n    uses: ./.github/workflows/t.yml\n    with:\n      python-version: 3.10\n"
    found = read_all({".github/workflows/a.yml": caller, ".github/workflows/t.yml": called})

    assert [(), ("uv",)] == [tuple(command.argv[0] for command in one.jobs[0].commands) for one in found.pipelines]
    assert () == found.pipelines[0].jobs[0].steps
    assert ["3.10"] == [text.value for text in found.pipelines[0].pythons]


def test_a_workflow_called_from_elsewhere_is_opaque() -> None:
    found = job("on: push\njobs:\n  a:\n    uses: org/repo/.github/workflows/python.yml@v1\n")

    assert ["org/repo/.github/workflows/python.yml"] == [step.opaque for step in found.steps]


@pytest.mark.parametrize(
    "text, expected", [("uses: actions/checkout@v7", True), ("run: uv sync", None)], ids=["checkout", "none"]
)
def test_the_source_has_git_where_it_is_checked_out(text: str, *, expected: bool | None) -> None:
    assert expected is pipeline(f"{HEAD}      - {text}\n").has_git


def test_a_workflow_that_does_not_parse_is_a_fault_and_the_others_go_on() -> None:
    found = read_all({CI: "on: push\njobs: [uv\n", ".github/workflows/b.yml": f"{HEAD}      - run: uv sync\n"})

    assert [("KPT002", PurePosixPath(CI))] == [(fault.code, fault.path) for fault in found.faults]
    assert [PurePosixPath(".github/workflows/b.yml")] == [one.path for one in found.pipelines]


def test_a_workflow_without_a_word_of_python_is_not_read() -> None:
    assert () == read_all({CI: "on: push\njobs: [broken\n"}).pipelines
    assert () == read_all({CI: "on: push\njobs: [broken\n"}).faults


def test_a_file_that_cannot_be_read_is_passed_over() -> None:
    class Vanished:
        listing = Listing.of([CI])

        def read(self, _path: str, /) -> bytes | None:
            return None

    assert () == PROVIDER.read(Vanished(), (CI,)).pipelines


def test_blocks_and_locations_are_those_of_the_text() -> None:
    text = f"{HEAD}      - name: sync\n        run: |\n          cd api\n          uv sync\n"
    found: Pipeline = pipeline(text)
    step = found.jobs[0].steps[0]
    command = step.commands[-1]

    assert "name: sync" == found.text[step.block[0] :].split("\n")[0]
    assert "uv sync" == found.text[command.start : command.end]
    assert (9, 11, "api") == (command.location.line, command.location.column, command.folder)
    assert found.text[found.jobs[0].block[0] :].startswith("tests:")
