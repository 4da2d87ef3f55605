"""Clones, where a file system clones and does not compare; bytecode's first bytes; what the kernel is asked."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import sys
from pathlib import Path

import pytest

from kempt.errors import UnsafeError, UnsupportedError
from kempt.host import extents, share, shareable
from kempt.host.folders import Folder
from kempt.host.parents import Parents
from kempt.host.share import sharing, write_beginning
from kempt.model.plan import Expect, Means, ShareFile
from support.disks import formatted


def expect(path: Path) -> Expect:
    found = path.stat()
    return Expect(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_dev, found.st_ino)


def step(root: Path, means: Means) -> ShareFile:
    return ShareFile("b", "a", means, expect(root / "b"), expect(root / "a"))


@pytest.fixture
def pair(tmp_path: Path) -> Path:
    for number, name in enumerate(("a", "b")):
        (tmp_path / name).write_bytes(b"same" * 3000)
        os.utime(tmp_path / name, (number, 1000 + number))
        (tmp_path / name).chmod(0o640 + number)
    return tmp_path


@pytest.fixture
def _copying(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that clones: a copy stands in for what the kernel does."""

    def clone(source: int, target: int) -> None:
        os.pwrite(target, os.pread(source, 1 << 20, 0), 0)

    monkeypatch.setattr(extents, "clone", clone)


def links(descriptor: int) -> int:
    return os.fstat(descriptor).st_nlink


