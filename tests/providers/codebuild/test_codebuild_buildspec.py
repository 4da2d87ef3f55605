"""A buildspec as a pipeline: steps, environment, cache, artifacts."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kempt.model.listing import Listing
from kempt.model.pipeline import Job, Pipeline
from kempt.model.provider import Read
from kempt.providers import provider

CODEBUILD = provider("codebuild")
HEAD = "version: 0.2\n# uv\n"
BOMB = "a: &a0 [uv]\n" + "".join(f"b{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n" for i in range(1, 61)) + "phases: *a60\n"


class Tracked:
    """One tracked file."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.listing = Listing.of(["buildspec.yml"])

    def read(self, path: str, /) -> bytes | None:
        return self.content if path == "buildspec.yml" else None


def read(content: bytes) -> Read:
    return CODEBUILD.read(Tracked(content), ["buildspec.yml"])


def pipeline(text: str) -> Pipeline:
    found = read(text.encode())
    assert () == found.faults
    (only,) = found.pipelines
    return only


def job(text: str) -> Job:
    (only,) = pipeline(text).jobs
    return only


def ran(text: str) -> list[str]:
    """Each command with its step and folder."""
    return [
        f"{step.name}: {' '.join(command.argv)} @{command.folder}"
        for step in job(HEAD + text).steps
        for command in step.commands
    ]


def test_phases_run_in_their_order_and_finally_comes_after_the_commands() -> None:
    text = """\
phases:
  post_build:
    commands: [d]
  build:
    finally: [c]
    commands: [b]
  install:
    commands:
      - a
  deploy:
    commands: [never]
"""
    assert ["install: a @", "build: b @", "build finally: c @", "post_build: d @"] == ran(text)


def test_all_commands_share_one_shell() -> None:
    text = """\
phases:
  install:
    commands:
      - cd backend
      - export UV_FROZEN=1
      - uv sync
  build:
    commands:
      - cd ../web
      - npm ci
  post_build:
    commands: [uv run x]
"""
    assert ["install: uv sync @backend", "build: npm ci @web", "post_build: uv run x @web"] == [
        line for line in ran(text) if ": cd" not in line and "export" not in line
    ]
    assert [{}, {"UV_FROZEN": "1"}, {"UV_FROZEN": "1"}] == [dict(each.variables) for each in job(HEAD + text).steps]


def test_in_version_0_1_each_command_has_a_shell_of_its_own() -> None:
    text = """\
version: 0.1
environment_variables:
  plaintext:
    UV_LOCKED: 1
phases:
  build:
    commands:
      - cd backend
      - export X=1
      - uv sync
  post_build:
    commands: [uv run x]
"""
    steps = job(text).steps

    assert ["", ""] == [step.commands[-1].folder for step in steps]
    assert [{"UV_LOCKED": "1"}, {"UV_LOCKED": "1"}] == [dict(step.variables) for step in steps]


@pytest.mark.parametrize(
    "commands, expected",
    [
        pytest.param("- a\n      - b", True, id="list"),
        pytest.param("- |\n        a\n        b", False, id="script"),
        pytest.param("- |\n        set -e\n        a\n        b", True, id="script-with-set-e"),
        pytest.param("- a; b", False, id="two-in-a-line"),
        pytest.param("- a && b", True, id="chain"),
        pytest.param("- set +e\n      - a", False, id="set-plus-e"),
    ],
)
def test_a_command_of_several_statements_goes_on_after_a_failure(commands: str, expected: bool) -> None:  # noqa: FBT001 - it is what is expected
    (step,) = job(f"{HEAD}phases:\n  build:\n    commands:\n      {commands}\n").steps

    assert expected is step.errexit


def test_a_failure_that_is_hidden_is_marked() -> None:
    text = f"{HEAD}phases: {{build: {{commands: ['uv sync || true', 'uv sync; exit 0']}}}}\n"

    assert [("true",), ("exit", "0")] == [each.otherwise for each in job(text).commands if each.argv[0] == "uv"]


