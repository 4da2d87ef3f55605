from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from kempt.errors import KemptError, UnsafeError, UsageError
from kempt.host.output import append_output, write_output

SCRIPT = "import sys; from kempt.host.output import write_output; write_output(sys.argv[1], 'report\\n')"


def test_a_new_file(tmp_path: Path) -> None:
    write_output(str(tmp_path / "a"), "Größe \udcff\n")

    assert "Größe \\udcff\n".encode() == (tmp_path / "a").read_bytes()


def test_an_old_file_is_replaced_and_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a longer one")
    (tmp_path / "a").chmod(0o604)

    write_output(str(tmp_path / "a"), "new")

    assert ("new", 0o604) == ((tmp_path / "a").read_text(), stat.S_IMODE((tmp_path / "a").stat().st_mode))


def test_a_name_without_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    write_output("a", "new")

    assert "new" == (tmp_path / "a").read_text()


@pytest.mark.parametrize("device", ["/dev/null", "/dev/zero"])
def test_a_device_is_written_to_and_stays_a_device(device: str) -> None:
    before = os.lstat(device)

    write_output(device, "x")

    assert (before.st_ino, before.st_mode) == (os.lstat(device).st_ino, os.lstat(device).st_mode)


def test_a_full_device_is_reported() -> None:
    with pytest.raises(KemptError, match="/dev/full: cannot write: No space left on device"):
        write_output("/dev/full", "x")


def test_a_fifo_is_written_to(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    read = list[str]()
    reader = threading.Thread(target=lambda: read.append((tmp_path / "fifo").read_text()))
    reader.start()

    write_output(str(tmp_path / "fifo"), "x")

    reader.join(10)
    assert (["x"], True) == (read, stat.S_ISFIFO((tmp_path / "fifo").lstat().st_mode))


@pytest.mark.parametrize("path", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
def test_standard_output_goes_where_it_was_redirected_to(tmp_path: Path, path: str) -> None:
    """Behind what is there: the file that the shell opened is neither replaced nor cut off."""
    with (tmp_path / "log").open("w+b") as log:
        log.write(b"before\n")
        log.flush()
        subprocess.run([sys.executable, "-c", SCRIPT, path], stdout=log, check=True)

    assert b"before\nreport\n" == (tmp_path / "log").read_bytes()


def test_a_link_to_a_file_stays_a_link_and_the_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")

    write_output(str(tmp_path / "link"), "new")

    assert ("real", "new") == (os.readlink(tmp_path / "link"), (tmp_path / "real").read_text())


@pytest.mark.parametrize(
    "target, message",
    [
        ("/dev/null", "a device, not a regular file"),
        ("missing", "a symbolic link that leads nowhere"),
        (".", "a folder, not a file"),
    ],
)
def test_a_link_to_anything_else_is_refused(tmp_path: Path, target: str, message: str) -> None:
    (tmp_path / "link").symlink_to(target)

    with pytest.raises((UsageError, UnsafeError), match=message):
        write_output(str(tmp_path / "link"), "new")

    assert target == os.readlink(tmp_path / "link")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="a folder, not a file"):
        write_output(str(tmp_path), "new")


def test_a_missing_folder_is_named_with_the_command_that_makes_it(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such folder") as caught:
        write_output(str(tmp_path / "a" / "b"), "new")

    assert f"mkdir -p {tmp_path / 'a'}" == caught.value.hint


def test_a_file_that_cannot_be_renamed_over_is_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A single file that is mounted into a container gives EBUSY."""

    def busy(*_args: str, **_options: int) -> None:
        raise OSError(16, "Device or resource busy")

    (tmp_path / "a").write_text("a longer one")
    monkeypatch.setattr(os, "replace", busy)
    write_output(str(tmp_path / "a"), "new")

    assert ("new", ["a"]) == ((tmp_path / "a").read_text(), [each.name for each in tmp_path.glob("[!h]*")])


class TestAppending:
    def test_behind_what_is_there(self, tmp_path: Path) -> None:
        append_output(str(tmp_path / "a"), "one\n")
        append_output(str(tmp_path / "a"), "two\n")

        assert "one\ntwo\n" == (tmp_path / "a").read_text()

    @pytest.mark.parametrize("target", ["/dev/null", "real"])
    def test_no_link_is_followed(self, tmp_path: Path, target: str) -> None:
        (tmp_path / "real").write_text("theirs")
        (tmp_path / "link").symlink_to(target)

        with pytest.raises(UnsafeError, match="a symbolic link, not a regular file"):
            append_output(str(tmp_path / "link"), "x")

        assert "theirs" == (tmp_path / "real").read_text()

    def test_a_missing_folder(self, tmp_path: Path) -> None:
        with pytest.raises(KemptError, match="cannot write: No such file or directory"):
            append_output(str(tmp_path / "a" / "b"), "x")
