from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kempt.formats.conda_rows import Package, parse

DIGEST = hashlib.sha256(b"x").hexdigest()


def record(*rows: dict[str, Any]) -> bytes:
    return json.dumps({"name": "a", "paths_data": {"paths_version": 1, "paths": rows}}).encode()


def row(path: str, **more: Any) -> dict[str, Any]:
    return {"_path": path, "path_type": "hardlink", "sha256": DIGEST, "size_in_bytes": 3, **more}


def names(package: Package | None) -> list[bytes]:
    return [] if package is None else package.rows.names()


def test_files_with_a_digest_and_a_size_are_kept() -> None:
    package = parse(record(row("lib/a.so", sha256_in_prefix=DIGEST), row("bin/b", no_link=True)))

    assert package is not None
    assert [b"lib/a.so", b"bin/b"] == package.rows.names()
    assert (bytes.fromhex(DIGEST), [3, 3]) == (package.rows.digest(1), list(package.rows.sizes))


@pytest.mark.parametrize(
    "more",
    [
        {"path_type": "softlink"},
        {"path_type": "directory"},
        {"size_in_bytes": 0},
        {"size_in_bytes": True},
        {"sha256": "00"},
        {"sha256": None},
        {"sha256_in_prefix": "1" * 64},
        {"prefix_placeholder": "/opt/placehold", "file_mode": "text"},
        {"_path": "lib/a.pyc"},
        {"_path": None},
    ],
)
def test_links_bytecode_and_files_that_hold_the_path_of_their_environment_are_left_out(more: dict[str, Any]) -> None:
    assert [b"kept"] == names(parse(record(row("kept"), row("other") | more)))


@pytest.mark.parametrize("path", ["/etc/passwd", "../a", "a/../b", "a//b", "./a", "a/", "C:/a"])
def test_a_path_that_leads_out_is_counted_and_left_out(path: str) -> None:
    package = parse(record(row("kept"), row(path)))

    assert package is not None
    assert ([b"kept"], 1) == (package.rows.names(), package.rows.outside)


def test_the_records_in_a_package_are_told() -> None:
    package = parse(record(row("lib/site-packages/a-1.dist-info/RECORD"), row("lib/site-packages/a.py")))

    assert package is not None
    assert ("lib/site-packages/a-1.dist-info/RECORD",) == package.records


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"paths_data": null}', b'{"paths_data": {"paths": 1}}', b"\xff"]
)
def test_what_is_no_record_of_a_package(content: bytes) -> None:
    assert parse(content) is None


PATHS = st.lists(st.text(st.characters(exclude_characters="\0"), min_size=1, max_size=9), unique=True, max_size=6)


@given(PATHS)
def test_each_path_is_kept_or_counted(paths: list[str]) -> None:
    package = parse(record(*map(row, paths)))
    listed = [path for path in paths if path[-4:] != ".pyc"]

    assert len(listed) == (0 if package is None else len(package.rows.names()) + package.rows.outside)


KEYS = st.sampled_from(["_path", "sha256", "path_type"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner),
    max_leaves=8,
)


@given(st.binary(max_size=60), JSON)
def test_anything_is_read_without_an_error(content: bytes, paths: object) -> None:
    assert parse(content) is None
    parse(json.dumps({"paths_data": {"paths": paths}}).encode())
