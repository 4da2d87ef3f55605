"""KPT412: jobs that download everything in every run."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from support.checking import Seen, found, mended, messages, seen
from support.pipelines import LINE, WORKFLOW, buildspec, everywhere, gitlab, rows, workflow

CODE = "KPT412"
UV = {"pyproject.toml": '[project]\nname = "a"\nversion = "1"\n', "uv.lock": "version = 0\n"}
SYNC = "uv sync --locked"
SETUP = "- uses: actions/setup-python@v7\n  with:\n    python-version: '3.13'\n"


def cache(path: str) -> str:
    return f"- uses: actions/cache@v6\n  with:\n    path: {path}\n    key: a\n"


@pytest.mark.parametrize(
    "command",
    [
        SYNC,
        "uv sync",
        "poetry install",
        "pdm sync",
        "pipenv sync",
        "pip install -r requirements.txt",
        "pip install a b",
        "pip install .",
    ],
)
def test_an_install_without_a_cache(git_repo: MakeRepository, command: str) -> None:
    findings = found(git_repo(UV | {WORKFLOW: workflow(SETUP, command)}), CODE)

    assert [f"info: `{command}` downloads its packages in every run"] == messages(findings)
    assert [Seen(CODE, WORKFLOW, LINE + 3)] == seen(findings)


@pytest.mark.parametrize("provider", list(everywhere("")))
def test_every_provider(git_repo: MakeRepository, provider: str) -> None:
    path, text = everywhere("uv sync --locked")[provider]

    assert [(CODE, path)] == [(each.code, str(each.location.path)) for each in found(git_repo(UV | {path: text}), CODE)]


@pytest.mark.parametrize(
    "text",
    [
        workflow("- uses: astral-sh/setup-uv@v10\n", SYNC),
        workflow("- uses: astral-sh/setup-uv@v10\n  with:\n    enable-cache: false\n", SYNC),
        workflow(f"{SETUP}    cache: pip\n", "pip install a b"),
        workflow(cache("~/.cache/uv"), SYNC),
        workflow(cache("${{ steps.a.outputs.dir }}"), SYNC),
        workflow(cache(".venv"), SYNC),
        workflow("- uses: hynek/setup-cached-uv@v2\n", SYNC),
        workflow("- uses: ./.github/actions/setup\n", SYNC),
        workflow("pip install uv"),
        workflow("pip install -U pip wheel setuptools"),
        workflow("pip install black==25.1.0"),
        workflow("pip install -U pip nox"),
        workflow("pip install --no-cache-dir a b"),
        workflow("uv sync --no-cache"),
        workflow("uvx ruff check", "pipx install poetry"),
        workflow("npm ci"),
        workflow(SYNC).replace("ubuntu-latest", "[self-hosted, linux]"),
        workflow(SYNC).replace("on: push", "on:\n  schedule:\n  - cron: 0 4 * * *\n  workflow_dispatch:"),
        workflow(SYNC, "uv publish", name="release").replace("on: push", "on:\n  release:\n    types: [published]"),
    ],
    ids=[
        "setup-uv",
        "told-not-to",
        "setup-python",
        "cache",
        "output",
        "environment",
        "action",
        "local",
        "installer",
        "installers",
        "one-package",
        "one-beside-installers",
        "no-cache-dir",
        "no-cache",
        "tools",
        "node",
        "own-machine",
        "by-the-clock",
        "release",
    ],
)
def test_what_is_cached_or_cold_for_a_reason(git_repo: MakeRepository, text: str) -> None:
    action = {
        ".github/actions/setup/action.yml": "runs:\n  using: composite\n  steps:\n  - uses: astral-sh/setup-uv@v10\n"
    }

    assert [] == messages(found(git_repo(UV | action | {WORKFLOW: text}), CODE))


def test_a_cache_of_node_is_none(git_repo: MakeRepository) -> None:
    text = workflow("- uses: actions/setup-node@v5\n  with:\n    cache: npm\n", cache("node_modules"), SYNC)

    assert 1 == len(found(git_repo(UV | {WORKFLOW: text}), CODE))


@pytest.mark.parametrize(
    "path, before, wanted",
    [
        (WORKFLOW, workflow(SETUP, "pip install -r requirements.txt"), "    cache: pip\n"),
        (WORKFLOW, workflow(SETUP, SYNC), "          path: ~/.cache/uv\n"),
        ("buildspec.yml", buildspec([SYNC]), "  key: uv-linux-$(uname -m)-$(codebuild-hash-files uv.lock)\n"),
        (".gitlab-ci.yml", gitlab([SYNC]), "      - .cache/uv\n"),
    ],
    ids=["pip", "uv", "codebuild", "gitlab"],
)
def test_the_fix_adds_a_cache_that_other_rules_like(
    git_repo: MakeRepository, path: str, before: str, wanted: str
) -> None:
    files = UV if "uv sync" in before else {"requirements.txt": "six==1.17.0\n"}
    repository = git_repo(files | {path: before})

    assert before == (mended(repository, CODE, unsafe=False).root / path).read_text()
    assert wanted in (mended(repository, CODE).root / path).read_text()
    assert [] == messages(found(repository, "KPT402", "KPT403", "KPT405", "KPT409", CODE))


def test_the_key_follows_the_requirements_that_are_installed(git_repo: MakeRepository) -> None:
    files = {f"requirements/{name}.txt": "six==1.17.0\n" for name in ("docs", "limits", "test")}
    command = "pip install -r requirements/test.txt -c requirements/limits.txt"
    repository = mended(git_repo(files | {WORKFLOW: workflow(SETUP, command)}), CODE)

    listed = (
        "          cache-dependency-path: |\n            requirements/test.txt\n            requirements/limits.txt\n"
    )
    assert listed in (repository.root / WORKFLOW).read_text()
    assert [] == messages(found(repository, "KPT403", CODE))


def test_an_install_in_each_row_of_a_matrix_is_one_finding(git_repo: MakeRepository) -> None:
    files = {f"{folder}/{name}": text for folder in ("api", "web") for name, text in UV.items()}
    repository = git_repo(files | {WORKFLOW: workflow("- uses: astral-sh/setup-uv@v4\n", SYNC, job=rows("api", "web"))})

    assert [f"info: `{SYNC}` downloads its packages in every run"] == messages(found(repository, CODE))
    text = (mended(repository, CODE).root / WORKFLOW).read_text()
    assert [] == found(repository, CODE)
    assert "api/uv.lock\n" in text
    assert "web/uv.lock\n" in text


def test_a_cache_of_each_row_of_a_matrix_is_one(git_repo: MakeRepository) -> None:
    step = "- uses: astral-sh/setup-uv@v10\n  with: {working-directory: '${{ matrix.root }}'}\n"
    files = {f"{folder}/{name}": text for folder in ("api", "web") for name, text in UV.items()}

    assert [] == found(git_repo(files | {WORKFLOW: workflow(step, SYNC, job=rows("api", "web"))}), CODE)
