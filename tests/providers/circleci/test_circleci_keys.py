"""Cache keys of CircleCI, cut into parts, and the caches that are saved and restored under them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kempt.model.pipeline import Job, PartKind, Pipeline

PipelineOf = Callable[[str], Pipeline]
JobOf = Callable[..., Job]
FILES, WORD, SYSTEM, MACHINE = PartKind.FILES, PartKind.WORD, PartKind.SYSTEM, PartKind.MACHINE
RUN, BRANCH, PYTHON, UNKNOWN = PartKind.RUN, PartKind.BRANCH, PartKind.PYTHON, PartKind.UNKNOWN


def restored(key: str, *, steps: str = "", rest: str = "") -> str:
    return f"{steps}      - restore_cache:\n          key: {key}\n{rest}"


@pytest.mark.parametrize(
    "key, expected",
    [
        pytest.param("""v1-{{ checksum "uv.lock" }}""", [(WORD, ()), (FILES, ("uv.lock",))], id="lock"),
        pytest.param("""v1-{{checksum "api/uv.lock"}}""", [(WORD, ()), (FILES, ("api/uv.lock",))], id="folder"),
        pytest.param("""v1-{{ checksum `uv.lock` }}""", [(WORD, ()), (FILES, ("uv.lock",))], id="raw string"),
        pytest.param("""v1-{{ checksum "./a/../uv.lock" }}""", [(WORD, ()), (FILES, ("uv.lock",))], id="normalised"),
        pytest.param("v1-{{ arch }}", [(WORD, ()), (SYSTEM, ()), (MACHINE, ())], id="arch"),
        pytest.param("v1-{{ .Branch }}", [(WORD, ()), (BRANCH, ())], id="branch"),
        pytest.param("v1-{{ .Revision }}", [(WORD, ()), (RUN, ())], id="revision"),
        pytest.param("v1-{{ .BuildNum }}-{{ epoch }}", [(WORD, ()), (RUN, ()), (RUN, ())], id="number and time"),
        pytest.param("v1-{{ .Environment.CIRCLE_SHA1 }}", [(WORD, ()), (RUN, ())], id="commit in a variable"),
        pytest.param("v1-{{ .Environment.CACHE_VERSION }}", [(WORD, ()), (UNKNOWN, ())], id="variable"),
        pytest.param("v1-{{ .Environment.KNOWN }}", [(WORD, ()), (WORD, ())], id="variable of the job"),
        pytest.param("v1-{{ .Environment.PYTHON_VERSION }}", [(WORD, ()), (PYTHON, ())], id="variable for Python"),
        pytest.param(
            """v1-{{ checksum ".python-version" }}""",
            [(WORD, ()), (PYTHON, ()), (FILES, (".python-version",))],
            id="file",
        ),
        pytest.param("""v1-{{ checksum "/tmp/python-version" }}""", [(WORD, ()), (PYTHON, ())], id="file outside"),
        pytest.param("""v1-{{ checksum "/tmp/all" }}""", [(WORD, ()), (UNKNOWN, ())], id="another outside"),
        pytest.param("deps-py3.13", [(PYTHON, ())], id="Python in words"),
        pytest.param("deps-linux-amd64", [(SYSTEM, ()), (MACHINE, ())], id="machine in words"),
        pytest.param("python-deps-v1", [(WORD, ())], id="only words"),
        pytest.param("v1-<< pipeline.git.branch >>", [(WORD, ()), (BRANCH, ())], id="pipeline's branch"),
        pytest.param("v1-<< pipeline.number >>", [(WORD, ()), (RUN, ())], id="pipeline's number"),
        pytest.param("v1-<< pipeline.parameters.cache >>", [(WORD, ()), (UNKNOWN, ())], id="pipeline's parameter"),
    ],
)
def test_a_key_is_cut_into_parts(key: str, expected: list[tuple[PartKind, tuple[str, ...]]], job_of: JobOf) -> None:
    job = job_of(
        restored(f"'{key}'"), machine="    docker: [{image: cimg/python:3.13}]\n    environment: {KNOWN: a}\n"
    )  # fmt: skip

    found = job.all_caches[0].key
    assert found is not None
    assert expected == [(part.kind, part.files) for part in found.parts]


@pytest.mark.parametrize(
    "script, expected",
    [
        pytest.param("cat a.txt b.txt > all", [(FILES, ("a.txt", "b.txt"))], id="put together"),
        pytest.param("cat a.txt > all; cat b.txt >> all", [(FILES, ("a.txt", "b.txt"))], id="in two steps"),
        pytest.param("cd api && cat *.txt > ../all", [(FILES, ("api/*.txt",))], id="by a pattern, elsewhere"),
        pytest.param("cp api/uv.lock all", [(FILES, ("api/uv.lock",))], id="a copy"),
        pytest.param("date +%F > all", [(UNKNOWN, ())], id="something else"),
    ],
)
def test_a_file_that_a_step_writes_stands_for_what_it_is_made_of(
    script: str, expected: list[tuple[PartKind, tuple[str, ...]]], job_of: JobOf
) -> None:
    job = job_of(restored("""'{{ checksum "all" }}'""", steps=f"      - checkout\n      - run: {script}\n"))

    found = job.all_caches[0].key
    assert found is not None
    assert expected == [(part.kind, part.files) for part in found.parts]


@pytest.mark.parametrize(
    "key, expected",
    [
        pytest.param("v1-$(sha256sum uv.lock)", True, id="command"),
        pytest.param("v1-$CIRCLE_SHA1", True, id="variable"),
        pytest.param("""v1-{ checksum "uv.lock" }""", True, id="one brace"),
        pytest.param("""v1-{{ checksum "uv.lock" }}""", False, id="right"),
    ],
)
def test_a_template_that_is_none_is_called_broken(key: str, job_of: JobOf, *, expected: bool) -> None:
    found = job_of(restored(f"'{key}'")).all_caches[0].key

    assert found is not None
    assert expected == bool(found.broken)


def test_files_start_from_the_working_directory(job_of: JobOf) -> None:
    job = job_of(
        restored("""v1-{{ checksum "uv.lock" }}""", steps="      - checkout: {path: ~/project}\n"),
        machine="    docker: [{image: cimg/python:3.13}]\n    working_directory: ~/project/api\n",
    )

    found = job.all_caches[0].key
    assert found is not None
    assert ("api/uv.lock",) == found.files


def test_what_is_restored_has_the_paths_of_what_is_saved_under_its_key(pipeline_of: PipelineOf) -> None:
    pipeline = pipeline_of("""\
