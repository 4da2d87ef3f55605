"""KPT409: caches of a whole home or cache folder."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from support.checking import Seen, found, mended, messages, seen
from support.pipelines import LINE, WORKFLOW, buildspec, workflow

CODE = "KPT409"
UV = {"pyproject.toml": '[project]\nname = "a"\nversion = "1"\n', "uv.lock": ""}
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
