"""KPT411: a tool that is called by its bare name after it was installed where PATH does not look."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from support.checking import Seen, found, mended, messages, seen
from support.pipelines import WORKFLOW, everywhere, line_of, rows, workflow

CODE = "KPT411"
UV = {"pyproject.toml": '[project]\nname = "a"\n[tool.uv]\n', "uv.lock": "version = 0\n"}
PUT = 'echo "$PWD/.venv/bin" >> $GITHUB_PATH'


@pytest.mark.parametrize("provider", ["github", "codebuild", "gitlab", "azure", "circleci", "bitbucket"])
def test_every_provider_is_read_and_mended(git_repo: MakeRepository, provider: str) -> None:
    path, text = everywhere("uv sync --locked", "pytest -q")[provider]
    repository = git_repo(UV | {path: text})

    assert [Seen(CODE, path, line_of(text, "pytest"))] == seen(found(repository, CODE))
    mended(repository, CODE)
    assert text.replace("pytest -q", "uv run --locked pytest -q") == (repository.root / path).read_text()
    assert [] == found(repository, CODE)


@pytest.mark.parametrize(
    "install, command, help",
    [
        ("uv sync --locked", "pytest", "uv run --locked pytest"),
        ("uv sync --locked", "coverage run -m pytest", "uv run --locked coverage"),
        ("poetry install", "mypy src", "poetry run mypy"),
        ("pdm sync", "ruff check", "pdm run ruff"),
        ("pipenv sync", "pytest", "pipenv run pytest"),
    ],
)
def test_managers(git_repo: MakeRepository, install: str, command: str, help: str) -> None:
    findings = found(git_repo(UV | {WORKFLOW: workflow(install, command)}), CODE)

    manager = install.partition(" ")[0]
    assert [f"error: `{command}` is looked for outside the environment that {manager} made"] == messages(findings)
    assert [help] == [each.help for each in findings]


@pytest.mark.parametrize(
    "before, after",
    [
        ("python -m pytest -q", "uv run --locked python -m pytest -q"),
        ("CI=1 pytest", "CI=1 uv run --locked pytest"),
        ("mkdir -p out && pytest  # all", "mkdir -p out && uv run --locked pytest  # all"),
    ],
    ids=["module", "assignment", "second"],
)
def test_fixes(git_repo: MakeRepository, before: str, after: str) -> None:
    repository = mended(git_repo(UV | {WORKFLOW: workflow("uv sync --locked", before)}), CODE)

    assert workflow("uv sync --locked", after) == (repository.root / WORKFLOW).read_text()


@pytest.mark.parametrize(
    "text",
    [
        workflow("pytest"),
        workflow("pytest", "uv sync --locked"),
        workflow("pip install -r requirements.txt", "pytest"),
        workflow("uv sync --locked", "uv run pytest"),
        workflow("uv sync --locked", ".venv/bin/pytest"),
        workflow("uv sync --locked", ".venv/bin/python -m pytest"),
        workflow("uv sync --locked", "source .venv/bin/activate", "tox"),
        workflow("- run: |\n    uv sync --locked\n    source .venv/bin/activate\n    pytest\n"),
        workflow("- run: |\n    uv sync --locked\n    . .venv/bin/activate\n    pytest\n"),
        workflow("- run: |\n    uv sync --locked\n    export PATH=$PWD/.venv/bin:$PATH\n    pytest\n"),
        workflow("- run: |\n    uv sync --locked\n    PATH=.venv/bin:$PATH pytest\n"),
        workflow("uv sync --locked", PUT, "pytest"),
        workflow("- uses: astral-sh/setup-uv@v7\n  with:\n    activate-environment: true\n", "uv sync", "pytest"),
        workflow("uv sync --locked", "pip install pytest==8", "pytest"),
        workflow("uv sync --locked", "pip install -r dev.txt", "pytest"),
        workflow("uv sync --locked", "pipx install ruff==0.17", "ruff check"),
        workflow("uv sync --locked", "tox"),
        workflow("uv sync --locked", "- uses: someone/activate@v1\n", "pytest"),
        workflow("poetry config virtualenvs.create false", "poetry install", "pytest"),
        workflow("poetry install", "pytest", head="env:\n  POETRY_VIRTUALENVS_CREATE: 'false'\n"),
        workflow("uv sync --locked", "pytest", head="env:\n  UV_PROJECT_ENVIRONMENT: /usr/local\n"),
        workflow("pipenv install --system --deploy", "pytest"),
        workflow("uv sync --locked", "cargo test", "docker run x pytest"),
        workflow("uv sync --locked", "if pytest --version; then echo there; fi"),
    ],
    ids=[
        "no-manager", "before", "pip", "run", "path", "path-module", "tox-after-activation", "activated",
        "activated-by-dot", "exported", "path-of-one-command", "github-path", "setup-uv-activates", "tool-by-pip",
        "tools-by-file", "tool-by-pipx", "tox", "unknown-action", "poetry-config", "poetry-variable", "uv-variable",
        "pipenv-system", "others", "test",
    ],
)  # fmt: skip
def test_what_is_right_or_not_known(git_repo: MakeRepository, text: str) -> None:
    assert [] == messages(found(git_repo(UV | {WORKFLOW: text}), CODE))


IN_BACKEND = {f"backend/{name}": text for name, text in UV.items()}


@pytest.mark.parametrize(
    "install, call, after",
    [
        ("cd backend && uv sync --locked", "pytest -q", "uv run --locked pytest -q"),
        (
            "cd backend && uv sync --locked && cd ..",
            "pytest backend",
            "uv run --locked --project backend pytest backend",
        ),
        ("uv --directory backend sync --locked", "pytest", "uv run --locked --project backend pytest"),
        ("cd backend/src && uv sync --locked && cd ../tests", "pytest", "uv run --locked pytest"),
        ("cd backend && poetry install && cd ..", "pytest backend", "pytest backend"),
        ("cd $FOLDER && uv sync", "pytest", "pytest"),
        ("cd backend && uv sync --locked && cd $FOLDER", "pytest", "pytest"),
    ],
    ids=["inside", "outside", "directory", "below", "poetry", "unknown", "lost"],
)
def test_the_fix_finds_the_project(git_repo: MakeRepository, install: str, call: str, after: str) -> None:
    step = f"- run: |\n    {install}\n    {call}\n"
    repository = git_repo(IN_BACKEND | {WORKFLOW: workflow(step)})

    assert 1 == len(found(repository, CODE))
    mended(repository, CODE)
    assert workflow(step.replace(f"    {call}\n", f"    {after}\n")) == (repository.root / WORKFLOW).read_text()


def test_where_the_fix_would_not_find_the_project_the_help_says_so(git_repo: MakeRepository) -> None:
    step = "- run: |\n    cd backend && poetry install && cd ..\n    pytest backend\n"
    (finding,) = found(git_repo(IN_BACKEND | {WORKFLOW: workflow(step)}), CODE)

    assert "poetry run pytest, from inside the project's folder" == finding.help


def test_a_tool_in_each_row_of_a_matrix_is_one_finding(git_repo: MakeRepository) -> None:
    files = {f"{folder}/{name}": text for folder in ("api", "web") for name, text in UV.items()}
    text = workflow("uv sync --locked", "pytest -q", job=rows("api", "web"))
    repository = git_repo(files | {WORKFLOW: text})

    assert [Seen(CODE, WORKFLOW, line_of(text, "pytest"))] == seen(found(repository, CODE))
    mended(repository, CODE)
    assert text.replace("pytest -q", "uv run --locked pytest -q") == (repository.root / WORKFLOW).read_text()
