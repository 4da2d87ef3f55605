"""Caches and artifacts of Azure Pipelines."""

from __future__ import annotations

import pytest

from kempt.model.pipeline import CacheUse, Job
from kempt.providers.azure import PROVIDER
from support import ci_files


def job(text: str, *others: str) -> Job:
    found = ci_files.read(PROVIDER, {"azure-pipelines.yml": f"{text}\n# pip\n", **dict.fromkeys(others, "")})
    assert () == found.faults
    return found.pipelines[0].jobs[0]


def cache(inputs: str, before: str = "") -> CacheUse:
    (found,) = job(f"{before}\nsteps:\n- task: Cache@2\n  inputs:\n{inputs}\n- script: a").all_caches
    return found


@pytest.mark.parametrize(
    "key, expected",
    [
        ("""'uv | "$(Agent.OS)" | uv.lock'""", ["WORD", "SYSTEM", "FILES"]),
        ("uv | $(Agent.OS) | $(Agent.OSArchitecture)", ["WORD", "SYSTEM", "MACHINE"]),
        ('"py3.12" | 3.12 | "$(python.version)" | $(pythonVersion)', ["PYTHON"] * 4),
        ("$(Build.BuildId) | $(Build.SourceVersion)", ["RUN", "RUN"]),
        ("$(Build.SourceBranch)", ["BRANCH"]),
        ("$(what)", ["UNKNOWN"]),
        ("$(known)", ["FILES"]),
        ("**/requirements*.txt,!.venv/**", ["FILES"]),
        ("$(Build.SourcesDirectory)/api/uv.lock", ["FILES"]),
        ("$(what)/uv.lock", ["UNKNOWN"]),
        ("Pipfile", ["WORD"]),
        ("./Pipfile", ["FILES"]),
        ('"v1.2"', ["WORD"]),
    ],
)
def test_a_key_is_cut_into_its_segments(key: str, expected: list[str]) -> None:
    found = cache(f"    key: '{key.strip(chr(39))}'\n    path: a", "variables: {known: uv.lock}").key

    assert found
    assert expected == [part.kind.name for part in found.parts]


def test_an_old_key_has_a_segment_on_each_line() -> None:
    found = cache("    key: |\n      uv\n      uv.lock\n    path: a").key

    assert found
    assert ["WORD", "FILES"] == [part.kind.name for part in found.parts]


def test_a_path_is_hashed_for_each_value_of_the_matrix() -> None:
    text = (
        "strategy: {matrix: {a: {root: x}, b: {root: y}}}\n"
        'steps:\n- task: Cache@2\n  inputs: {key: "$(root)/uv.lock, !z/**", path: a}'
    )

    (found,) = job(f"jobs:\n- job: t\n  {text.replace(chr(10), chr(10) + '  ')}").all_caches

    assert found.key
    assert ("x/uv.lock", "y/uv.lock", "!z/**") == found.key.files


def test_the_variable_that_chooses_an_interpreter_names_the_python() -> None:
    text = (
        "steps:\n- {task: UsePythonVersion@0, inputs: {versionSpec: $(v)}}\n"
        "- {task: Cache@2, inputs: {key: $(v), path: a}}"
    )

    (found,) = job(text).all_caches

    assert found.key
    assert ["PYTHON"] == [part.kind.name for part in found.key.parts]


@pytest.mark.parametrize(
    "key, expected",
    [
        ('uv | "uv.lock"', '"uv.lock": the quotes make it a text: the file is not read'),
        ('"uv.lock" | uv.lock', ""),
        ('"uv" | uv.lock', ""),
    ],
)
def test_a_file_in_quotes_is_a_text(key: str, expected: str) -> None:
    found = cache(f"    key: '{key}'\n    path: a").key

    assert found
    assert expected == found.broken


@pytest.mark.parametrize(
    "path, expected, limited",
    [
        ("$(UV_CACHE_DIR)", ["$(Pipeline.Workspace)/.uv"], False),
        ("$(Build.SourcesDirectory)/.cache", [".cache"], False),
        ("~/.cache/pip", ["~/.cache/pip"], False),
        ("~/.cache/*", ["~/.cache/*"], True),
        ("a | b", ["a", "b"], False),
        ('"a\\nb"', ["a", "b"], True),
    ],
)
def test_a_step_stores_one_folder(path: str, expected: list[str], *, limited: bool) -> None:
    found = cache(f"    key: a\n    path: {path}", "variables: {UV_CACHE_DIR: $(Pipeline.Workspace)/.uv}")

    assert expected == [text.value for text in found.paths]
    assert ("Azure Pipelines stores one folder, without wildcards" if limited else "") == found.limits


def test_restore_keys_stand_on_lines() -> None:
    found = cache("    key: a\n    path: b\n    restoreKeys: |\n      a | b\n      a")

    assert ["a | b", "a"] == [text.value for text in found.restore_keys]


@pytest.mark.parametrize("inputs", ["    key: a", "    path: a", "    other: a"])
def test_a_step_without_key_or_path_caches_nothing(inputs: str) -> None:
    assert () == job(f"steps:\n- task: Cache@2\n  inputs:\n{inputs}").all_caches


@pytest.mark.parametrize(
    "condition, expected",
    [
        ("ne(variables.HIT, 'true')", True),
        ("and(succeeded(), ne(variables['HIT'], 'true'))", True),
        ("eq(variables.hit, 'false')", True),
        ("not(eq(variables.HIT, 'true'))", True),
        ("eq(variables.HIT, 'true')", False),
        ("eq(variables['HIT'], 'inexact')", False),
        ("ne(variables.OTHER, 'true')", False),
    ],
)
def test_a_step_that_waits_for_a_miss_is_skipped_on_a_hit(condition: str, *, expected: bool) -> None:
    cached = "task: Cache@2\n  inputs: {key: a, path: b, cacheHitVar: HIT}"
    text = f"steps:\n- {cached}\n- script: a\n  condition: {condition}"

    assert expected is job(text).steps[1].skipped_on_hit


@pytest.mark.parametrize(
    "step, expected",
    [
        ("publish: $(Build.SourcesDirectory)", ["**/*"]),
        ("publish: dist", ["dist"]),
        ("publish: $(System.DefaultWorkingDirectory)/dist", ["dist"]),
        ("{task: PublishPipelineArtifact@1}", ["**/*"]),
        ("{task: PublishPipelineArtifact@1, inputs: {targetPath: .}}", ["**/*"]),
        ("{task: PublishBuildArtifacts@1, inputs: {PathtoPublish: $(Agent.Elsewhere)}}", ["$(Agent.Elsewhere)"]),
    ],
)  # fmt: skip
def test_what_is_published_is_an_artifact(step: str, expected: list[str]) -> None:
    assert expected == [text.value for each in job(f"steps:\n- {step}").artifacts for text in each.paths]


def test_what_a_list_of_exclusions_stands_beside_is_not_known() -> None:
    assert () == job("steps:\n- publish: .\n- publish: dist", ".artifactignore", "dist/.artifactignore").artifacts
