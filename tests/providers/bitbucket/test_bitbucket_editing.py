"""Edits of a Bitbucket configuration: the whole text after them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kempt.engine.project.settling import edited
from kempt.model.installs import Downloads
from kempt.model.pipeline import Pipeline
from kempt.model.provider import Edits, Wanted
from kempt.providers import provider

PipelineOf = Callable[[str], Pipeline]
BITBUCKET = provider("bitbucket")
UV = Downloads("UV_CACHE_DIR", "uv", "~/.cache/uv", "~/AppData/Local/uv/cache", ("uv", "cache", "dir"))
POETRY = Downloads("POETRY_CACHE_DIR", "pypoetry", "", "", (), kept=("artifacts", "cache"))
PIP = Downloads("PIP_CACHE_DIR", "pip", "", "", ())
WANTED = Wanted("uv", UV, ("uv.lock",), "3.13")
STEP = """\
image: python:3.13 # the one

pipelines:
  default:
    - step:
        name: Test
        script:
          # tools
          - pip install uv==0.13.9
          - uv sync --locked
          - uv run pytest # all
"""
CACHES = "        caches:\n          - pip # old\n"
DEFINED = """\
definitions:
  caches:
    uv-py313:
      key:
        files:
          - uv.lock
      path: ~/.cache/uv
