"""KPT606: pre-commit is in use, and no hook lints or formats Python."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from kempt.rules.missing_ruff_hook import RULE
from support.ruling import judged, mended_file, said

CONFIG = ".pre-commit-config.yaml"
PROJECT = {"pyproject.toml": '[project]\nname = "shop"\nversion = "1"\n', "shop.py": ""}
HOOKS = "repos:\n- repo: https://example.com/hooks\n  rev: v1\n  hooks:\n  - id: check-toml\n"
RUFF = "- repo: https://github.com/astral-sh/ruff-pre-commit\n  rev: v0.16.4\n  hooks:\n"
BOTH = "0: pre-commit is in use, and no hook lints or formats Python"


def with_hook(id: str) -> str:
    return f"{HOOKS}- repo: https://example.com/more\n  rev: v1\n  hooks:\n  - id: {id}\n"


def local(entry: str, id: str = "own", language: str = "system") -> str:
    return (
        f"{HOOKS}- repo: local\n  hooks:\n  - id: {id}\n    name: own\n    entry: {entry}\n    language: {language}\n"
    )


@pytest.mark.parametrize(
    "text",
    [HOOKS, with_hook("mypy"), with_hook("isort"), local("mypy"), local("ruff", "pattern", "pygrep")],
    ids=["none", "types", "imports", "own-types", "pattern"],
)
def test_nothing_that_lints_or_formats(git_repo: MakeRepository, text: str) -> None:
    assert [BOTH] == said(git_repo({CONFIG: text, **PROJECT}), RULE)


@pytest.mark.parametrize(
    "text, said_of_it",
    [
        (f"{HOOKS}{RUFF}  - id: ruff-check\n", "no hook formats Python"),
        (f"{HOOKS}{RUFF}  - id: ruff-format\n", "no hook lints Python"),
    ],
    ids=["check", "format"],
)
def test_one_half_of_ruff(git_repo: MakeRepository, text: str, said_of_it: str) -> None:
    assert [f"0: pre-commit is in use, and {said_of_it}"] == said(git_repo({CONFIG: text, **PROJECT}), RULE)


@pytest.mark.parametrize(
    "text",
    [
        f"{HOOKS}{RUFF}  - id: ruff-check\n  - id: ruff-format\n",
        f"{HOOKS}{RUFF}  - id: ruff-check\n- repo: https://example.com/black\n  rev: v1\n  hooks:\n  - id: black\n",
        f"{HOOKS}{RUFF}  - id: ruff\n",
        with_hook("black"),
        with_hook("flake8"),
        with_hook("pylint"),
        with_hook("yapf"),
        local("ruff check"),
        local(".venv/bin/ruff check --fix"),
        local("uv run ruff check --force-exclude"),
        local("poetry run black ."),
        local("python -m flake8"),
        local("uv run python -m pylint shop"),
        local("bash -c 'ruff check && ruff format'"),
        local("make lint"),
        local("./scripts/lint"),
        local("scripts/lint.sh"),
        local("python scripts/lint.py"),
        local("nox -s lint"),
    ],
    ids=["both", "with-black", "legacy", "black", "flake8", "pylint", "yapf", "own", "own-environment", "uv", "poetry",
         "module", "uv-module", "shell", "make", "script", "ending", "python", "nox"],
)  # fmt: skip
def test_another_choice_and_what_may_be_one(git_repo: MakeRepository, text: str) -> None:
    assert [] == said(git_repo({CONFIG: text, **PROJECT}), RULE)


@pytest.mark.parametrize(
    "files",
    [{CONFIG: HOOKS, "package.json": "{}"}, {CONFIG: HOOKS, "pyproject.toml": PROJECT["pyproject.toml"]}, PROJECT],
    ids=["no-python", "no-modules", "no-hooks"],
)
def test_where_nothing_is_to_be_linted(git_repo: MakeRepository, files: dict[str, str]) -> None:
    assert [] == said(git_repo(files), RULE)


@pytest.mark.parametrize(
    "before, added",
    [
        (HOOKS, f"{RUFF}  - id: ruff-check\n  - id: ruff-format\n"),
        (f"{HOOKS}{RUFF}  - id: ruff-check\n", "  - id: ruff-format\n"),
        (
            f"{HOOKS}{RUFF.replace('0.16.4', '0.11.0')}  - id: ruff-format\n",
            f"{RUFF}  - id: ruff-check\n",
        ),
    ],
    ids=["entry", "beside", "too-old"],
)
def test_what_is_missing_is_added(git_repo: MakeRepository, before: str, added: str) -> None:
    repository = git_repo({CONFIG: before, **PROJECT})

    assert before + added == mended_file(repository, CONFIG, RULE)
    assert [] == judged(repository, RULE)
