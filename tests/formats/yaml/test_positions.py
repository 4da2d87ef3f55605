"""Each character of a value has its exact place in the text."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from kempt.formats.yaml import Document, Scalar, get, parse, positions

WORDS = st.text(alphabet="ab '\"\\#:-é😀\t\n", max_size=40)


def scalar_of(source: str) -> tuple[Document, Scalar]:
    document = parse(source.encode())
    assert isinstance(document, Document), document
    node = get(document.roots[0], "k")
    assert isinstance(node, Scalar)
    return document, node


def places(source: str) -> list[int] | None:
    document, node = scalar_of(source)
    found = positions(document, node)
    return None if found is None else [found.at(index) for index in range(len(node.value) + 1)]


def check(source: str) -> None:
    document, node = scalar_of(source)
    found = positions(document, node)
    assert found is not None
    offsets = [found.at(index) for index in range(len(node.value) + 1)]
    assert sorted(set(offsets)) == offsets
    for character, offset in zip(node.value, offsets, strict=False):
        there = document.text[offset]
        assert there in {character, "\\", "'"} or (character in " \n" and there in "\r\n")


@pytest.mark.parametrize(
    "source, expected",
    [
        ("k: ab\n", [3, 4, 5]),
        ("k: a\n  b\n\n  c\n", [3, 4, 7, 9, 12, 13]),
        ("k: 'a''b'\n", [4, 5, 7, 8]),
        ("k: 'a \n\n  b'\n", [4, 7, 10, 11]),
        ('k: "a\\n\\x41\\u00e9"\n', [4, 5, 7, 11, 17]),
        ('k: "a \\\n   b"\n', [4, 5, 11, 12]),
        ("k: |\n  a\n\n  b\n", [7, 8, 9, 12, 13, 14]),
        ("k: |-\n  a\n\n  b\n\n# c\n", [8, 9, 10, 13, 14]),
        ("k: |+\n  a\n\n", [8, 9, 10, 11]),
        ("k: |2\n    a\n", [8, 9, 10, 11, 12]),
        ("k: |\r\n  a\r\n  b\r\n", [8, 9, 13, 14, 16]),
        ("k: >\n  a\n  b\n\n  c\n   d\n", [7, 8, 11, 13, 16, 17, 20, 21, 22, 23]),
        ("k: |\n  a", [7, 8]),
        ("k: |\n\nx: 1\n", [4]),
        ("k:\nx: 1\n", [2]),
    ],
    ids=["plain", "plain-lines", "quote", "quoted-lines", "escapes", "escaped-break", "literal", "stripped", "kept",
         "indented", "windows", "folded", "end", "no-lines", "empty"],
)  # fmt: skip
def test_where_each_character_stands(source: str, expected: list[int]) -> None:
    assert expected == places(source)


@given(WORDS, st.sampled_from(["", "'", '"', "|", ">"]), st.integers(8, 80), st.booleans())
def test_what_pyyaml_writes(value: str, style: str, width: int, windows: bool) -> None:  # noqa: FBT001
    source = yaml.safe_dump({"k": value, "z": 1}, default_style=style or None, width=width, allow_unicode=True)
    source = source.replace("\n", "\r\n") if windows else source
    source = source.replace('"k":', "k:").replace("'k':", "k:")
    document, node = scalar_of(source) if "\nk: " in f"\n{source}" else scalar_of(f"k: {source}")
    assume(document)
    assert value == node.value
    check(source)


@given(
    st.lists(st.sampled_from(["", "a", "  b", "c d ", "# e", "é: f", " "]), min_size=1, max_size=8),
    st.sampled_from(["|", ">"]),
    st.sampled_from(["", "-", "+"]),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_blocks_by_hand(lines: list[str], style: str, chomping: str, end: str, closed: bool) -> None:  # noqa: FBT001
    header = f"k: {style}2{chomping}"
    body = [f"  {line}" if line.strip() else line for line in lines]
    source = end.join([header, *body]) + (end + f"# c{end}z: 1" if closed else "")

    check(source)


@given(
    st.lists(st.sampled_from(["a", "b'", "''", "\\", '"', "é", " ", "\n ", "\n\n ", "\\\n", "#"]), max_size=12).map(
        "".join
    )
)
def test_quotes_by_hand(inner: str) -> None:
    for source in (f"k: '{inner}'\n", f'k: "{inner}"\n', f"k: {inner}\n"):
        document = parse(source.encode())
        if isinstance(document, Document) and document.roots and isinstance(get(document.roots[0], "k"), Scalar):
            check(source)


def test_there_is_none_where_the_text_is_another() -> None:
    document, node = scalar_of("k: ab\n")

    assert positions(document._replace(text="k: ac\n"), node) is None
    assert positions(document, node._replace(value="abc")) is None
