"""The steps of Bitbucket's pipelines: what starts them, where they run, and what they run, cache and hand on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kempt.model.listing import Listing
from kempt.model.pipeline import Built, Pipeline
from kempt.providers import provider

PipelineOf = Callable[[str], Pipeline]


def one_step(body: str, *, rest: str = "") -> str:
    return f"pipelines:\n  default:\n    - step:\n        script: [uv sync]\n        {body}\n{rest}"


@pytest.mark.parametrize(
    "tracked, expected",
    [
        pytest.param(["bitbucket-pipelines.yml"], ("bitbucket-pipelines.yml",), id="at the root"),
        pytest.param(["app/bitbucket-pipelines.yml", "bitbucket-pipelines.yaml"], (), id="elsewhere"),
    ],
)
def test_the_configuration_is_the_one_at_the_root(tracked: list[str], expected: tuple[str, ...]) -> None:
    assert expected == provider("bitbucket").paths(Listing.of(tracked))


def test_each_step_is_a_job_wherever_it_is_listed(pipeline_of: PipelineOf) -> None:
    pipeline = pipeline_of("""\
pipelines:
  default:
    - step: {name: a, script: [uv sync]}
    - parallel:
        - step: {name: b, script: [uv sync]}
    - parallel: {fail-fast: true, steps: [step: {name: c, script: [uv sync]}]}
    - stage: {name: s, steps: [step: {name: d, script: [uv sync]}]}
  branches: {main: [step: {name: e, script: [uv sync]}]}
  pull-requests: {"**": [step: {name: f, script: [uv sync]}]}
  tags: {"v*": [step: {name: g, script: [uv sync]}]}
  custom: {nightly: [variables: [name: X], step: {name: h, script: [uv sync]}]}
definitions:
  pipelines: {shared: [step: {name: i, script: [uv sync]}]}
""")

    assert list("abcdefghi") == [job.name for job in pipeline.jobs]
    assert {"default", "branches", "pull-requests", "tags", "custom"} == pipeline.triggers


def test_a_step_behind_an_anchor_is_one_job(pipeline_of: PipelineOf) -> None:
    pipeline = pipeline_of("""\
definitions:
  steps:
    - step: &test {name: test, script: [uv sync]}
    - step: &build {name: build, script: [uv build]}
    - step: &unused {name: unused, script: [uv build]}
pipelines:
  default: [step: *test]
  tags: {"*": [step: *test, step: *build]}
""")

    assert [("test", False), ("build", True)] == [(job.name, job.releases) for job in pipeline.jobs]


@pytest.mark.parametrize(
    "body, expected",
    [
        pytest.param("size: 2x", ("linux", "/root", True), id="default"),
        pytest.param("runs-on: [self.hosted, linux]", ("linux", "/root", False), id="self-hosted container"),
        pytest.param("runs-on: [self.hosted, linux.shell]", ("linux", "", False), id="self-hosted shell"),
        pytest.param("runs-on: self.hosted", ("linux", "/root", False), id="one label"),
        pytest.param("runs-on: [self.hosted, macos]", ("macos", "", False), id="macos"),
        pytest.param("image: {name: 'python:3.13', run-as-user: 1000}", ("linux", "", True), id="user"),
    ],
)
def test_the_runner_tells_system_home_and_owner(
    body: str, expected: tuple[str, str, bool], pipeline_of: PipelineOf
) -> None:  # fmt: skip
    job = pipeline_of(one_step(body)).jobs[0]

    assert expected == (job.system, job.home, job.hosted)


def test_windows_runners_have_no_shell_commands(pipeline_of: PipelineOf) -> None:
    assert () == pipeline_of(one_step("runs-on: [self.hosted, windows]")).jobs[0].commands


def test_a_script_is_one_shell_cut_by_pipes(pipeline_of: PipelineOf) -> None:
    job = pipeline_of("""\
pipelines:
  default:
    - step:
        script:
          - cd api
          - export UV_FROZEN=1
          - uv sync
          - pipe: acme/scan:1.0
            variables: {A: b}
          - uv build
        after-script:
          - uv cache prune --ci
""").jobs[0]

    expected = [
        ("", [("cd", ""), ("export", "api"), ("uv", "api")], "", True),
        ("acme/scan:1.0", [], "", True),
        ("", [("uv", "api")], "", True),
        ("", [("uv", "")], "always", False),
    ]
    found = [
        (step.opaque, [(each.argv[0], each.folder) for each in step.commands], step.condition, step.errexit)
        for step in job.steps
    ]
    assert expected == found


def test_a_command_has_its_place_in_the_file(pipeline_of: PipelineOf) -> None:
    pipeline = pipeline_of(
        "pipelines:\n  default:\n    - step:\n        script:\n          - a\n          - uv sync --x\n"
    )

    command = pipeline.jobs[0].commands[1]
    assert ("uv sync --x", 6) == (pipeline.text[command.start : command.end], command.location.line)


@pytest.mark.parametrize(
    "body, expected",
    [
        pytest.param(
            "condition: {changesets: {includePaths: [api/**, uv.lock]}}", "changes in api/**, uv.lock", id="paths"
        ),
        pytest.param("trigger: manual", "manual", id="manual"),
        pytest.param("condition: [a]", "", id="wrong type"),
    ],
)
def test_a_step_knows_when_it_runs(body: str, expected: str, pipeline_of: PipelineOf) -> None:
    assert expected == pipeline_of(one_step(body)).jobs[0].steps[0].condition


def test_what_a_person_may_set_is_a_variable(pipeline_of: PipelineOf) -> None:
    pipeline = pipeline_of("""\
pipelines:
  custom:
    run:
      - variables: [{name: UV_FROZEN, default: "1"}, {name: OTHER}]
      - step: {script: [uv sync]}
