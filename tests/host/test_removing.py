from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kempt.errors import KemptError, UnsafeError
from kempt.host.emptying import Emptying
from kempt.host.folders import Folder, extended
from kempt.host.mounts import Mounts
from kempt.host.own_names import gone_name, is_leftover, stamp_of, trash_name
from kempt.host.removing import Removal, identity_at, leftover_at, remove_tree, sweep
from kempt.host.trash import clear_trash, move_to_trash, read_trash, restore
from kempt.model.disk import Weight
from kempt.model.plan import Left
from support.disks import mounted
from support.taking import grow, identity, tree

STAMP = "20261129-120000-00ff"
ASIDE = gone_name(f"{STAMP}-1")
TRASH = trash_name(STAMP)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder that holds nothing yet."""
    (tmp_path / "root").mkdir()
    return tmp_path / "root"


@pytest.fixture
def mounts() -> Iterator[Mounts]:
    with Mounts() as mounts:
        yield mounts


@pytest.fixture(params=["by descriptor", "by path"])
def _both_ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Linux and macOS, and as on Windows, which opens no folders."""
    if request.param == "by path":
        monkeypatch.setattr("kempt.host.folders.BY_DESCRIPTOR", False)


def remove(root: Path, path: str, mounts: Mounts) -> Removal:
    return remove_tree(str(root), path, identity(root / path), ASIDE, mounts)


def du(path: Path) -> int:
    """What `du` says, in bytes."""
    return int(subprocess.run(["du", "-s", "-B1", path], capture_output=True, check=True).stdout.split()[0])


