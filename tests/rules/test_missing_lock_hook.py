"""KPT603: pre-commit is in use, and nothing notices a stale lock."""

from __future__ import annotations

import re

import pytest

from conftest import MakeRepository
from kempt.managers.commands import TESTED
from kempt.rules.missing_hygiene_hook import RULE as HYGIENE
from kempt.rules.missing_lock_hook import RULE
from kempt.rules.missing_ruff_hook import RULE as RUFF
from support.ruling import judged, mended_file, said

CONFIG = ".pre-commit-config.yaml"
CI = ".github/workflows/ci.yml"
UV = {"pyproject.toml": "[tool.uv]\n", "uv.lock": "version = 0\n"}
POETRY = {"pyproject.toml": "[tool.poetry]\n", "poetry.lock": "version = 0\n"}
PDM = {"pyproject.toml": "[tool.pdm]\n", "pdm.lock": "version = 0\n"}
HOOKS = "repos:\n- repo: https://example.com/hooks\n  rev: v1\n  hooks:\n  - id: check-toml\n"
TOLD = "0: pre-commit is in use, and no hook and no CI job notices that `{}` is stale"


def local(entry: str, *more: str) -> str:
    """The configuration with one local hook more."""
    rows = ("id: own", "name: own", f"entry: {entry}", "language: system", *more)
    return f"{HOOKS}- repo: local\n  hooks:\n  - {f'{chr(10)}    '.join(rows)}\n"


def remote(id: str, *rows: str) -> str:
    """The configuration with one hook more from somewhere."""
    more = "".join(f"    {row}\n" for row in rows)
    return f"{HOOKS}- repo: https://example.com/more\n  rev: v1\n  hooks:\n  - id: {id}\n{more}"


def workflow(*commands: str, env: str = "") -> str:
    steps = "".join(f"    - run: {command}\n" for command in commands)
    return f"on: push\n{env}jobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n{steps}"


@pytest.mark.parametrize(
    "files, lock",
    [(UV, "uv.lock"), (POETRY, "poetry.lock"), (PDM, "pdm.lock")],
    ids=["uv", "poetry", "pdm"],
)
def test_a_lock_that_nothing_looks_at(git_repo: MakeRepository, files: dict[str, str], lock: str) -> None:
    assert [TOLD.format(lock)] == said(git_repo({CONFIG: HOOKS, **files}), RULE)


@pytest.mark.parametrize(
    "files",
    [
        {"pyproject.toml": "[tool.uv]\n"},
        {"Pipfile": "", "Pipfile.lock": "{}"},
        {"requirements.txt": "flask==3.0\n"},
        {f"tests/data/{name}": text for name, text in UV.items()},
        {"package-lock.json": "{}"},
    ],
    ids=["no-lock", "pipenv", "requirements", "test-data", "npm"],
)
def test_without_a_lock_that_a_hook_can_check(git_repo: MakeRepository, files: dict[str, str]) -> None:
    assert [] == said(git_repo({CONFIG: HOOKS, **files}), RULE)


def test_without_pre_commit(git_repo: MakeRepository) -> None:
    assert [] == said(git_repo(UV), RULE)


@pytest.mark.parametrize(
    "files, text",
    [
        (UV, remote("uv-lock")),
        (UV, remote("uv-lock", "args: [--locked]")),
        (UV, local("uv lock")),
        (UV, local("uv lock --check")),
        (UV, local("bash -c 'uv sync --locked && true'")),
        (UV, local("uv run --locked pytest")),
        (UV, local("env UV_LOCKED=1 uv sync")),
        (UV, remote("kempt-check")),
        (UV, local("kempt check --staged")),
        (UV, local("uvx kempt check")),
        (UV, local("make lock").replace("id: own", "id: check-lock")),
        (POETRY, remote("poetry-check")),
        (POETRY, remote("poetry-lock")),
        (POETRY, local("poetry check")),
        (POETRY, local("poetry install")),
        (PDM, remote("pdm-lock-check")),
        (PDM, local("pdm lock --check")),
    ],
    ids=["uv-lock", "locked", "own-lock", "own-check", "sync", "run", "variable", "kempt", "own-kempt", "uvx", "target",
         "poetry-check", "poetry-lock", "own-poetry", "poetry-install", "pdm-lock-check", "own-pdm"],
)  # fmt: skip
def test_a_hook_that_looks_at_it(git_repo: MakeRepository, files: dict[str, str], text: str) -> None:
    assert [] == said(git_repo({CONFIG: text, **files}), RULE)


@pytest.mark.parametrize(
    "text",
    [
        remote("uv-export"),
        remote("uv-sync"),
        remote("poetry-check"),
        remote("uv-lock", "args: [--script, tool.py]"),
        remote("kempt-tracked"),
        local("uv sync --frozen"),
        local("uv run pytest"),
        local("make lint"),
        local("cargo check --locked"),
    ],
    ids=["export", "after-checkout", "other-manager", "script", "names-only", "frozen", "run", "target", "cargo"],
)
def test_a_hook_that_does_not(git_repo: MakeRepository, text: str) -> None:
    assert [TOLD.format("uv.lock")] == said(git_repo({CONFIG: text, **UV}), RULE)


