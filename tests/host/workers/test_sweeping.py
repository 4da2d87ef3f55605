"""What killed kempts leave in the folder for temporary files goes, and nothing else does."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from kempt.host.scratch import Scratch
from kempt.host.workers.sweeping import sweep

SUFFIX = "0123456789ab"


@pytest.fixture
def nobody() -> int:
    """The number of a process that is no more."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait(30)
    return process.pid


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


@pytest.mark.skipif(sys.platform == "win32", reason="folders cannot be held there, so nothing is swept")
def test_what_a_dead_kempt_left_is_removed_and_nothing_else(nobody: int, temporary: Path) -> None:
    (temporary / f"kempt-{nobody}-{SUFFIX}" / "1" / "x").mkdir(parents=True)
    (temporary / f"kempt-{nobody}-{SUFFIX}" / "1" / "words").touch()
    kept = {temporary / name for name in (f"kempt-1-{SUFFIX}", f"kempt-{nobody}", f"other-{nobody}-{SUFFIX}")}
    for each in kept:
        each.mkdir()
    (temporary / f"kempt-{nobody}-{SUFFIX[::-1]}").symlink_to(temporary)

    sweep()

    assert kept | {temporary / f"kempt-{nobody}-{SUFFIX[::-1]}"} == {*temporary.iterdir()}


@pytest.mark.skipif(sys.platform == "win32", reason="folders cannot be held there, so nothing is swept")
def test_a_folder_that_is_held_stays(nobody: int, temporary: Path) -> None:
    """As that of a kempt in another container, whose number is that of no process here."""
    with closing(Scratch()) as scratch:
        held = Path(scratch.path)
        away = held.rename(temporary / f"kempt-{nobody}-{SUFFIX}")
        sweep()
        there = away.is_dir()
        away.rename(held)

    assert there
