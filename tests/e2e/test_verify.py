"""`kempt verify` on real environments: clean ones are proven, and whatever was done to one is named."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from conftest import Ended, MakeRepository, RunKempt
from support import backend
from support.index import Index
from support.managers import Managers
from support.projects import Projects
from support.repositories import Repository
from support.wheels import _BACKEND, Sdist, package, pyproject

SITE = ".venv/lib/python*/site-packages"
Run = Callable[..., Ended]


class Unsteady(Sdist):
    """A source archive whose wheel is another one each time it is built."""

    @cached_property
    def content(self) -> bytes:
        steady = f"{_BACKEND}\n_steady = build_wheel\n"
        unsteady = """
def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    Path("unsteady/token.py").write_text(os.urandom(16).hex())
    return _steady(wheel_directory)
"""
        files = {**package(self.name), "pyproject.toml": pyproject(self.project, packaged=True)}
        return backend.pack_sdist(
            self.project, {path: text.encode() for path, text in {**files, "backend.py": steady + unsteady}.items()}
        )


@pytest.fixture
def run(kempt: RunKempt, managers: Managers) -> Run:
    """Run kempt where the managers are on PATH."""
    variables: dict[str, Any] = {**managers.variables}
    return lambda *args: kempt(*args, **variables)


@pytest.fixture
def synced(git_repo: MakeRepository, run: Run, projects: Projects) -> Repository:
    """A packaged project of uv that `kempt sync` installed."""
    repository = git_repo(projects.uv("gamma", "zeta", "alpha<3", packaged=True))
    done = run("sync")
    assert 0 == done.status, done
    return repository


def verified(run: Run, *args: str) -> tuple[int, dict[str, Any]]:
    """The exit code, and what is said of the only environment."""
    done = run("verify", "--output-format", "json", *args)
    (environment,) = json.loads(done.out)["environments"]
    return done.status, environment


def file_of(repository: Repository, pattern: str) -> Path:
    (path,) = repository.root.glob(f"{SITE}/{pattern}")
    return path


def test_what_uv_installed_is_proven_without_kempt_having_seen_it_before(
    git_repo: MakeRepository, run: Run, managers: Managers, projects: Projects
) -> None:
    repository = git_repo(projects.uv("gamma", "zeta", "epsilon", packaged=True))
    managers.run("uv", "sync", "--locked", cwd=repository.root)

    status, environment = verified(run)

    assert (0, "proven", []) == (status, environment["outcome"], environment["differences"])
    assert ["RECORD", "the lock's names and versions"] == environment["against"]
    assert environment["notes"], "that no digest is recorded is said"


def test_one_changed_byte_is_named(synced: Repository, run: Run) -> None:
    path = file_of(synced, "gamma/__init__.py")
    content = path.read_bytes()
    path.write_bytes(content[:-2] + b"#\n")

    status, environment = verified(run)

    (difference,) = environment["differences"]
    words, _, linked = difference["words"].partition("; ")  # where uv links files from its cache, that is said too
    assert (1, "gamma", "is not what RECORD says") == (status, difference["distribution"], words)
    names = path.stat().st_nlink
    said = f"it is one file under {names} names, edited by any of them (others: not known to kempt)"
    assert linked == (said if names > 1 else "")
    assert difference["path"].endswith("/gamma/__init__.py")


def test_a_file_that_was_changed_together_with_its_record_is_named(synced: Repository, run: Run) -> None:
    path, record = file_of(synced, "gamma/__init__.py"), file_of(synced, "gamma-*.dist-info/RECORD")
    path.write_bytes(b"import os\n")
    digest = base64.urlsafe_b64encode(hashlib.sha256(path.read_bytes()).digest()).rstrip(b"=").decode()
    rows = [row for row in record.read_text().splitlines() if not row.startswith("gamma/__init__.py,")]
    record.write_text("\n".join([f"gamma/__init__.py,sha256={digest},10", *rows, ""]))

    status, environment = verified(run)

    assert 1 == status
    assert [("site/gamma/__init__.py", "its content has changed since it was recorded")] == [
        (each["path"], each["words"]) for each in environment["differences"]
    ]


def test_where_there_is_no_environment_nothing_is_proven(
    git_repo: MakeRepository, run: Run, managers: Managers, projects: Projects
) -> None:
    git_repo(projects.uv("gamma"))

    assert (2, "could not be checked: there is no environment at .venv. Run: kempt sync") == _said(run("verify"))
    assert 5 == run("verify", "--exit-code-detail").status


def test_a_stale_lock_proves_nothing(synced: Repository, run: Run) -> None:
    manifest = synced.root / "pyproject.toml"
    manifest.write_text(manifest.read_text().replace("alpha<3", "alpha<2"))

    status, said = _said(run("verify"))

    assert 2 == status
    assert said.startswith("could not be checked: uv.lock is stale")
    assert said.endswith("Run: uv lock [KPT303]")
    assert 3 == run("verify", "--exit-code-detail").status


def test_what_is_proven_is_written_once_and_held_against_from_then_on(synced: Repository, run: Run) -> None:
    pinned = synced.root / "kempt.fingerprint"

    assert "kempt.fingerprint" == verified(run, "--write")[1]["written"]
    first = pinned.read_text()
    assert verified(run, "--write")[1]["written"] is None
    assert first == pinned.read_text()
    assert "kempt.fingerprint" in verified(run)[1]["against"]

    digest = verified(run)[1]["digest"]
    pinned.write_text(first.replace(digest, "0" * 64))
    status, environment = verified(run)
    assert (1, "kempt.fingerprint") == (status, environment["differences"][0]["path"])


def test_nothing_is_written_of_an_environment_that_differs(synced: Repository, run: Run) -> None:
    file_of(synced, "gamma/__init__.py").unlink()

    assert 1 == run("verify", "--write").status
    assert not (synced.root / "kempt.fingerprint").exists()


def test_a_fingerprint_file_that_cannot_be_read_is_an_error_and_stays_as_it_is(synced: Repository, run: Run) -> None:
    pinned = synced.root / "kempt.fingerprint"
    pinned.write_text("format = 'kempt-env-9'\n")

    status, said = _said(run("verify", "--write"))

    assert 2 == status
    assert "kempt.fingerprint:1: its format is 'kempt-env-9', and this kempt reads 'kempt-env-1'" in said
    assert "format = 'kempt-env-9'\n" == pinned.read_text()


def test_two_fresh_clones_of_a_steady_project_are_the_same(synced: Repository, run: Run) -> None:
    status, environment = verified(run, "--rebuild")

    assert (0, "proven", "a second fresh install") == (status, environment["outcome"], environment["against"][0])
    assert verified(run)[1]["digest"] == environment["digest"]


def test_what_a_fresh_install_gave_is_held_against_environments_that_kempt_has_not_seen(
    git_repo: MakeRepository, run: Run, managers: Managers, projects: Projects
) -> None:
    repository = git_repo(projects.uv("gamma", "zeta"))
    managers.run("uv", "sync", "--locked", cwd=repository.root)
    assert 0 == verified(run, "--rebuild")[0]
    assert "a fresh install of the lock" in verified(run)[1]["against"]
    path, record = file_of(repository, "gamma/__init__.py"), file_of(repository, "gamma-*.dist-info/RECORD")
    path.write_bytes(b"import os\n")
    record.write_text("\n".join(f"{row.split(',')[0]},," for row in record.read_text().splitlines()) + "\n")

    status, environment = verified(run)

    assert 1 == status
    assert ("site/gamma/__init__.py", "its content has changed beside a fresh install of the lock") in [
        (each["path"], each["words"]) for each in environment["differences"]
    ]


def test_a_build_that_is_another_each_time_is_named_by_two_fresh_clones(
    git_repo: MakeRepository, run: Run, managers: Managers, projects: Projects
) -> None:
    with Index([Unsteady("unsteady", "1.0")]) as index:
        git_repo(projects.against(index.url).uv("unsteady"))

        status, environment = verified(run, "--rebuild")

    assert 1 == status
    assert ["site/unsteady/token.py"] == [each["path"] for each in environment["differences"]]


def test_what_is_not_committed_is_not_in_a_fresh_clone(
    git_repo: MakeRepository, run: Run, managers: Managers, projects: Projects
) -> None:
    files = projects.uv("gamma")
    lock = files.pop("uv.lock")
    repository = git_repo(files)
    repository.write({"uv.lock": lock})
    repository.stage(["uv.lock"])

    status, said = _said(run("verify", "--rebuild"))

    assert 2 == status
    assert "could not be checked: uv.lock is not as HEAD has it, and a rebuild proves what is committed." in said


def test_a_rebuild_looks_at_the_environment_that_is_here_too(synced: Repository, run: Run) -> None:
    path, record = file_of(synced, "gamma/__init__.py"), file_of(synced, "gamma-*.dist-info/RECORD")
    path.write_bytes(b"import os\n")
    record.write_text("\n".join(f"{row.split(',')[0]},," for row in record.read_text().splitlines()) + "\n")

    status, environment = verified(run, "--rebuild")

    assert (1, "differs") == (status, environment["outcome"])
    assert any(each["path"].endswith("gamma/__init__.py") for each in environment["differences"])


def test_what_sync_only_found_is_not_said_to_be_what_it_installed(
    git_repo: MakeRepository, run: Run, managers: Managers, projects: Projects
) -> None:
    repository = git_repo(projects.uv("gamma"))
    managers.run("uv", "sync", "--locked", cwd=repository.root)
    assert 0 == run("sync").status

    environment = verified(run)[1]

    assert "what `kempt sync` found here" in environment["against"]
    assert any("goes unseen" in note for note in environment["notes"])


def _said(done: Ended) -> tuple[int, str]:
    """The exit code, and what stands behind the name of the only service, on one line."""
    lines = done.out.split("\n\n")[1].split()
    return done.status, " ".join(lines[2:])
