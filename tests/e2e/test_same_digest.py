"""One lock is one digest: at every place, by every installer, with bytecode and without. Another lock is another."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from conftest import MakeRepository, RunKempt
from support.managers import Managers
from support.projects import Files, Projects

PINS = ("alpha<3", "gamma", "delta", "zeta", "theta")
Installed = Callable[..., str]


@pytest.fixture
def digest(git_repo: MakeRepository, kempt: RunKempt, managers: Managers) -> Installed:
    """Make a project in a folder of this name, install it with these words, and say the digest of its environment."""

    def install(files: Mapping[str, str], name: str, *words: str) -> str:
        root = git_repo(files, name).root
        variables: dict[str, Any] = {**managers.variables}
        if words[0] == "kempt":
            done = kempt(*words[1:], cwd=root, **variables)
            assert 0 == done.status, done
        else:
            managers.run(*words, cwd=root)
        proven = kempt("verify", "--output-format", "json", cwd=root, **variables)
        (environment,) = json.loads(proven.out)["environments"]
        assert (0, []) == (proven.status, environment["differences"]), proven
        return str(environment["digest"])

    return install


def test_a_packaged_project_of_uv(digest: Installed, projects: Projects) -> None:
    files = projects.uv(*PINS, packaged=True, scripts={"shop": "shop:main"})

    assert 1 == len(
        {
            digest(files, "a", "uv", "sync", "--locked"),
            digest(files, "a-place-with-a-longer-name/b", "uv", "sync", "--locked"),
            digest(files, "bytecode", "uv", "sync", "--locked", "--compile-bytecode"),
            digest(files, "copied", "uv", "sync", "--locked", "--link-mode", "copy"),
            digest(files, "by-kempt", "kempt", "sync"),
        }
    )


def test_a_workspace_of_uv(digest: Installed, projects: Projects) -> None:
    files = projects.uv_workspace({"cart": ["alpha<3"], "till": ["cart", "gamma"]})

    assert 1 == len(
        {
            digest(files, "a", "uv", "sync", "--locked", "--all-packages"),
            digest(files, "a-place-with-a-longer-name/b", "uv", "sync", "--locked", "--all-packages"),
            digest(files, "by-kempt", "kempt", "sync"),
        }
    )


@pytest.mark.slow  # pip is put into both environments
def test_requirements_in_two_places(digest: Installed, projects: Projects) -> None:
    files = projects.requirements(*PINS)

    assert digest(files, "a", "kempt", "sync") == digest(files, "a-place-with-a-longer-name/b", "kempt", "sync")


@pytest.mark.slow  # each of the five managers makes its lock and its environment
def test_every_manager_whose_lock_pins_the_same(digest: Installed, projects: Projects) -> None:
    locked: dict[str, Files] = {
        "uv": projects.uv(*PINS),
        "poetry": projects.poetry(*PINS),
        "pdm": projects.pdm(*PINS),
        "pipenv": projects.pipenv(*PINS),
        "pip": projects.requirements(*PINS),
        "pylock": projects.pylock(*PINS),
    }

    digests = {name: digest(files, name, "kempt", "sync") for name, files in locked.items()}

    assert dict.fromkeys(locked, digests["uv"]) == digests


@pytest.mark.slow  # as above
def test_a_packaged_project_of_every_manager_that_installs_it(digest: Installed, projects: Projects) -> None:
    locked: dict[str, Files] = {
        "uv": projects.uv(*PINS, packaged=True),
        "poetry": projects.poetry(*PINS, packaged=True),
        "pdm": projects.pdm(*PINS, packaged=True),
    }

    digests = {name: digest(files, name, "kempt", "sync") for name, files in locked.items()}

    assert dict.fromkeys(locked, digests["uv"]) == digests


def test_another_lock_is_another_digest(digest: Installed, projects: Projects) -> None:
    first, second = (projects.uv(f"alpha=={version}") for version in ("1.0", "2.0"))

    assert digest(first, "one", "uv", "sync", "--locked") != digest(second, "two", "uv", "sync", "--locked")


def test_the_same_file_with_one_more_byte_is_another_digest(
    digest: Installed, projects: Projects, kempt: RunKempt, tmp_path: Path
) -> None:
    before = digest(projects.uv("alpha"), "one", "uv", "sync", "--locked")
    (path,) = tmp_path.glob("one/.venv/lib/*/site-packages/alpha/__init__.py")
    path.write_bytes(path.read_bytes() + b"#")

    found = json.loads(kempt("fingerprint", "--output-format", "json", cwd=tmp_path / "one").out)

    assert before != found["digest"]