def test_variables_of_the_file_and_of_its_batch_are_found() -> None:
    text = f"""{HEAD}
env:
  variables: {{UV_LOCKED: "1", PY: "3.12"}}
  parameter-store: {{TOKEN: /shop/token}}
  secrets-manager: {{KEY: shop/key}}
  exported-variables: [TAG]
batch:
  build-list:
    - identifier: a
      env: {{variables: {{STAGE: x}}}}
  build-matrix:
    static: {{env: {{variables: {{UV_FROZEN: 1}}}}}}
    dynamic: {{env: {{variables: {{PY: [3.10, '3.11']}}}}}}
phases:
  install:
    runtime-versions: {{python: $PY, nodejs: 20}}
    commands: [uv sync]
"""
    found = pipeline(text)

    assert [
        ("pipeline", "UV_LOCKED", "1"), ("pipeline", "PY", "3.12"), ("job", "STAGE", "x"), ("job", "UV_FROZEN", "1"),
        ("job", "PY", "3.10"), ("job", "PY", "3.11"),
    ] == [(each.scope, each.name, each.text.value) for each in found.variables]  # fmt: skip
    assert {"UV_LOCKED": "1", "PY": "3.12", "UV_FROZEN": "1"} == dict(found.jobs[0].steps[0].variables)
    assert [("$PY", ""), ("3.12", '"'), ("3.10", ""), ("3.11", "'")] == [
        (each.value, each.style) for each in found.pythons
    ]
    assert ["$PY"] == [each.version.value for each in found.jobs[0].steps[0].tools if each.version]


def test_a_phase_may_only_name_a_runtime() -> None:
    found = pipeline(f"{HEAD}phases:\n  install:\n    runtime-versions:\n      python: 3.10\n")

    assert ["3.10"] == [found.text[each.start : each.end] for each in found.pythons]
    assert ["python"] == [tool.name for step in found.jobs[0].steps for tool in step.tools]


@pytest.mark.parametrize(
    "more, expected",
    [
        ("", ("linux", "/root")),
        ("env: {shell: bash}\n", ("linux", "/root")),
        ("run-as: builder\n", ("linux", "")),
        ("run-as: root\n", ("linux", "/root")),
        ("env: {variables: {HOME: /home/b}}\n", ("linux", "/home/b")),
        ("env: {shell: powershell.exe}\n", ("windows", "")),
    ],
)
def test_the_home_is_roots_unless_the_file_says_otherwise(more: str, expected: tuple[str, str]) -> None:
    found = job(f"{HEAD}{more}phases: {{build: {{commands: [uv sync]}}}}\n")

    assert expected == (found.system, found.home)


def test_what_another_shell_does_is_not_known() -> None:
    (step,) = job(f"{HEAD}env: {{shell: powershell.exe}}\nphases: {{build: {{commands: [uv sync]}}}}\n").steps

    assert ("powershell.exe", ()) == (step.opaque, step.commands)


@pytest.mark.parametrize(
    "command, expected",
    [
        ("uv publish", (True, False)),
        ("python -m twine upload dist/*", (True, False)),
        ("gh pr create --fill", (False, True)),
        ("uv build", (False, False)),
    ],
)
def test_a_build_that_publishes_or_proposes_is_told(command: str, expected: tuple[bool, bool]) -> None:
    found = job(f"{HEAD}phases: {{build: {{commands: ['{command}']}}}}\n")

    assert expected == (found.releases, found.updates)


def test_a_cache_has_its_key_what_it_falls_back_to_and_its_paths() -> None:
    text = f"""{HEAD}phases: {{build: {{commands: [uv sync]}}}}
cache:
  key: uv-$(codebuild-hash-files uv.lock)
  fallback-keys:
    - uv-
  action: restore
  paths:
    - /root/.cache/uv/**/*
"""
    (found,) = job(text).caches

    assert ["/root/.cache/uv/**/*"] == [each.value for each in found.paths]
    assert ["uv-"] == [each.value for each in found.restore_keys]
    assert found.key is not None
    assert ("uv.lock",) == found.key.files
    assert (True, False, "") == (found.restores, found.saves, found.limits)
    assert text[found.block[0] : found.block[1]].startswith("cache:")
    assert text[found.block[0] : found.block[1]].endswith("/**/*\n")


