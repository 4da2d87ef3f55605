"""KPT405: environments in caches."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from support.checking import Seen, found, mended, messages, seen
from support.pipelines import LINE, WORKFLOW, buildspec, circleci, gitlab, workflow

CODE = "KPT405"
POETRY = {"pyproject.toml": '[tool.poetry]\nname = "a"\n', "poetry.lock": ""}
UV = {"pyproject.toml": '[project]\nname = "a"\nversion = "1"\n', "uv.lock": ""}
SYNC = "uv sync --locked"
PYTHON = "- uses: actions/setup-python@v7\n  with:\n    python-version: '3.13'\n"


def cache(*paths: str) -> str:
    listed = "".join(f"\n      {path}" for path in paths)
    return f"- uses: actions/cache@v6\n  with:\n    path: |{listed}\n    key: k-${{{{ hashFiles('**/*.lock') }}}}\n"


@pytest.mark.parametrize(
    "path",
    [
        ".venv",
        "./.venv/",
        "venv",
        "services/api/.venv",
        "~/.local/share/virtualenvs",
        "~/.cache/pypoetry/virtualenvs",
        "/usr/local/lib/python3.13/site-packages",
        ".tox",
        ".nox",
        "~/.local",
        "~/.local/pipx",
        "${{ env.pythonLocation }}",
        "/opt/hostedtoolcache/Python/3.13.1/x64",
    ],
)
def test_an_environment(git_repo: MakeRepository, path: str) -> None:
    findings = found(git_repo(UV | {WORKFLOW: workflow(cache("~/.cache/uv", path), SYNC)}), CODE)

    assert [f"warning: `{path}` is an environment, no download cache"] == messages(findings)
    assert [Seen(CODE, WORKFLOW, LINE + 4)] == seen(findings)


@pytest.mark.parametrize(
    "command, path",
    [
        ("python -m venv local", "./local/"),
        ("python3 -m venv --prompt x local", "local"),
        ("virtualenv -p python3.13 local", "local"),
        ("uv venv local", "local"),
        ("pip install --target local -r requirements.txt", "local"),
        ("cd api && python -m venv local", "api/local"),
    ],
)
def test_a_folder_that_a_command_fills(git_repo: MakeRepository, command: str, path: str) -> None:
    text = workflow(cache(path), command)

    assert [f"warning: `{path}` is an environment, no download cache"] == messages(
        found(git_repo({WORKFLOW: text}), CODE)
    )


@pytest.mark.parametrize("manager", ["poetry", "pipenv"])
def test_switches_of_setup_python(git_repo: MakeRepository, manager: str) -> None:
    findings = found(git_repo(POETRY | {WORKFLOW: workflow(f"{PYTHON}    cache: {manager}\n", "poetry sync")}), CODE)

    assert [f"warning: what `cache: {manager}` stores is an environment, no download cache"] == messages(findings)


@pytest.mark.parametrize(
    "path, text",
    [
        ("buildspec.yml", buildspec([SYNC]) + "cache:\n  paths:\n    - .venv/**/*\n"),
        (".gitlab-ci.yml", gitlab([SYNC], "cache:\n  paths:\n    - .venv\n")),
        (
            ".circleci/config.yml",
            circleci([SYNC]) + "      - save_cache:\n          key: a\n          paths: [~/project/.venv]\n",
        ),
    ],
    ids=["codebuild", "gitlab", "circleci"],
)
def test_every_provider(git_repo: MakeRepository, path: str, text: str) -> None:
    (finding,) = found(git_repo(UV | {path: text}), CODE)

    assert ("warning", path) == (finding.level, str(finding.location.path))


@pytest.mark.parametrize(
    "text",
    [
        workflow(cache("~/.cache/uv"), SYNC),
        workflow(cache("~/.cache/pypoetry/artifacts", "~/.cache/pypoetry/cache"), "poetry sync"),
        workflow(cache("${{ steps.poetry.outputs.cache-dir }}/artifacts"), "poetry sync"),
        workflow(cache(".mypy_cache", ".ruff_cache", "node_modules", "~/.cache/pre-commit"), SYNC),
        workflow(cache("~/.local"), "stack install"),
        workflow(cache("~/.local/bin"), SYNC),
        workflow(cache("local"), SYNC),
        workflow(cache("python3.13"), "virtualenv -p python3.13 local"),
        workflow(cache("build"), "echo venv build"),
    ],
    ids=["downloads", "poetry", "output", "others", "haskell", "programs", "other-folder", "option", "word"],
)
def test_what_is_no_environment(git_repo: MakeRepository, text: str) -> None:
    assert [] == messages(found(git_repo(UV | {WORKFLOW: text}), CODE))


def test_a_switch_becomes_a_cache_of_downloads(git_repo: MakeRepository) -> None:
    before = workflow(f"{PYTHON}    cache: poetry # slow\n", "poetry sync")
    repository = mended(git_repo(POETRY | {WORKFLOW: before}), CODE, unsafe=False)
    text = (repository.root / WORKFLOW).read_text()

    assert [] == found(repository, "KPT402", "KPT403", "KPT404", CODE)
    assert "            ~/.cache/pypoetry/artifacts\n            ~/.cache/pypoetry/cache\n" in text
    assert "cache: poetry" not in text


def test_a_path_is_exchanged_if_asked(git_repo: MakeRepository) -> None:
    text = workflow("- uses: actions/cache@v6\n  with:\n    path: .venv # fast\n    key: a\n", SYNC)
    repository = git_repo(UV | {WORKFLOW: text})

    assert text == (mended(repository, CODE, unsafe=False).root / WORKFLOW).read_text()
    assert text.replace(".venv", "~/.cache/uv") == (mended(repository, CODE).root / WORKFLOW).read_text()
    assert [] == found(repository, CODE)


def test_the_downloads_are_those_of_the_manager_whose_lock_the_key_follows(git_repo: MakeRepository) -> None:
    """pip installs first, and may only have brought Poetry."""
    text = workflow(cache(".venv").replace("**/*.lock", "poetry.lock"), "pip install six", "poetry sync")
    repository = mended(git_repo(POETRY | {WORKFLOW: text}), CODE)

    assert "            ~/.cache/pypoetry/artifacts\n" in (repository.root / WORKFLOW).read_text()


def test_where_installs_are_skipped_on_a_hit_nothing_is_exchanged(git_repo: MakeRepository) -> None:
    """With downloads in its place nothing would be installed then."""
    step = cache(".venv").replace("- uses", "- id: cache\n  uses")
    install = "- run: poetry install\n  if: steps.cache.outputs.cache-hit != 'true'\n"
    (finding,) = found(git_repo(POETRY | {WORKFLOW: workflow(step, install)}), CODE)

    assert finding.fix is None
