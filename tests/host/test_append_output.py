from __future__ import annotations

import os
from pathlib import Path

import pytest

from kempt.errors import KemptError, UnsafeError
from kempt.host.output import append_output


def test_text_comes_after_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "page").write_text("one\n")

    append_output(str(tmp_path / "page"), "two \udcff\n")

    assert "one\ntwo \\udcff\n" == (tmp_path / "page").read_text()


def test_a_missing_file_is_made(tmp_path: Path) -> None:
    append_output(str(tmp_path / "page"), "one\n")

    assert "one\n" == (tmp_path / "page").read_text()


def test_a_missing_folder_is_not(tmp_path: Path) -> None:
    with pytest.raises(KemptError, match="cannot write"):
        append_output(str(tmp_path / "missing" / "page"), "one\n")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no FIFOs")
def test_nothing_but_a_regular_file_is_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "link").symlink_to(tmp_path / "page")
    (tmp_path / "folder").mkdir()

    for name in ("fifo", "link", "folder"):
        with pytest.raises(UnsafeError, match="not a regular file"):
            append_output(str(tmp_path / name), "one\n")
