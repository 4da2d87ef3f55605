from __future__ import annotations

import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from kempt.errors import KemptError, UnreadableError, UnsafeError
from kempt.host.files import (
    Look,
    expect_of,
    look,
    remove_empty_folder,
    remove_file,
    remove_temporary,
    write_atomic,
)
from kempt.host.reading import read_regular
from kempt.model.plan import Expect

LIMIT = 1000


def make_socket(path: Path) -> None:
    """A socket file; its name must be short, whatever the temporary folder is called."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(f"/proc/self/fd/{folder}/{path.name}")
    finally:
        os.close(folder)


NOT_REGULAR: dict[str, Callable[[Path], object]] = {
    "a symbolic link": lambda path: path.symlink_to("/dev/zero"),
    "a folder": lambda path: path.mkdir(),
    "a FIFO": os.mkfifo,
    "a socket": make_socket,
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "root"
    folder.mkdir()
    return folder


def expect(path: Path) -> Expect:
    return expect_of(path.lstat())


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


class TestReading:
    def test_a_regular_file(self, root: Path) -> None:
        (root / "a").write_bytes(b"x" * LIMIT)

        assert b"x" * LIMIT == read_regular(str(root / "a"), LIMIT)

    @pytest.mark.parametrize("kind", NOT_REGULAR)
    def test_anything_else_is_refused_at_once_with_its_kind(self, root: Path, kind: str) -> None:
        NOT_REGULAR[kind](root / "a")

        with pytest.raises(UnreadableError) as caught:
            read_regular(str(root / "a"), LIMIT)

        assert (f"{kind}, not a regular file", str(root / "a")) == (caught.value.message, caught.value.path)

    def test_a_device_is_refused(self) -> None:
        with pytest.raises(UnreadableError, match="a device, not a regular file"):
            read_regular("/dev/zero", LIMIT)

    def test_a_file_that_is_too_large(self, root: Path) -> None:
        (root / "a").write_bytes(b"x" * (LIMIT + 1))

        with pytest.raises(UnreadableError, match="larger than 1,000 bytes"):
            read_regular(str(root / "a"), LIMIT)

    def test_a_file_that_says_it_is_empty_and_is_not_has_a_limit_too(self) -> None:
        with pytest.raises(UnreadableError, match="larger than 10 bytes"):
            read_regular("/proc/self/status", 10)

    def test_a_missing_file(self, root: Path) -> None:
        with pytest.raises(UnreadableError, match="no such file"):
            read_regular(str(root / "a"), LIMIT)

    def test_a_name_that_is_no_text(self, root: Path) -> None:
        name = os.fsdecode(b"-\xff\n")
        (root / name).write_bytes(b"x")

        assert b"x" == read_regular(str(root / name), LIMIT)

    def test_look_gives_the_content_and_what_to_expect(self, root: Path) -> None:
        (root / "sub").mkdir()
        (root / "sub" / "a").write_bytes(b"x")

        assert Look(b"x", expect(root / "sub" / "a")) == look(str(root), "sub/a", LIMIT)

    @pytest.mark.parametrize("path", ["a", "sub/a"])
    def test_look_gives_none_where_nothing_is(self, root: Path, path: str) -> None:
        assert None is look(str(root), path, LIMIT)

    def test_look_does_not_follow_a_link_on_the_way(self, root: Path, tmp_path: Path) -> None:
        (tmp_path / "secret").write_text("x")
        (root / "sub").symlink_to(tmp_path)

        with pytest.raises(UnsafeError, match="`sub` on its path is no folder, or a symbolic link"):
            look(str(root), "sub/secret", LIMIT)


class TestWriting:
    def test_an_existing_file_is_replaced_and_keeps_its_mode(self, root: Path) -> None:
        (root / "a").write_bytes(b"old")
        (root / "a").chmod(0o751)

        write_atomic(str(root), "a", b"new", expect(root / "a"))

        assert (b"new", 0o751, ["a"]) == (
            (root / "a").read_bytes(),
            stat.S_IMODE((root / "a").stat().st_mode),
            names(root),
        )

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may give a file away")
    def test_root_keeps_the_owner(self, root: Path) -> None:
        (root / "a").write_bytes(b"old")
        os.chown(root / "a", 12345, 12346)

        write_atomic(str(root), "a", b"new", expect(root / "a"))

        assert (12345, 12346) == ((root / "a").stat().st_uid, (root / "a").stat().st_gid)

    def test_a_new_file_gets_the_mode_that_the_umask_leaves(self, root: Path) -> None:
        old = os.umask(0o027)
        try:
            write_atomic(str(root), "a", b"new", None)
        finally:
            os.umask(old)

        assert 0o640 == stat.S_IMODE((root / "a").stat().st_mode)

    def test_a_new_file_brings_its_folders(self, root: Path) -> None:
        write_atomic(str(root), "sub/deep/a", b"new", None)

        assert b"new" == (root / "sub" / "deep" / "a").read_bytes()

    def test_a_file_that_appeared_is_never_overwritten(self, root: Path) -> None:
        (root / "a").write_bytes(b"theirs")

        with pytest.raises(UnsafeError, match="it exists by now"):
            write_atomic(str(root), "a", b"ours", None)

        assert (b"theirs", ["a"]) == ((root / "a").read_bytes(), names(root))

    def test_a_file_that_appears_at_the_last_moment_is_never_overwritten(
        self, root: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        link = os.link

        def late(old: str, new: str, *, src_dir_fd: int, dst_dir_fd: int) -> None:
            (root / "a").write_bytes(b"theirs")
            link(old, new, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd)

        monkeypatch.setattr(os, "link", late)
        with pytest.raises(UnsafeError, match="it exists by now"):
            write_atomic(str(root), "a", b"ours", None)

        assert (b"theirs", ["a"]) == ((root / "a").read_bytes(), names(root))

    def test_a_file_system_without_hard_links(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def cannot(*_args: str, **_options: int) -> None:
            raise PermissionError(1, "Operation not permitted")

        monkeypatch.setattr(os, "link", cannot)
        write_atomic(str(root), "a", b"new", None)

        assert (b"new", ["a"]) == ((root / "a").read_bytes(), names(root))

    def test_a_file_that_changed_is_refused(self, root: Path) -> None:
        (root / "a").write_bytes(b"old")
        planned = expect(root / "a")
        (root / "a").write_bytes(b"theirs")

        with pytest.raises(UnsafeError, match="a: changed since the plan was made"):
            write_atomic(str(root), "a", b"ours", planned)

        assert (b"theirs", ["a"]) == ((root / "a").read_bytes(), names(root))

    def test_a_file_that_changes_while_the_new_one_is_written_is_refused(
        self, root: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (root / "a").write_bytes(b"old")
        fsync = os.fsync

        def slow(descriptor: int) -> None:
            (root / "a").write_bytes(b"theirs")
            fsync(descriptor)

        monkeypatch.setattr(os, "fsync", slow)
        with pytest.raises(UnsafeError, match="a: changed since the plan was made"):
            write_atomic(str(root), "a", b"ours", expect(root / "a"))

        assert (b"theirs", ["a"]) == ((root / "a").read_bytes(), names(root))

    def test_a_file_that_is_gone_is_refused(self, root: Path) -> None:
        (root / "a").write_bytes(b"old")
        planned = expect(root / "a")
        (root / "a").unlink()

        with pytest.raises(UnsafeError, match="gone since the plan was made"):
            write_atomic(str(root), "a", b"ours", planned)

        assert [] == names(root)

    @pytest.mark.parametrize("kind", NOT_REGULAR)
    def test_what_is_no_regular_file_by_now_is_refused_and_left(self, root: Path, kind: str) -> None:
        (root / "a").write_bytes(b"old")
        planned = expect(root / "a")
        (root / "a").unlink()
        NOT_REGULAR[kind](root / "a")
        before = (root / "a").lstat()

        with pytest.raises(UnsafeError, match=f"a: {kind}, not a regular file"):
            write_atomic(str(root), "a", b"ours", planned)

        assert (before, ["a"]) == ((root / "a").lstat(), names(root))

    def test_a_folder_swapped_for_a_link_leads_nowhere(self, root: Path, tmp_path: Path) -> None:
        (root / "sub").mkdir()
        (root / "sub" / "a").write_bytes(b"old")
        planned = expect(root / "sub" / "a")
        outside = (root / "sub").rename(tmp_path / "outside")
        (root / "sub").symlink_to(outside)

        with pytest.raises(UnsafeError, match="`sub` on its path is no folder, or a symbolic link"):
            write_atomic(str(root), "sub/a", b"ours", planned)

        assert (b"old", ["a"]) == ((outside / "a").read_bytes(), names(outside))

    @pytest.mark.parametrize(
        "path",
        [
            *("../a", "/a", "sub/../../a", "", "a/", "./a", "a//b", "a\0b"),
            *(".git/config", ".GIT/x", "sub/.git/hooks/x", "git~1/config", ".git./config", ".git /x", ".g\u200cit/x"),
        ],
    )
    def test_a_path_that_leads_out_of_the_root_or_into_git_is_refused(self, root: Path, path: str) -> None:
        with pytest.raises(UnsafeError, match=r"not a path below the root|in git's own folder"):
            write_atomic(str(root), path, b"ours", None)

        assert [] == names(root)

    @pytest.mark.parametrize("name", ["-n", "a\nb", "\udcff\udcfe", ".gitignore", ".github"])
    def test_odd_names(self, root: Path, name: str) -> None:
        write_atomic(str(root), name, b"new", None)

        assert [name] == names(root)

    @pytest.mark.parametrize("call", ["write", "fsync", "replace", "fchmod"])
    def test_a_broken_disk_leaves_the_old_content_and_no_temporary(
        self, root: Path, monkeypatch: pytest.MonkeyPatch, call: str
    ) -> None:
        (root / "a").write_bytes(b"old")

        def broken(*_args: object, **_options: object) -> None:
            raise OSError(5, "Input/output error")

        monkeypatch.setattr(os, call, broken)
        with pytest.raises(KemptError) as caught:
            write_atomic(str(root), "a", b"new", expect(root / "a"))

        assert ("a: cannot write: Input/output error", b"old", ["a"]) == (
            str(caught.value),
            (root / "a").read_bytes(),
            names(root),
        )

    def test_an_interrupt_leaves_no_temporary(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def interrupted(_descriptor: int) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(os, "fsync", interrupted)
        with pytest.raises(KeyboardInterrupt):
            write_atomic(str(root), "a", b"new", None)

        assert [] == names(root)

    def test_a_write_that_takes_little_at_a_time(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        write = os.write
        monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:3]))
        write_atomic(str(root), "a", b"0123456789", None)

        assert b"0123456789" == (root / "a").read_bytes()

    def test_without_descriptors_of_folders(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """As on Windows: links on the way are seen, just not held off."""
        monkeypatch.setattr("kempt.host.folders.BY_DESCRIPTOR", False)
        write_atomic(str(root), "sub/a", b"one", None)
        write_atomic(str(root), "sub/a", b"two", expect(root / "sub" / "a"))
        (root / "link").symlink_to("sub")

        with pytest.raises(UnsafeError, match="`link` on its path"):
            write_atomic(str(root), "link/a", b"three", expect(root / "sub" / "a"))
        assert (b"two", ["a"]) == ((root / "sub" / "a").read_bytes(), names(root / "sub"))


class TestRemoving:
    def test_a_file_as_expected(self, root: Path) -> None:
        (root / "a").write_bytes(b"x")

        remove_file(str(root), "a", expect(root / "a"))

        assert [] == names(root)

    def test_a_file_that_changed_stays(self, root: Path) -> None:
        (root / "a").write_bytes(b"x")
        planned = expect(root / "a")
        (root / "a").write_bytes(b"xy")

        with pytest.raises(UnsafeError, match="changed since the plan was made"):
            remove_file(str(root), "a", planned)

        assert ["a"] == names(root)

    def test_a_link_stays(self, root: Path) -> None:
        (root / "target").write_bytes(b"x")
        (root / "a").symlink_to("target")

        with pytest.raises(UnsafeError, match="a symbolic link, not a regular file"):
            remove_file(str(root), "a", expect(root / "target"))

        assert ["a", "target"] == names(root)

    def test_only_an_empty_folder_goes(self, root: Path) -> None:
        (root / "full" / "a").mkdir(parents=True)
        (root / "empty").mkdir()

        assert (False, True, False) == tuple(
            remove_empty_folder(str(root), name) for name in ("full", "empty", "missing")
        )
        assert ["full"] == names(root)

    def test_only_a_temporary_of_ours_goes(self, root: Path) -> None:
        (root / ".kempt-1.tmp").write_bytes(b"x")
        (root / "theirs.tmp").write_bytes(b"x")
        (root / ".kempt-2.tmp").symlink_to("theirs.tmp")

        assert (True, False, False, False) == tuple(
            remove_temporary(str(root), name) for name in (".kempt-1.tmp", "theirs.tmp", ".kempt-2.tmp", ".kempt-3.tmp")
        )
        assert [".kempt-2.tmp", "theirs.tmp"] == names(root)
