"""Steps in order: shells, folders, conditions, what one leaves to the next, and local actions opened."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from kempt.model.pipeline import Step
from support.workflows import CI, HEAD, job, pipeline, read_all, steps

ACTION = ".github/actions/setup/action.yml"


def programs(found: tuple[Step, ...]) -> list[tuple[str, ...]]:
    return [command.argv for step in found for command in step.commands]


@pytest.mark.parametrize(
    "shell, commands, errexit",
    [
        ("", 1, True),
        ("bash", 1, True),
        ("sh", 1, True),
        ("bash {0}", 1, False),
        ("bash -el {0}", 1, True),
        ("bash --noprofile --norc -eo pipefail {0}", 1, True),
        ("/bin/bash -l {0}", 1, False),
        ("pwsh", 0, True),
        ("powershell", 0, True),
        ("cmd", 0, True),
        ("python", 0, True),
        ("${{ matrix.shell }}", 1, True),
    ],
)
def test_only_shells_of_unix_are_read(shell: str, commands: int, *, errexit: bool) -> None:
    said = f"        shell: {shell}\n" if shell else ""
    found = steps(f"      - run: uv sync\n{said}")[0]

    assert (commands, errexit) == (len(found.commands), found.errexit)
    assert "uv sync" == (found.script.value if found.script else "")


@pytest.mark.parametrize("more, commands", [("", 0), ("    defaults: {run: {shell: bash}}\n", 1)], ids=["pwsh", "bash"])
def test_windows_has_powershell_unless_a_shell_is_named(more: str, commands: int) -> None:
    found = job(f"on: push\njobs:\n  a:\n    runs-on: windows-latest\n{more}    steps:\n      - run: uv sync\n")

    assert commands == len(found.commands)


@pytest.mark.parametrize("shell", ["[bash]", "{a: b}", "12", "null", "2026-13-45", "!!binary x"])
def test_a_shell_that_is_no_text_is_no_error(shell: str) -> None:
    assert 1 == len(steps(f"      - run: uv sync\n        shell: {shell}\n"))


def test_errexit_that_a_script_turns_off_is_off() -> None:
    assert not steps("      - run: |\n          set +e\n          uv sync\n")[0].errexit


@pytest.mark.parametrize(
    "more, folder",
    [
        ("", ""),
        ("        working-directory: ./api/\n", "api"),
        ("        working-directory: api/../web\n", "web"),
        ("        working-directory: ${{ github.workspace }}/api\n", "api"),
        ("        working-directory: ${{ env.DIR }}\n        env: {DIR: api}\n", "api"),
        ("        working-directory: ${{ matrix.dir }}\n", None),
        ("        working-directory: /tmp\n", None),
        ("        working-directory: ../x\n", None),
        ("        working-directory: [a]\n", ""),
    ],
)
def test_the_folder_of_a_step(more: str, folder: str | None) -> None:
    assert folder == steps(f"      - run: uv sync\n{more}")[0].commands[0].folder


@pytest.mark.parametrize("values, folder", [("[api]", "api"), ("[api, web]", None)], ids=["one", "several"])
def test_a_folder_out_of_the_matrix(values: str, folder: str | None) -> None:
    found = job(
        "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    strategy: {matrix: {service: " + values + "}}\n"
        "    defaults: {run: {working-directory: '${{ matrix.service }}'}}\n    steps:\n      - run: uv sync\n"
    )

    assert folder == found.commands[0].folder


def test_a_job_s_defaults_win_over_the_workflow_s() -> None:
    found = job(
        "on: push\ndefaults: {run: {working-directory: a, shell: pwsh}}\njobs:\n  a:\n    runs-on: ubuntu-latest\n"
        "    defaults: {run: {working-directory: b, shell: bash}}\n    steps:\n      - run: uv sync\n"
    )

    assert ["b"] == [command.folder for command in found.commands]


@pytest.mark.parametrize(
    "checkout, directory, folder",
    [
        ("with: {path: src}", "src/api", "api"),
        ("with: {path: src}", ".", None),
        ("with: {repository: a/b, path: other}", "api", "api"),
        ("with: {repository: a/b, path: other}", "other", None),
        ("with: {repository: a/b}", ".", None),
    ],
)
def test_a_checkout_moves_the_repository(checkout: str, directory: str, folder: str | None) -> None:
    found = steps(
        f"      - uses: actions/checkout@v7\n        {checkout}\n"
        f"      - run: uv sync\n        working-directory: {directory}\n"
    )

    assert folder == found[1].commands[0].folder


@pytest.mark.parametrize(
    "condition, expected",
    [
        ("steps.c.outputs.cache-hit != 'true'", True),
        ("${{ steps.c.outputs.cache-hit != 'true' }}", True),
        ("steps.c.outputs.cache-hit == 'false'", True),
        ("'!steps.c.outputs.cache-hit'", True),
        ("steps.c.outputs.cache-hit == 'true'", False),
        ("always()", False),
    ],
)
def test_a_step_that_a_hit_skips(condition: str, *, expected: bool) -> None:
    assert expected is steps(f"      - run: uv sync\n        if: {condition}\n")[0].skipped_on_hit


def test_a_job_that_a_hit_skips() -> None:
    found = job(
        "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    if: needs.b.outputs.cache-hit != 'true'\n"
        "    steps:\n      - run: uv sync\n"
    )

    assert found.steps[0].skipped_on_hit


def test_what_a_script_hands_on_is_there_for_later_steps() -> None:
    found = steps(
        '      - run: |\n          echo "UV_CACHE_DIR=/mine/uv" >> $GITHUB_ENV\n'
        '          echo "$PWD/.venv/bin" >> "$GITHUB_PATH"\n      - run: uv sync\n'
    )

    assert [None, "/mine/uv"] == [step.variables.get("UV_CACHE_DIR") for step in found]
    assert [("$PWD/.venv/bin",), ()] == [step.on_path for step in found]


def test_a_script_that_only_a_run_knows_is_opaque() -> None:
    assert ["${{ inputs.install }}"] == [step.opaque for step in steps("      - run: ${{ inputs.install }}\n")]


def test_a_local_action_is_opened_with_its_inputs() -> None:
    action = (
        "inputs:\n  extra: {default: dev}\n  python: {required: true}\nruns:\n  using: composite\n  steps:\n"
        "    - uses: actions/setup-python@v7\n      with: {python-version: '${{ inputs.python }}'}\n"
        "    - run: uv sync --extra ${{ inputs.extra }}\n      shell: bash\n      working-directory: api\n"
    )
    text = f"{HEAD}      - uses: ./.github/actions/setup\n        with: {{python: 3.10}}\n      - run: uv run pytest\n"
    found = pipeline(text, {ACTION: action})
    inside = found.jobs[0].steps[1]

    assert [("uv", "sync", "--extra", "dev"), ("uv", "run", "pytest")] == programs(found.jobs[0].steps)
    assert [False, False, True] == [step.own for step in found.jobs[0].steps]
    assert (PurePosixPath(ACTION), 9, "api") == (
        inside.commands[0].location.path, inside.commands[0].location.line, inside.commands[0].folder,
    )  # fmt: skip
    assert [("3.10", PurePosixPath(CI))] == [(one.value, one.location.path) for one in found.pythons]


def test_a_local_action_s_condition_is_its_steps_too() -> None:
    action = "runs:\n  using: composite\n  steps:\n    - run: uv sync\n      shell: bash\n      if: inputs.x\n"
    found = steps(
        "      - uses: ./.github/actions/setup\n        if: steps.c.outputs.cache-hit != 'true'\n", {ACTION: action}
    )

    assert ["steps.c.outputs.cache-hit != 'true' && inputs.x"] == [step.condition for step in found]
    assert [True] == [step.skipped_on_hit for step in found]


def test_local_actions_use_each_other() -> None:
    outer = "runs:\n  using: composite\n  steps:\n    - uses: ./.github/actions/inner\n"
    inner = "runs:\n  using: composite\n  steps:\n    - run: uv sync\n      shell: bash\n"
    found = steps(
        "      - uses: ./.github/actions/setup\n", {ACTION: outer, ".github/actions/inner/action.yaml": inner}
    )

    assert [("uv", "sync")] == programs(found)


@pytest.mark.parametrize(
    "action",
    [
        "runs:\n  using: composite\n  steps:\n    - uses: ./.github/actions/setup\n",
        "runs: {using: node24, main: x.js}\n",
        "runs: {using: composite, steps: uv}\n",
        "[]\n",
        "a: [\n",
        None,
    ],
    ids=["itself", "javascript", "no-list", "no-map", "unparsable", "missing"],
)
def test_a_local_action_that_cannot_be_opened_is_opaque(action: str | None) -> None:
    files = {ACTION: action} if action is not None else {}
    found = steps("      - uses: ./.github/actions/setup\n", files)

    assert ["./.github/actions/setup"] == [step.opaque for step in found]


def test_a_local_action_that_does_not_parse_is_one_fault() -> None:
    use = "      - uses: ./.github/actions/setup\n"
    found = read_all({CI: HEAD + use + use + "# uv\n", ACTION: "a: [\n"})

    assert [PurePosixPath(ACTION)] == [fault.path for fault in found.faults]


def test_local_actions_that_multiply_come_to_an_end() -> None:
    files = {
        f".github/actions/a{number}/action.yml": "runs:\n  using: composite\n  steps:\n"
        + f"    - uses: ./.github/actions/a{number + 1}\n" * 8
        for number in range(9)
    }
    last = "runs:\n  using: composite\n  steps:\n    - run: uv sync\n      shell: bash\n"

    found = steps("      - uses: ./.github/actions/a0\n", {**files, ".github/actions/a9/action.yml": last})

    assert len(found) <= 5000


def test_a_step_of_an_anchor_elsewhere_is_not_the_job_s_own() -> None:
    found = pipeline(
        "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - &sync\n        run: uv sync\n"
        "  b:\n    runs-on: ubuntu-latest\n    steps:\n      - *sync\n"
    )

    assert [True, False] == [one.steps[0].own for one in found.jobs]


@pytest.mark.parametrize(
    "uses, opaque",
    [
        ("hynek/setup-cached-uv@v2", "hynek/setup-cached-uv"),
        ("docker://python:3.13", "docker://python:3.13"),
        ("actions/setup-node@v6", ""),
        ("github/codeql-action/init@v4", ""),
        ("Codecov/codecov-action@v5", ""),
        ("pre-commit/action@v3.0.1", ""),
    ],
)
def test_an_action_that_nobody_knows_is_opaque(uses: str, opaque: str) -> None:
    assert opaque == steps(f"      - uses: {uses}\n")[0].opaque


def test_an_action_that_runs_a_script_is_read() -> None:
    found = steps("      - uses: CodSpeedHQ/action@v4\n        with:\n          run: uv run pytest\n")

    assert [("uv", "run", "pytest")] == programs(found)


def test_conda_s_environment_is_active_afterwards() -> None:
    assert steps("      - uses: conda-incubator/setup-miniconda@v3\n")[0].activates


@pytest.mark.parametrize(
    "more, expected", [("", False), ("        continue-on-error: true\n", True)], ids=["must", "may"]
)
def test_a_step_that_may_fail(more: str, *, expected: bool) -> None:
    assert expected is steps(f"      - run: uv sync\n{more}")[0].may_fail
