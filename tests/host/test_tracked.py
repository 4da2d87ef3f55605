"""What git's index can hold, told without git: never less than git says."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from conftest import MakeRepository
from kempt.errors import UnreadableError
from kempt.host.tracked import maybe_tracked

ASKED = (("build", True), ("b.pyc", False), ("other", True), ("caf\u00e9", True))


def asked(root: Path) -> list[str]:
    return sorted(maybe_tracked(str(root / ".git"), ASKED))


@pytest.mark.parametrize("version", ["2", "3"])
def test_paths_that_are_not_there_need_no_git(git_repo: MakeRepository, version: str) -> None:
    repository = git_repo({"build/a": "", "b.pyc": "", "other.py": ""})
    repository.git("update-index", "--index-version", version)

    assert ["b.pyc", "build", "caf\u00e9"] == asked(repository.root)


def test_letters_may_be_large(git_repo: MakeRepository) -> None:
    assert ["build", "caf\u00e9"] == asked(git_repo({"Build/a": ""}).root)


def test_a_version_that_shortens_paths_is_asked_about_whole(git_repo: MakeRepository) -> None:
    repository = git_repo({"zzz": ""})
    repository.git("update-index", "--index-version", "4")

    assert sorted(path for path, _ in ASKED) == asked(repository.root)


def test_a_repository_without_an_index_tracks_nothing(git_repo: MakeRepository) -> None:
    assert [] == asked(git_repo({}, commit=False).root)


def test_a_repository_of_sha256_is_read_as_well(git_repo: MakeRepository) -> None:
    repository = git_repo({"build/a": ""}, options=("--object-format=sha256",))

    assert ["build", "caf\u00e9"] == asked(repository.root)


def test_an_index_without_a_digest_is_read_as_well(git_repo: MakeRepository) -> None:
    root = git_repo({"build/a": ""}).root
    index = root / ".git" / "index"
    index.write_bytes(index.read_bytes()[:-20] + bytes(20))

    assert ["build", "caf\u00e9"] == asked(root)


@pytest.mark.parametrize("content", [b"", b"DIRC", b"DIRC\0\0\0\2" + b"x" * 40])
def test_a_damaged_index_is_an_error(git_repo: MakeRepository, content: bytes) -> None:
    root = git_repo({"build/a": ""}).root
    (root / ".git" / "index").write_bytes(content)

    with pytest.raises(UnreadableError, match="git's index is damaged"):
        asked(root)


def test_a_digest_that_fits_is_believed(git_repo: MakeRepository) -> None:
    root = git_repo({"zzz": ""}).root
    content = (root / ".git" / "index").read_bytes()[:-20]
    (root / ".git" / "index").write_bytes(content + hashlib.sha1(content, usedforsecurity=False).digest())

    assert ["caf\u00e9"] == asked(root)