@pytest.mark.usefixtures("_both_ways")
class TestRemoving:
    def test_a_folder_goes_with_all_below_it_and_what_it_frees_is_what_du_says(
        self, root: Path, mounts: Mounts
    ) -> None:
        grow(root, "keep", "thing/a", "thing/b/c", "thing/b/d/", "thing/.gitignore", "thing/-rf", "thing/a\nb")
        (root / "thing/link").symlink_to("../keep")
        (root / "thing/to_folder").symlink_to("..")
        os.link(root / "thing/a", root / "thing/b/a")
        (root / os.fsdecode(b"thing/\xff")).write_bytes(b"x" * 5000)
        weight = du(root / "thing")

        removal = remove(root, "thing", mounts)

        assert Removal(Weight(9, weight)) == removal
        assert ["keep"] == os.listdir(root)

    def test_a_file(self, root: Path, mounts: Mounts) -> None:
        grow(root, "a/b.pyc", "a/b.py")

        assert Removal(Weight(1, (root / "a/b.pyc").stat().st_blocks * 512)) == remove(root, "a/b.pyc", mounts)
        assert ["b.py"] == os.listdir(root / "a")

    def test_a_folder_that_lies_very_deep(self, root: Path, mounts: Mounts) -> None:
        """Longer than a path may be, and deeper than a process may open folders."""
        place = Folder.open(str(root))
        place.mkdir("thing")
        deep = root / "thing"
        depth = 40 if place.descriptor is None else 1500
        descriptor = os.open(deep, os.O_RDONLY)
        for _ in range(depth):
            os.mkdir("folder", dir_fd=descriptor)
            inner = os.open("folder", os.O_RDONLY, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = inner
        os.close(os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=descriptor))
        os.close(descriptor)
        place.close()

        removal = remove(root, "thing", mounts)

        assert ((), 1, []) == (removal.kept, removal.freed.files, os.listdir(root))

    def test_more_folders_than_one_thread_takes(self, root: Path, mounts: Mounts) -> None:
        grow(root, *(f"thing/{one}/{two}/{three}" for one in range(8) for two in range(8) for three in range(8)))
        weight = du(root / "thing")

        assert (Removal(Weight(512, weight)), []) == (remove(root, "thing", mounts), os.listdir(root))

    def test_an_inode_that_gets_another_name_meanwhile(
        self, root: Path, mounts: Mounts, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Each time a name goes, another one comes outside: nothing is freed, and nothing breaks."""
        grow(root, "thing/a", "outside/")
        for name in "bcdef":
            os.link(root / "thing/a", root / "thing" / name)
        unlink, names = os.unlink, iter(range(100))

        def linking(path: str, *, dir_fd: int | None = None) -> None:
            os.link(path, root / "outside" / str(next(names)), src_dir_fd=dir_fd)
            unlink(path, dir_fd=dir_fd)

        with monkeypatch.context() as patched:
            patched.setattr(os, "unlink", linking)
            removal = remove(root, "thing", mounts)

        assert (6, (), 6) == (removal.freed.files, removal.kept, len(os.listdir(root / "outside")))

    def test_something_else_than_planned_is_refused(self, root: Path, mounts: Mounts) -> None:
        grow(root, "thing/a", "other/a")

        with pytest.raises(UnsafeError, match="thing: something else is there than when the plan was made"):
            remove_tree(str(root), "thing", identity(root / "other"), ASIDE, mounts)
        with pytest.raises(UnsafeError, match="gone: gone since the plan was made"):
            remove_tree(str(root), "gone", identity(root / "other"), ASIDE, mounts)
        assert {"thing", "thing/a", "other", "other/a"} == set(tree(root))

    @pytest.mark.parametrize("path", ["../thing", "/thing", "", ".", "a/../../thing", "a/.git/x", "a/.GIT/x"])
    def test_a_path_that_leads_out_of_the_root_is_refused(self, root: Path, mounts: Mounts, path: str) -> None:
        grow(root, "root/a/.git/x", "thing/a")

        with pytest.raises(UnsafeError):
            remove_tree(str(root / "root"), path, identity(root / "thing"), ASIDE, mounts)
        assert (root / "thing/a").exists()

    def test_a_taken_name_is_left_alone(self, root: Path, mounts: Mounts) -> None:
        grow(root, "thing/a", f"{ASIDE}/b")

        with pytest.raises(UnsafeError, match="the name that it would get meanwhile is taken"):
            remove(root, "thing", mounts)
        assert {"thing", "thing/a", ASIDE, f"{ASIDE}/b"} == set(tree(root))

    def test_the_rest_of_a_removal_is_swept(self, root: Path, mounts: Mounts) -> None:
        grow(root, f"{ASIDE}/b", "other/b")

        assert not sweep(str(root), ASIDE, identity(root / "other"), mounts)
        assert not sweep(str(root), "other", identity(root / "other"), mounts)
        assert sweep(str(root), ASIDE, identity(root / ASIDE), mounts)
        assert ["other"] == os.listdir(root)


@pytest.mark.usefixtures("_both_ways")
class TestTrash:
    def test_there_and_back(self, root: Path, mounts: Mounts) -> None:
        grow(root, "sub/.venv/pyvenv.cfg", "sub/dist/a", "sub/keep")
        before, what = tree(root), {name: identity(root / "sub" / name) for name in (".venv", "dist")}

        for name, each in what.items():
            move_to_trash(str(root), f"sub/{name}", each, TRASH, mounts)
        found = read_trash(str(root / "sub" / TRASH))
        assert found is not None
        assert (STAMP, (".venv", "dist"), [TRASH, "keep"]) == (
            found.stamp, found.things, sorted(os.listdir(root / "sub")),
        )  # fmt: skip

        for name, each in what.items():
            restore(str(root), f"sub/{name}", f"sub/{TRASH}/{name}", each, mounts)
        assert before == tree(root)

    def test_a_folder_of_that_name_that_is_not_ours_is_left_alone(self, root: Path, mounts: Mounts) -> None:
        grow(root, ".venv/pyvenv.cfg", f"{TRASH}/precious", f"{TRASH}/.gitignore")
        before = tree(root)

        with pytest.raises(UnsafeError, match="is no trash of kempt's"):
            move_to_trash(str(root), ".venv", identity(root / ".venv"), TRASH, mounts)
        assert (None, before) == (read_trash(str(root / TRASH)), tree(root))

    def test_nothing_is_lost_where_the_place_is_taken(self, root: Path, mounts: Mounts) -> None:
        grow(root, "dist/a")
        first = identity(root / "dist")
        move_to_trash(str(root), "dist", first, TRASH, mounts)
        (root / "dist").mkdir()
        before = tree(root)

        with pytest.raises(UnsafeError, match="something is there by now"):
            restore(str(root), "dist", f"{TRASH}/dist", first, mounts)
        with pytest.raises(UnsafeError, match="something is there by now"):
            move_to_trash(str(root), "dist", identity(root / "dist"), TRASH, mounts)
        assert before == tree(root)

    @pytest.mark.parametrize("path", [".gitignore", ".GitIgnore", TRASH, f"{TRASH}/dist"])
    def test_the_trash_itself_is_not_for_the_trash(self, root: Path, mounts: Mounts, path: str) -> None:
        grow(root, ".gitignore", ".GitIgnore", f"{TRASH}/dist/a")

        with pytest.raises(UnsafeError, match="not a thing for the trash"):
            move_to_trash(str(root), path, identity(root / path), trash_name(f"{STAMP[:-1]}0"), mounts)
        assert [".GitIgnore", ".gitignore", TRASH] == sorted(os.listdir(root))

    def test_only_an_empty_trash_is_cleared(self, root: Path, mounts: Mounts) -> None:
        grow(root, "a/x", "b/x")
        move_to_trash(str(root), "a", identity(root / "a"), TRASH, mounts)
        with Folder.open(str(root)) as folder:
            assert not clear_trash(folder, TRASH)
            assert not clear_trash(folder, "b")
            shutil.rmtree(root / TRASH / "a")
            assert clear_trash(folder, TRASH)
        assert ["b"] == os.listdir(root)


def test_a_trash_is_known_by_its_name_its_sign_and_its_owner(root: Path) -> None:
    grow(root, f"{TRASH}/.gitignore", content="# kempt put this aside.\n*\n")
    grow(root, f"x{TRASH}/.gitignore", f"{TRASH}x/.gitignore", content="# kempt put this aside.\n*\n")
    (root / trash_name("20261129-120000-0000")).symlink_to(TRASH)

    known = [each.name for each in sorted(root.iterdir()) if read_trash(str(each))]

    assert [TRASH] == known
    if os.geteuid() == 0:
        os.chown(root / TRASH, 65534, -1)
        assert read_trash(str(root / TRASH)) is None


@pytest.mark.parametrize(
    "name, stamp",
    [(TRASH, STAMP), (".kempt-trash-", ""), (".kempt-trash-x", ""), (f"{TRASH}\n", ""), (ASIDE, ""), ("", "")],
)
def test_the_stamp_in_a_name(name: str, stamp: str) -> None:
    assert stamp == stamp_of(name)


def test_a_leftover_is_known_by_its_name(root: Path) -> None:
    grow(root, f"{ASIDE}/x", ".kempt-gone-x/x", "thing/x")

    assert identity(root / ASIDE) == leftover_at(str(root / ASIDE))
    assert [None] * 3 == [leftover_at(str(root / name)) for name in (".kempt-gone-x", "thing", "missing")]
    assert (True, False, False) == tuple(map(is_leftover, (ASIDE, f"{ASIDE}x", ".venv.kempt-gone-1234abcd")))


def test_what_is_at_a_path(root: Path) -> None:
    grow(root, "thing/x")
    (root / "link").symlink_to("thing")

    found = [identity_at(str(root), path) for path in ("thing", "link", "link/x", "missing", "../x")]

    assert [identity(root / "thing"), identity(root / "link"), None, None, None] == found


PROGRAM = """
import os, select, sys, threading
from kempt.errors import KemptError
from kempt.host.mounts import Mounts
from kempt.host.removing import identity_of, remove_tree
from kempt.host.trash import move_to_trash, restore
verb, root, path = sys.argv[1:]
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
with Mounts() as mounts:
    found = identity_of(os.lstat(f"{root}/{path}"))
    try:
        if verb == "remove":
            print(remove_tree(root, path, found, "%(aside)s", mounts).kept)
        else:
            move_to_trash(root, path, found, "%(trash)s", mounts)
            if verb == "back":
                restore(root, path, f"%(trash)s/{path}", found, mounts)
    except KemptError as error:
        print(error)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="a test that becomes somebody else must begin as root")
