from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kempt.host.mounts import Mount, Mounts, parse

TABLE = rb"""22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard
36 27 8:1 / /home rw,relatime shared:1 - ext4 /dev/sda1 rw
36 27 8:1 / /home rw,noatime shared:1 - ext4 /dev/sda1 rw
37 36 8:2 / /home/ada/My\040Disk rw,relatime - xfs /dev/sdb1 rw
38 27 0:44 / /srv rw,relatime - nfs4 server:/export rw
39 27 0:45 / /iso ro,relatime - iso9660 /dev/loop0 ro
40 36 0:9 / /home/u\134x rw - tmpfs tmpfs rw
not a mount
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    (tmp_path / "mountinfo").write_bytes(TABLE)
    return tmp_path / "mountinfo"


def test_a_line_says_where_what_and_how() -> None:
    assert Mount("/home", "ext4", ("rw", "noatime")) == parse(TABLE)[3]


def test_blanks_in_a_path_are_written_in_octal() -> None:
    assert "/home/ada/My Disk" == parse(TABLE)[4].point


@pytest.mark.parametrize(
    "path, point",
    [
        ("/home/ada/code", "/home"),
        ("/home/ada/My Disk/x", "/home/ada/My Disk"),
        ("/home/ada/My Disk 2", "/home"),
        ("/homes", "/"),
        ("/", "/"),
    ],
)
def test_a_path_lies_on_the_innermost_mount(table: Path, path: str, point: str) -> None:
    with Mounts(str(table)) as mounts:
        mount = mounts.of(path)

    assert point == (mount and mount.point)


@pytest.mark.parametrize(
    "path, keeps",
    [("/usr", True), ("/home/ada", False), ("/home/ada/My Disk/x", True), ("/srv/x", False), ("/iso/x", False)],
)
def test_access_times_are_kept_unless_the_last_mount_there_says_otherwise(
    table: Path, path: str, *, keeps: bool
) -> None:
    with Mounts(str(table)) as mounts:
        assert keeps is mounts.keeps_access_times(path)


@pytest.mark.parametrize(
    "path, point",
    [
        ("/home/ada", "/home/ada/My Disk"), ("/home/ada/My Disk", "/home/ada/My Disk"), ("/home/ada/My", ""),
        ("/home/u\\x", "/home/u\\x"), ("/etc", ""),
    ],
)  # fmt: skip
def test_a_mount_point_at_a_path_or_below_it(table: Path, path: str, point: str) -> None:
    with Mounts(str(table)) as mounts:
        assert point == mounts.inside(path)


def test_all_mount_points_below_a_path(table: Path) -> None:
    with Mounts(str(table)) as mounts:
        assert frozenset(("/home/ada/My Disk", "/home/u\\x")) == mounts.below("/home")


def test_a_system_that_lists_no_mounts_tells_nothing(tmp_path: Path) -> None:
    with Mounts(str(tmp_path / "missing")) as mounts:
        assert ("", None, None) == (mounts.inside("/"), mounts.below("/"), mounts.keeps_access_times("/"))


@given(st.binary())
def test_any_bytes_are_a_table(content: bytes) -> None:
    assert all(each.keeps_access_times in {True, False} for each in parse(content))
