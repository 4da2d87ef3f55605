from __future__ import annotations

import os
import subprocess

import pytest

from kempt.host import terminal

pytest.importorskip("pty", reason="this system has no pseudo-terminals")


def test_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    monkeypatch.setattr(terminal, "STDOUT", writer)

    assert 0 == terminal.columns()
    os.close(reader)
    os.close(writer)


def test_a_closed_descriptor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "STDOUT", 1000)

    assert 0 == terminal.columns()


def test_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    leader, follower = os.openpty()
    subprocess.run(["stty", "columns", "77"], stdin=follower, check=True)
    monkeypatch.setattr(terminal, "STDOUT", follower)

    assert 77 == terminal.columns()
    os.close(leader)
    os.close(follower)