@pytest.mark.parametrize(
    "files, more",
    [
        (UV, {CI: workflow("pip install uv==0.9.0", "uv sync --locked")}),
        (UV, {CI: workflow("uv lock --check")}),
        (UV, {CI: workflow("uv sync", env="env:\n  UV_LOCKED: 1\n")}),
        (UV, {CI: workflow("kempt check")}),
        (UV, {CI: workflow("uvx kempt check .")}),
        (UV, {"Makefile": "sync:\n\tuv sync --locked\n"}),
        (UV, {"noxfile.py": 'session.run("uv", "sync", "--locked")\n'}),
        (POETRY, {CI: workflow("poetry check")}),
        (POETRY, {CI: workflow("poetry install")}),
        (PDM, {CI: workflow("pdm install --check")}),
    ],
    ids=["sync", "check", "variable", "kempt", "uvx", "make", "nox", "poetry-check", "poetry-install", "pdm"],
)
def test_ci_that_looks_at_it(git_repo: MakeRepository, files: dict[str, str], more: dict[str, str]) -> None:
    assert [] == said(git_repo({CONFIG: HOOKS, **files, **more}), RULE)


@pytest.mark.parametrize(
    "more",
    [
        {CI: workflow("uv sync")},
        {CI: workflow("uv sync --frozen")},
        {CI: workflow("poetry install")},
        {"Makefile": "sync:\n\tuv sync --frozen\n"},
    ],
    ids=["unlocked", "frozen", "other-manager", "make"],
)
def test_ci_that_does_not(git_repo: MakeRepository, more: dict[str, str]) -> None:
    assert [TOLD.format("uv.lock")] == said(git_repo({CONFIG: HOOKS, **UV, **more}), RULE)


def test_a_hook_of_the_root_says_nothing_of_a_service_below(git_repo: MakeRepository) -> None:
    below = {f"services/api/{name}": text for name, text in UV.items()}

    assert [TOLD.format("services/api/uv.lock")] == said(git_repo({CONFIG: remote("uv-lock"), **UV, **below}), RULE)


@pytest.mark.parametrize(
    "text",
    [
        remote("uv-lock", "args: [--check, --directory, services/api]"),
        remote("uv-lock", "args: [--project=services/api]"),
        local("bash -c 'cd services/api && uv lock --check'"),
    ],
    ids=["directory", "project", "cd"],
)
def test_a_hook_of_a_service(git_repo: MakeRepository, text: str) -> None:
    below = {f"services/api/{name}": text for name, text in UV.items()}

    assert [] == said(git_repo({CONFIG: text, **below}), RULE)


# --- the fix -------------------------------------------------------------------------------------------
UV_ENTRY = "- repo: https://github.com/astral-sh/uv-pre-commit\n  rev: 0.11.32\n  hooks:\n"
POETRY_ENTRY = "- repo: https://github.com/python-poetry/poetry\n  rev: 2.4.1\n  hooks:\n  - id: poetry-check\n"
PDM_ENTRY = "- repo: https://github.com/pdm-project/pdm\n  rev: 2.28.2\n  hooks:\n  - id: pdm-lock-check\n"


@pytest.mark.parametrize(
    "files, before, added",
    [
        (UV, HOOKS, UV_ENTRY + "  - id: uv-lock\n    args: [--check]\n"),
        (UV, "ci:\n  autofix_prs: false\n" + HOOKS, UV_ENTRY + "  - id: uv-lock\n    args: [--locked, --offline]\n"),
        (
            POETRY, HOOKS,
            POETRY_ENTRY + "    args: [--lock]\n",
        ),
        (
            PDM, HOOKS,
            PDM_ENTRY,
        ),
        (
            {f"services/my.api/{name}": text for name, text in UV.items()}, HOOKS,
            UV_ENTRY + "  - id: uv-lock\n    name: uv-lock services/my.api\n"
            "    args: [--check, --directory, services/my.api]\n"
            r"    files: ^services/my\.api/(uv\.lock|pyproject\.toml|uv\.toml)$" + "\n",
        ),
        (
            {"a b/pyproject.toml": "[tool.pdm]\n", "a b/pdm.lock": "version = 0\n"}, HOOKS,
            PDM_ENTRY + "    name: pdm-lock-check a b\n    args: [--project, a b]\n"
            r"    files: ^a b/(pdm\.lock|pyproject\.toml)$" + "\n",
        ),
        (
            {f"{folder}/{name}": text for folder in ("a", "b") for name, text in UV.items()}, HOOKS,
            UV_ENTRY + "".join(
                f"  - id: uv-lock\n    name: uv-lock {folder}\n    args: [--check, --directory, {folder}]\n"
                rf"    files: ^{folder}/(uv\.lock|pyproject\.toml|uv\.toml)$" + "\n" for folder in ("a", "b")
            ),
        ),
        (
            UV, HOOKS + UV_ENTRY + "  - id: uv-export\n", "  - id: uv-lock\n    args: [--check]\n",
        ),
        (
            UV, HOOKS + UV_ENTRY.replace("0.11.32", "0.4.0") + "  - id: uv-export\n",
            UV_ENTRY + "  - id: uv-lock\n    args: [--check]\n",
        ),
    ],
    ids=["uv", "hosted", "poetry", "pdm", "below", "blank", "several", "beside", "too-old"],
)  # fmt: skip
def test_the_lock_hook_is_added(git_repo: MakeRepository, files: dict[str, str], before: str, added: str) -> None:
    repository = git_repo({CONFIG: before, **files})

    assert before + added == mended_file(repository, CONFIG, RULE)
    assert [] == judged(repository, RULE)


