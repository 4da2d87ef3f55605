"""KPT416: releases that are built with a cache."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from support.checking import found, messages
from support.pipelines import WORKFLOW, workflow

CODE = "KPT416"
UV = {"pyproject.toml": '[project]\nname = "a"\nversion = "1"\n', "uv.lock": "version = 0\n"}


def release(*steps: str) -> str:
    text = workflow(*steps, "uv sync --locked", "uv publish", name="release")
    return text.replace("on: push", "on:\n  release:\n    types: [published]")


def cache(action: str, path: str = "~/.cache/uv") -> str:
    return f"- uses: {action}@v6\n  with:\n    path: {path}\n    key: a\n"


@pytest.mark.parametrize(
    "step",
    [cache("actions/cache"), cache("actions/cache/restore"), "- uses: astral-sh/setup-uv@v9\n",
     "- uses: astral-sh/setup-uv@v10\n  with:\n    enable-cache: true\n"],
    ids=["cache", "restore", "setup-uv-9", "asked"],
)  # fmt: skip
def test_a_restored_cache(git_repo: MakeRepository, step: str) -> None:
    findings = found(git_repo(UV | {WORKFLOW: release(step)}), CODE)

    assert ["info: `release` publishes what it builds with a restored cache"] == messages(findings)


@pytest.mark.parametrize(
    "text",
    [
        release("- uses: astral-sh/setup-uv@v10\n"),
        release(cache("actions/cache/save")),
        release(cache("actions/cache", "node_modules")),
        workflow(cache("actions/cache"), "uv sync --locked", "uv build"),
    ],
    ids=["setup-uv-10", "save", "node", "no-release"],
)
def test_what_is_no_restored_cache_of_a_release(git_repo: MakeRepository, text: str) -> None:
    assert [] == messages(found(git_repo(UV | {WORKFLOW: text}), CODE))


@pytest.mark.parametrize("select, count", [(["KPT"], 0), (["KPT4"], 0), (["KPT41"], 0), ([CODE], 1)])
def test_it_is_off_unless_its_whole_code_is_selected(git_repo: MakeRepository, select: list[str], count: int) -> None:
    repository = git_repo(UV | {WORKFLOW: release(cache("actions/cache"))})

    assert count == [each.code for each in found(repository, *select)].count(CODE)
