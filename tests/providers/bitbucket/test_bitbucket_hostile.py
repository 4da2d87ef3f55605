"""What a stranger may have written: nothing of it raises."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kempt.model.provider import Read

ReadOne = Callable[[bytes], Read]
WORDS = (
    "pipelines", "default", "branches", "tags", "custom", "step", "parallel", "stage", "steps", "script", "pipe",
    "caches", "after-script", "definitions", "pip", "uv", "key", "files", "path", "artifacts", "upload", "paths",
    "ignore-paths", "image", "name", "run-as-user", "runs-on", "self.hosted", "clone", "enabled", "condition",
    "changesets", "trigger", "includePaths", "variables", "manual", "runtime", "cloud", "arch", "options", "uv sync",
)  # fmt: skip
LEAVES = st.one_of(st.sampled_from(WORDS), st.text(max_size=8), st.integers(), st.booleans(), st.none(), st.floats())
NESTED = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=5)
)
STEPS = st.lists(st.fixed_dictionaries({"step": st.dictionaries(st.sampled_from(WORDS), NESTED)}), max_size=3)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.fixed_dictionaries({"pipelines": st.fixed_dictionaries({"default": STEPS}), "definitions": NESTED}) | NESTED)
def test_any_structure_is_read(read: ReadOne, value: object) -> None:
    assert (
        len(read(yaml.safe_dump({"python": value} if not isinstance(value, dict) else value).encode()).pipelines) <= 1
    )


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200) | st.text(alphabet="{}[]:-&*<>|'\"\n\t #steppipeuv", max_size=200).map(str.encode))
def test_any_bytes_are_read(read: ReadOne, content: bytes) -> None:
    found = read(b"python: 1\n" + content)

    assert len(found.pipelines) + len(found.faults) == 1


@pytest.mark.parametrize(
    "content, line",
    [
        pytest.param(b"a: &a [*a] # uv\n", 1, id="recursive"),
        pytest.param(b"# uv\na: 1\na: 2\n", 3, id="duplicate key"),
        pytest.param(b"pipelines:\n\t- uv\n", 2, id="tab"),
        pytest.param(b"uv: {{ x }}\n", 1, id="a template"),
    ],
)
def test_what_is_no_yaml_is_a_fault(content: bytes, line: int, read: ReadOne) -> None:
    assert [("KPT002", line)] == [(fault.code, fault.line) for fault in read(content).faults]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("pipelines: {default: {step: uv}}\n", id="a map for a list"),
        pytest.param("pipelines: [default, uv]\n", id="a list for a map"),
        pytest.param("- a\n---\npipelines: {uv: 1}\n", id="several documents"),
        pytest.param("\ufeffpipelines:\r\n  default:\r\n    - step: {script: uv sync}\r\n", id="BOM and CRLF"),
        pytest.param("pipelines: {default: [step: {name: [a], script: [[uv sync], {pipe: [x]}, 3.10]}]}\n", id="types"),
        pytest.param('pipelines: {default: [step: {name: "::error::\\e[1m", script: [uv sync]}]}\n', id="names"),
    ],
)  # fmt: skip
def test_odd_texts_are_read(text: str, read: ReadOne) -> None:
    found = read(text.encode())

    assert ((), 1) == (found.faults, len(found.pipelines))


def test_what_does_not_concern_python_is_not_parsed(read: ReadOne) -> None:
    assert Read() == read(b"{{ make }}")


def test_the_number_of_uses_that_are_looked_at_is_bounded(read: ReadOne) -> None:
    lists = ["a0: &a0 [step: &s {script: [uv sync]}]"]
    lists += [f"a{n}: &a{n} [{', '.join(['parallel: *a' + str(n - 1)] * 1)}]" for n in range(1, 4)]
    pipelines = ", ".join(f"b{n}: [{', '.join(['step: *s'] * 100)}]" for n in range(100))

    found = read(("\n".join(lists) + f"\npipelines: {{custom: {{{pipelines}}}}}\n").encode())
    assert 1 == len(found.pipelines[0].jobs)