def test_the_hook_is_a_release_that_the_project_accepts(git_repo: MakeRepository) -> None:
    """uv refuses to run where `required-version` wants another, so that no commit would pass."""
    repository = git_repo({CONFIG: HOOKS, **UV, "pyproject.toml": "[tool.uv]\nrequired-version = '>=0.13'\n"})
    entry = UV_ENTRY.replace("0.11.32", TESTED["uv"])

    assert f"{HOOKS}{entry}  - id: uv-lock\n    args: [--check]\n" == mended_file(repository, CONFIG, RULE)


def test_a_hook_beside_one_of_a_release_that_the_project_refuses(git_repo: MakeRepository) -> None:
    before = f"{HOOKS}{UV_ENTRY}  - id: uv-export\n"
    repository = git_repo({CONFIG: before, **UV, "pyproject.toml": "[tool.uv]\nrequired-version = '>=0.13'\n"})
    entry = UV_ENTRY.replace("0.11.32", TESTED["uv"])

    assert f"{before}{entry}  - id: uv-lock\n    args: [--check]\n" == mended_file(repository, CONFIG, RULE)


def test_services_that_accept_no_common_release_get_one_after_the_other(git_repo: MakeRepository) -> None:
    files = {f"a/{path}": text for path, text in UV.items()} | {f"b/{path}": text for path, text in UV.items()}
    files |= {"a/uv.toml": "required-version = '==0.9.3'\n", "b/uv.toml": "required-version = '>=0.13'\n"}
    repository = git_repo({CONFIG: HOOKS, **files})
    text = mended_file(repository, CONFIG, RULE)

    assert (["0.9.3", TESTED["uv"]], []) == (re.findall(r"rev: (\d.+)", text), judged(repository, RULE))


def test_a_lock_that_a_newer_manager_wrote_is_not_checked_by_an_older_one(git_repo: MakeRepository) -> None:
    files = {**POETRY, "poetry.lock": "# This file is automatically @generated by Poetry 2.5.0 and\n"}
    entry = POETRY_ENTRY.replace("2.4.1", "2.5.0")

    assert f"{HOOKS}{entry}    args: [--lock]\n" == mended_file(git_repo({CONFIG: HOOKS, **files}), CONFIG, RULE)


def test_a_workspace_is_checked_when_a_member_changes(git_repo: MakeRepository) -> None:
    files = UV | {
        "pyproject.toml": '[tool.uv.workspace]\nmembers = ["packages/*"]\n',
        "packages/a/pyproject.toml": '[project]\nname = "a"\nversion = "1"\n',
    }

    assert f"{HOOKS}{UV_ENTRY}  - id: uv-lock\n    args: [--check]\n" + (
        r"    files: '^(.*/)?(uv\.lock|pyproject\.toml|uv\.toml)$'" + "\n"
    ) == mended_file(git_repo({CONFIG: HOOKS, **files}), CONFIG, RULE)


@pytest.mark.parametrize("end", ["", "\n", "\r\n"], ids=["no-line-end", "line-feed", "windows"])
def test_several_rules_add_what_they_miss(git_repo: MakeRepository, end: str) -> None:
    """The last repository gets a hook, and two others come after it: each hook comes to lie in its own."""
    hygiene = (
        "repos:\n- repo: https://github.com/pre-commit/pre-commit-hooks\n  rev: v6.0.0\n  hooks:\n"
        "  - id: check-merge-conflict\n  - id: end-of-file-fixer\n"
    )
    ruff = "- repo: https://github.com/astral-sh/ruff-pre-commit\n  rev: v0.16.4\n  hooks:\n"
    before, after = hygiene, (
        f"{hygiene}  - id: trailing-whitespace\n{UV_ENTRY}  - id: uv-lock\n    args: [--check]\n"
        f"{ruff}  - id: ruff-check\n  - id: ruff-format\n"
    )  # fmt: skip
    if end != "\n":
        before, after = (text.rstrip("\n").replace("\n", end or "\n") + end for text in (before, after))
    repository = git_repo({CONFIG: before.encode(), "app.py": "", **UV})

    assert after == mended_file(repository, CONFIG, RULE, RUFF, HYGIENE)
