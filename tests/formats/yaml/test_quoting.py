"""A string is spelled so that it reads back as this string, wherever it stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kempt.formats.yaml import Document, Scalar, applied, get, parse, quoted, with_value

SIGNS = st.text(alphabet="ab1.0-:#,[]{}&*!|>'\"%@`?~ \t\n\\=<e_é\x85\u2028", max_size=8)
HARMLESS = st.from_regex(r"[a-z][a-z ./-]{0,10}[a-z]", fullmatch=True)
LOADERS = [yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)]


def read(source: str, *keys: str) -> tuple[Document, Scalar]:
    document = parse(source.encode())
    assert isinstance(document, Document), document
    node = get(document.roots[0], *keys)
    assert isinstance(node, Scalar)
    return document, node


FRAMES: dict[str, Callable[[str], object]] = {
    "{}": lambda value: value,
    "- {}": lambda value: [value],
    "k: {}": lambda value: {"k": value},
    "[a, {}, b]": lambda value: ["a", value, "b"],
    "{{k: {}, l: [{}]}}": lambda value: {"k": value, "l": [value]},
    "{{{}: v}}": lambda value: {value: "v"},
    "{}: v": lambda value: {value: "v"},
}


@given(st.text(max_size=100) | SIGNS, st.sampled_from(sorted(FRAMES)), st.sampled_from(LOADERS))
def test_it_reads_back_anywhere(value: str, frame: str, loader: Any) -> None:
    spelling = quoted(value)

    assert FRAMES[frame](value) == yaml.load(frame.format(spelling, spelling), Loader=loader)  # noqa: S506 - safe ones


@pytest.mark.parametrize(
    "value, expected",
    [
        ("ubuntu-latest", "ubuntu-latest"),
        ("actions/cache@v4", "actions/cache@v4"),
        ("./.venv", "./.venv"),
        ("--frozen", "--frozen"),
        ("pip install -r a.txt", "pip install -r a.txt"),
        ("https://example.org/a#b", "https://example.org/a#b"),
        ("$CI_COMMIT_REF_SLUG", "$CI_COMMIT_REF_SLUG"),
        ("1.2.3", "1.2.3"),
        ("3.10", '"3.10"'),
        ("1e3", '"1e3"'),
        ("0x1F", '"0x1F"'),
        ("1:30", '"1:30"'),
        ("2026-01-02", '"2026-01-02"'),
        ("on", '"on"'),
        ("NO", '"NO"'),
        ("~", '"~"'),
        ("", '""'),
        ("${{ a }}", '"${{ a }}"'),
        ("a: b", '"a: b"'),
        ("a #b", '"a #b"'),
        ("a\nb", '"a\\nb"'),
        ('say "x, y"', "'say \"x, y\"'"),
        ('"it\'s"', '"\\"it\'s\\""'),
        ("*a", '"*a"'),
        (" a", '" a"'),
        ("\x85\u2028\ufeff\U000e0001", '"\\x85\\u2028\\ufeff\\U000e0001"'),
    ],
    ids=repr,
)
def test_the_shortest_spelling(value: str, expected: str) -> None:
    assert expected == quoted(value)


@given(HARMLESS, st.sampled_from(["k: {}\n", "k: '{}'\n", 'k: "{}"\n', "k: |\n  {}\n", "k: >-\n    {}\n"]))
def test_the_same_value_changes_nothing(value: str, frame: str) -> None:
    document, scalar = read(frame.format(value), "k")

    assert document.text == applied(document.text, [with_value(scalar, scalar.value, document)])
    assert document.text == applied(document.text, [])


@given(
    st.text() | SIGNS, st.sampled_from(["k: a\n", "k: 'a'\n", 'k: "a"\n', "k: |\n  a\n", "k: >-\n    a\n\n", "{k: a}"])
)
def test_another_value_reads_back(value: str, source: str) -> None:
    document, scalar = read(source, "k")

    for change in (with_value(scalar, value), with_value(scalar, value, document)):
        assert value == read(applied(document.text, [change]), "k")[1].value


@pytest.mark.parametrize(
    "source, value, expected",
    [
        ("k: &x a # c\n", "b", "k: &x b # c\n"),
        ("k: 'a'\n", "it's", "k: 'it''s'\n"),
        ("k: 'a'\n", "\n", 'k: "\\n"\n'),
        ('k: "a"\n', 'b"', 'k: "b\\""\n'),
        ("k: 3.9\n", "3.10", "k: 3.10\n"),
        ("k: a\n", "3.10", 'k: "3.10"\n'),
        ("k: |\n    a\n# c\n", "b\n\nc\n", "k: |\n    b\n\n    c\n# c\n"),
        ("k: |\r\n  a\r\nl: 1\r\n", "b\nc", "k: |-\r\n  b\r\n  c\r\nl: 1\r\n"),
        ("k: >\n  a\nl: 1\n", "b\n\n", "k: |+\n  b\n\nl: 1\n"),
        ("k: |\n  a\n", " b\n", 'k: " b\\n"\n'),
    ],
    ids=["plain", "single", "single-to-double", "double", "number", "text-to-number", "literal", "windows", "folded",
         "leading-blank"],
)  # fmt: skip
def test_the_style_is_kept_where_it_can_carry_the_value(source: str, value: str, expected: str) -> None:
    document, scalar = read(source, "k")

    assert expected == applied(source, [with_value(scalar, value, document)])