class TestPermissions:
    """Root may do everything, so these run as a user who may not."""

    @pytest.fixture
    def place(self) -> Iterator[Path]:
        """A folder that this user can reach: those of pytest are for their owner alone."""
        from tempfile import mkdtemp

        folder = Path(mkdtemp(prefix="kempt-test-"))
        folder.chmod(0o755)
        yield folder
        subprocess.run(["chmod", "-R", "u+rwx", folder], check=True)
        shutil.rmtree(folder)

    def run(self, place: Path, verb: str, path: str) -> str:
        code = PROGRAM % {"aside": ASIDE, "trash": TRASH}
        argv = [sys.executable, "-c", code, verb, str(place), path]
        done = subprocess.run(argv, capture_output=True, check=False, timeout=60)
        assert b"" == done.stderr
        return done.stdout.decode().strip()

    def own(self, place: Path) -> None:
        subprocess.run(["chown", "-R", "65534:65534", place], check=True)

    def test_read_only_and_unreadable_folders_of_our_own_go(self, place: Path) -> None:
        grow(place, "thing/a/x", "thing/b/c/x", "thing/d/x")
        self.own(place)
        for path, mode in (("thing/a", 0o555), ("thing/b/c", 0o000), ("thing/d", 0o300), ("thing", 0o500)):
            (place / path).chmod(mode)

        assert ("()", []) == (self.run(place, "remove", "thing"), os.listdir(place))

    def test_what_belongs_to_somebody_else_stays_and_is_told(self, place: Path) -> None:
        grow(place, "thing/a/x", "thing/b/x")
        self.own(place)
        os.chown(place / "thing/a", 0, 0)

        told = self.run(place, "remove", "thing")

        assert f"(Left(path='{ASIDE}/a/x', reason='permission denied'),)" == told
        assert {ASIDE, f"{ASIDE}/a", f"{ASIDE}/a/x", f"{ASIDE}/.gitignore"} == set(tree(place))

    @pytest.mark.parametrize("verb", ["remove", "trash"])
    def test_a_read_only_folder_around_it_changes_nothing(self, place: Path, verb: str) -> None:
        grow(place, "thing/a/x")
        self.own(place)
        place.chmod(0o555)
        before = tree(place)

        assert ("thing: cannot write: Permission denied", before) == (self.run(place, verb, "thing"), tree(place))

    def test_a_read_only_folder_goes_to_the_trash_and_comes_back_as_it_was(self, place: Path) -> None:
        grow(place, "thing/a/x")
        (place / "thing").chmod(0o555)
        self.own(place)
        before = tree(place)

        assert ("", before) == (self.run(place, "back", "thing"), tree(place))
        self.run(place, "trash", "thing")
        assert 0o40555 == (place / TRASH / "thing").stat().st_mode


