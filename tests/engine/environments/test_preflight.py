"""What is refused without any manager being run; the cases that need one are in e2e/test_sync.py."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from conftest import MakeRepository
from kempt.engine.environments.sync import sync_services
from kempt.model.sync import Event, SyncOptions
from kempt.model.verify import Reason, Refusal

PYPROJECT = '[project]\nname = "shop"\nversion = "1.0"\nrequires-python = ">=3.11"\n'
LOCK = (
    'version = 1\nrevision = 3\nrequires-python = ">=3.11"\n\n[[package]]\nname = "shop"\nversion = "1.0"\n'
    'source = { virtual = "." }\n'
)
FILES = {"pyproject.toml": PYPROJECT, "uv.lock": LOCK, ".python-version": "3.12\n"}


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No manager and no Python on PATH, only git."""
    folder = tmp_path / "bin"
    folder.mkdir()
    git = shutil.which("git")
    assert git
    (folder / "git").symlink_to(git)
    monkeypatch.setenv("PATH", str(folder))
    return folder


def refusal(root: Path) -> Refusal | None:
    events: list[Event] = []
    (found,) = sync_services(str(root), [], SyncOptions(), events.append).services
    return found.refusal


def test_a_manager_that_is_not_installed(git_repo: MakeRepository) -> None:
    repo = git_repo(FILES)

    assert Refusal(Reason.MISSING, "uv is not installed, or not on PATH", "install it first", "KPT406") == refusal(
        repo.root
    )


def test_a_manager_of_another_version(git_repo: MakeRepository, bare: Path) -> None:
    repo = git_repo(FILES | {"pyproject.toml": f'{PYPROJECT}\n[tool.uv]\nrequired-version = ">=9"\n'})
    (bare / "uv").write_text("#!/bin/sh\necho 'uv 0.1.2 (abcdef 2026-01-01)'\n")
    (bare / "uv").chmod(0o755)

    assert Refusal(Reason.MISSING, "the project requires uv >=9, and this is 0.1.2") == refusal(repo.root)


def test_no_lock_is_said_before_anything_else_is_looked_for(git_repo: MakeRepository) -> None:
    repo = git_repo({"pyproject.toml": f"{PYPROJECT}\n[tool.uv]\n"})

    assert Refusal(Reason.LOCK, "there is no uv.lock", "uv lock", "KPT301") == refusal(repo.root)


def test_a_manifest_that_does_not_parse(git_repo: MakeRepository) -> None:
    repo = git_repo(FILES | {"pyproject.toml": "[project\n"})

    found = refusal(repo.root)

    assert found is not None
    assert (Reason.LOCK, "KPT002") == (found.reason, found.code)
