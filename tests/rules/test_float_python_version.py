"""KPT410: a version of Python that YAML reads as a number."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from support.checking import Seen, found, mended, messages, seen
from support.pipelines import WORKFLOW, buildspec, line_of, workflow

CODE = "KPT410"
LOST = "error: `3.10` without quotes is the number 3.1"
SETUP = "- uses: actions/setup-python@v6\n  with:\n    python-version: "
RUNTIME = "phases:\n  install:\n    runtime-versions:\n      python: {}\n    commands:\n      - pip install uv\n"
AZURE = "steps:\n  - task: UsePythonVersion@0\n    inputs:\n      versionSpec: {}\n  - script: pip install uv\n"
MATRIX = "strategy:\n  matrix:\n    py: [{}]\n"


@pytest.mark.parametrize(
    "path, text",
    [
        (WORKFLOW, workflow(SETUP + "3.10\n")),
        (WORKFLOW, workflow(SETUP + "${{ matrix.py }}\n", job=MATRIX.format('3.10, "3.13"'))),
        ("buildspec.yml", "version: 0.2\n" + RUNTIME.format("3.10")),
        ("azure-pipelines.yml", AZURE.format("3.10")),
    ],
    ids=["input", "matrix", "codebuild", "azure"],
)
def test_a_version_that_loses_its_zero(git_repo: MakeRepository, path: str, text: str) -> None:
    repository = git_repo({path: text})
    findings = found(repository, CODE)

    assert [LOST] == messages(findings)
    assert [Seen(CODE, path, line_of(text, "3.10"))] == seen(findings)
    mended(repository, CODE, unsafe=False)
    assert text.replace("3.10", '"3.10"') == (repository.root / path).read_text()
    assert [] == found(repository, CODE)


@pytest.mark.parametrize(
    "written, expected",
    [
        ("3.11", ["info: `3.11` without quotes is the number 3.11: only by luck the version"]),
        ("3.20", ["error: `3.20` without quotes is the number 3.2"]),
        ('"3.10"', []),
        ("'3.10'", []),
        ("3.x", []),
        ("3.10.4", []),
        ("3", []),
        ("3.13t", []),
        ("pypy3.10", []),
        ("|\n      3.10\n      3.11", []),
        ("'>=3.10'", []),
    ],
)
def test_spellings(git_repo: MakeRepository, written: str, expected: list[str]) -> None:
    assert expected == messages(found(git_repo({WORKFLOW: workflow(f"{SETUP}{written}\n")}), CODE))


def test_each_place_of_a_matrix_is_mended_and_comments_stay(git_repo: MakeRepository) -> None:
    matrix = "strategy:\n  matrix:\n    py:\n      - 3.9   # old\n      - 3.10  # less old\n"
    text = workflow(SETUP + "${{ matrix.py }}\n", job=matrix)
    repository = mended(git_repo({WORKFLOW: text}), CODE, unsafe=False)

    assert text.replace("3.9 ", '"3.9" ').replace("3.10 ", '"3.10" ') == (repository.root / WORKFLOW).read_text()


def test_other_numbers_are_no_versions(git_repo: MakeRepository) -> None:
    text = workflow("uv sync --locked", head="env:\n  RATIO: 3.10\n") + buildspec([])

    assert [] == found(git_repo({WORKFLOW: workflow("uv sync", head="env:\n  RATIO: 3.10\n")}), CODE), text
