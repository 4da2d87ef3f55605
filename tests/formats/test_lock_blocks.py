"""Lock files of `[[package]]` blocks: split, and read as far as they are asked, as tomllib would read them."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from typing import Any

import pytest

from kempt.formats import lock_blocks
from kempt.formats.lock_blocks import Block

LOCK = b"""\
# written by a machine
version = 1
markers = [
    "a == 'b'",
]

[[package]]
name = "idna"
version = "3.10"
source = { registry = "https://example.org/simple" }
description = 'Says "hello".'
summary = "line one\\nline \\u00e9"
wheels = [
    { url = "https://example.org/idna.whl", hash = "sha256:00", size = 70442, upload-time = 2024-09-15T18:07:37Z },
    { url = "b.whl", hashes = { sha256 = "01" }, yanked = true, tags = ["x", "y"] },
]

[package.metadata]
requires-dist = [{ name = "beta", marker = "extra == 'x'" }, { name = "gamma" }]
provides-extras = ["x"]

[package.metadata.requires-dev]
dev = []
lint = [{ name = "ruff" }]

[[package]]
name = "alone"

[metadata]
lock-version = "2.1"
"""
PARSED = tomllib.loads(LOCK.decode())
IDNA, ALONE = lock_blocks.blocks(LOCK)


def test_a_lock_is_split_at_the_headers_of_its_packages() -> None:
    assert [("idna", 7), ("alone", 26)] == [(each.text("name"), each.line) for each in (IDNA, ALONE)]


@pytest.mark.parametrize("ending", [b"\n", b"\r\n"], ids=["unix", "windows"])
def test_line_ends_do_not_matter(ending: bytes) -> None:
    assert [IDNA, ALONE] == list(lock_blocks.blocks(LOCK.replace(b"\n", ending)))


def test_a_block_is_what_tomllib_reads() -> None:
    assert PARSED["package"] == [each.parsed() for each in (IDNA, ALONE)]


def test_what_belongs_to_no_block_is_read_apart() -> None:
    assert {key: value for key, value in PARSED.items() if key != "package"} == lock_blocks.parsed_outside(LOCK)


def test_blocks_of_another_kind_are_passed_over() -> None:
    assert [] == list(lock_blocks.blocks(LOCK, "packages"))
    assert ["x"] == [each.text("name") for each in lock_blocks.blocks(b'[[packages]]\nname = "x"\n', "packages")]


@pytest.mark.parametrize(
    "key, expected",
    [
        pytest.param("name", "idna", id="string"),
        pytest.param("description", 'Says "hello".', id="literal"),
        pytest.param("summary", "line one\nline é", id="escapes"),
        pytest.param("missing", "", id="missing"),
        pytest.param("source", "", id="table"),
        pytest.param("requires-dist", "", id="of-a-sub-table"),
    ],
)
def test_a_string_of_a_block(key: str, expected: str) -> None:
    assert expected == IDNA.text(key)


def test_inline_tables_and_arrays_are_what_tomllib_reads() -> None:
    package = PARSED["package"][0]

    assert package["source"] == lock_blocks.inline(IDNA.value("source"))
    dated = package["wheels"][0] | {"upload-time": "2024-09-15T18:07:37Z"}  # a date stays as it is written
    other = package["wheels"][1] | {"tags": ("x", "y")}
    assert (dated, other) == lock_blocks.items(IDNA.value("wheels"))
    metadata = IDNA.table("metadata")
    assert package["metadata"]["requires-dist"] == list(
        lock_blocks.items(lock_blocks.value(metadata, "requires-dist")) or ()
    )
    assert ("x",) == lock_blocks.strings(lock_blocks.value(metadata, "provides-extras"))


def test_the_arrays_of_a_sub_table() -> None:
    arrays = lock_blocks.arrays(IDNA.table("metadata.requires-dev"))

    assert {"dev": (), "lint": ({"name": "ruff"},)} == {key: lock_blocks.items(each) for key, each in arrays.items()}


def test_only_the_blocks_that_hold_something_are_read() -> None:
    assert [IDNA] == list(lock_blocks.holding(LOCK, b"\nsource = { registry = "))
    assert [ALONE, IDNA] == list(lock_blocks.holding(LOCK, b'name = "alone"', b"ruff"))
    assert [] == list(lock_blocks.holding(LOCK, b"lock-version", b"a == 'b'", b"nowhere"))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[[package]]",
        b"\n[[package]]\n",
        b"[[package]]\nname = ",
        b'[[package]]\nname = "a\n[[package]]\n',
        b"\xff\0",
    ],
    ids=["empty", "no-line-end", "nothing-inside", "cut", "open-string", "bytes"],
)
@pytest.mark.parametrize(
    "read",
    [
        lambda content: [(each.text("name"), each.parsed()) for each in lock_blocks.blocks(content)],
        lambda content: list(lock_blocks.holding(content, b"name")),
        lock_blocks.parsed_outside,
    ],
    ids=["blocks", "holding", "outside"],
)
def test_what_is_broken_is_no_error(content: bytes, read: Callable[[bytes], Any]) -> None:
    assert read(content) is not None


@pytest.mark.parametrize(
    "array",
    [b"[\n    { name = 1.2.3.4 [ },\n]", b"[ 1, 2 ]", b"[\n  {\n name = 'x' },\n]"],
    ids=["garbage", "numbers", "over-lines"],
)
def test_what_no_machine_wrote_is_not_read(array: bytes) -> None:
    assert lock_blocks.items(array) is None


def test_a_comment_in_an_array_is_passed_over() -> None:
    assert ("a", "b") == lock_blocks.strings(b"[ # first\n  'a', # then\n  \"b\",\n]")


def test_the_line_of_a_block_behind_a_long_one() -> None:
    content = b"x = 1\n" + b"[[package]]\n" + b"# more\n" * 1_000 + b"[[package]]\nname = 'x'\n"

    assert [Block("package", 1_003, b"name = 'x'\n")] == list(lock_blocks.holding(content, b"name"))
