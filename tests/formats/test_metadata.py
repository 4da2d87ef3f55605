"""METADATA, entry_points.txt and direct_url.json."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kempt.formats.metadata import Metadata, Origin, normalised, origin, parse, scripts


@pytest.mark.parametrize(
    "content, expected",
    [
        (b"Metadata-Version: 2.1\nName: Alpha_Beta\nVersion: 1.0\n\nName: no\n", Metadata("Alpha_Beta", "1.0")),
        (b"Name: alpha\r\nVersion: 1.0\r\n\r\ntext", Metadata("alpha", "1.0")),
        (b"name : alpha\nVERSION:1.0", Metadata("alpha", "1.0")),
        (b"Name: alpha\nName: beta\nVersion: 1.0\n", Metadata("alpha", "1.0")),
        (b"Name: alpha\n\nVersion: 1.0\n", None),
        (b"Version: 1.0\n", None),
        (b"Name:\nVersion: 1.0\n", None),
        (b"", None),
        (b"\xff\xfe", None),
    ],
    ids=["usual", "windows", "spelling", "twice", "in-the-text", "no-name", "empty-name", "empty", "binary"],
)
def test_name_and_version(content: bytes, expected: Metadata | None) -> None:
    assert expected == parse(content)


@pytest.mark.parametrize(
    "content, expected",
    [
        (b"[console_scripts]\nalpha = alpha.cli:main\n", {"alpha": "alpha.cli:main"}),
        (b"[gui_scripts]\nalpha-gui=alpha.gui:App.run [gui,all]\n", {"alpha-gui": "alpha.gui:App.run"}),
        (b"[console_scripts]\n# a comment\n; another\n\nno line\nx = y:z\n[pytest11]\na = b:c\n", {"x": "y:z"}),
        (b"[console_scripts]\nx y = y:z\n", {"x y": "y:z"}),
        (b"[pytest11]\na = b:c\n", {}),
        (b"alpha = alpha:main\n", {}),
        (b"[console_scripts]\nalpha = alpha:main; evil()\n", {}),
        (b"", {}),
    ],
    ids=["console", "gui-with-extras", "comments", "blank-in-name", "other", "no-section", "no-object", "empty"],
)
def test_scripts(content: bytes, expected: dict[str, str]) -> None:
    assert expected == scripts(content)


@pytest.mark.parametrize(
    "content, expected, folder",
    [
        (b'{"url": "file:///srv/shop", "dir_info": {"editable": true}}', Origin("file:///srv/shop", True), "/srv/shop"),
        (b'{"url": "file:///a%20b/%C3%A9", "dir_info": {}}', Origin("file:///a%20b/%C3%A9", False), "/a b/\u00e9"),
        (b'{"url": "file:///C:/shop", "dir_info": {}}', Origin("file:///C:/shop", False), "C:/shop"),
        (b'{"url": "file://localhost/shop"}', Origin("file://localhost/shop", False), "/shop"),
        (b'{"url": "file://elsewhere/shop"}', Origin("file://elsewhere/shop", False), ""),
        (b'{"url": "ssh://git/shop", "vcs_info": {}}', Origin("ssh://git/shop", False), ""),
        (b'{"url": "file:///x", "dir_info": []}', Origin("file:///x", False), "/x"),
    ],
    ids=["editable", "escaped", "windows", "localhost", "another-host", "git", "no-table"],
)
def test_where_it_came_from(content: bytes, expected: Origin, folder: str) -> None:
    found = origin(content)

    assert expected == found
    assert folder == expected.folder


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"url": 1}', b"{", b"\xff", b"[" * 100_000], ids=range(7))
def test_what_says_nothing(content: bytes) -> None:
    assert origin(content) is None


def test_names_are_compared_as_the_index_does() -> None:
    assert ["alpha-beta"] * 3 == [normalised(each) for each in ("Alpha_Beta", "alpha.-_beta", "ALPHA-beta")]


@given(st.binary(max_size=100))
def test_nothing_raises(content: bytes) -> None:
    parse(content)
    scripts(b"[console_scripts]\n" + content)
    origin(content)
