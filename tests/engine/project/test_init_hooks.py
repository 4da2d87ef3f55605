"""`init --hooks`: a new pre-commit configuration, and one that is there already."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import kempt
from conftest import MakeRepository
from kempt.engine.project.init import prepare_init
from kempt.engine.project.init_rebuild import Next
from kempt.managers.commands import TESTED
from kempt.model.plan import WriteFile
from support.repositories import Repository

PATH = ".pre-commit-config.yaml"
TOP = {".gitignore": ".venv\n__pycache__/\n*.py[co]\n", ".python-version": "3.12\n"}
UV = {
    "pyproject.toml": "[project]\ndependencies = []\n[tool.uv]\nrequired-version = '>=0.1'\n",
    "uv.lock": "version = 0\n",
}
POETRY = {"pyproject.toml": "[tool.poetry]\nrequires-poetry = '>=2'\n", "poetry.lock": "version = 0\n"}
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


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """git is on PATH and no manager, whatever this machine has."""
    git = shutil.which("git")
    assert git
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "git").symlink_to(git)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))


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


@pytest.mark.parametrize(
    "before, after",
    [
        ("repos: []\n", "repos:\n  - repo: "),
        ("repos: [] # soon\nfail_fast: true\n", "repos: # soon\n  - repo: "),
        ("fail_fast: true\r\nrepos:\r\n", "fail_fast: true\r\nrepos:\r\n  - repo: "),
        ("# soon", "# soon\nrepos:\n  - repo: "),
        ("", "repos:\n  - repo: "),
    ],
    ids=["list", "comment", "null", "comment-alone", "empty"],
)
def test_a_configuration_without_repositories_gets_its_first(git_repo: MakeRepository, before: str, after: str) -> None:
    text = configured(git_repo({**TOP, **UV, PATH: before.encode()}))

    assert text.startswith(after), text
    assert ["uv-lock", "kempt-check"] == [hook["id"] for hook in hooks(text)][-2:]
    assert before.count("fail_fast") == text.count("fail_fast: true")


@pytest.mark.parametrize(
    "text, why",
    [
        ("repos: [\n", "it does not parse, line 2: "),
        ("- {{ x }}\n", ""),
        ("repos: [{repo: local, hooks: []}]\n", "it has no hooks that kempt can read"),
    ],
)
def test_what_cannot_be_added_to_is_left_to_people(git_repo: MakeRepository, text: str, why: str) -> None:
    prepared = prepare_init(str(git_repo({**TOP, **UV, PATH: text}).root), hooks=True)
    (step,) = (step for step in prepared.next if step.what.startswith(f"add to repos in {PATH}: - "))

    assert step.why.startswith(why)
    (entry,) = yaml.safe_load(step.what.partition(": ")[2])
    assert ("local", "kempt-check") == (entry["repo"], entry["hooks"][0]["id"])
    assert not any(isinstance(step, WriteFile) and step.path == PATH for step in prepared.plan.steps)


# --- the release of a lock hook ------------------------------------------------------------------------
PDM = {"pyproject.toml": "[tool.pdm]\n", "pdm.lock": "version = 0\n"}


def uv_that_is(wanted: str) -> dict[str, str]:
    return {**UV, "pyproject.toml": f"[project]\ndependencies = []\n[tool.uv]\nrequired-version = '{wanted}'\n"}


def revs(text: str, name: str) -> list[str]:
    return [repo["rev"] for repo in yaml.safe_load(text)["repos"] if repo["repo"].endswith(f"/{name}")]


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("there", [{}, {PATH: OWN}], ids=["new", "there"])
@pytest.mark.parametrize(
    "files, name, rev",
    [
        (uv_that_is(">=0.13"), "uv-pre-commit", "0.13.9"),
        (uv_that_is("==0.12.4"), "uv-pre-commit", "0.12.4"),
        ({**POETRY, "pyproject.toml": "[tool.poetry]\nrequires-poetry = '>=2.5'\n"}, "poetry", "2.5.1"),
        ({**POETRY, "poetry.lock": "# @generated by Poetry 2.4.0 and\n"}, "poetry", "2.4.0"),
        (PDM, "pdm", TESTED["pdm"]),
    ],
    ids=["uv", "uv-exactly", "poetry", "poetry-lock", "pdm"],
)
def test_a_lock_hook_is_a_release_that_the_project_accepts(
    git_repo: MakeRepository, files: dict[str, str], name: str, rev: str, there: dict[str, str]
) -> None:
    assert [rev] == revs(configured(git_repo({**TOP, **files, **there})), name)


@pytest.mark.usefixtures("bare")
def test_services_that_accept_no_common_release_have_hooks_of_their_own(git_repo: MakeRepository) -> None:
    files = {f"{folder}/{path}": text for folder, wanted in (("a", "<0.10,>=0.9.3"), ("b", ">=0.13"), ("c", ">=0.9"))
             for path, text in uv_that_is(wanted).items()}  # fmt: skip
    text = configured(git_repo({**TOP, **files}))

    assert ["0.9.3", "0.13.9"] == revs(text, "uv-pre-commit")
    assert ["uv-lock a", "uv-lock c", "uv-lock b"] == [hook["name"] for hook in hooks(text) if hook["id"] == "uv-lock"]


def test_a_hook_of_a_release_that_the_project_refuses_is_told(git_repo: MakeRepository) -> None:
    address = "https://github.com/astral-sh/uv-pre-commit"
    own = f"repos:\n  - repo: {address}\n    rev: 0.11.32\n    hooks:\n      - id: uv-lock\n"
    prepared = prepare_init(str(git_repo({**TOP, **uv_that_is(">=0.13"), PATH: own}).root), hooks=True)

    assert [
        Next(f"pre-commit autoupdate --repo {address}", f"{PATH} runs uv 0.11.32, and the project wants >=0.13")
    ] == list(prepared.next)


@pytest.mark.usefixtures("bare")
def test_hooks_and_ci_run_one_release(git_repo: MakeRepository) -> None:
    steps = prepare_init(str(git_repo({**TOP, **UV}).root), ci=["github"], hooks=True).plan.steps
    texts = {each.path: each.content.decode() for each in steps if isinstance(each, WriteFile)}

    assert revs(texts[PATH], "uv-pre-commit") == re.findall(r'version: "(.+)"', texts[".github/workflows/ci.yml"])
