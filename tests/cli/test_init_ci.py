"""`kempt init --ci` and `--hooks` on the command line."""

from __future__ import annotations

import pytest

from cli.conftest import Run
from conftest import MakeRepository

UV = '[project]\nname = "shop"\nversion = "1"\nrequires-python = "==3.12.*"\n\n[tool.uv]\nrequired-version = ">=0.1"\n'
READY = {".gitignore": ".venv\n__pycache__/\n*.py[co]\n", "pyproject.toml": UV, "uv.lock": "version = 1\n"}
WORKFLOW, GITLAB, AZURE = ".github/workflows/ci.yml", ".gitlab-ci.yml", "azure-pipelines.yml"


def test_providers_are_named_with_commas_or_one_by_one(run: Run, git_repo: MakeRepository) -> None:
    repository = git_repo(READY)
    status, out, err = run("init", "--ci", "github,gitlab", "--ci", "azure", "--ci", "github", "--yes")

    assert (0, "") == (status, err), out
    assert sorted([*READY, WORKFLOW, GITLAB, AZURE]) == sorted(repository.tracked())


def test_the_command_that_writes_them_is_named(run: Run, git_repo: MakeRepository) -> None:
    git_repo(READY)
    status, out, _ = run("init", "--hooks", "--ci", "github,gitlab")

    assert 0 == status
    assert out.endswith("Nothing is written yet: `kempt init --ci github,gitlab --hooks --yes` does it.\n")


def test_a_second_run_has_nothing_to_do(run: Run, git_repo: MakeRepository) -> None:
    git_repo(READY)
    run("init", "--hooks", "--ci", "github", "--yes")

    assert (0, "Nothing to do: this project has every line that `kempt init` writes.\n", "") == run(
        "init", "--hooks", "--ci", "github"
    )


def test_a_file_that_is_there_is_not_written_over(run: Run, git_repo: MakeRepository) -> None:
    repository = git_repo({**READY, GITLAB: "# ours\n"})
    status, out, _ = run("init", "--ci", "gitlab", "--yes")

    assert (0, "# ours\n") == (status, (repository.root / GITLAB).read_text(encoding="utf-8"))
    assert out.endswith(
        "next: kempt check --fix\n"
        "      .gitlab-ci.yml is yours and stays as it is; this mends its caches and installs. GitLab does not read "
        ".gitlab-ci.kempt.yml: take from it what you like\n"
    )


@pytest.mark.parametrize("names", ["jenkins", "github,jenkins"])
def test_an_unknown_provider_is_told_with_those_that_there_are(run: Run, git_repo: MakeRepository, names: str) -> None:
    git_repo(READY)
    status, out, err = run("init", "--ci", names)

    assert (2, "") == (status, out)
    assert "'jenkins' is none of github, codebuild, gitlab, azure, circleci, bitbucket" in err


def test_without_a_lock_nothing_is_written_for_ci(run: Run, git_repo: MakeRepository) -> None:
    git_repo({".gitignore": READY[".gitignore"], "notes.txt": ""})

    assert run("init", "--ci", "github").out.endswith(
        "next: lock the project, then run this again\n      there is no lock file that CI could install\n"
    )
