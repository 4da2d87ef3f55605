"""KPT303: a lock file does not answer its manifest any more. How each manager tells is tested in tests/managers."""

from __future__ import annotations

import hashlib
import json

import pytest

from conftest import MakeRepository
from support.checking import found, messages

SOURCE = {"name": "index", "url": "https://packages.example.com/simple", "verify_ssl": True}
PIPFILE = """\
[[source]]
name = "index"
url = "https://packages.example.com/simple"
verify_ssl = true

[packages]
idna = "*"

[requires]
python_version = "3.12"
"""
META = {"sources": [SOURCE], "requires": {"python_version": "3.12"}}


def pipenv(folder: str = "", *, stale: bool = True) -> dict[str, str]:
    """A project of Pipenv whose lock was made for it, or before it asked for less than version 3."""
    asked = {"_meta": META, "default": {"idna": "*"}, "develop": {}}
    digest = hashlib.sha256(json.dumps(asked, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
    meta = {"hash": {"sha256": digest}, "pipfile-spec": 6, **META}
    lock = json.dumps({"_meta": meta, "default": {"idna": {"version": "==3.10"}}, "develop": {}}, indent=4)
    manifest = PIPFILE.replace("*", "<3") if stale else PIPFILE
    return {f"{folder}Pipfile": manifest, f"{folder}Pipfile.lock": lock}


def test_a_fresh_lock_is_no_finding(git_repo: MakeRepository) -> None:
    assert [] == found(git_repo(pipenv(stale=False), commit=False), "KPT303")


@pytest.mark.parametrize(
    "folder, expected",
    [("", ["error"]), ("services/api/", ["error"]), ("examples/", ["info"]), ("tests/data/", [])],
    ids=["root", "service", "example", "test-data"],
)
def test_where_it_lies_decides_how_much_it_weighs(git_repo: MakeRepository, folder: str, expected: list[str]) -> None:
    findings = found(git_repo(pipenv(folder), commit=False), "KPT303")

    assert expected == [each.level for each in findings]
    assert all(each.message.startswith(f"`{folder}Pipfile.lock` is stale: ") for each in findings)


@pytest.mark.parametrize(
    "folder, expected",
    [
        ("", "pipenv lock, then git add the lock file"),
        ("a b/", "cd 'a b' && pipenv lock, then git add the lock file"),
    ],
    ids=["root", "service"],
)
def test_the_command_is_named_with_its_folder(git_repo: MakeRepository, folder: str, expected: str) -> None:
    assert [expected] == [each.help for each in found(git_repo(pipenv(folder), commit=False), "KPT303")]


def test_a_merge_that_is_not_resolved_is_said_once(git_repo: MakeRepository) -> None:
    lock = "<<<<<<< HEAD\n=======\n>>>>>>> other\n"
    files = {"pyproject.toml": "[tool.poetry]\n", "poetry.lock": lock}

    assert ["KPT002"] == [each.code for each in found(git_repo(files, commit=False), "KPT002", "KPT303")]


@pytest.mark.parametrize(
    "files",
    [
        {"pyproject.toml": "[tool.poetry]\n", "poetry.lock": '[metadata]\nlock-version = "9"\n'},
        {"pyproject.toml": "[project]\ndynamic = ['dependencies']\n[tool.uv]\n", "uv.lock": "version = 0\n"},
        {"environment.yml": "", "conda-lock.yml": ""},
    ],
    ids=["unknown-form", "dynamic", "conda"],
)
def test_what_cannot_be_told_is_not_reported(git_repo: MakeRepository, files: dict[str, str]) -> None:
    assert [] == messages(found(git_repo(files, commit=False), "KPT303"))
