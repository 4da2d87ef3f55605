"""What the rules on caches share: what a job's caches store, which files a key hashes, what a job should cache."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from kempt import catalog
from kempt.model.pipeline import KeyPart, PartKind
from kempt.rules import caching, installing
from support.checking import surveyed
from support.pipelines import WORKFLOW, workflow

UV = {"pyproject.toml": '[project]\nname = "a"\nversion = "1"\n', "uv.lock": "version = 0\n"}
SETUP = "- uses: actions/setup-python@v7\n  with:\n    python-version: '3.13'\n"


def cache(path: str) -> str:
    return f"- uses: actions/cache@v6\n  with:\n    path: {path}\n    key: a\n"


@pytest.mark.parametrize(
    "steps, expected",
    [
        ([cache("~/.cache/uv")], [("downloads", ("uv",), "~/.cache/uv", "")]),
        ([f"{SETUP}    cache: pip\n"], [("downloads", ("pip",), "cache: pip", "")]),
        ([f"{SETUP}    cache: poetry\n"], [("environment", ("poetry",), "cache: poetry", "")]),
        (["- uses: astral-sh/setup-uv@v10\n"], [("downloads", ("uv",), "astral-sh/setup-uv", "")]),
        ([cache("wheels"), "pip install --cache-dir=wheels six"], [("downloads", ("pip",), "wheels", "")]),
        ([cache("x"), "poetry config cache-dir x"], [("downloads", ("poetry",), "x", "")]),
        ([cache("x"), "pip config set global.cache-dir x"], [("downloads", ("pip",), "x", "")]),
        (
            [cache("~/.cache/uv"), "UV_CACHE_DIR=x uv sync"],
            [("downloads", ("uv",), "~/.cache/uv", "`UV_CACHE_DIR` keeps them elsewhere")],
        ),
        ([cache("x"), "python -m venv --prompt y x"], [("environment", (), "x", "")]),
        ([cache("y"), "python -m venv --prompt y x"], [("other", (), "y", "")]),
        ([cache("~/.local"), "pip install --user six"], [("environment", (), "~/.local", "")]),
        ([cache("~/.local"), "cargo install x"], [("other", (), "~/.local", "")]),
    ],
)
def test_what_a_cache_stores(
    git_repo: MakeRepository, steps: list[str], expected: list[tuple[str, tuple[str, ...], str, str]]
) -> None:
    with surveyed(git_repo(UV | {WORKFLOW: workflow(*steps)})) as repo:
        job = repo.automation.pipelines[0].jobs[0]
        found = [each for step, use in caching.caches(job) for each in caching.stored(repo, job, step, use)]

    assert expected == [(str(each.holds), each.managers, each.where, each.elsewhere) for each in found]


TRACKED = dict.fromkeys(
    [
        "uv.lock",
        "api/uv.lock",
        "api/requirements.txt",
        "requirements/dev.txt",
        "requirements/all/x.in",
        "{a,b}.txt",
        "a.txt",
    ],
    "",
)


@pytest.mark.parametrize(
    "files, provider, expected",
    [
        (("uv.lock",), "github", ["uv.lock"]),
        (("./uv.lock",), "github", ["uv.lock"]),
        (("/uv.lock",), "github", ["uv.lock"]),
        (("**/uv.lock",), "github", ["api/uv.lock", "uv.lock"]),
        (("api/**",), "github", ["api/requirements.txt", "api/uv.lock"]),
        (("requirements",), "github", ["requirements/all/x.in", "requirements/dev.txt"]),
        (("requirements/",), "github", ["requirements/all/x.in", "requirements/dev.txt"]),
        (("requirements/*",), "github", ["requirements/all/x.in", "requirements/dev.txt"]),
        (("**/uv.lock", "!api/**"), "github", ["uv.lock"]),
        (("!api/**", "**/uv.lock"), "github", ["api/uv.lock", "uv.lock"]),
        (("{a,b}.txt",), "github", ["{a,b}.txt"]),
        (("{a,b}.txt",), "gitlab", ["a.txt"]),
        (("poetry.lock",), "github", []),
        (("**/poetry.lock",), "github", []),
        (("../uv.lock",), "github", []),
        (("",), "github", []),
        (("[",), "github", []),
    ],
)
def test_the_files_that_a_key_hashes(
    git_repo: MakeRepository, files: tuple[str, ...], provider: str, expected: list[str]
) -> None:
    with surveyed(git_repo(TRACKED)) as repo:
        assert expected == sorted(caching.matched(repo, KeyPart(PartKind.FILES, "", files), provider))


def test_the_cache_that_a_job_should_have(git_repo: MakeRepository) -> None:
    with surveyed(git_repo(UV | {WORKFLOW: workflow(SETUP, "pip install uv", "uv sync")})) as repo:
        (work,) = installing.jobs(repo)
        wanted = caching.wanted(repo, work)

    assert wanted is not None
    assert ("uv", ("uv.lock",), "3.13") == (wanted.manager, wanted.locks, wanted.python)


@pytest.mark.parametrize("locked, expected", [(True, None), (False, "uv")])
def test_without_a_lock_only_a_path_can_be_wanted(
    git_repo: MakeRepository, *, locked: bool, expected: str | None
) -> None:
    with surveyed(git_repo({"pyproject.toml": UV["pyproject.toml"], WORKFLOW: workflow("uv sync")})) as repo:
        (work,) = installing.jobs(repo)
        wanted = caching.wanted(repo, work, locked=locked)

    assert expected == (wanted.manager if wanted is not None else None)


@pytest.mark.parametrize(
    "path, expected",
    [
        ("uv.lock", True),
        ("api/poetry.lock", True),
        ("requirements.txt", True),
        ("requirements/dev.txt", True),
        ("pylock.toml", True),
        ("pyproject.toml", False),
        ("setup.py", False),
        ("notes.txt", False),
    ],
)
def test_what_says_which_versions_are_meant(path: str, *, expected: bool) -> None:
    assert expected is catalog.is_lock(path)