@pytest.mark.parametrize(
    "path, expected",
    [
        ("/root/.cache/pip", "CodeBuild takes `/root/.cache/pip` for a file: a folder ends in `/**/*`"),
        ("/root/.cache/", "CodeBuild takes `/root/.cache/` for a file: a folder ends in `/**/*`"),
        (".venv", "CodeBuild takes `.venv` for a file: a folder ends in `/**/*`"),
        (
            "/root/.cache/pip/*",
            "CodeBuild stores only the files right in the folder for `/root/.cache/pip/*`: all below it is `/**/*`",
        ),
        ("/root/.cache/pip/**/*", ""),
        ("wheels.tar", ""),
        ("Makefile", ""),
    ],
)
def test_a_folder_without_its_stars_is_not_stored(path: str, expected: str) -> None:
    (found,) = job(f"{HEAD}phases: {{build: {{commands: [x]}}}}\ncache: {{paths: ['{path}']}}\n").caches

    assert expected == found.limits


def test_artifacts_are_relative_to_the_source_and_secondary_ones_count() -> None:
    text = f"""{HEAD}phases: {{build: {{commands: [x]}}}}
artifacts:
  files: ['**/*']
  exclude-paths: .venv/**/*
  secondary-artifacts:
    site:
      base-directory: ./dist/
      files:
        - '**/*'
      exclude-paths:
        - tmp/**
    all:
      base-directory: $CODEBUILD_SRC_DIR
      files: '**/*'
"""
    assert [(["**/*"], [".venv/**/*"]), (["dist/**/*"], ["dist/tmp/**"]), (["**/*"], [])] == [
        ([one.value for one in each.paths], [one.value for one in each.excluded]) for each in job(text).artifacts
    ]


def test_a_node_build_has_nothing_of_python() -> None:
    text = """\
version: 0.2
phases:
  install:
    runtime-versions:
      nodejs: 20
    commands:
      - npm ci
cache:
  key: npm-$(codebuild-hash-files package-lock.json)
  paths:
    - 'node_modules/**/*'
"""
    found = pipeline(text)

    assert ((), ()) == (found.pythons, found.jobs[0].steps[0].tools)
    assert ["npm ci"] == [" ".join(each.argv) for each in found.jobs[0].commands]


def test_places_are_exact() -> None:
    text = (
        '\ufeffversion: 0.2\r\nphases:\r\n  build:\r\n    commands:\r\n      - "uv \\u00e4"\r\n      - uv sync # x\r\n'
    )
    command = job(text).commands[-1]

    assert "uv sync" == text[command.start : command.end]
    assert (6, 9) == (command.location.line, command.location.column)


def test_anchors_are_followed() -> None:
    text = """\
phases:
  install: &same
    commands: &list [uv sync]
  build:
    <<: *same
  post_build:
    commands: *list
"""
    assert ["install: uv sync @", "build: uv sync @", "post_build: uv sync @"] == ran(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("uv", id="scalar"),
        pytest.param("- uv\n", id="list"),
        pytest.param("phases: uv\n", id="phases-are-a-text"),
        pytest.param("uv: 1\n", id="something-else"),
        pytest.param("# uv\n", id="empty"),
    ],
)
def test_what_is_no_buildspec_is_no_pipeline(text: str) -> None:
    assert Read() == read(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("phases: [uv", id="open-list"),
        pytest.param("phases:\n\tbuild: uv\n", id="tab"),
        pytest.param("phases: {}\nphases: {}\n# uv\n", id="duplicate-key"),
        pytest.param("{{ uv }}: {{ x }}\n", id="template"),
        pytest.param("phases: " + "[" * 20000 + "uv", id="deep"),
        pytest.param(BOMB, id="bomb"),
    ],
)  # fmt: skip
def test_what_does_not_parse_or_is_a_bomb_does_no_harm(text: str) -> None:
    found = read(text.encode())

    assert () == found.pipelines


