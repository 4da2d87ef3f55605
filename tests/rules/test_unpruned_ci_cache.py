"""KPT419: caches of uv that are saved as they are."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from support.checking import Seen, found, mended, messages, seen
from support.pipelines import LINE, WORKFLOW, buildspec, circleci, gitlab, workflow

CODE = "KPT419"
UV = {"pyproject.toml": '[project]\nname = "a"\nversion = "1"\n', "uv.lock": "version = 0\n"}
SYNC = "uv sync --locked"
PRUNE = "uv cache prune --ci"


def cache(action: str = "actions/cache", path: str = "~/.cache/uv") -> str:
    return f"- uses: {action}@v6\n  with:\n    path: {path}\n    key: a-${{{{ github.run_id }}}}\n"


def spec(*commands: str) -> str:
    head, _, tail = buildspec([SYNC, *commands]).partition("phases:")
    return f"{head}phases:{tail}cache:\n  key: a\n  paths:\n    - /root/.cache/uv/**/*\n"


@pytest.mark.parametrize("action", ["actions/cache", "actions/cache/save"])
def test_a_cache_that_is_saved_whole(git_repo: MakeRepository, action: str) -> None:
    findings = found(git_repo(UV | {WORKFLOW: workflow(cache(action), SYNC)}), CODE)

    assert ["info: the cache is saved without `uv cache prune --ci`"] == messages(findings)
    assert [Seen(CODE, WORKFLOW, LINE)] == seen(findings)


@pytest.mark.parametrize(
    "text",
    [
        workflow(cache(), SYNC, PRUNE),
        workflow(cache(), SYNC, "uv cache prune"),
        workflow(cache(), SYNC, "uv cache clean"),
        workflow(cache("actions/cache/restore"), SYNC),
        workflow("- uses: astral-sh/setup-uv@v10\n", SYNC),
        workflow(cache(path="~/.cache/pip"), "pip install six pytest"),
        workflow(cache(path="node_modules"), SYNC),
        workflow(cache(), "pip install six pytest"),
    ],
    ids=["pruned", "pruned-otherwise", "cleared", "restore", "setup-uv", "pip", "node", "other-manager"],
)
def test_what_is_not_asked(git_repo: MakeRepository, text: str) -> None:
    assert [] == messages(found(git_repo(UV | {WORKFLOW: text}), CODE))


SAVE = "      - save_cache:\n          key: a\n          paths: [~/.cache/uv]\n"
FOLDER = "variables:\n  UV_CACHE_DIR: .uv\ncache:\n  paths: [.uv]\n"


@pytest.mark.parametrize(
    "path, before, after",
    [
        (WORKFLOW, workflow(cache(), SYNC), workflow(cache(), SYNC, PRUNE)),
        (WORKFLOW, workflow(SYNC, cache("actions/cache/save")), workflow(SYNC, PRUNE, cache("actions/cache/save"))),
        (".gitlab-ci.yml", gitlab([SYNC], FOLDER), gitlab([SYNC, PRUNE], FOLDER)),
        (".circleci/config.yml", circleci([SYNC]) + SAVE, circleci([SYNC, PRUNE]) + SAVE),
        ("buildspec.yml", spec(), spec().replace("cache:", f"  post_build:\n    commands:\n      - {PRUNE}\ncache:")),
    ],
    ids=["github", "github-save", "gitlab", "circleci", "codebuild"],
)  # fmt: skip
def test_the_fix_prunes_before_it_is_saved(git_repo: MakeRepository, path: str, before: str, after: str) -> None:
    repository = mended(git_repo(UV | {path: before}), CODE, unsafe=False)

    assert after == (repository.root / path).read_text()
    assert [] == found(repository, CODE)


BOUNDED = "- uses: actions/cache@v6\n  with:\n    path: ~/.cache/uv\n    key: a-${{ hashFiles('uv.lock') }}\n"


@pytest.mark.parametrize("restored, expected", [("", 0), ("    restore-keys: a-\n", 1)])
def test_a_cache_that_begins_anew_with_each_lock_is_bounded(
    git_repo: MakeRepository, restored: str, expected: int
) -> None:
    text = workflow(BOUNDED + restored, SYNC)

    assert expected == len(found(git_repo(UV | {WORKFLOW: text}), CODE))


@pytest.mark.parametrize("key, expected", [("{files: [uv.lock]}", 0), ("{files: [pyproject.toml]}", 1)])
def test_a_key_bounds_by_the_lock_alone(git_repo: MakeRepository, key: str, expected: int) -> None:
    text = gitlab([SYNC], f"variables:\n  UV_CACHE_DIR: .uv\ncache:\n  key: {key}\n  paths: [.uv]\n")

    assert expected == len(found(git_repo(UV | {".gitlab-ci.yml": text}), CODE))
