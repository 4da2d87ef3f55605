"""Pipelines of strangers: nothing raises, nothing takes long, and each edit leaves a file that parses."""

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
from kempt.providers.azure import PROVIDER
from support import ci_files

ROOT = "azure-pipelines.yml"
KEYS = st.sampled_from([
    "variables", "name", "value", "group", "template", "parameters", "default", "steps", "jobs", "stages", "job",
    "stage", "deployment", "strategy", "matrix", "runOnce", "deploy", "task", "inputs", "key", "path",
    "restoreKeys", "cacheHitVar", "script", "bash", "workingDirectory", "env", "condition", "pool", "vmImage",
    "container", "extends", "publish", "versionSpec", "targetType", "trigger", "enabled", "${{ if x }}",
    "${{ each a in parameters.x }}", "${{ insert }}",
])  # fmt: skip
WORDS = st.sampled_from([
    "uv sync", "Cache@2", "UsePythonVersion@0", "Bash@3", "PublishPipelineArtifact@1", "$(a)",
    "$(Agent.OS) | uv.lock", "${{ parameters.x }}", "${{", "a.yml", "b.yml@self", "/a.yml", "inline", "~/.cache/uv",
    "ubuntu-latest", "", "3.10", "##vso[task.setvariable variable=a]b", "ne(variables.a, 'true')", "\x1b[2J",
    "::error ::x", "|", "\u202e", "<<",
])  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=15,
)
STEP = st.fixed_dictionaries({}, optional={
    "task": WORDS, "script": VALUES, "inputs": st.dictionaries(KEYS, VALUES), "condition": WORDS, "template": WORDS,
})  # fmt: skip
WANTED = Wanted("uv", Downloads("UV_CACHE_DIR", "uv", "", "", (), ("a", "b")), ("uv.lock",), "3.13")


def edit_all(text: str, files: dict[str, str | bytes]) -> None:
    """Make every edit, and see that the file still parses after each."""
    for found in ci_files.read(PROVIDER, {**files, ROOT: text}).pipelines:
        for job in found.jobs[:5]:
            made = [PROVIDER.with_cache(found, job, WANTED), PROVIDER.with_commands(found, job, None, ("a", "b: c"))]
            made += (PROVIDER.with_commands(found, job, step, ("a",)) for step in job.steps[:3])
            made += (PROVIDER.without_paths(found, each, (".venv/**",)) for each in job.artifacts)
            for cache in job.all_caches[:3]:
                made.append(PROVIDER.with_key(found, job, cache, WANTED))
                made += (PROVIDER.with_path(found, job, cache, path, WANTED) for path in cache.paths[:3])
            for edits in made:
                new = ci_files.edited(found.text, edits)
                assert isinstance(yaml.parse(new.encode()), yaml.Document), new


@given(whole=VALUES, included=VALUES, flow=st.booleans(), windows=st.booleans())
def test_any_values_are_read_and_edited(whole: object, included: object, *, flow: bool, windows: bool) -> None:
    text = json.dumps(whole) if flow else dump(whole, allow_unicode=True)
    edit_all((text + "\n# pip\n").replace("\n", "\r\n" if windows else "\n"), {"a.yml": dump(included)})


@given(st.fixed_dictionaries({"steps": st.lists(STEP, max_size=4)}, optional={"variables": VALUES, "pool": VALUES}))
def test_any_steps_are_read_and_edited(whole: object) -> None:
    edit_all(dump(whole, allow_unicode=True) + "# pip\n", {"a.yml": dump(whole)})


@given(st.binary(max_size=200))
def test_any_bytes_are_read(content: bytes) -> None:
    ci_files.read(PROVIDER, {ROOT: b"steps: [{template: a.yml}]\npip: " + content, "a.yml": content})


MANY = "".join(f"  v{number}: pip\n" for number in range(10_000))
JOBS = "".join(f"- job: j{number}\n  steps: [{{script: a, env: {{B: c}}}}]\n" for number in range(2_000))
TWICE = "${{ parameters.x }}" * 2
SLOW = {
    "recursion": "steps: &a [*a]\n",
    "bomb": "a0: &a0 [x, x]\n" + "".join(f"a{n + 1}: &a{n + 1} [*a{n}, *a{n}]\n" for n in range(40)),
    "templates": "steps: [{template: a.yml}]\n",
    "parameters": "steps: [{template: b.yml, parameters: {x: '${{ parameters.x }}'}}]\n",
    "variables times jobs": f"variables:\n{MANY}jobs:\n{JOBS}",
    "variables of variables": (
        "variables:\n" + "".join(f"  v{n}: '{f'$(v{n + 1})' * 80}'\n" for n in range(20))
        + "steps: [{task: Cache@2, inputs: {key: $(v0), path: $(v0)}}]\n"
    ),
    "long key": f"steps: [{{task: Cache@2, inputs: {{key: '{'$(a)-|' * 100_000}', path: a}}}}]\n",
    "commands in logs": f"steps: [{{bash: '{'##vso[task.setvariable variable=a;' * 20_000}'}}]\n",
    "expressions": f"steps: [{{bash: '{'${{' * 20_000}'}}]\n",
    "spaces": f"template: a{' ' * 500_000}b\n",
    "loops": "steps:\n- " + "${{ each a in b }}: [" * 40 + "x" + "]" * 40 + "\n",
}  # fmt: skip


@pytest.mark.parametrize("name", SLOW)
def test_what_is_made_to_take_long_does_not(name: str) -> None:
    started = time.process_time()

    ci_files.read(
        PROVIDER,
        {
            ROOT: f"{SLOW[name]}# pip\n",
            "a.yml": "steps: [{template: a.yml}, {template: a.yml}, {template: a.yml}]\n",
            "b.yml": f"parameters: {{x: 1}}\nsteps: [{{template: b.yml, parameters: {{x: '{TWICE}'}}}}]\n",
        },
    )

    assert time.process_time() - started < 10


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"\xef\xbb\xbfsteps:\n- script: pip install a\n", id="BOM"),
        pytest.param(b"steps:\r\n- script: pip install a\r\n", id="CRLF"),
        pytest.param(b"name: 2026-13-45\non: off\nsteps:\n- script: pip install a\n", id="impossible date"),
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
    ],
)
def test_what_is_not_read_is_a_fault(content: bytes) -> None:
    found = ci_files.read(PROVIDER, {ROOT: content})

    assert ((), ["KPT002"]) == (found.pipelines, [fault.code for fault in found.faults])
