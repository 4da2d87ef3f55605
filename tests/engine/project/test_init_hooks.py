"""`init --hooks`: a new pre-commit configuration, and one that is there already."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import kempt
from conftest import MakeRepository
from kempt.engine.project.init import prepare_init
from kempt.model.plan import WriteFile
from support.repositories import Repository

PATH = ".pre-commit-config.yaml"
TOP = {".gitignore": ".venv\n__pycache__/\n*.py[co]\n", ".python-version": "3.12\n"}
UV = {"pyproject.toml": "[project]\ndependencies = []\n[tool.uv]\nrequired-version = '>=0.1'\n", "uv.lock": ""}
POETRY = {"pyproject.toml": "[tool.poetry]\nrequires-poetry = '>=2'\n", "poetry.lock": ""}
OWN = """\
# ours
default_language_version: { python: python3.12 }

repos:
-   repo: https://github.com/psf/black   # not the newest, on purpose
    rev: 24.1.0
    hooks:
    -   id: black

# at the end
"""


def configured(repository: Repository) -> str:
    steps = prepare_init(str(repository.root), hooks=True).plan.steps
    return next((each.content.decode() for each in steps if isinstance(each, WriteFile) and each.path == PATH), "")


def hooks(text: str) -> list[dict[str, Any]]:
    return [hook for repo in yaml.safe_load(text)["repos"] for hook in repo["hooks"]]


def test_a_new_configuration_has_hygiene_ruff_the_lock_and_kempt(git_repo: MakeRepository) -> None:
    text = configured(git_repo({**TOP, **UV}))

    assert [
        "check-merge-conflict", "end-of-file-fixer", "trailing-whitespace", "ruff-check", "ruff-format", "uv-lock",
        "kempt-check",
    ] == [hook["id"] for hook in hooks(text)]  # fmt: skip
    assert (["--check"], [f"kempt=={kempt.__version__}"]) == (
        hooks(text)[5]["args"], hooks(text)[6]["additional_dependencies"],
    )  # fmt: skip
    assert [] == re.findall(r"(?m)[ \t]$|\n\n\n", text)


def test_pre_commit_takes_it(git_repo: MakeRepository, tmp_path: Path) -> None:
    files = {f"{name}/{path}": text for name in ("api", "web.x") for path, text in UV.items()}
    configuration = tmp_path / "configuration.yaml"
    configuration.write_text(configured(git_repo({**TOP, **files, **POETRY})), encoding="utf-8")

    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "validate-config", configuration], capture_output=True, check=False
    )
    assert (0, b"", b"") == (done.returncode, done.stdout, done.stderr)


def test_each_service_has_a_lock_hook_of_its_own(git_repo: MakeRepository) -> None:
    files = {f"{name}/{path}": text for name in ("api", "web") for path, text in UV.items()}
    files |= {f"worker/{path}": text for path, text in POETRY.items()}
    found = [hook for hook in hooks(configured(git_repo({**TOP, **files}))) if "name" in hook]

    assert [
        ("uv-lock", ["--check", "--directory", "api"], r"^api/(uv\.lock|pyproject\.toml|uv\.toml)$"),
        ("uv-lock", ["--check", "--directory", "web"], r"^web/(uv\.lock|pyproject\.toml|uv\.toml)$"),
        ("poetry-check", ["--lock", "--directory", "worker"], r"^worker/(poetry\.lock|pyproject\.toml)$"),
    ] == [(hook["id"], hook["args"], hook["files"]) for hook in found if hook["id"] != "kempt-check"]


def test_what_is_there_gets_what_it_lacks_and_keeps_every_byte(git_repo: MakeRepository) -> None:
    text = configured(git_repo({**TOP, **UV, PATH: OWN}))

    head, tail = OWN.split("\n\n# at the end")
    assert text.startswith(head)
    assert text.endswith(f"\n\n# at the end{tail}")
    assert {"black", "check-merge-conflict", "uv-lock", "kempt-check"} <= {hook["id"] for hook in hooks(text)}
    assert "ruff-check" not in text  # black is somebody's choice


def test_a_second_run_has_nothing_to_do(git_repo: MakeRepository) -> None:
    repository = git_repo({**TOP, **UV})
    repository.write({PATH: configured(repository)})
    assert "" == configured(repository)  # untracked, it is there all the same
    repository.stage()

    assert "" == configured(repository)


@pytest.mark.parametrize("text", ["repos: []\n", "repos: [\n", "- {{ x }}\n"])
def test_what_cannot_be_added_to_is_left_to_people(git_repo: MakeRepository, text: str) -> None:
    prepared = prepare_init(str(git_repo({**TOP, **UV, PATH: text}).root), hooks=True)

    assert [PATH] == [PATH for step in prepared.next if step.what.startswith(f"add a local hook to {PATH} (id: kempt")]
    assert not any(isinstance(step, WriteFile) and step.path == PATH for step in prepared.plan.steps)
