"""Configurations of strangers: nothing raises, nothing takes long, and each edit leaves a file that parses."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yaml import safe_dump as dump

from kempt.formats import yaml
from kempt.model.installs import Downloads
from kempt.model.provider import Wanted
from kempt.providers.gitlab import PROVIDER
from support import ci_files

ROOT = ".gitlab-ci.yml"
KEYS = st.sampled_from([
    "default", "include", "variables", "cache", "key", "files", "prefix", "paths", "script", "before_script",
    "after_script", "extends", "test", ".a", "artifacts", "exclude", "untracked", "parallel", "matrix", "rules",
    "if", "only", "refs", "tags", "image", "inherit", "local", "policy", "PY", "PYTHON_VERSION", "value",
    "workflow", "when", "fallback_keys", "run",
])  # fmt: skip
WORDS = st.sampled_from([
    "uv sync", "pip", "$PY", "${PY}", "$CI_COMMIT_SHA", ".a", "test", "a.yml", "/**/*.yml", "tags", "true",
    "uv.lock", "./a", "~/.cache/uv", ".venv", "", "cd a", "if true; then", "\x1b[2J", "::error ::x", "3.10", "|",
    "a: b", "\u202e", "<<",
])  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=15,
)
DOWNLOADS = Downloads("UV_CACHE_DIR", "uv", "", "", (), ("a", "b"))
WANTED = Wanted("uv", DOWNLOADS, ("uv.lock",), "3.13")


def edit_all(text: str, files: dict[str, str | bytes]) -> None:
    """Make every edit, and see that the file still parses after each."""
    for found in ci_files.read(PROVIDER, {**files, ROOT: text}).pipelines:
        for job in found.jobs[:5]:
            made = [PROVIDER.with_cache(found, job, WANTED), PROVIDER.with_commands(found, job, None, ("a", "b: c"))]
            made += (PROVIDER.with_commands(found, job, step, ("a",)) for step in job.steps[:3])
            made += (PROVIDER.without_paths(found, each, (".venv/**",)) for each in job.artifacts)
            for cache in job.caches[:3]:
                made.append(PROVIDER.with_key(found, job, cache, WANTED))
                made += (PROVIDER.with_path(found, job, cache, path, WANTED) for path in cache.paths[:3])
            for edits in made:
                new = ci_files.edited(found.text, edits)
                assert isinstance(yaml.parse(new.encode()), yaml.Document), new


@given(whole=VALUES, included=VALUES, flow=st.booleans(), windows=st.booleans())
def test_any_values_are_read_and_edited(whole: object, included: object, *, flow: bool, windows: bool) -> None:
    text = json.dumps(whole) if flow else dump(whole, allow_unicode=True)
    edit_all((text + "\n# pip\n").replace("\n", "\r\n" if windows else "\n"), {"a.yml": dump(included)})


@given(st.fixed_dictionaries({"test": st.dictionaries(KEYS, VALUES)}, optional={".a": VALUES, "cache": VALUES}))
def test_any_job_is_read_and_edited(whole: object) -> None:
    edit_all(dump(whole, allow_unicode=True) + "# pip\n", {})


@given(st.binary(max_size=200))
def test_any_bytes_are_read(content: bytes) -> None:
    ci_files.read(PROVIDER, {ROOT: b"include: a.yml\npip: " + content, "a.yml": content})


def wide(count: int) -> str:
    """Many jobs that extend one."""
    return "".join(f"j{number}: {{extends: .a}}\n" for number in range(count))


def chain(line: str, count: int) -> str:
    """Lines that each name themselves and the next one."""
    return "".join(line.format(number, number + 1) for number in range(count))


KEYS_OF_MANY = "".join(f"  k{number}: pip\n" for number in range(10_000))
SLOW = {
    "bomb": "a0: &a0 [x, x]\n" + "".join(f"a{n + 1}: &a{n + 1} [*a{n}, *a{n}]\n" for n in range(40)),
    "recursion": "a: &a [*a]\n",
    "merges": "a0: &a0 {x: 1}\n" + "".join(f"a{n + 1}: &a{n + 1} {{<<: [*a{n}, *a{n}]}}\n" for n in range(90)),
    "lines times jobs": f".a: {{script: [{'pip, ' * 10_000}]}}\n{wide(2_000)}",
    "keys times jobs": f".a:\n{KEYS_OF_MANY}{wide(2_000)}",
    "variables times jobs": f"variables:\n{KEYS_OF_MANY}.a: {{script: [a]}}\n{wide(2_000)}",
    "variables of variables": (
        "variables:\n" + chain("  v{0}: " + "$v{1}" * 100 + "\n", 20) + "test: {cache: {key: $v0, paths: [$v0]}}\n"
    ),
    "extends": chain(".a{0}: {{extends: [.a{1}, .a{1}]}}\n", 2_000) + "test: {extends: .a0}\n",
    "references": (
        chain(".a{0}: {{x: !reference [.a{1}, x, x, x]}}\n", 12) + "test: {script: [!reference [.a0, x, x, x]]}\n"
    ),
    "long key": f"test: {{cache: {{key: '{'$a-' * 100_000}', paths: [a]}}}}\n",
    "stars": f"include: '{'*a' * 2_000}'\n",
    "conditions": f"test: {{script: ['{'!' * 50_000}'], rules: [{{if: '{'!   ' * 50_000}'}}]}}\n",
}


@pytest.mark.parametrize("name", SLOW)
def test_what_is_made_to_take_long_does_not(name: str) -> None:
    started = time.process_time()

    ci_files.read(PROVIDER, {ROOT: f"{SLOW[name]}# pip\n", f"{'a' * 40}.yml": "a: b\n"})

    assert time.process_time() - started < 10


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"\xef\xbb\xbftest:\n  script: [pip install a]\n", id="BOM"),
        pytest.param(b"test:\r\n  script:\r\n    - pip install a\r\n", id="CRLF"),
        pytest.param(b"test:\n  script: [pip install a]\n  when: 2026-13-45\n  on: off\n", id="impossible date"),
    ],
)
def test_unusual_files_are_read(content: bytes) -> None:
    found = ci_files.read(PROVIDER, {ROOT: content}).pipelines[0]

    assert [("pip", "install", "a")] == [command.argv for command in found.jobs[0].commands]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"pip:\n\tscript: a\n", id="tab"),
        pytest.param(b"pip: 1\npip: 2\n", id="duplicate key"),
        pytest.param(b"pip: \xff\n", id="not UTF-8"),
        pytest.param(b"pip: {{ a }}: b\n", id="a template"),
        pytest.param(b"pip: " + b"[" * 5_000, id="deep"),
        pytest.param(b"# pip" + b" " * 11 * 1024**2, id="large"),
    ],
)
def test_what_is_not_read_is_a_fault(content: bytes) -> None:
    found = ci_files.read(PROVIDER, {ROOT: content})

    assert ((), ["KPT002"]) == (found.pipelines, [fault.code for fault in found.faults])
