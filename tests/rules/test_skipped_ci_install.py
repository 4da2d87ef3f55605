"""KPT407: installs that do not run where a cache was found."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from support.checking import Seen, found, messages, seen
from support.pipelines import LINE, WORKFLOW, workflow

CODE = "KPT407"
POETRY = {"pyproject.toml": '[tool.poetry]\nname = "a"\n', "poetry.lock": "version = 0\n"}


def cache(path: str) -> str:
    return f"- id: cache\n  uses: actions/cache@v5\n  with:\n    path: {path}\n    key: a\n"


def install(condition: str, command: str = "poetry install") -> str:
    return f"- run: {command}\n  if: {condition}\n"


@pytest.mark.parametrize("path", [".venv", "~/.cache/pypoetry", "venv", "~/.local/share/virtualenvs"])
def test_an_install_that_a_cache_replaces(git_repo: MakeRepository, path: str) -> None:
    text = workflow(cache(path), install("steps.cache.outputs.cache-hit != 'true'"))
    findings = found(git_repo(POETRY | {WORKFLOW: text}), CODE)

    assert [Seen(CODE, WORKFLOW, LINE + 5)] == seen(findings)
    assert ["warning: `poetry install` does not run where a cache was found"] == messages(findings)


@pytest.mark.parametrize(
    "text",
    [
        workflow(cache(".venv"), "poetry install"),
        workflow(cache(".venv"), install("runner.os == 'Linux'")),
        workflow(cache(".venv"), install("steps.cache.outputs.cache-hit == 'true'")),
        workflow(cache("node_modules"), install("steps.cache.outputs.cache-hit != 'true'")),
        workflow(cache("${{ matrix.report }}"), install("steps.cache.outputs.cache-hit != 'true'", "pip install .")),
        workflow(cache(".venv"), install("steps.cache.outputs.cache-hit != 'true'", "playwright install")),
    ],
    ids=["always", "other-condition", "only-on-a-hit", "node", "report", "browser"],
)
def test_what_is_no_skipped_install(git_repo: MakeRepository, text: str) -> None:
    assert [] == messages(found(git_repo(POETRY | {WORKFLOW: text}), CODE))


def test_a_step_is_told_once(git_repo: MakeRepository) -> None:
    commands = "|\n    poetry install\n    poetry install --only docs"
    text = workflow(cache(".venv"), install("steps.cache.outputs.cache-hit != 'true'", commands))

    assert 1 == len(found(git_repo(POETRY | {WORKFLOW: text}), CODE))
