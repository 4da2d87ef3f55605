from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kempt.host.processes import using

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what processes use")
WAIT = "print(flush=True); input()"
PYTHON = Path(sys.executable).resolve()


@contextmanager
def running(*words: str | Path, cwd: str | Path = "/", **env: str) -> Iterator[int]:
    """A process that waits until the block is left."""
    variables = {"PATH": os.defpath} | env
    with subprocess.Popen(
        words, cwd=cwd, env=variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:  # fmt: skip
        assert process.stdout is not None
        process.stdout.readline()
        yield process.pid
        process.communicate(b"\n")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a link to this Python in it, as an environment has it."""
    (tmp_path / "env" / "bin").mkdir(parents=True)
    (tmp_path / "env" / "bin" / "python").symlink_to(PYTHON)
    return tmp_path / "env"


def how(place: Path) -> dict[int, str]:
    return {each.pid: each.how for each in using([str(place)]).get(str(place), ())}


def test_a_program_started_by_its_path(place: Path) -> None:
    with running(place / "bin" / "python", "-Sc", WAIT) as pid:
        assert {pid: "runs its Python"} == how(place)
    assert {} == how(place)


def test_a_program_started_by_a_relative_path(place: Path) -> None:
    with running("bin/../bin/python", "-Sc", WAIT, cwd=place) as pid:
        assert {pid: "runs its Python"} == how(place)


def test_a_program_started_through_a_link_to_its_folder(place: Path, tmp_path: Path) -> None:
    (tmp_path / "linked").symlink_to(place)
    with running(tmp_path / "linked" / "bin" / "python", "-Sc", WAIT) as pid:
        assert {pid: "runs its Python"} == how(place)


def test_a_program_found_on_the_path(place: Path) -> None:
    with running("env", "python", "-Sc", WAIT, PATH=f"{place}/bin:{os.defpath}") as pid:
        assert {pid: "runs its Python"} == how(place)


def test_a_script_of_it(place: Path) -> None:
    (place / "bin" / "serve").write_text(WAIT)
    with running(PYTHON, place / "bin" / "serve") as pid:
        assert {pid: "runs its Python"} == how(place)


def test_a_shell_that_has_it_active(place: Path) -> None:
    with running("sh", "-c", "echo; read x", VIRTUAL_ENV=str(place)) as pid:
        assert {pid: "has it activated"} == how(place)


def test_a_program_that_works_in_it(place: Path) -> None:
    with running("sh", "-c", "echo; read x", cwd=place / "bin") as pid:
        assert {pid: "works in it"} == how(place)


def test_a_library_of_it(place: Path) -> None:
    import zlib

    source = getattr(zlib, "__file__", None) or next(
        (line.split()[-1] for line in Path("/proc/self/maps").read_text().splitlines() if ".so" in line), ""
    )
    library = place / "lib.so"
    library.write_bytes(Path(source).read_bytes())
    with running(PYTHON, "-Sc", f"import ctypes; ctypes.CDLL({str(library)!r}); {WAIT}") as pid:
        assert {pid: "has loaded its libraries"} == how(place)


def test_a_folder_whose_name_begins_like_it_is_another(place: Path) -> None:
    (place.parent / "env2").mkdir()
    with running("sh", "-c", "echo; read x", cwd=place.parent / "env2"):
        assert {} == how(place)


def test_this_process_does_not_count(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)

    assert {} == how(place)


def test_nobody_is_asked_about_nothing() -> None:
    assert {} == using([])
