"""Caches and artifacts of GitLab CI."""

from __future__ import annotations

import pytest

from kempt.model.pipeline import CacheUse, Job, Key
from kempt.providers.gitlab import PROVIDER
from support import ci_files


def job(text: str) -> Job:
    found = ci_files.read(PROVIDER, {".gitlab-ci.yml": f"{text}\n# pip"})
    assert () == found.faults
    return found.pipelines[0].jobs[0]


def cache(said: str, before: str = "") -> CacheUse:
    (found,) = job(f"{before}\ntest:\n  cache: {said}\n  script: [a]\n").caches
    return found


def kinds(key: Key | None) -> list[str]:
    return [part.kind.name for part in key.parts] if key else []


def test_a_cache_without_a_key_has_a_constant_one() -> None:
    found = cache("{paths: [.cache/pip]}")

    assert ("default", ["WORD"]) == (found.key and found.key.text.value, kinds(found.key))


@pytest.mark.parametrize(
    "key, expected",
    [
        ("pip", ["WORD"]),
        ("$CI_COMMIT_REF_SLUG", ["BRANCH"]),
        ('"${CI_COMMIT_SHA}-x"', ["RUN", "WORD"]),
        ("$CI_PIPELINE_ID", ["RUN"]),
        ("$CI_JOB_NAME", ["WORD"]),
        ("$CI_PROJECT_NAME-$CI_DEFAULT_BRANCH", ["WORD", "WORD"]),
        ("$SOMETHING", ["UNKNOWN"]),
        ("uv-linux-amd64-py3.13", ["WORD", "SYSTEM", "MACHINE", "PYTHON"]),
        ("$PYTHON_VERSION", ["PYTHON"]),
        ("$CI_RUNNER_EXECUTABLE_ARCH", ["SYSTEM", "MACHINE"]),
        ("$KNOWN", ["WORD", "BRANCH"]),
        ("{files: [uv.lock]}", ["FILES"]),
        ("{files: [uv.lock], prefix: py3.13}", ["PYTHON", "FILES"]),
        ("{files_commits: [uv.lock], prefix: $CI_JOB_NAME}", ["WORD", "FILES"]),
        ("{prefix: a}", ["WORD", "WORD"]),
        ("{files: []}", ["WORD"]),
    ],
)
def test_a_key_is_cut_into_its_parts(key: str, expected: list[str]) -> None:
    found = cache(f"{{key: {key}, paths: [a]}}", "variables: {KNOWN: a-$CI_COMMIT_BRANCH}")

    assert expected == kinds(found.key)


def test_the_name_of_a_job_with_a_matrix_of_pythons_names_the_python() -> None:
    matrix = "parallel: {matrix: [{PY: ['3.11', '3.12']}]}"

    found = job(f"test:\n  {matrix}\n  cache: {{key: $CI_JOB_NAME, paths: [a]}}\n  script: [a]\n")

    assert ["PYTHON"] == kinds(found.caches[0].key)


@pytest.mark.parametrize(
    "files, expected",
    [
        ("[a, b, c]", "GitLab takes at most two files, not 3"),
        ("[./uv.lock]", "GitLab finds no file by a path that begins with ./"),
        ("[uv.lock, ./a]", ""),
        ("['**/uv.lock']", ""),
    ],
)
def test_what_gitlab_cannot_hash_is_said(files: str, expected: str) -> None:
    found = cache(f"{{key: {{files: {files}}}, paths: [a]}}").key

    assert found is not None
    assert expected == found.broken


@pytest.mark.parametrize(
    "path, expected, outside",
    [
        ("$UV_CACHE_DIR", ".uv-cache", False),
        ("${UV_CACHE_DIR}/x", ".uv-cache/x", False),
        ("$CI_PROJECT_DIR/.cache/pip", ".cache/pip", False),
        ("$CI_PROJECT_DIR", ".", False),
        ("$UNKNOWN/a", "$UNKNOWN/a", False),
        ("~/.cache/pip", "~/.cache/pip", True),
        ("/root/.cache", "/root/.cache", True),
        ("$HOME/.cache", "$HOME/.cache", True),
        ("../a", "../a", True),
        (".venv/", ".venv/", False),
    ],
)
def test_paths_are_of_the_project(path: str, expected: str, *, outside: bool) -> None:
    found = cache(f'{{paths: ["{path}"]}}', "variables: {UV_CACHE_DIR: $CI_PROJECT_DIR/.uv-cache}")

    assert [expected] == [text.value for text in found.paths]
    assert ("GitLab stores nothing outside the project" if outside else "") == found.limits


def test_untracked_files_are_everything() -> None:
    assert ["a", "**/*"] == [text.value for text in cache("{paths: [a], untracked: true}").paths]


@pytest.mark.parametrize("said", ["{}", "[]", "{key: a}", "{paths: []}", "x", "[[a]]", "{untracked: false}"])
def test_a_cache_that_stores_nothing_is_none(said: str) -> None:
    assert () == job(f"cache: {{paths: [a]}}\ntest: {{cache: {said}, script: [a]}}\n").caches


@pytest.mark.parametrize(
    "policy, expected",
    [("pull", (True, False)), ("push", (False, True)), ("pull-push", (True, True)), ("$X", (True, True))],
)
def test_a_policy_says_what_a_job_does_with_a_cache(policy: str, expected: tuple[bool, bool]) -> None:
    found = cache(f"{{paths: [a], policy: {policy}}}")

    assert expected == (found.restores, found.saves)


def test_fallback_keys_are_other_keys() -> None:
    assert ["a", "b"] == [text.value for text in cache("{paths: [a], fallback_keys: [a, b]}").restore_keys]


def test_a_list_holds_several_caches_and_each_knows_where_it_stands() -> None:
    text = "test:\n  cache:\n    - key: a\n      paths: [a]\n    - paths: [b]\n  script: [a]\n"

    found = job(text).caches

    assert ["key: a\n      paths: [a]", "paths: [b]"] == [text[each.block[0] : each.block[1]] for each in found]


def test_a_cache_of_the_whole_file_is_every_jobs() -> None:
    assert ["a"] == [text.value for text in job("cache: {paths: [a]}\ntest: {script: [a]}\n").caches[0].paths]


def test_a_merged_cache_stands_nowhere() -> None:
    found = job(".a: {cache: {paths: [a]}}\ntest:\n  extends: .a\n  cache: {key: b}\n  script: [a]\n").caches[0]

    assert ((-1, -1), "b", 1) == (found.block, found.key and found.key.text.value, found.location.line)


def test_artifacts_list_what_is_handed_on_and_left_out() -> None:
    (found,) = job("test:\n  artifacts:\n    paths: [a, '**/*']\n    exclude: [.venv/**/*]\n  script: [a]\n").artifacts

    assert (["a", "**/*"], [".venv/**/*"]) == (
        [text.value for text in found.paths],
        [text.value for text in found.excluded],
    )


@pytest.mark.parametrize("said", ["{reports: {junit: a.xml}}", "{}", "x", "{paths: []}"])
def test_reports_are_no_artifacts(said: str) -> None:
    assert () == job(f"test: {{artifacts: {said}, script: [a]}} # pip\n").artifacts
