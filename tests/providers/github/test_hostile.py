"""Workflows of strangers: nothing raises, nothing takes long, and what is understood stays within the file."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yaml import safe_dump as dump

from kempt.formats import yaml
from kempt.model.installs import Downloads
from kempt.model.provider import Wanted
from kempt.providers.github import PROVIDER
from support.workflows import CI, HEAD, edited, read_all

WORDS = st.sampled_from([
    "on", "jobs", "steps", "run", "uses", "with", "env", "runs-on", "strategy", "matrix", "include", "defaults", "if",
    "container", "working-directory", "shell", "path", "key", "restore-keys", "actions/cache@v6", "actions/checkout@v7",
    "astral-sh/setup-uv@v10", "actions/setup-python@v7", "./", "./.github/actions/x", "actions/upload-artifact@v7",
    "${{ matrix.a }}", "${{ hashFiles('uv.lock') }}", "${{", "uv sync", "ubuntu-latest", "cache", "pip", "!x", "",
    "\x1b[2J", "::error ::x", "3.10", "true", "push", "cache-dependency-glob", "enable-cache", "python-version",
    "pip-install", "\u202e",
])  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)
STEP = st.dictionaries(st.sampled_from(["run", "uses", "with", "env", "shell", "if", "name"]), VALUES)
JOBS = st.fixed_dictionaries(
    {"steps": st.lists(STEP, max_size=3)},
    optional={"runs-on": VALUES, "env": VALUES, "strategy": VALUES, "if": VALUES},
)
DOWNLOADS = Downloads("UV_CACHE_DIR", "uv", "~/.cache/uv", "~/AppData/Local/uv/cache", ("uv", "cache", "dir"))
WANTED = Wanted("uv", DOWNLOADS, ("uv.lock",), "3.13")


def edit_all(text: str, files: dict[str, str | bytes]) -> None:
    """Make every edit, and see that the file still parses after each."""
    for found in read_all({CI: text, **files}).pipelines:
        for job in found.jobs:
            made = [PROVIDER.with_cache(found, job, WANTED), PROVIDER.with_commands(found, job, None, ("a", "b"))]
            for cache in job.all_caches:
                made.append(PROVIDER.with_key(found, job, cache, WANTED))
                made += (PROVIDER.with_path(found, job, cache, path, WANTED) for path in cache.paths)
            made += (PROVIDER.without_paths(found, artifacts, (".venv/**",)) for artifacts in job.artifacts)
            for edits in made:
                assert isinstance(yaml.parse(edited(found.text, edits).encode()), yaml.Document)


def block(value: Any) -> str:
    """A structure as YAML in blocks."""
    return dump(value, sort_keys=False)


@given(VALUES, st.sampled_from([json.dumps, block]))
def test_no_structure_is_an_error(value: Any, written: Any) -> None:
    edit_all(written({"on": value, "jobs": value, "env": value, "defaults": value, "uv": value}), {})


@given(st.dictionaries(st.sampled_from(["a", "b"]), JOBS, min_size=1), VALUES, st.sampled_from([json.dumps, block]))
def test_no_job_is_an_error(jobs: Any, action: Any, written: Any) -> None:
    files: dict[str, str | bytes] = {
        ".github/actions/x/action.yml": json.dumps({"runs": {"using": "composite", "steps": action}, "inputs": action}),
        "uv.lock": "",
    }
    edit_all(written({"on": "push", "jobs": jobs, "name": "uv"}), files)


@given(st.binary(max_size=200))
def test_no_bytes_are_an_error(content: bytes) -> None:
    read_all({CI: content + b"\n# uv"})


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x, x]\nb: &b [*a, *a]\n" + "".join(f"c{n}: &c{n} [*b, *b]\n" for n in range(40)),
        "on: push\njobs: &j\n  a: *j\n",
        "on: push\njobs:\n  a: {<<: [{steps: []}], steps: [{run: uv}]}\n",
        "jobs:\n\ta: 1\n",
        "\ufeff" + HEAD + "      - run: uv sync\n",
        (HEAD + "      - run: uv sync\n").replace("\n", "\r\n"),
        "on: push\njobs: {a: 1, a: 2}\n",
        "{{ cookiecutter.name }}: {% if x %}\n",
        "on: 2026-13-45\njobs: {1:30: {steps: [{run: 2026-13-45}]}}\n",
        "[" * 5000,
        "on: push\njobs: " + "{a: " * 3000,
        HEAD + "      - uses: " + "a" * 100_000 + "\n",
        HEAD + "      - run: " + "${{ " * 100_000 + "\n",
        HEAD + "      - uses: actions/cache@v6\n        with:\n         key: ${{ hashFiles('" + "*a" * 5000 + "') }}\n",
        HEAD + "      - uses: actions/setup-python@v7\n        with: {cache: pip, cache-dependency-path: '"
        + "**/*a*a*a*b/" * 200 + "'}\n",
        HEAD + "      - run: uv\n" * 20_000,
        'name: "::error::\\e[31m\\u202e"\n' + HEAD + "      - name: '::error file=x::pwn'\n        run: uv sync\n",
        HEAD + '      - uses: actions/cache@v6\n        if: "' + "!" * 5000 + ' cache-hit"\n',
        "uv: " + "x" * 10_000_000,
    ],
    ids=[
        "laughs", "itself", "merge", "tab", "bom", "crlf", "duplicate", "template", "dates", "brackets", "braces",
        "uses", "expressions", "glob", "globs", "steps", "escapes", "condition", "huge",
    ],
)  # fmt: skip
def test_hostile_files_take_no_time(text: str) -> None:
    started = time.perf_counter()
    files: dict[str, str | bytes] = {f"{'a' * 50}/{'a' * 200}{number}.txt": "" for number in range(50)}
    edit_all(text + "\n# uv\n", files)

    assert time.perf_counter() - started < 10


def test_matrix_values_do_not_multiply() -> None:
    names = "".join(f"        a{number}: [{', '.join(map(str, range(20)))}]\n" for number in range(20))
    key = "".join(f"${{{{ matrix.a{number} }}}}" for number in range(20))
    text = (
        f"on: push\njobs:\n  a:\n    runs-on: '{key}'\n    strategy:\n      matrix:\n{names}"
        f"    steps:\n      - run: uv sync\n        working-directory: {key}\n"
    )
    started = time.perf_counter()
    found = read_all({CI: text}).pipelines[0].jobs[0]

    assert ("", None) == (found.system, found.commands[0].folder)
    assert time.perf_counter() - started < 1
