from __future__ import annotations

import pytest

import kempt
from conftest import MakeRepository
from kempt.engine.project.init import plan_init
from kempt.errors import KemptError
from kempt.formats.gitignore import HEADING
from kempt.model.plan import UpdateIndex, WriteFile
from support.repositories import Repository

BASE = f"{HEADING}\n.venv\n__pycache__/\n*.py[co]\n"
DOTENV = {"pyproject.toml": '[project]\ndependencies = ["python-dotenv"]\n'}
SECRETS = ".env\n.env.*\n!.env.example\n"


def written(repository: Repository, path: str = ".") -> dict[str, str]:
    """The ignore files that the plan writes."""
    steps = plan_init(str(repository.root / path)).steps
    files = (step for step in steps if isinstance(step, WriteFile) and step.path.endswith(".gitignore"))
    return {step.path: step.content.decode() for step in files}


@pytest.mark.parametrize(
    "files, expected",
    [
        pytest.param({"a.py": ""}, {".gitignore": BASE}, id="the-lines-of-every-project"),
        pytest.param({"a.txt": ""}, {".gitignore": BASE}, id="a-project-without-a-line-of-python-yet"),
        pytest.param(
            {"a.py": "", ".gitignore": "out/"},
            {".gitignore": f"out/\n\n{BASE}"},
            id="what-is-there-stays",
        ),
        pytest.param(
            {"a.py": "", ".gitignore": "*.py[cod]\n/.venv*\n"},
            {},
            id="a-line-whose-effect-is-there-is-not-written",
        ),
        pytest.param(
            {"a.py": "", "pyproject.toml": '[dependency-groups]\ndev = ["pytest-cov", "mypy", "ruff", "pytest"]\n'},
            {".gitignore": f"{BASE}.coverage\n"},
            id="tools-that-ignore-their-own-caches-need-no-line",
        ),
        pytest.param({"a.py": "", **DOTENV}, {".gitignore": BASE + SECRETS}, id="secrets"),
        pytest.param(
            {"a.py": "", ".env.production": "KEY=1\n", **DOTENV}, {".gitignore": f"{BASE}.env\n"}, id="tracked-secrets"
        ),
        pytest.param(
            {"a.py": "", "setup.py": "from setuptools import setup\n"},
            {".gitignore": f"{BASE}*.egg-info/\n/build/\n/dist/\n"},
            id="build-output-is-anchored",
        ),
        pytest.param(
            {"uv.lock": "version = 1\n", ".gitignore": f"{BASE}.python-version\nuv.lock\n"},
            {".gitignore": f"{BASE}uv.lock\n"},
            id="a-pin-that-is-hidden-and-a-lock-that-is-tracked",
        ),
        pytest.param(
            {"pyproject.toml": "[tool.uv]\n", ".gitignore": f"{BASE}*.lock\n"},
            {".gitignore": f"{BASE}*.lock\n!uv.lock\n"},
            id="a-lock-that-is-hidden",
        ),
        pytest.param(
            {"api/uv.lock": "version = 1\n", "api/a.py": "", "api/.gitignore": "x\n"},
            {"api/.gitignore": f"x\n\n{BASE}"},
            id="the-ignore-file-of-the-service",
        ),
    ],
)
def test_the_lines(git_repo: MakeRepository, files: dict[str, str], expected: dict[str, str]) -> None:
    assert expected == written(git_repo(files))


@pytest.mark.parametrize(
    "defect",
    [".python-version", ".venv/", "*.so", "build/", "dist/", ".__pypackages__/", ".env/", "*.pyd", ".ruff_cache/"],
)
def test_the_lines_of_the_guidance_that_do_harm_are_never_written(git_repo: MakeRepository, defect: str) -> None:
    tools = '[project]\ndependencies = ["python-dotenv", "coverage", "cython", "setuptools", "ruff", "pdm"]\n'
    repository = git_repo({"a.py": "", "setup.py": "", "b.pyx": "", "pyproject.toml": tools})

    assert defect not in written(repository)[".gitignore"].splitlines()


def test_a_new_file_is_staged_too(git_repo: MakeRepository) -> None:
    repository = git_repo({"a.py": ""})
    plan = plan_init(str(repository.root))

    assert ("kempt init", UpdateIndex((), ((".gitignore", BASE.encode()),), ("",))) == (plan.why, plan.steps[-1])


def test_a_tracked_file_is_not(git_repo: MakeRepository) -> None:
    repository = git_repo({"a.py": "", ".gitignore": "x\n"})

    assert [WriteFile] == [type(step) for step in plan_init(str(repository.root)).steps]


def test_an_untracked_ignore_file_counts_and_is_kept(git_repo: MakeRepository) -> None:
    repository = git_repo({"a.py": ""})
    repository.write({".gitignore": "*.py[co]\n__pycache__\n"})

    assert {".gitignore": f"*.py[co]\n__pycache__\n\n{HEADING}\n.venv\n"} == written(repository)


def test_an_untracked_ignore_file_that_has_all_is_left_alone(git_repo: MakeRepository) -> None:
    repository = git_repo({"a.py": ""})
    repository.write({".gitignore": ".venv\n*.py[co]\n__pycache__\n"})

    assert () == plan_init(str(repository.root)).steps


def test_a_repository_without_any_file(git_repo: MakeRepository) -> None:
    assert {".gitignore": BASE} == written(git_repo(commit=False))


@pytest.mark.parametrize("files", [{"a.py": ""}, {"a.py": "", **DOTENV}, {"a.py": "", ".gitignore": "!*.pyc\n"}])
def test_a_second_run_finds_nothing_to_do_and_check_agrees(git_repo: MakeRepository, files: dict[str, str]) -> None:
    repository = git_repo(files)

    assert kempt.apply(plan_init(str(repository.root))).ok
    assert () == plan_init(str(repository.root)).steps
    assert [] == [finding.message for finding in kempt.check(str(repository.root)).findings if finding.code == "KPT201"]


def test_settings_that_turn_the_rule_off_do_not_stop_it(git_repo: MakeRepository) -> None:
    repository = git_repo({"a.py": "", "kempt.toml": "ignore = ['KPT2']\n"})

    assert {".gitignore": BASE} == written(repository)


def test_a_bare_repository_has_no_ignore_files(git_repo: MakeRepository) -> None:
    repository = git_repo(options=["--bare"], commit=False)

    with pytest.raises(KemptError, match="bare"):
        plan_init(str(repository.root))
