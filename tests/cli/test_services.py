from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import Run
from conftest import MakeRepository

PROJECT = '[project]\nname = "{}"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = [{}]\n'
LOCK = """\
version = 1
revision = 3
requires-python = ">=3.11"

[[package]]
name = "api"
version = "1"
source = { virtual = "." }
"""
API = {"api/pyproject.toml": PROJECT.format("api", ""), "api/uv.lock": LOCK}
SHOP = {
    **API,
    "api/.python-version": "3.12.4\n",
    "web/requirements.txt": "idna\n",
    "examples/a/pyproject.toml": PROJECT.format("a", '"idna"'),
    "jobs/pyproject.toml": PROJECT.format("jobs", '"x @ file:///${PROJECT_ROOT}/../libs/x"'),
    "libs/x/pyproject.toml": PROJECT.format("x", '"idna"'),
    "sky/pixi.lock": "",
    ".python-version": "# ours\n3.13\n",
}


def test_a_table_of_what_gets_an_environment(run: Run, git_repo: MakeRepository) -> None:
    repository = git_repo(SHOP)
    repository.write({"web/.venv/pyvenv.cfg": "home = /usr\n"})

    assert run("services") == (
        0,
        """\
repo  ·  5 services

  service   manager   lock                       environment   Python
  api       uv        uv.lock fresh              none          3.12.4
  jobs      pip       none                       none          3.13
  sky       pixi      pixi.lock not supported    none          3.13
    not supported; run pixi install --locked
  web       pip       requirements.txt unknown   .venv         3.13
    nothing says what requirements.txt was made from
  libs/x    pip       none                       none          3.13
    others install it by its path

1 more below examples, tests and the like: `kempt services -v` shows them.
1 service without an environment. `kempt sync` installs what the locks say.
""",
        "",
    )


def test_a_stale_lock_comes_first_with_the_command_that_writes_it(run: Run, git_repo: MakeRepository) -> None:
    git_repo({**API, "api/pyproject.toml": PROJECT.format("api", '"idna<3"')})

    assert run("services").out == (
        """\
repo  ·  1 service

  service   manager   lock            environment   Python
  api       uv        uv.lock stale   none          none
    api/pyproject.toml asks idna<3, which uv.lock does not know

1 lock is stale. `cd api && uv lock` makes it again.
"""
    )


def test_what_lies_below_examples_is_shown_on_request(run: Run, git_repo: MakeRepository) -> None:
    git_repo({"examples/a/pyproject.toml": PROJECT.format("a", "")})

    assert "examples/a" not in run("services").out
    assert "  examples/a   pip" in run("services", "-v").out


def test_quietly_only_what_needs_attention_is_listed(run: Run, git_repo: MakeRepository) -> None:
    repository = git_repo({**API, "web/requirements.txt": "idna\n"})
    repository.write({"api/.venv/pyvenv.cfg": "home = /usr\n"})

    assert ("api" in run("services").out, "api" in run("services", "-q").out) == (True, False)


def test_only_the_services_of_a_folder(run: Run, git_repo: MakeRepository) -> None:
    repository = git_repo(SHOP)
    inside = run("services", "--output-format", "json", "api")
    within = run("services", "--output-format", "json", cwd=repository.root / "api")

    assert ["api"] == roots(inside.out) == roots(within.out)


def roots(text: str) -> list[str]:
    return [each["root"] for each in json.loads(text)["services"]]


def test_json(run: Run, git_repo: MakeRepository) -> None:
    repository = git_repo({**API, "api/.python-version": "3.12.4\n"})
    repository.write({"api/.venv/pyvenv.cfg": "home = /usr\n"})

    assert json.loads(run("services", "--output-format", "json").out) == {
        "version": 1,
        "command": "services",
        "root": str(repository.root),
        "services": [
            {
                "root": "api",
                "manager": "uv",
                "manifest": "api/pyproject.toml",
                "lock": "api/uv.lock",
                "state": "fresh",
                "reason": "",
                "locks": ["api/uv.lock"],
                "requirements": [],
                "members": [],
                "environment": "api/.venv",
                "python": "3.12.4",
                "dependency": False,
                "demoted": False,
                "advice": "",
            }
        ],
    }


def test_several_repositories(run: Run, git_repo: MakeRepository, tmp_path: Path) -> None:
    git_repo(API, "all/one")
    git_repo({}, "all/two")
    ended = run("services", "--output-format", "json", "all", cwd=tmp_path)
    found: dict[str, Any] = json.loads(ended.out)

    assert (2, [["api"]], [str(tmp_path / "all/two")]) == (
        ended.status,
        [[each["root"] for each in one["services"]] for one in found["repositories"]],
        [each["root"] for each in found["errors"]],
    )
    assert "nothing" in ended.err or "no file is tracked" in ended.err


@pytest.mark.parametrize(
    "files, said",
    [
        pytest.param(
            {"a.md": ""}, "No service: no manifest, no lock and no requirements file is tracked.\n", id="none"
        ),
        pytest.param({"a.py": ""}, "  .         pip       none   none          none\n", id="python-alone"),
    ],
)
def test_a_repository_without_a_manifest(run: Run, git_repo: MakeRepository, files: dict[str, str], said: str) -> None:
    git_repo(files)

    assert said in run("services").out


def test_outside_git_it_says_so(run: Run, tmp_path: Path) -> None:
    (tmp_path / "repo").mkdir()
    ended = run("services")

    assert (2, "") == (ended.status, ended.out)
    assert "KPT003" in ended.err


def test_names_of_files_are_shown_and_not_obeyed(run: Run, git_repo: MakeRepository) -> None:
    git_repo({"\x1b[31m/requirements.txt": "idna==1\n"})
    out = run("services").out

    assert "\x1b" not in out
    assert "\\x1b[31m" in out