jobs:
  save:
    steps:
      - restore_cache:
          keys: ['uv-{{ checksum "uv.lock" }}', uv-]
      - save_cache: {key: 'uv-{{ checksum "uv.lock" }}', paths: [~/.cache/uv]}
      - save_cache: {key: 'node-{{ checksum "x" }}', paths: [node_modules]}
  use:
    steps:
      - restore_cache: {keys: [node-]}
      - restore_cache: {keys: [nobody-]}
""")

    expected = [
        [(("~/.cache/uv",), True, False), (("~/.cache/uv",), False, True), (("node_modules",), False, True)],
        [(("node_modules",), True, False), ((), True, False)],
    ]
    found = [
        [(tuple(text.value for text in each.paths), each.restores, each.saves) for each in job.all_caches]
        for job in pipeline.jobs
    ]
    assert expected == found


def test_an_anchored_key_is_one_key(pipeline_of: PipelineOf) -> None:
    pipeline = pipeline_of("""\
jobs:
  test:
    steps:
      - restore_cache:
          key: &key uv-{{ checksum "uv.lock" }}
      - save_cache:
          key: *key
          paths: [~/.cache/uv]
""")

    first, second = (each.key for each in pipeline.jobs[0].all_caches)
    assert first == second


def test_the_keys_after_the_first_are_for_restoring(job_of: JobOf) -> None:
    cache = job_of("      - restore_cache: {keys: [a-b, a-, a]}\n").all_caches[0]

    assert ["a-", "a"] == [text.value for text in cache.restore_keys]
