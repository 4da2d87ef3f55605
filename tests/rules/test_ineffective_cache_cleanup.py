"""KPT605: commands that are meant to free space and leave the downloads."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from kempt.rules.ineffective_cache_cleanup import POETRY, RULE, UV
from support.ruling import judged, said

CI = ".github/workflows/ci.yml"


@pytest.mark.parametrize(
    "command, told",
    [
        ("poetry cache clear pypi --all -n || true", POETRY.message),
        ("poetry cache clear --all .", POETRY.message),
        ("poetry cache clear --all", POETRY.message),
        ("python -m poetry cache clear pypi --all", POETRY.message),
        ("uv cache prune || true", UV.message),
        ("uv cache prune --force", UV.message),
    ],
    ids=["guidance", "dot", "no-name", "module", "uv", "uv-force"],
)
def test_a_clean_up_that_frees_little(git_repo: MakeRepository, command: str, told: str) -> None:
    assert [f"2: {told}"] == said(git_repo({"Makefile": f"clean:\n\t{command}\n"}), RULE)


@pytest.mark.parametrize(
    "command",
    [
        "poetry cache clear pypi:flask:3.0.0",
        "poetry cache list",
        "uv cache prune --ci",
        "uv cache clean",
        "pip cache purge",
        "echo poetry cache clear",
    ],
    ids=["one-package", "list", "uv-ci", "uv-clean", "pip", "words"],
)
def test_a_clean_up_that_does_what_it_says(git_repo: MakeRepository, command: str) -> None:
    assert [] == said(git_repo({"clean.sh": f"{command}  # cache prune, cache clear\n"}), RULE)


def test_ci_prunes_what_it_saves(git_repo: MakeRepository) -> None:
    commands = "        uv cache prune\n        poetry cache clear pypi --all -n\n"
    text = f"on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n    - run: |\n{commands}"

    assert [f"8: {POETRY.message}"] == said(git_repo({CI: text}), RULE)


def test_hooks(git_repo: MakeRepository) -> None:
    hook = "  - id: prune\n    name: prune\n    entry: uv cache prune\n    language: system\n"
    text = f"repos:\n- repo: local\n  hooks:\n{hook}"

    assert [f"6: {UV.message}"] == said(git_repo({".pre-commit-config.yaml": text}), RULE)


def test_the_help_says_what_frees_more(git_repo: MakeRepository) -> None:
    (finding,) = judged(git_repo({"clean.sh": "poetry cache clear pypi --all\n"}), RULE)

    assert POETRY.help == finding.help
