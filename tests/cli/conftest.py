"""What the tests of the command line share: running it in this process, in the folder of the test's repository."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import pytest

from conftest import Ended
from kempt.cli import main


class Run(Protocol):
    """What `run` is: call it with the words of a command line."""

    def __call__(self, *words: str | Path, cwd: Path | None = None) -> Ended: ...


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a command line, in `tmp_path / "repo"` unless told otherwise, for 100 columns and without colours."""
    monkeypatch.setenv("COLUMNS", "100")

    def running(*words: str | Path, cwd: Path | None = None) -> Ended:
        monkeypatch.chdir(cwd or tmp_path / "repo")
        capfd.readouterr()
        return Ended(main([str(word) for word in words]), *capfd.readouterr())

    return running