""")

    assert [("UV_FROZEN", "1", "pipeline")] == [(each.name, each.text.value, each.scope) for each in pipeline.variables]
    assert {"UV_FROZEN": "1"} == pipeline.jobs[0].steps[0].variables


@pytest.mark.parametrize(
    "text, has_git, folder",
    [
        pytest.param(one_step("size: 2x"), True, "", id="default"),
        pytest.param(one_step("size: 2x", rest="clone: {enabled: false}\n"), False, "", id="nowhere"),
        pytest.param(one_step("clone: {enabled: false}"), True, None, id="not in this step"),
    ],
)
def test_a_clone_can_be_left_out(text: str, has_git: bool, folder: str | None, pipeline_of: PipelineOf) -> None:  # noqa: FBT001 - a column
    pipeline = pipeline_of(text)

    assert (has_git, folder) == (pipeline.has_git, pipeline.jobs[0].commands[0].folder)


@pytest.mark.parametrize(
    "body, expected",
    [
        pytest.param("artifacts: ['**/*']", [(["**/*"], [])], id="list"),
        pytest.param("artifacts: {download: false, paths: [dist/**]}", [(["dist/**"], [])], id="paths"),
        pytest.param(
            "artifacts: {upload: [{name: a, paths: ['**'], ignore-paths: [.venv/**]}]}",
            [(["**"], [".venv/**"])],
            id="upload",
        ),
        pytest.param("artifacts: {download: [a]}", [], id="only downloads"),
    ],
)
def test_artifacts_are_what_a_step_hands_on(
    body: str, expected: list[tuple[list[str], list[str]]], pipeline_of: PipelineOf
) -> None:
    found = pipeline_of(one_step(body)).jobs[0].artifacts

    assert expected == [([each.value for each in one.paths], [each.value for each in one.excluded]) for one in found]


@pytest.mark.parametrize(
    "name, script, expected",
    [
        pytest.param("x", "uv publish", (True, False), id="publishes"),
        pytest.param("Update locks", "uv lock --upgrade", (False, True), id="updates"),
        pytest.param("x", "uv sync", (False, False), id="neither"),
    ],
)
def test_a_step_may_publish_or_update(
    name: str, script: str, expected: tuple[bool, bool], pipeline_of: PipelineOf
) -> None:  # fmt: skip
    job = pipeline_of(f"pipelines: {{default: [step: {{name: {name}, script: [{script}]}}]}}\n").jobs[0]

    assert expected == (job.releases, job.updates)


def test_the_predefined_pip_cache_has_no_key(pipeline_of: PipelineOf) -> None:
    cache = pipeline_of(one_step("caches: [pip]")).jobs[0].caches[0]

    expected = (["~/.cache/pip"], None, False, "pip", Built.DOWNLOADS)
    assert expected == ([each.value for each in cache.paths], cache.key, cache.keyed, cache.manager, cache.built)


@pytest.mark.parametrize(
    "definition, paths, parts",
    [
        pytest.param("uv: ~/.cache/uv", ["~/.cache/uv"], None, id="folder"),
        pytest.param(
            "uv: {key: {files: [uv.lock]}, path: ~/.cache/uv}",
            ["~/.cache/uv"],
            [("word", ()), ("hash", ("uv.lock",))],
            id="keyed",
        ),
        pytest.param(
            "uv: {key: {files: [./uv.lock, .python-version]}, path: ~/.cache/uv}",
            ["~/.cache/uv"],
            [("word", ()), ("hash", ("uv.lock",)), ("python", ()), ("hash", (".python-version",))],
            id="with Python",
        ),
        pytest.param("uv: {key: {files: []}, path: a}", ["a"], None, id="no files"),
        pytest.param("other: a", [], None, id="undefined"),
    ],
)
def test_a_defined_cache_has_what_its_definition_says(
    definition: str, paths: list[str], parts: list[tuple[str, tuple[str, ...]]] | None, pipeline_of: PipelineOf
) -> None:
    text = one_step("caches: [uv]", rest=f"definitions: {{caches: {{{definition}}}}}\n")
    cache = pipeline_of(text).jobs[0].caches[0]

    kinds = {"word": "word", "files": "hash", "python version": "python"}
    found = cache.key and [
        (kinds[part.kind.value.lower()], part.files) for part in cache.key.parts if part.kind.value.lower() in kinds
    ]
    assert (paths, parts) == ([each.value for each in cache.paths], found)


def test_a_definition_takes_the_place_of_a_predefined_cache(pipeline_of: PipelineOf) -> None:
    text = one_step("caches: [pip]", rest="definitions: {caches: {pip: {key: {files: [r.txt]}, path: ~/.cache/pip}}}\n")
    cache = pipeline_of(text).jobs[0].caches[0]

    assert cache.key is not None
    assert (("r.txt",), "") == (cache.key.files, cache.manager)


@pytest.mark.parametrize(
    "rest, expected",
    [
        pytest.param("size: 2x", True, id="the usual machine"),
        pytest.param("runtime: {cloud: {arch: arm}}", False, id="arm"),
        pytest.param("runs-on: [self.hosted]", False, id="somebody's own"),
    ],
)
def test_where_all_machines_are_alike_a_key_says_so(rest: str, expected: bool, pipeline_of: PipelineOf) -> None:  # noqa: FBT001 - a column
    text = one_step(
        f"caches: [uv]\n        {rest}", rest="definitions: {caches: {uv: {key: {files: [uv.lock]}, path: a}}}\n"
    )

    key = pipeline_of(text).jobs[0].caches[0].key
    assert key is not None
    assert expected == any(part.kind.value == "architecture" for part in key.parts)
