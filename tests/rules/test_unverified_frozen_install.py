"""KPT418: CI installs a lock that nothing compares with the manifest."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from support.checking import Seen, found, mended, messages, seen
from support.pipelines import WORKFLOW, everywhere, line_of, workflow

CODE = "KPT418"
UV = {"pyproject.toml": '[project]\nname = "a"\n[tool.uv]\n', "uv.lock": "version = 0\n"}
PDM = {"pyproject.toml": "[tool.pdm]\n", "pdm.lock": "version = 0\n"}
PIPENV = {"Pipfile": "[packages]\nidna = '*'\n", "Pipfile.lock": "{}"}
OTHER = ".github/workflows/other.yml"
HOOK = "repos:\n  - repo: https://github.com/astral-sh/uv-pre-commit\n    rev: 0.13.9\n    hooks:\n      - id: {}\n"


def silent(command: str) -> str:
    return f"warning: `{command}` takes a stale lock without a word, and nothing else compares it"


@pytest.mark.parametrize("provider", ["github", "codebuild", "gitlab", "azure", "circleci", "bitbucket"])
def test_every_provider_is_read_and_mended(git_repo: MakeRepository, provider: str) -> None:
    path, text = everywhere("uv sync --frozen --all-groups", "uv run pytest")[provider]
    repository = git_repo(UV | {path: text})

    assert [Seen(CODE, path, line_of(text, "frozen"))] == seen(found(repository, CODE))
    mended(repository, CODE, unsafe=False)
    assert text.replace("--frozen", "--locked") == (repository.root / path).read_text()
    assert [] == found(repository, CODE, "KPT401")


@pytest.mark.parametrize(
    "files, command, expected",
    [
        (UV, "uv sync --frozen", [silent("uv sync --frozen")]),
        (UV, "uv run --frozen pytest", [silent("uv run --frozen pytest")]),
        (UV, "UV_FROZEN=1 uv sync", [silent("uv sync")]),
        (UV, "uv sync", []),
        (UV, "uv sync --locked", []),
        (PDM, "pdm sync", [silent("pdm sync")]),
        (PDM, "pdm install --frozen-lockfile", [silent("pdm install --frozen-lockfile")]),
        (PDM, "pdm install --check", []),
        (PIPENV, "pipenv sync --dev", [silent("pipenv sync --dev")]),
        (PIPENV, "pipenv install --deploy", []),
        ({}, "uv sync --frozen", []),
        ({"pyproject.toml": UV["pyproject.toml"]}, "uv sync --frozen", []),
    ],
)
def test_verbs(git_repo: MakeRepository, files: dict[str, str], command: str, expected: list[str]) -> None:
    assert expected == messages(found(git_repo(files | {WORKFLOW: workflow(command)}), CODE))


@pytest.mark.parametrize(
    "more",
    [
        {OTHER: workflow("uv lock --check")},
        {OTHER: workflow("uv sync --locked")},
        {OTHER: workflow("uv export --locked -o requirements.txt")},
        {OTHER: workflow("uvx kempt==0.1.0 check")},
        {OTHER: workflow("pip install kempt", "kempt check --no-git")},
        {".pre-commit-config.yaml": HOOK.format("uv-lock")},
        {".pre-commit-config.yaml": HOOK.format("kempt-check")},
    ],
    ids=["lock-check", "locked-sync", "export", "kempt-by-uvx", "kempt", "hook", "kempt-hook"],
)
def test_one_comparison_anywhere_is_enough(git_repo: MakeRepository, more: dict[str, str]) -> None:
    assert [] == messages(found(git_repo(UV | {WORKFLOW: workflow("uv sync --frozen")} | more), CODE))


@pytest.mark.parametrize(
    "more",
    [
        {OTHER: workflow("uv lock --check-exists")},
        {OTHER: workflow("uv sync --check")},
        {OTHER: workflow("poetry check --lock")},
        {".pre-commit-config.yaml": HOOK.format("uv-export")},
    ],
    ids=["existence", "environment", "other-manager", "other-hook"],
)
def test_what_is_no_comparison(git_repo: MakeRepository, more: dict[str, str]) -> None:
    assert 1 == len(found(git_repo(UV | {WORKFLOW: workflow("uv sync --frozen")} | more), CODE))


def test_another_services_comparison_is_none(git_repo: MakeRepository) -> None:
    text = workflow("cd a && uv sync --frozen", "cd b && uv sync --locked")
    files = {f"{folder}/{name}": content for folder in "ab" for name, content in UV.items()}

    assert [silent("uv sync --frozen")] == messages(found(git_repo(files | {WORKFLOW: text}), CODE))


def test_a_variable_is_told_once_for_all_its_commands(git_repo: MakeRepository) -> None:
    text = workflow("uv sync", "uv run pytest", "uv run mypy", head="env:\n  # as ever\n  UV_FROZEN: true  # here\n")
    repository = git_repo(UV | {WORKFLOW: text})
    findings = found(repository, CODE, "KPT401")

    assert ["warning: `UV_FROZEN` makes uv take a stale lock without a word, and nothing else compares it"
            ] == messages(findings)  # fmt: skip
    assert [Seen(CODE, WORKFLOW, line_of(text, "UV_FROZEN"))] == seen(findings)
    mended(repository, CODE, unsafe=False)
    assert text.replace("UV_FROZEN", "UV_LOCKED") == (repository.root / WORKFLOW).read_text()
    assert [] == found(repository, CODE, "KPT401")


def test_the_variable_in_force_is_the_one_that_is_told(git_repo: MakeRepository) -> None:
    step = "- run: uv sync\n  env:\n    UV_FROZEN: '1'\n"
    text = workflow(step, "uv run pytest", head="env:\n  UV_FROZEN: '0'\n")
    findings = found(git_repo(UV | {WORKFLOW: text}), CODE)

    assert [Seen(CODE, WORKFLOW, line_of(text, "UV_FROZEN: '1'"))] == seen(findings)


@pytest.mark.parametrize(
    "files, command, compare",
    [(PDM, "pdm sync", "pdm lock --check"), (PIPENV, "pipenv sync", "pipenv verify")],
    ids=["pdm", "pipenv"],
)
def test_a_comparison_is_put_before(
    git_repo: MakeRepository, files: dict[str, str], command: str, compare: str
) -> None:
    repository = mended(git_repo(files | {WORKFLOW: workflow("echo hi", command)}), CODE, unsafe=False)

    text = (repository.root / WORKFLOW).read_text()
    assert line_of(text, compare) < line_of(text, command)
    assert [] == found(repository, CODE)


def test_jobs_for_the_newest_versions_are_left_alone(git_repo: MakeRepository) -> None:
    assert [] == found(git_repo(UV | {WORKFLOW: workflow("uv sync --frozen", name="upgrade")}), CODE)