"""


def defined(text: str, definitions: str = DEFINED) -> str:
    """The text with definitions ahead of its pipelines."""
    return text.replace("pipelines:", f"{definitions}pipelines:")


def named(text: str, *names: str) -> str:
    """The text with caches ahead of its script."""
    lines = "".join(f"          - {name}\n" for name in names)
    return text.replace("        script:", f"        caches:\n{lines}        script:")


def after(pipeline: Pipeline, edits: Edits) -> str:
    return edited(pipeline.text.encode(), edits).decode()


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_a_cache_is_defined_and_named(end: str, pipeline_of: PipelineOf) -> None:
    pipeline = pipeline_of(STEP.replace("\n", end))

    text = after(pipeline, BITBUCKET.with_cache(pipeline, pipeline.jobs[0], WANTED))

    assert named(defined(STEP), "uv-py313").replace("\n", end) == text
    cache = pipeline_of(text).jobs[0].caches[0]
    assert cache.key is not None
    assert (("uv.lock",), ["~/.cache/uv"]) == (cache.key.files, [each.value for each in cache.paths])


@pytest.mark.parametrize(
    "text, wanted, expected",
    [
        pytest.param(
            STEP + CACHES,
            WANTED._replace(python=""),
            defined(STEP, DEFINED.replace("uv-py313", "uv")) + CACHES + "          - uv\n",
            id="beside another",
        ),
        pytest.param(
            STEP + "definitions:\n  # of one\n  services: {db: {image: postgres}}\n",
            WANTED,
            named(STEP, "uv-py313") + DEFINED + "  # of one\n  services: {db: {image: postgres}}\n",
            id="definitions of something else",
        ),
        pytest.param(
            STEP + "definitions:\n  caches:\n    own: x # y\n",
            Wanted("poetry", POETRY, ("api/poetry.lock",)),
            named(STEP, "poetry-artifacts", "poetry-cache")
            + "definitions:\n  caches:\n"
            + "    poetry-artifacts:\n      key:\n        files:\n          - api/poetry.lock\n"
            + "      path: ~/.cache/pypoetry/artifacts\n"
            + "    poetry-cache:\n      key:\n        files:\n          - api/poetry.lock\n"
            + "      path: ~/.cache/pypoetry/cache\n"
            + "    own: x # y\n",
            id="several folders",
        ),
        pytest.param(STEP + DEFINED, WANTED, named(STEP, "uv-py313") + DEFINED, id="defined already"),
        pytest.param(
            defined(STEP, "# from here\n").replace("        script:", "        # run\n        script:"),
            WANTED,
            named(defined(STEP, DEFINED + "# from here\n"), "uv-py313").replace(
                "        script:", "        # run\n        script:"
            ),
            id="ahead of comments",
        ),
    ],
)
def test_a_cache_is_written_where_it_belongs(text: str, wanted: Wanted, expected: str, pipeline_of: PipelineOf) -> None:
    pipeline = pipeline_of(text)

    assert expected == after(pipeline, BITBUCKET.with_cache(pipeline, pipeline.jobs[0], wanted))


def test_edits_of_one_step_do_not_meet(pipeline_of: PipelineOf) -> None:
    pipeline = pipeline_of(STEP)
    job = pipeline.jobs[0]
    edits = (
        *BITBUCKET.with_commands(pipeline, job, None, ("uv cache prune --ci",)),
        *BITBUCKET.with_cache(pipeline, job, WANTED),
    )

    expected = named(defined(STEP), "uv-py313") + "          - uv cache prune --ci\n"
    assert [expected, expected] == [after(pipeline, edits), after(pipeline, tuple(reversed(edits)))]


def test_two_steps_that_want_the_same_cache_define_it_once(pipeline_of: PipelineOf) -> None:
    pipeline = pipeline_of(STEP + STEP[STEP.index("    - step") :].replace("Test", "Again"))

    edits = tuple(edit for job in pipeline.jobs for edit in BITBUCKET.with_cache(pipeline, job, WANTED))

    jobs = pipeline_of(after(pipeline, edits)).jobs
    assert [["uv-py313"], ["uv-py313"]] == [[each.name for each in job.caches] for job in jobs]


@pytest.mark.parametrize(
    "text, wanted",
    [
        pytest.param("pipelines: {default: [step: {script: [uv sync]}]}\n", WANTED, id="on one line"),
        pytest.param(STEP, WANTED._replace(locks=()), id="no lock"),
        pytest.param(STEP.replace("- uv sync", "- UV_CACHE_DIR=$X uv sync"), WANTED, id="hidden by a variable"),
        pytest.param(STEP + "definitions: {caches: {}}\n", WANTED, id="definitions on one line"),
    ],
)
def test_no_cache_is_written_where_its_place_is_not_known(text: str, wanted: Wanted, pipeline_of: PipelineOf) -> None:
    pipeline = pipeline_of(text)

    assert () == BITBUCKET.with_cache(pipeline, pipeline.jobs[0], wanted)


@pytest.mark.parametrize(
    "old, new",
    [
        pytest.param(
            "    x: ~/.cache/uv # y\n",
            "    x:\n      key:\n        files:\n          - uv.lock\n      path: ~/.cache/uv # y\n",
            id="a folder",
        ),
        pytest.param(
            "    x:\n      path: ~/.cache/uv\n",
            "    x:\n      path: ~/.cache/uv\n      key:\n        files:\n          - uv.lock\n",
            id="no key",
        ),
        pytest.param(
            "    x:\n      key:\n        files:\n          - requirements.txt # y\n          - package-lock.json\n"
            "      path: ~/.cache/uv\n",
            "    x:\n      key:\n        files:\n          - uv.lock # y\n          - package-lock.json\n"
            "      path: ~/.cache/uv\n",
            id="another manifest",
        ),
        pytest.param(
            "    x:\n      key: {files: [package-lock.json]}\n      path: ~/.cache/uv\n",
            "    x:\n      key: {files: [package-lock.json, uv.lock]}\n      path: ~/.cache/uv\n",
            id="another tool's lock",
        ),
    ],
)
def test_a_key_follows_the_lock(old: str, new: str, pipeline_of: PipelineOf) -> None:
    text = STEP + CACHES.replace("pip", "x") + "definitions:\n  caches:\n"
    pipeline = pipeline_of(text + old)
    job = pipeline.jobs[0]

    assert text + new == after(pipeline, BITBUCKET.with_key(pipeline, job, job.caches[0], WANTED))


def test_a_predefined_cache_gets_a_key_by_a_definition(pipeline_of: PipelineOf) -> None:
    pipeline = pipeline_of(STEP + CACHES)
    job = pipeline.jobs[0]
    wanted = Wanted("pip", PIP, ("requirements.txt",))

    expected = (
        DEFINED.replace("uv-py313", "pip").replace("uv.lock", "requirements.txt").replace("cache/uv", "cache/pip")
    )
    assert defined(STEP, expected) + CACHES == after(pipeline, BITBUCKET.with_key(pipeline, job, job.caches[0], wanted))


def test_another_manager_s_predefined_cache_is_exchanged(pipeline_of: PipelineOf) -> None:
    pipeline = pipeline_of(STEP + CACHES)
    job = pipeline.jobs[0]

    edits = BITBUCKET.with_path(pipeline, job, job.caches[0], job.caches[0].paths[0], WANTED)

    assert defined(STEP) + CACHES.replace("pip", "uv-py313") == after(pipeline, edits)


def test_the_folder_of_a_definition_becomes_the_download_cache(pipeline_of: PipelineOf) -> None:
    text = STEP + CACHES.replace("pip", "x") + "definitions:\n  caches:\n    x: .venv # y\n"
    pipeline = pipeline_of(text)
    job = pipeline.jobs[0]

    edits = BITBUCKET.with_path(pipeline, job, job.caches[0], job.caches[0].paths[0], WANTED)

    assert text.replace(".venv", "~/.cache/uv") == after(pipeline, edits)


@pytest.mark.parametrize(
    "step, old, new",
    [
        pytest.param(
            0, "          # tools\n", "          - a\n          - 'b: \"c\"'\n          # tools\n", id="before"
        ),
        pytest.param(None, "# all\n", "# all\n          - a\n          - 'b: \"c\"'\n", id="at the end"),
    ],
)
def test_commands_become_lines_of_the_script(step: int | None, old: str, new: str, pipeline_of: PipelineOf) -> None:
    pipeline = pipeline_of(STEP)
    job = pipeline.jobs[0]

    edits = BITBUCKET.with_commands(pipeline, job, None if step is None else job.steps[step], ("a", 'b: "c"'))

    assert STEP.replace(old, new) == after(pipeline, edits)


@pytest.mark.parametrize(
    "body, expected",
    [
        pytest.param(
            "          upload:\n            - name: a\n              paths: ['**']\n",
            "          upload:\n            - name: a\n              paths: ['**']\n"
            '              ignore-paths:\n                - ".venv/**"\n',
            id="upload",
        ),
        pytest.param(
            "          upload:\n            - name: a\n              paths: ['**']\n              ignore-paths: [a]\n",
            "          upload:\n            - name: a\n              paths: ['**']\n"
            '              ignore-paths: [a, ".venv/**"]\n',
            id="upload that leaves something out",
        ),
        pytest.param("          - '**'\n", "          - '**'\n", id="a plain list cannot"),
    ],
)
def test_artifacts_leave_out_what_they_can(body: str, expected: str, pipeline_of: PipelineOf) -> None:
    text = STEP + "        artifacts:\n"
    pipeline = pipeline_of(text + body)

    edits = BITBUCKET.without_paths(pipeline, pipeline.jobs[0].artifacts[0], (".venv/**",))

    assert (text + expected).replace('".venv/**"', ".venv/**") == after(pipeline, edits).replace(
        '".venv/**"', ".venv/**"
    )
