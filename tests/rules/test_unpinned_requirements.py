"""KPT306: an application is installed from requirements without versions or without hashes."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from support.checking import Seen, found, messages, seen

HASH = "--hash=sha256:" + "0" * 64


@pytest.mark.parametrize(
    "text, expected",
    [
        ("flask>=3\n", "names `flask>=3` without a version"),
        ("# web\n\nflask[async]\n", "names `flask[async]` without a version"),
        ("flask==3.*\n", "names `flask==3.*` without a version"),
        ("flask==3.0\n", "names `flask==3.0` without a hash"),
        (f"click==8.1 {HASH}\nflask==3.0 ; python_version > '3'\n", "names `flask==3.0` without a hash"),
        ("flask==3.0\nidna\n", "names `idna` without a version"),
        (f"flask==3.0 \\\n    {HASH}\n", None),
        (f"flask === 3.0 \\\r\n    {HASH} \\\r\n    {HASH}\r\n    # via me\r\n", None),
        ("-r base.txt\n-e .\n./wheels/a.whl\nhttps://example.com/b.whl\nc @ git+https://example.com/c\n", None),
        ("--index-url https://example.com/simple\n", None),
        ("", None),
    ],
    ids=["range", "bare", "wildcard", "pin", "second-line", "worst-first", "hashed", "crlf", "addresses", "options",
         "empty"],
)  # fmt: skip
def test_the_first_package_that_is_left_open(git_repo: MakeRepository, text: str, expected: str | None) -> None:
    findings = found(git_repo({"requirements.txt": text}, commit=False), "KPT306")

    assert ([f"warning: `requirements.txt` {expected}"] if expected else []) == messages(findings)


def test_each_file_is_a_finding_at_its_line(git_repo: MakeRepository) -> None:
    files = {"requirements.txt": f"a==1 {HASH}\nb\n", "requirements-dev.txt": "\nc\nd\n"}

    assert [Seen("KPT306", "requirements-dev.txt", 2), Seen("KPT306", "requirements.txt", 2)] == (
        seen(found(git_repo(files, commit=False), "KPT306"))
    )


@pytest.mark.parametrize(
    "files",
    [
        {"requirements.txt": "flask\n", "pyproject.toml": "[tool.uv]\n", "uv.lock": "version = 0\n"},
        {"requirements.txt": "flask\n", "pyproject.toml": "[tool.poetry]\n", "poetry.lock": "version = 0\n"},
        {"requirements.txt": "flask\n", "setup.py": ""},
        {"examples/requirements.txt": "flask\n"},
        {"requirements-docs.txt": "sphinx\n"},
        {"docs/requirements.txt": "sphinx\n"},
        {"requirements.txt": f"a==1 {HASH}\n", "requirements-constraints.txt": "flask\n"},
    ],
    ids=["uv", "poetry", "library", "example", "documentation", "documentation-folder", "constraints"],
)
def test_who_is_not_asked(git_repo: MakeRepository, files: dict[str, str]) -> None:
    assert [] == found(git_repo(files, commit=False), "KPT306")
