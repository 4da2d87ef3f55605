from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from kempt.engine.environments import interpreters
from kempt.engine.environments.interpreters import find_interpreter, keep, probe
from kempt.host.interpreters import kernel, remembered

REAL = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
MINOR = f"{sys.version_info.major}.{sys.version_info.minor}"


@pytest.fixture(autouse=True)
def only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all of PATH; kempt's own interpreter is not looked at."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(interpreters, "own_python", lambda: str(tmp_path / "nothing"))
    return folder


def program(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def find(tmp_path: Path, minor: str = MINOR, home: str = "", version: str = "") -> str | None:
    def fits(found: str) -> bool:
        return found == version if version else found.startswith(f"{minor}.")

    found = find_interpreter(minor, fits, home, str(tmp_path))
    return None if found is None else found.target.python


def test_nothing_is_there(tmp_path: Path) -> None:
    assert find(tmp_path) is None


def test_one_on_path(tmp_path: Path, only: Path) -> None:
    (only / f"python{MINOR}").symlink_to(REAL)

    assert platform.python_version() == find(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("exit 127", id="a-shim-without-its-version"),
        pytest.param("echo 3.12", id="no-python"),
        pytest.param("echo '[]'", id="empty-answer"),
        pytest.param("exec /nowhere/python", id="broken"),
    ],
)
def test_what_does_not_answer_as_a_python_is_passed_over(tmp_path: Path, only: Path, text: str) -> None:
    program(only / f"python{MINOR}", text)
    assert find(tmp_path) is None
    (only / "python3").symlink_to(REAL)

    assert platform.python_version() == find(tmp_path)


def test_another_version_does_not_do(tmp_path: Path, only: Path) -> None:
    (only / "python3").symlink_to(REAL)

    assert find(tmp_path, version="3.1.4") is None


def test_the_one_that_the_environment_was_made_with_comes_first(tmp_path: Path, only: Path) -> None:
    program(only / f"python{MINOR}", "exit 1")

    assert platform.python_version() == find(tmp_path, home=str(REAL.parent))


def test_uv_knows_more(tmp_path: Path, only: Path) -> None:
    program(only / "uv", f'[ "$1 $2" = "python find" ] && [ "$UV_PYTHON_DOWNLOADS" = never ] && echo "{REAL}"')

    assert platform.python_version() == find(tmp_path)


def test_an_environments_python_answers_with_the_one_it_was_made_from(tmp_path: Path) -> None:
    subprocess.run([REAL, "-m", "venv", "--without-pip", tmp_path / "env"], check=True)

    found = probe(str(tmp_path / "env" / "bin" / "python"), str(tmp_path))

    assert found is not None
    assert REAL == Path(found.path).resolve()


def test_the_markers_are_those_of_the_interpreter(tmp_path: Path) -> None:
    found = probe(str(REAL), str(tmp_path))

    assert found is not None
    assert {
        "implementation_name": "cpython",
        "implementation_version": platform.python_version(),
        "os_name": os.name,
        "platform_machine": platform.machine(),
        "platform_python_implementation": "CPython",
        "platform_release": platform.release(),
        "platform_system": platform.system(),
        "platform_version": platform.version(),
        "python_full_version": platform.python_version(),
        "python_version": MINOR,
        "sys_platform": sys.platform,
    } == found.target.markers


def test_what_it_said_is_remembered_while_the_file_is_the_same(tmp_path: Path, only: Path) -> None:
    path = only / f"python{MINOR}"
    program(path, f'exec {REAL} "$@"')
    found = probe(str(path), str(tmp_path))
    assert found is not None
    keep(found._replace(path=str(path)))
    assert remembered(str(path))

    program(path, "exit 127 # another one")

    assert b"" == remembered(str(path))
    assert kernel().items() <= found.target.markers.items()
