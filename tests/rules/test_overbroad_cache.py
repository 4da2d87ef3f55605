"""KPT409: caches of a whole home or cache folder."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from support.checking import Seen, found, mended, messages, seen
from support.pipelines import LINE, WORKFLOW, buildspec, circleci, workflow

CODE = "KPT409"
UV = {"pyproject.toml": '[project]\nname = "a"\nversion = "1"\n', "uv.lock": "version = 0\n"}
SYNC = "uv sync --locked"


def cache(path: str) -> str:
    return f"- uses: actions/cache@v6\n  with:\n    path: {path}\n    key: a\n"


@pytest.mark.parametrize("path", ["~/.cache", "~", "/", "$HOME/.cache/", "${{ env.HOME }}/.cache", "/root/.cache"])
def test_more_than_a_download_cache(git_repo: MakeRepository, path: str) -> None:
    findings = found(git_repo(UV | {WORKFLOW: workflow(cache(path), SYNC)}), CODE)

    assert [f"warning: `{path}` is more than one download cache"] == messages(findings)
    assert [Seen(CODE, WORKFLOW, LINE + 2)] == seen(findings)


@pytest.mark.parametrize(
    "text",
    [
        workflow(cache("~/.cache/uv"), SYNC),
        workflow(cache(".cache"), SYNC),
        workflow(cache("~/.cache"), "npm ci"),
        workflow(cache("~/.npm"), SYNC),
    ],
    ids=["downloads", "projects-own", "node", "npm"],
)
def test_what_is_not_asked(git_repo: MakeRepository, text: str) -> None:
    assert [] == messages(found(git_repo(UV | {WORKFLOW: text}), CODE))


@pytest.mark.parametrize(
    "path, before, after",
    [
        (WORKFLOW, workflow(cache("~/.cache # all"), SYNC), workflow(cache("~/.cache/uv # all"), SYNC)),
        ("buildspec.yml", buildspec([SYNC]) + "cache:\n  paths: ['/root/.cache/**/*']\n",
            buildspec([SYNC]) + "cache:\n  paths: ['/root/.cache/uv/**/*']\n"),
    ],
    ids=["github", "codebuild"],
)  # fmt: skip
def test_the_fix_names_the_downloads(git_repo: MakeRepository, path: str, before: str, after: str) -> None:
    repository = mended(git_repo(UV | {path: before}), CODE, unsafe=False)

    assert after == (repository.root / path).read_text()
    assert [] == found(repository, CODE, "KPT402")


SETUP_UV = "- uses: astral-sh/setup-uv@v6\n  with: {version: 0.13.9}\n"


def test_a_step_whose_downloads_an_action_caches_goes(git_repo: MakeRepository) -> None:
    """The action sets the variable after that step, so that it could not even name the place by it."""
    repository = mended(git_repo(UV | {WORKFLOW: workflow(cache("~/.cache"), SETUP_UV, SYNC)}), CODE, unsafe=False)

    assert workflow(SETUP_UV, SYNC) == (repository.root / WORKFLOW).read_text()


def test_of_several_managers_the_one_without_a_cache_is_meant(git_repo: MakeRepository) -> None:
    orb = "      - python/install-packages:\n          pkg-manager: pip\n"
    text = circleci([]).replace("jobs:", "orbs:\n  python: circleci/python@3\njobs:") + orb
    text += f"      - run: {SYNC}\n      - save_cache:\n          key: a\n          paths:\n            - ~/.cache\n"
    files = UV | {"requirements.txt": "six==1.17.0\n", ".circleci/config.yml": text}
    repository = mended(git_repo(files), CODE, unsafe=False)

    assert text.replace("~/.cache", "~/.cache/uv") == (repository.root / ".circleci/config.yml").read_text()