class TestMounts:
    @pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount")
    def test_another_file_system_inside_is_not_entered_where_no_table_tells_of_it(
        self, root: Path, tmp_path: Path
    ) -> None:
        """As on macOS: the device number of each folder is all there is."""
        grow(root, "thing/a", "thing/b/c")
        with mounted(root / "thing/other", "1m"), Mounts(str(tmp_path / "missing")) as none:
            grow(root, "thing/other/precious")
            removal = remove(root, "thing", none)
            assert (2, (Left(f"{ASIDE}/other", "a mount point"),)) == (removal.freed.files, removal.kept)
            assert (root / ASIDE / "other/precious").exists()
            (root / ASIDE).rename(root / "thing")


@pytest.mark.parametrize(
    "path, expected",
    [
        ("C:\\Users\\me\\code", "\\\\?\\C:\\Users\\me\\code"),
        ("C:/Users/me/code", "\\\\?\\C:\\Users\\me\\code"),
        ("\\\\server\\share\\code", "\\\\?\\UNC\\server\\share\\code"),
        ("\\\\?\\C:\\code", "\\\\?\\C:\\code"),
    ],
)
def test_windows_takes_long_paths_in_another_spelling(path: str, expected: str) -> None:
    assert (expected, path) == (extended(path, windows=True), extended(path, windows=False))


@pytest.mark.parametrize("folders", [3, 60])
def test_a_removal_that_is_interrupted_leaves_the_rest_and_no_open_folder(
    root: Path, monkeypatch: pytest.MonkeyPatch, folders: int
) -> None:
    grow(root, *(f"thing/{number}/x" for number in range(folders)))
    unlink, left = os.unlink, iter(range(2))

    class Interrupted(BaseException):
        pass

    def interrupted(path: str, *, dir_fd: int) -> None:
        if next(left, None) is None:
            raise Interrupted
        unlink(path, dir_fd=dir_fd)

    opened = set(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else set()
    with monkeypatch.context() as patched:
        patched.setattr(os, "unlink", interrupted)
        with Folder.open(str(root)) as folder, pytest.raises(Interrupted):
            Emptying(folder, "thing", identity(root / "thing")).run()

    assert folders - 2 == len([path for path in tree(root) if path.endswith("x")])
    assert opened == (set(os.listdir("/proc/self/fd")) if opened else set())


def test_a_disk_that_fails_is_told(root: Path, mounts: Mounts, monkeypatch: pytest.MonkeyPatch) -> None:
    grow(root, "thing/a", "thing/b")

    def broken(*_: object, **__: object) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(os, "unlink", broken)
        removal = remove(root, "thing", mounts)
    assert {"thing/a", "thing/b"} == {each.path for each in removal.kept}
    assert ({"input/output error"}, "thing") == ({each.reason for each in removal.kept}, removal.rest)

    monkeypatch.setattr(os, "rename", broken)
    with pytest.raises(KemptError, match="thing: cannot write: Input/output error"):
        remove(root, "thing", mounts)
