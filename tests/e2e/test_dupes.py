"""What pip and uv really install is compared by what they wrote into RECORD."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from conftest import RunKempt
from support.managers import Managers

WANTED = ("gamma==1.0", "alpha==3.0", "zeta==1.0")


def dupes(kempt: RunKempt, folder: Path, *options: str) -> Any:
    ended = kempt("dupes", *options, "--output-format", "json", cwd=folder)
    assert (0, "") == (ended.status, ended.err)
    return json.loads(ended.out)


def names(document: Any) -> set[str]:
    """The files that are there twice, without the environment that they are in."""
    return {each["path"].partition("site-packages/")[2] for group in document["groups"] for each in group["files"]}


def copies(managers: Managers, code: Path, index: str, *options: str) -> None:
    """Two environments by uv, with all of the session's small packages."""
    for name in ("one", "two"):
        managers.run("uv", "venv", "--python", sys.executable, name, cwd=code)
        managers.run(
            "uv", "pip", "install", *options, "--index-url", index, "--python", f"{name}/bin/python", *WANTED, cwd=code
        )


@pytest.fixture
def code(tmp_path: Path) -> Path:
    folder = tmp_path / "code"
    folder.mkdir()
    return folder


@pytest.mark.slow
def test_environments_of_uv_with_copies_are_untouched_and_hold_what_their_records_say(
    managers: Managers, kempt: RunKempt, code: Path, index: str
) -> None:
    copies(managers, code, index, "--link-mode", "copy", "--compile-bytecode")
    claimed, read, all_of_it = (dupes(kempt, code, *options) for options in ((), ("--verify",), ("--any",)))

    assert {"alpha/__init__.py", "gamma/__init__.py", "alpha-3.0.dist-info/METADATA"} <= names(claimed)
    assert {"untouched"} == {each["name"] for each in claimed["by_grade"]}
    assert {"verified"} == {each["name"] for each in read["by_grade"]}
    assert names(claimed) == names(read)
    assert names(read) <= names(all_of_it)


@pytest.mark.slow
def test_environments_that_uv_linked_share_already(
    managers: Managers, kempt: RunKempt, code: Path, index: str, tmp_path: Path
) -> None:
    copies(managers, code, index, "--link-mode", "hardlink", "--cache-dir", str(tmp_path / "uv"))
    document = dupes(kempt, code, "--against", str(tmp_path / "uv"))

    assert "alpha/__init__.py" not in names(document)
    assert document["summary"]["shared"]["files"] > 0
    assert document["against"]["linked"]["files"] > 0


@pytest.mark.slow
def test_environments_of_pip_are_untouched(managers: Managers, kempt: RunKempt, code: Path, index: str) -> None:
    for name in ("one", "two"):
        managers.run("uv", "venv", "--seed", "--link-mode", "copy", "--python", sys.executable, name, cwd=code)
        managers.run("pip", "--python", f"{name}/bin/python", "install", "--index-url", index, *WANTED, cwd=code)
    claimed, read = dupes(kempt, code), dupes(kempt, code, "--verify")

    assert {"alpha/__init__.py", "gamma/__init__.py"} <= names(claimed)
    assert {"untouched"} == {each["name"] for each in claimed["by_grade"]}
    assert claimed["summary"]["bytes"] == read["summary"]["bytes"]