def test_bytes_that_are_no_text_are_a_fault() -> None:
    assert ["KPT002"] == [each.code for each in read(b"phases: {build: {commands: [uv \xff]}}\n").faults]


def test_many_thousand_commands_are_read_in_time() -> None:
    found = read(("phases:\n  build:\n    commands:\n" + "      - uv sync\n" * 10_000).encode())

    assert [] == [each.message for each in found.faults]


@pytest.mark.parametrize("wrong", ["[]", "{}", "text", "~", "[[x], {y: z}]", "{a: [1]}"])
@pytest.mark.parametrize(
    "place",
    [
        "env: @", "env: {variables: @}", "env: {shell: @}", "phases: {build: @}", "phases: {build: {commands: @}}",
        "phases: {build: {commands: [x], finally: @}}", "phases: {install: {runtime-versions: @}}",
        "phases: {install: {runtime-versions: {python: @}}}", "run-as: @", "cache: @", "cache: {key: @}",
        "cache: {paths: @}", "cache: {fallback-keys: @, paths: [a]}", "cache: {action: @, paths: [a]}", "artifacts: @",
        "artifacts: {files: @}", "artifacts: {files: [a], exclude-paths: @}", "artifacts: {secondary-artifacts: @}",
        "artifacts: {files: [a], base-directory: @}", "batch: @", "batch: {build-list: @}", "batch: {build-list: [@]}",
        "batch: {build-matrix: {dynamic: @}}", "batch: {build-matrix: {static: {env: @}}}", "batch: {build-fanout: @}",
        "version: @",
    ],
)  # fmt: skip
def test_values_of_a_wrong_kind_are_passed_over(place: str, wrong: str) -> None:
    key = place.partition(":")[0]
    rest = "" if key in {"phases", "batch"} else "phases: {build: {commands: [uv sync]}}\n"

    assert () == read(f"# uv\n{place.replace('@', wrong)}\n{rest}".encode()).faults


NAMES = st.sampled_from([
    "version", "phases", "batch", "env", "cache", "artifacts", "install", "build", "commands", "finally", "key",
    "paths", "variables", "files", "exclude-paths", "secondary-artifacts", "build-list", "build-matrix", "dynamic",
    "buildspec", "runtime-versions", "python", "fallback-keys", "run-as", "shell", "base-directory", "uv", "<<",
])  # fmt: skip
LEAVES = st.one_of(st.text(max_size=12), st.none(), st.integers(), st.floats(), st.booleans(), st.sampled_from([
    "uv sync", "$(codebuild-hash-files uv.lock)", "cd x", "$(", "`", "**/*", "/root/.cache/pip", "powershell.exe", "if",
]))  # fmt: skip
TREES = st.recursive(
    LEAVES, lambda each: st.lists(each, max_size=4) | st.dictionaries(NAMES, each, max_size=6), max_leaves=30
)


@given(st.dictionaries(NAMES, TREES, max_size=6))
def test_no_structure_makes_it_raise(tree: dict[str, object]) -> None:
    read(b"# uv\n" + yaml.safe_dump(tree, allow_unicode=True).encode("utf-8", "surrogatepass"))


@given(st.binary(max_size=200))
def test_no_bytes_make_it_raise(content: bytes) -> None:
    read(b"# uv\nphases:\n  build:\n    commands:\n" + content)


def test_ten_megabytes_are_refused() -> None:
    found = read(b"# uv\nphases:\n  build: {commands: [" + b"x" * 10 * 1024**2 + b"]}\n")

    assert ["larger than 10,485,760 bytes"] == [each.message for each in found.faults]
