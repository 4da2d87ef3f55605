"""What a stranger may have written: nothing of it raises, and none of it takes long."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kempt.model.provider import Read
from kempt.providers.circleci.jobs import MOST_STEPS

ReadOne = Callable[[bytes], Read]
WORDS = (
    "jobs", "steps", "run", "command", "commands", "executors", "executor", "parameters", "default", "docker", "image",
    "environment", "when", "unless", "condition", "equal", "not", "restore_cache", "save_cache", "key", "keys", "paths",
    "workflows", "matrix", "filters", "tags", "only", "orbs", "python", "python/install-packages", "pkg-manager",
    "uv sync", "<< parameters.x >>", 'uv-{{ checksum "uv.lock" }}', "name", "machine", "macos", "resource_class",
    "persist_to_workspace", "root", "checkout", "path", "shell", "working_directory", "pre-steps", "type", "approval",
    "test", "x", "circleci/python@4",
)  # fmt: skip
GROWING = "<< parameters.p >>" * 500
LEAVES = st.one_of(st.sampled_from(WORDS), st.text(max_size=8), st.integers(), st.booleans(), st.none(), st.floats())
NESTED = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=5)
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.fixed_dictionaries(
        {"jobs": st.dictionaries(st.sampled_from(WORDS), st.dictionaries(st.sampled_from(WORDS), NESTED, max_size=5))}
    )
    | NESTED
)
def test_any_structure_is_read(read: ReadOne, value: object) -> None:
    assert (
        len(read(yaml.safe_dump({"python": value} if not isinstance(value, dict) else value).encode()).pipelines) <= 1
    )


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200) | st.text(alphabet="{}[]:-&*<>|'\"\n\t #jobspteuv", max_size=200).map(str.encode))
def test_any_bytes_are_read(read: ReadOne, content: bytes) -> None:
    found = read(b"python: 1\n" + content)

    assert len(found.pipelines) + len(found.faults) == 1


@pytest.mark.parametrize(
    "content, line",
    [
        pytest.param(b"jobs:\n  restore_cache:\n    key: {{ arch }}-uv\n", 3, id="a template without quotes"),
        pytest.param(b"a: &a [*a] # uv\n", 1, id="recursive"),
        pytest.param(b"# uv\na: 1\na: 2\n", 3, id="duplicate key"),
        pytest.param(b"jobs:\n\t- uv\n", 2, id="tab"),
        pytest.param(b"jobs: uv\n\xff", 2, id="not UTF-8"),
        pytest.param(b"uv: " + b"[" * 5000, 1, id="deep"),
    ],
)
def test_what_is_no_yaml_is_a_fault(content: bytes, line: int, read: ReadOne) -> None:
    assert [("KPT002", line)] == [(fault.code, fault.line) for fault in read(content).faults]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"jobs: {a: {steps: [{run: make}]}}\n", id="nothing of Python"),
        pytest.param(b"\xff{{{", id="nor YAML"),
    ],
)
def test_what_does_not_concern_python_is_not_parsed(content: bytes, read: ReadOne) -> None:
    assert Read() == read(content)


def doubling(depth: int) -> str:
    """Commands of which each calls the next ten times."""
    calls = "".join(f"  c{n}: {{steps: [{', '.join([f'c{n + 1}'] * 10)}]}}\n" for n in range(depth))
    return f"commands:\n{calls}  c{depth}: {{steps: []}}\njobs:\n  t: {{steps: [c0, run: uv sync]}}\n"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(doubling(12), id="commands that call commands"),
        pytest.param("commands: {c: {steps: [c]}}\njobs: {t: {steps: [c]}} # uv\n", id="a command that calls itself"),
        pytest.param(
            f"commands: {{c: {{parameters: {{p: {{default: x}}}}, steps: [c: {{p: '{GROWING}'}}]}}}}\n"
            "jobs: {t: {steps: [c]}} # uv\n",
            id="parameters that grow",
        ),
        pytest.param("jobs: {t: {executor: << parameters.x >>, steps: << parameters.y >>}} # uv\n", id="unknown"),
        pytest.param("jobs: {t: {parameters: [a], steps: {run: uv}}}\nworkflows: [a, {b: c}]\n", id="lists for maps"),
        pytest.param("- a\n---\njobs: {uv: 1}\n", id="several documents"),
        pytest.param("\ufeffjobs:\r\n  t:\r\n    steps:\r\n      - run: uv sync\r\n", id="BOM and CRLF"),
        pytest.param("jobs: {'::error::': {steps: [{run: {name: \"::x::\\e[1m\", command: uv sync}}]}}", id="names"),
        pytest.param("jobs: {t: {steps: [run: 2026-13-45, run: 3.10, run: on]}} # uv\n", id="dates and numbers"),
    ],
)  # fmt: skip
def test_odd_texts_are_read(text: str, read: ReadOne) -> None:
    found = read(text.encode())

    assert ((), 1) == (found.faults, len(found.pipelines))


def test_the_number_of_steps_that_are_looked_at_is_bounded(read: ReadOne) -> None:
    items = ", ".join(["c"] * 200)
    text = f"commands: {{c: {{steps: [{', '.join(['{run: uv sync}'] * 200)}]}}}}\njobs: {{t: {{steps: [{items}]}}}}\n"

    number = len(read(text.encode()).pipelines[0].jobs[0].steps)
    assert 0 < number < MOST_STEPS
