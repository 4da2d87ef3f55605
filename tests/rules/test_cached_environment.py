"""KPT405: environments in caches."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from support.checking import Seen, found, mended, messages, seen
from support.pipelines import LINE, WORKFLOW, buildspec, circleci, gitlab, workflow

CODE = "KPT405"
POETRY = {"pyproject.toml": '[tool.poetry]\nname = "a"\n', "poetry.lock": "version = 0\n"}
UV = {"pyproject.toml": '[project]\nname = "a"\nversion = "1"\n', "uv.lock": "version = 0\n"}
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


WHOLE = "`{}` holds Poetry's environments beside its downloads"


@pytest.mark.parametrize(
    "path, text, expected",
    [
        (WORKFLOW, workflow(cache("~/.cache/pypoetry"), "poetry sync"), "~/.cache/pypoetry"),
        ("buildspec.yml",
            buildspec(["poetry sync"]) + "cache:\n  paths: [/root/.cache/pypoetry/**/*]\n",
            "/root/.cache/pypoetry/**/*"),
        (".gitlab-ci.yml",
            gitlab(["poetry sync"], "variables: {POETRY_CACHE_DIR: $CI_PROJECT_DIR/.p}\ncache: {paths: [.p]}\n"),
            ".p"),
    ],
    ids=["github", "codebuild", "gitlab"],
)  # fmt: skip
def test_the_whole_cache_of_poetry_holds_its_environments(
    git_repo: MakeRepository, path: str, text: str, expected: str
) -> None:
    repository = git_repo(POETRY | {path: text})

    assert [f"warning: {WHOLE.format(expected)}"] == messages(found(repository, CODE, "KPT402"))
    assert [] == found(mended(repository, CODE), CODE, "KPT402")


IN_PROJECT = {"poetry.toml": "[virtualenvs]\nin-project = true\n"}


@pytest.mark.parametrize(
    "files, text",
    [
        (IN_PROJECT, workflow(cache("~/.cache/pypoetry"), "poetry sync")),
        ({}, workflow(cache("~/.cache/pypoetry"), "POETRY_VIRTUALENVS_IN_PROJECT=1 poetry sync")),
        ({}, workflow(cache("~/.cache/pypoetry"), "poetry config virtualenvs.create false", "poetry sync")),
        ({}, workflow(cache("~/.cache/pypoetry"), "python -m venv .venv", "poetry sync")),
        ({}, workflow(cache("~/.cache/pypoetry"), "poetry sync", head="env: {POETRY_VIRTUALENVS_PATH: /tmp/x}\n")),
        ({}, workflow("- uses: someone/poetry@v1\n", cache("~/.cache/pypoetry"), "poetry sync")),
        ({}, workflow(cache("~/.cache/pypoetry"), "poetry check --lock")),
    ],
    ids=["settings", "variable", "command", "made", "path", "unknown", "no-install"],
)
def test_environments_that_poetry_makes_elsewhere(git_repo: MakeRepository, files: dict[str, str], text: str) -> None:
    assert [] == messages(found(git_repo(POETRY | files | {WORKFLOW: text}), CODE))


SETUP_UV = "- uses: astral-sh/setup-uv@v6\n  with: {enable-cache: true}\n"


@pytest.mark.parametrize(
    "before, after",
    [
        ([cache(".venv", "~/.cache/pip", "~/.cache/uv")], [cache("~/.cache/pip", "~/.cache/uv")]),
        ([cache(".venv"), SETUP_UV], [SETUP_UV]),
        ([cache(".venv"), cache("~/.cache/uv")], [cache("~/.cache/uv")]),
        ([cache(".venv"), cache("venv")], [cache("~/.cache/uv")]),
    ],
    ids=["in-its-list", "by-an-action", "in-a-step", "twice"],
)
def test_where_the_downloads_are_cached_the_environment_goes(
    git_repo: MakeRepository, before: list[str], after: list[str]
) -> None:
    repository = mended(git_repo(UV | {WORKFLOW: workflow(*before, SYNC)}), CODE)

    assert workflow(*after, SYNC) == (repository.root / WORKFLOW).read_text()


def test_the_comment_of_a_step_goes_with_it(git_repo: MakeRepository) -> None:
    about = "      # the environment, for speed\n"
    text = workflow(SETUP_UV, cache(".venv"), SYNC)
    step = text.index("      - uses: actions/cache")
    repository = mended(git_repo(UV | {WORKFLOW: text[:step] + about + text[step:]}), CODE)

    assert workflow(SETUP_UV, SYNC) == (repository.root / WORKFLOW).read_text()


def test_a_list_that_jobs_share_loses_it_once(git_repo: MakeRepository) -> None:
    head = "variables: {UV_CACHE_DIR: $CI_PROJECT_DIR/.uv}\ncache:\n  paths: [.uv, .venv]\n"
    text = gitlab([SYNC], head) + "other: {script: [.venv/bin/pytest]}\n"
    repository = mended(git_repo(UV | {".gitlab-ci.yml": text}), CODE)

    assert text.replace(".uv, .venv", ".uv") == (repository.root / ".gitlab-ci.yml").read_text()


def test_three_paths_of_a_buildspec_become_one(git_repo: MakeRepository) -> None:
    head = buildspec([SYNC]) + "cache:\n  key: k-$(codebuild-hash-files uv.lock)\n  paths:\n"
    paths = "    - '/root/.cache/**/*'\n    - .venv/**/*\n    - '/root/.cache/pip'\n"
    repository = mended(git_repo(UV | {"buildspec.yml": head + paths}), CODE, "KPT402", "KPT409")

    assert f"{head}    - '/root/.cache/uv/**/*'\n" == (repository.root / "buildspec.yml").read_text()


SAVE = "      - save_cache:\n          key: a\n          paths:\n"
RESTORE = "      - restore_cache:\n          key: a\n"


def test_both_steps_of_a_cache_go(git_repo: MakeRepository) -> None:
    other = "      - save_cache:\n          key: b\n          paths: [~/.cache/uv]\n"
    text = circleci([]) + RESTORE + "      - run: uv sync --locked\n" + SAVE + "            - .venv\n" + other
    repository = mended(git_repo(UV | {".circleci/config.yml": text}), CODE)

    assert circleci([SYNC]) + other == (repository.root / ".circleci/config.yml").read_text()


def test_what_switches_the_cache_of_an_orb_off(git_repo: MakeRepository) -> None:
    text = circleci([]).replace("jobs:", "orbs:\n  python: circleci/python@3\njobs:")
    text += "      - python/install-packages:\n          pkg-manager: poetry\n"
    (finding,) = found(git_repo(POETRY | {".circleci/config.yml": text}), CODE)

    assert "what `python/install-packages` stores is an environment, no download cache" == finding.message
    assert "write `venv-cache: false`, and cache the manager's download cache" == finding.help


def test_a_switch_and_a_step_become_one_cache(git_repo: MakeRepository) -> None:
    steps = [f"{PYTHON}    cache: pip\n", cache("~/.cache/pip", ".venv"), "pip install uv==0.13.9"]
    repository = mended(git_repo(UV | {WORKFLOW: workflow(*steps, SYNC)}), CODE, "KPT402")

    assert 1 == (repository.root / WORKFLOW).read_text().count("~/.cache/uv")
    assert [] == found(repository, CODE, "KPT402")
