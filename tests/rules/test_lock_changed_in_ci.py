"""KPT408: CI changes the lock, and throws the change away."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from support.checking import Seen, found, messages, seen
from support.pipelines import WORKFLOW, everywhere, line_of, workflow

CODE = "KPT408"
UV = {"pyproject.toml": '[project]\nname = "a"\n[tool.uv]\n', "uv.lock": "version = 0\n"}
POETRY = {"pyproject.toml": '[tool.poetry]\nname = "a"\n', "poetry.lock": "version = 0\n"}
PDM = {"pyproject.toml": "[tool.pdm]\n", "pdm.lock": "version = 0\n"}
PIPENV = {"Pipfile": "[packages]\nidna = '*'\n", "Pipfile.lock": "{}"}


@pytest.mark.parametrize("provider", ["github", "codebuild", "gitlab", "azure", "circleci", "bitbucket"])
def test_every_provider_is_read(git_repo: MakeRepository, provider: str) -> None:
    path, text = everywhere("poetry add psycopg2-binary")[provider]

    assert [Seen(CODE, path, line_of(text, "poetry add"))] == seen(found(git_repo(POETRY | {path: text}), CODE))


@pytest.mark.parametrize(
    "files, command, told",
    [
        (UV, "uv add idna", True),
        (UV, "uv remove idna", True),
        (UV, "uv lock", True),
        (UV, "uv lock --upgrade", True),
        (UV, "uv lock --check", False),
        (UV, "uv lock --locked", False),
        (UV, "uv lock --check-exists", False),
        (UV, "UV_FROZEN=1 uv lock", False),
        (UV, "uv sync", False),
        (POETRY, "poetry add idna", True),
        (POETRY, "poetry update", True),
        (POETRY, "poetry lock", True),
        (POETRY, "poetry check --lock", False),
        (POETRY, "poetry install", False),
        (PDM, "pdm add idna", True),
        (PDM, "pdm update", True),
        (PDM, "pdm lock", True),
        (PDM, "pdm lock --check", False),
        (PIPENV, "pipenv lock", True),
        (PIPENV, "pipenv install idna", True),
        (PIPENV, "pipenv install", False),
        ({}, "uv add idna", False),
        ({"pyproject.toml": UV["pyproject.toml"]}, "uv lock", False),
        (UV, "cd $PROJECT && uv lock", False),
        (UV, "if ! uv lock; then exit 1; fi", False),
    ],
)
def test_verbs(git_repo: MakeRepository, files: dict[str, str], command: str, *, told: bool) -> None:
    findings = found(git_repo(files | {WORKFLOW: workflow(f"- run: |\n    {command}\n")}), CODE)

    assert told is bool(findings)


@pytest.mark.parametrize(
    "text",
    [
        workflow("uv lock --upgrade", "git commit -am lock", "git push"),
        workflow("uv lock --upgrade", "gh pr create --fill"),
        workflow("uv lock", "uv sync", name="update-deps"),
        workflow("uv lock", head="name: Update dependencies\n"),
        workflow("uv lock", "- uses: peter-evans/create-pull-request@v7\n").replace(
            "on: push", "on: {schedule: [{cron: 0 0 * * 1}]}"
        ),
    ],
    ids=["commits", "pull-request", "job-name", "workflow-name", "scheduled"],
)
def test_jobs_that_are_there_to_change_it(git_repo: MakeRepository, text: str) -> None:
    assert [] == messages(found(git_repo(UV | {WORKFLOW: text}), CODE))
