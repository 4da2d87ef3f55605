"""What a path of keys leads to, and what the node there says."""

from __future__ import annotations

import pytest

from kempt.formats.yaml import Document, Node, entries, get, is_null, parse, scalars, text_of, truthy

MERGED = b"""\
base: &base {a: 1, b: 1}
more: &more {<<: *base, b: 2, c: 2}
one: {<<: *more, a: 3}
list: {<<: [*base, *more], d: 4}
twice: {<<: *base, e: 5, <<: *more}
quoted: {"<<": *base}
wrong: {<<: x}
"""


def root(content: bytes) -> Node:
    found = parse(content)
    assert isinstance(found, Document), found
    return found.roots[0]


@pytest.mark.parametrize(
    "key, expected",
    [
        ("base", {"a": "1", "b": "1"}),
        ("more", {"b": "2", "c": "2", "a": "1"}),
        ("one", {"a": "3", "b": "2", "c": "2"}),
        ("list", {"d": "4", "a": "1", "b": "1", "c": "2"}),
        ("twice", {"e": "5", "a": "1", "b": "1", "c": "2"}),
        ("quoted", {"<<": ""}),
        ("wrong", {}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_merge_keys(key: str, expected: dict[str, str]) -> None:
    mapping = get(root(MERGED), key)

    assert expected == {entry.key.value: text_of(entry.value) for entry in entries(mapping)}
    assert list(expected.values()) == [text_of(get(mapping, each)) for each in expected]


@pytest.mark.parametrize("keys", [("x",), ("a", "b"), ("l", "b"), ("<<",)], ids=str)
def test_a_path_that_leads_nowhere(keys: tuple[str, ...]) -> None:
    assert get(root(b"a: 1\nl: [b]\n<<: {c: 1}\n"), *keys) is None


@pytest.mark.parametrize(
    "content, expected",
    [(b"a", ["a"]), (b"[a, [b, [c]], {d: e}]", ["a", "b", "c"]), (b"{a: b}", [])],
    ids=["scalar", "nested", "mapping"],
)
def test_scalars(content: bytes, expected: list[str]) -> None:
    assert expected == [each.value for each in scalars(root(content))]


@pytest.mark.parametrize(
    "content, null, text",
    [(b"---\n", True, ""), (b"~", True, ""), (b"Null", True, ""), (b"''", False, ""), (b"'~'", False, "~"),
     (b"x", False, "x"), (b"[]", False, "")],
    ids=str,
)  # fmt: skip
def test_nulls(content: bytes, null: bool, text: str) -> None:  # noqa: FBT001 - one column of the table
    assert (null, text) == (is_null(root(content)), text_of(root(content)))


@pytest.mark.parametrize("content", [b"true", b"True", b"YES", b"on", b"'true'"], ids=str)
def test_truths(content: bytes) -> None:
    assert truthy(root(content))


@pytest.mark.parametrize("content", [b"false", b"1", b"y", b"---", b"[true]"], ids=str)
def test_no_truths(content: bytes) -> None:
    assert not truthy(root(content))


def test_nothing_is_nothing() -> None:
    assert (None, "", (), (), False, False) == (
        get(None, "a"), text_of(None), scalars(None), entries(None), is_null(None), truthy(None)
    )  # fmt: skip
