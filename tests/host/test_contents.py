from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kempt.host.contents import CHUNK, GONE, SAME, File, compare

LONG = b"0123456789abcdef" * (CHUNK // 8)


def write(folder: Path, *contents: bytes) -> list[File]:
    files = []
    for number, content in enumerate(contents):
        path = folder / str(number)
        path.write_bytes(content)
        found = path.stat()
        files.append((os.fsencode(path), found.st_ino, found.st_ctime_ns))
    return files


def sha(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


@pytest.mark.parametrize("content", [b"short", LONG])
def test_the_first_is_hashed_and_the_others_are_compared(tmp_path: Path, content: bytes) -> None:
    other = content[:-1] + b"!"
    files = write(tmp_path, content, content, other, content, other)

    assert (sha(content), (SAME, SAME, sha(other), SAME, sha(other))) == compare(files, len(content))


@pytest.mark.parametrize("content", [b"short", LONG])
def test_what_was_changed_or_is_gone_cannot_be_told(tmp_path: Path, content: bytes) -> None:
    files = write(tmp_path, content, content, content, content)
    os.chmod(tmp_path / "1", 0o600)
    (tmp_path / "1").write_bytes(content)
    (tmp_path / "2").unlink()
    files[3] = (files[3][0], files[3][1] + 1, files[3][2])

    assert (sha(content), (SAME, GONE, GONE, GONE)) == compare(files, len(content))


@pytest.mark.parametrize("content", [b"short", LONG])
def test_the_first_that_can_be_read_stands_for_all(tmp_path: Path, content: bytes) -> None:
    files = write(tmp_path, content, content, content)
    (tmp_path / "0").unlink()

    assert (sha(content), (GONE, SAME, SAME)) == compare(files, len(content))


@pytest.mark.parametrize("size", [5, len(LONG)])
def test_nothing_can_be_read(tmp_path: Path, size: int) -> None:
    assert (b"", (GONE, GONE)) == compare([(os.fsencode(tmp_path / name), 1, 1) for name in "ab"], size)


@pytest.mark.parametrize("content", [b"short", LONG])
def test_a_link_and_a_folder_are_not_read(tmp_path: Path, content: bytes) -> None:
    files = write(tmp_path, content, content, content)
    for name in ("1", "2"):
        (tmp_path / name).unlink()
    (tmp_path / "1").symlink_to("0")
    (tmp_path / "2").mkdir()

    assert (sha(content), (SAME, GONE, GONE)) == compare(files, len(content))


@pytest.mark.parametrize("content", [b"short", LONG])
def test_a_file_that_is_longer_or_shorter_than_it_was(tmp_path: Path, content: bytes) -> None:
    files = write(tmp_path, content, content + b"+", content[:-1])

    assert (sha(content), (SAME, GONE, GONE)) == compare(files, len(content))


def test_more_long_files_than_are_opened_at_once(tmp_path: Path) -> None:
    files = write(tmp_path, *[LONG] * 70)

    assert (sha(LONG), (SAME,) * 70) == compare(files, len(LONG))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.lists(st.sampled_from([b"aa", b"ab", b"ba"]), min_size=1, max_size=6), st.sampled_from([1, CHUNK]))
def test_what_is_the_same_has_the_same_digest(tmp_path: Path, ends: list[bytes], times: int) -> None:
    contents = [end * times for end in ends]
    digest, results = compare(write(tmp_path, *contents), 2 * times)

    assert [sha(content) for content in contents] == [digest if each == SAME else each for each in results]
