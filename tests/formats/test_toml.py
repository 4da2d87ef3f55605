"""TOML of strangers: never an exception, never a long wait, and the line of what is wrong."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kempt.formats.toml import SIZE_LIMIT, Unparsable, line_of, parse, without_entry

FRAGMENTS = st.lists(
    st.sampled_from(
        ["[", "]", "[[", "a", '"', "'", '"""', "=", ".", "\n", "{", "}", ",", "#", "1", "é", "\\", "\x00", "true", " "]
    ),
    max_size=30,
).map("".join)


@given(st.binary(max_size=80) | FRAGMENTS.map(str.encode))
def test_it_never_raises(content: bytes) -> None:
    found = parse(content)

    assert isinstance(found, dict) or (found.message and 1 <= found.line <= content.count(b"\n") + 1)


@pytest.mark.parametrize(
    "content, line",
    [
        (b"a = 1\nb = \n", 2),
        (b"a = 1\n\nb = [1,\n2\n", 4),
        (b"a = 1\n\xff = 2\n", 2),
        (b"a = 1\na = 2\n", 2),
    ],
    ids=["value", "end", "not-utf-8", "twice"],
)
def test_the_line_that_is_wrong(content: bytes, line: int) -> None:
    found = parse(content)

    assert isinstance(found, Unparsable)
    assert line == found.line


@pytest.mark.parametrize(
    "content",
    [
        b"x" * SIZE_LIMIT,
        b'x = "' + b"a" * (SIZE_LIMIT - 10) + b'"',
        b"a-" * (SIZE_LIMIT // 2),
        b"a." * 60 + b"a" * (SIZE_LIMIT - 200),
        b"[" * (SIZE_LIMIT - 1),
        b"x = " + b"[" * 100_000,
        b"a." * (SIZE_LIMIT // 2),
        b'"a b".' * (SIZE_LIMIT // 6),
        b"'.'." * (SIZE_LIMIT // 4),
        b"x = {" + b"a . " * 10_000 + b"a = 1}",
        b'x = { a = """\n""", ' + b'"a b".' * 20_000 + b"c = 1 }",
        b'\\"' * 200_000 + b"." * 200_000,
        b"x" * (SIZE_LIMIT + 1),
    ],
    ids=["word", "string", "dashes", "parts-then-word", "brackets", "nested", "parts", "quoted-parts", "quoted-dots",
         "inline", "after-a-long-string", "quotes", "large"],
)  # fmt: skip
def test_nothing_takes_long(content: bytes) -> None:
    """tomllib alone needs hours for some of these; here the limit is generous for a busy machine."""
    start = time.process_time()

    parse(content)

    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    "content",
    [
        b'x = "' + b"a." * 200 + b'"',
        b"x = [" + b'"a.py", ' * 200 + b"]",
        b"x = [" + b"1.5, " * 200 + b"]",
        b'x = """\n' + b"One word. " * 100 + b'\n"""',
        b"# " + b". " * 100,
    ],
    ids=["string", "file-names", "numbers", "long-string", "comment"],
)
def test_dots_that_are_no_keys_are_welcome(content: bytes) -> None:
    assert isinstance(parse(content), dict)


@pytest.mark.parametrize(
    "content, key, table, line",
    [
        (b"select = 1\n", "select", "", 1),
        (b"\n'select' = 1\n", "select", "", 2),
        (b"[tool.other]\nselect = 1\n[tool.kempt]\nselect = 2\n", "select", "tool.kempt", 4),
        (b"[tool.kempt]\n\n[tool.kempt.per-path-ignores]\n", "per-path-ignores", "tool.kempt", 3),
        (b"x = 1\n[per-path-ignores]\n", "per-path-ignores", "", 2),
        (b"preselect = 1\nselect = 2\n", "select", "", 2),
        (b'x = "\x0b"\nselect = 2\n', "select", "", 2),
        (b"x = 1\n", "select", "", 1),
    ],
    ids=["first", "quoted", "table", "sub-table", "top-table", "longer-name", "odd-line-end", "missing"],
)
def test_the_line_of_a_key(content: bytes, key: str, table: str, line: int) -> None:
    assert line == line_of(content, key, table)


@pytest.mark.parametrize(
    "before, after",
    [
        pytest.param('allow = ["a", "b"] # why\n', 'allow = ["b"] # why\n', id="item"),
        pytest.param('# top\nallow = ["a"]\nselect = ["KPT"]\n', '# top\nselect = ["KPT"]\n', id="last-item"),
        pytest.param("allow = [\n    'a', # x\n    'b',\n]\n", "allow = [\n    'b',\n]\n", id="lines"),
        pytest.param('allow = ["b"]\n', 'allow = ["b"]\n', id="absent"),
        pytest.param("select = []\n", "select = []\n", id="no-key"),
    ],
)
def test_one_entry_is_taken_out_and_all_else_stays(before: str, after: str) -> None:
    assert after == without_entry(before, "", "allow", "a")


def test_an_entry_of_a_nested_table_is_taken_out() -> None:
    text = '[tool.kempt.per-path-ignores]\n"a/**" = ["KPT1"]\n"b/**" = ["KPT2"] # keep\n'

    assert text.replace('"a/**" = ["KPT1"]\n', "") == without_entry(text, "tool.kempt", "per-path-ignores", "a/**")


def test_an_entry_goes_from_a_table_whose_parts_lie_apart() -> None:
    text = '[tool.kempt]\nallow = ["a", "b"]\n\n[project]\nname = "x"\n\n[tool.other]\ny = 1\n'

    assert text.replace('"a", ', "") == without_entry(text, "tool.kempt", "allow", "a")


@pytest.mark.parametrize(
    "text",
    [
        'allow = ["b"]\n',
        "",
        'allow = "a"\n',
        "[tool]\nkempt = 1\n",
        f'allow = ["a", "b"]\nx = {"[" * 200}{"]" * 200}\n',
    ],
    ids=["other", "empty", "no-list", "no-table", "deep"],
)
def test_a_text_that_cannot_lose_the_entry_stays(text: str) -> None:
    assert text == without_entry(text, "", "allow", "a")
