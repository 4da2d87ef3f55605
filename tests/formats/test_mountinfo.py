from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kempt.formats.mountinfo import Mount, keeps_access_times, mount_of, parse

TABLE = rb"""22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard
36 27 8:1 / /home rw,noatime shared:1 - ext4 /dev/sda1 rw
37 36 8:2 / /home/ada/My\040Disk rw,relatime - xfs /dev/sdb1 rw
38 27 0:44 / /srv rw,relatime - nfs4 server:/export rw
39 27 0:45 / /iso ro,relatime - iso9660 /dev/loop0 ro
not a mount
"""


def test_a_line_says_where_what_and_how() -> None:
    assert Mount("/home", "ext4", ("rw", "noatime")) == parse(TABLE)[2]


def test_blanks_in_a_path_are_written_in_octal() -> None:
    assert "/home/ada/My Disk" == parse(TABLE)[3].point


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
def test_a_path_lies_on_the_innermost_mount(path: str, point: str) -> None:
    mount = mount_of(parse(TABLE), path)

    assert point == (mount and mount.point)


@pytest.mark.parametrize(
    "path, keeps",
    [("/usr", True), ("/home/ada", False), ("/home/ada/My Disk/x", True), ("/srv/x", False), ("/iso/x", False)],
)
def test_access_times_are_kept_unless_the_mount_says_otherwise(path: str, keeps: bool) -> None:  # noqa: FBT001
    assert keeps is keeps_access_times(mount_of(parse(TABLE), path))


def test_nothing_is_known_of_a_system_without_a_table() -> None:
    assert keeps_access_times(mount_of(parse(b""), "/home")) is False


@given(st.binary())
def test_any_bytes_are_a_table(content: bytes) -> None:
    for mount in parse(content):
        keeps_access_times(mount)