class TestClone:
    @pytest.mark.usefixtures("_copying")
    def test_a_clone_takes_the_place_of_the_file_and_is_like_it(self, pair: Path) -> None:
        before, inode = (pair / "b").stat(), (pair / "b").stat().st_ino
        with sharing(Parents(str(pair)), step(pair, Means.CLONE), ".kempt-1.tmp") as ready:
            ready.finish()
        after = (pair / "b").stat()

        assert inode != after.st_ino
        assert (before.st_mode, before.st_mtime_ns, before.st_size) == (after.st_mode, after.st_mtime_ns, after.st_size)
        assert ["a", "b"] == sorted(each.name for each in pair.iterdir() if each.is_file())

    @pytest.mark.usefixtures("_copying")
    def test_other_bytes_are_found_by_reading(self, pair: Path) -> None:
        times = (pair / "b").stat()
        (pair / "b").write_bytes(b"SAME" * 3000)
        os.utime(pair / "b", ns=(times.st_atime_ns, times.st_mtime_ns))
        asked = step(pair, Means.CLONE)

        with (
            pytest.raises(UnsafeError, match="its bytes are not those of the other file"),
            sharing(Parents(str(pair)), asked, ".kempt-1.tmp"),
        ):
            pass
        assert (b"SAME" * 3000, False) == ((pair / "b").read_bytes(), (pair / ".kempt-1.tmp").exists())

    @pytest.mark.usefixtures("_copying")
    def test_a_file_with_other_names_stays(self, pair: Path) -> None:
        os.link(pair / "b", pair / "c")

        with (
            pytest.raises(UnsafeError, match="it has other names"),
            sharing(Parents(str(pair)), step(pair, Means.CLONE), ".kempt-1.tmp"),
        ):
            pass

    def test_a_file_system_that_cannot_says_so_and_nothing_is_left(
        self, pair: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object) -> None:
            raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP))

        monkeypatch.setattr(extents, "clone", refuse)
        with (
            pytest.raises(UnsupportedError, match="its file system cannot share it"),
            sharing(Parents(str(pair)), step(pair, Means.CLONE), ".kempt-1.tmp"),
        ):
            pass
        assert (False, False) == ((pair / ".kempt-1.tmp").exists(), share.can_clone(str(pair), ".kempt-2.tmp"))
        assert [] == list(pair.glob(".kempt-*"))

    def test_macos_clones_by_its_own_call(self, pair: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The library is a fake: it copies, as clonefile would clone, attributes of the source included."""

        class Library:
            def fclonefileat(self, source: int, folder: int, name: bytes, flags: int) -> int:
                assert flags == 1
                target = os.open(name, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600, dir_fd=folder)
                os.pwrite(target, os.pread(source, 1 << 20, 0), 0)
                os.close(target)
                return 0

        monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: Library())
        monkeypatch.setattr(sys, "platform", "darwin")
        with sharing(Parents(str(pair)), step(pair, Means.CLONE), ".kempt-1.tmp") as ready:
            ready.finish()
        after = (pair / "b").stat()

        assert (b"same" * 3000, 0o641, 1001) == ((pair / "b").read_bytes(), after.st_mode & 0o777, after.st_mtime)

    def test_macos_says_why_it_could_not(self, pair: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        class Library:
            def fclonefileat(self, *_: object) -> int:
                ctypes.set_errno(errno.ENOTSUP)
                return -1

        monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: Library())
        with Folder.open(str(pair)) as folder, (pair / "a").open("rb") as source:
            assert folder.descriptor is not None
            with pytest.raises(OSError, match="not supported") as caught:
                extents.clone_new(source.fileno(), folder.descriptor, "x")

        assert extents.is_unsupported(caught.value)


class TestBeginning:
    def test_first_bytes_are_written_and_the_time_stays(self, tmp_path: Path) -> None:
        (tmp_path / "x").write_bytes(b"0123456789")
        os.utime(tmp_path / "x", (5, 5))
        inode = (tmp_path / "x").stat().st_ino
        write_beginning(Parents(str(tmp_path)), "x", b"0123", b"abcd", ".kempt-1.tmp")
        found = (tmp_path / "x").stat()

        assert (b"abcd456789", 5, inode) == ((tmp_path / "x").read_bytes(), found.st_mtime, found.st_ino)

    def test_what_begins_otherwise_by_now_stays(self, tmp_path: Path) -> None:
        (tmp_path / "x").write_bytes(b"9999456789")
        write_beginning(Parents(str(tmp_path)), "x", b"0123", b"abcd", ".kempt-1.tmp")

        assert b"9999456789" == (tmp_path / "x").read_bytes()

    def test_a_file_with_other_names_is_replaced(self, tmp_path: Path) -> None:
        (tmp_path / "x").write_bytes(b"0123456789")
        os.link(tmp_path / "x", tmp_path / "y")
        write_beginning(Parents(str(tmp_path)), "x", b"0123", b"abcd", ".kempt-1.tmp")

        assert (b"abcd456789", b"0123456789") == ((tmp_path / "x").read_bytes(), (tmp_path / "y").read_bytes())
        assert {"x", "y"} == {each.name for each in tmp_path.iterdir() if each.is_file()}


def test_stretches_that_follow_each_other_are_one() -> None:
    found = [(0, 100, 10, 0), (10, 110, 5, 0), (15, 115, 5, 0x2000), (20, 200, 5, 0x8), (25, 205, 5, 0x8)]

    assert [
        (0, 100, 15, False), (15, 115, 5, True), (20, 200, 5, False), (25, 205, 5, False)
    ] == [tuple(each) for each in extents._joined(found)]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("content", [b"x", bytes(3 * extents.BLOCK)], ids=["short", "all the same"])
@pytest.mark.parametrize("kind", ["btrfs", "xfs", "ext4"])
def test_a_file_without_two_blocks_that_differ_tells_as_well(tmp_path: Path, kind: str, content: bytes) -> None:
    with formatted(tmp_path / "disk", kind) as disk:
        (disk / "x").write_bytes(content)

        assert (kind != "ext4") is shareable.can_share(str(disk / "x"))


@pytest.mark.slow
def test_xfs_without_reflinks_is_found_out(tmp_path: Path) -> None:
    with formatted(tmp_path / "disk", "xfs", options=("-m", "reflink=0")) as disk:
        (disk / "x").write_bytes(b"a" * extents.BLOCK + b"b" * extents.BLOCK)

        assert False is shareable.can_share(str(disk / "x"))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["btrfs", "xfs", "ext4"])
def test_a_file_system_is_asked_without_a_change(tmp_path: Path, kind: str) -> None:
    with formatted(tmp_path / "disk", kind) as disk:
        (disk / "x").write_bytes(b"a" * extents.BLOCK + b"b" * extents.BLOCK)
        before = expect(disk / "x")

        assert (kind != "ext4", before) == (shareable.can_share(str(disk / "x")), expect(disk / "x"))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["btrfs", "xfs"])
@pytest.mark.parametrize("size", [3000, 5000, 4096 * 3, 40 * 1024**2 + 7])
def test_the_kernel_compares_and_shares(tmp_path: Path, kind: str, size: int) -> None:
    with formatted(tmp_path / "disk", kind) as disk:
        content = os.urandom(size)
        for name in "ab":
            (disk / name).write_bytes(content)
        times = (disk / "b").stat()
        with sharing(Parents(str(disk)), step(disk, Means.EXTENTS), ".kempt-1.tmp"):
            pass
        seen = [shareable.look_at(str(disk / name)) for name in "ab"]

        assert [True, True] == [each is not None and each.placement is not None for each in seen]
        assert 1 == len({each.placement.where for each in seen if each and each.placement})
        assert (times.st_mtime_ns, times.st_ino) == ((disk / "b").stat().st_mtime_ns, (disk / "b").stat().st_ino)

        (disk / "b").write_bytes(bytes(size))
        os.utime(disk / "b", ns=(times.st_atime_ns, times.st_mtime_ns))
        with (
            pytest.raises(UnsafeError, match="its bytes are not those"),
            sharing(Parents(str(disk)), step(disk, Means.EXTENTS), ".kempt-1.tmp"),
        ):
            pass
        assert (bytes(size), content) == ((disk / "b").read_bytes(), (disk / "a").read_bytes())


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["btrfs", "xfs"])
def test_a_clone_by_the_kernel(tmp_path: Path, kind: str) -> None:
    with formatted(tmp_path / "disk", kind) as disk:
        for name in "ab":
            (disk / name).write_bytes(b"same" * 5000)
        assert share.can_clone(str(disk), ".kempt-try.tmp")
        with sharing(Parents(str(disk)), step(disk, Means.CLONE), ".kempt-1.tmp") as ready:
            ready.finish()

        assert (b"same" * 5000, True) == ((disk / "b").read_bytes(), shareable.shares(str(disk), "b"))
        assert [] == list(disk.glob(".kempt-*"))
        shutil.rmtree(disk / "lost+found", ignore_errors=True)
