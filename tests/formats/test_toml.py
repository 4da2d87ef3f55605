"""TOML of strangers: never an exception, never a long wait, and the line of what is wrong."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kempt.formats.toml import SIZE_LIMIT, Unparsable, line_of, parse, with_entry, without_entry

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


LINE = 'required-version = ">=1"'


@pytest.mark.parametrize(
    "before, after",
    [
        pytest.param("[tool.uv] # why\na = 1 # b\n", f"[tool.uv] # why\n{LINE}\na = 1 # b\n", id="first-in-its-table"),
        pytest.param("[tool.uv]\n\n# ruff\n[tool.ruff]\n", f"[tool.uv]\n{LINE}\n\n# ruff\n[tool.ruff]\n", id="bare"),
        pytest.param("[tool.uv]", f"[tool.uv]\n{LINE}\n", id="no-line-end"),
        pytest.param("[tool.uv]\r\na = 1\r\n", f"[tool.uv]\r\n{LINE}\r\na = 1\r\n", id="line-ends-of-windows"),
        pytest.param("[ tool . uv ]\n", f"[ tool . uv ]\n{LINE}\n", id="spaces"),
        pytest.param("[project]\n", f"[project]\n\n[tool.uv]\n{LINE}\n", id="no-such-table"),
        pytest.param("", f"[tool.uv]\n{LINE}\n", id="nothing"),
        pytest.param("[[tool.uv.index]]\nu = 1\n", f"[[tool.uv.index]]\nu = 1\n\n[tool.uv]\n{LINE}\n", id="only-below"),
        pytest.param("tool.uv.a = 1\n", f"tool.uv.a = 1\ntool.uv.{LINE}\n", id="dotted"),
        pytest.param("[tool]\nuv = { a = 1 }\n", f"[tool]\nuv = {{ a = 1, {LINE}}}\n", id="inline"),
        pytest.param(
            'x = """\n[tool.uv]\n"""\n[tool.uv]\n', f'x = """\n[tool.uv]\n"""\n[tool.uv]\n{LINE}\n', id="in-a-string"
        ),
        pytest.param(
            "[tool.uv]\na = 1\n[tool.ruff]\n[[tool.uv.index]]\n",
            f"[tool.uv]\n{LINE}\na = 1\n[tool.ruff]\n[[tool.uv.index]]\n", id="parts-lie-apart",
        ),
    ],
)  # fmt: skip
def test_an_entry_is_added_and_each_line_stays(before: str, after: str) -> None:
    assert after == with_entry(before, "tool.uv", "required-version", ">=1")


@pytest.mark.parametrize(
    "before, after",
    [
        pytest.param("", f"{LINE}\n", id="nothing"),
        pytest.param("# uv\n\na = 1\n", f"# uv\n\n{LINE}\na = 1\n", id="below-the-comments"),
        pytest.param("# of b\n[b]\n", f"{LINE}\n\n# of b\n[b]\n", id="above-a-table-with-its-comment"),
        pytest.param("a = 1", f"{LINE}\na = 1", id="no-line-end"),
    ],
)
def test_an_entry_is_added_at_the_top(before: str, after: str) -> None:
    assert after == with_entry(before, "", "required-version", ">=1")


@pytest.mark.parametrize(
    "text",
    [f"[tool.uv]\n{LINE}\n", "tool = 1\n", "[[tool.uv]]\n", "a = \n", "\ufeff[tool.uv]\n", "x = nan\n"],
    ids=["there", "no-table", "list", "unparsable", "byte-order-mark", "not-comparable"],
)
def test_a_text_that_cannot_take_the_entry_stays(text: str) -> None:
    assert text == with_entry(text, "tool.uv", "required-version", ">=1")


NAMES = st.sampled_from(["tool", "uv", "ruff", '"a.b"', "x"])
ITEMS = st.one_of(
    st.builds(
        "{} = {}".format, NAMES, st.sampled_from(["1", "'s'", '"""\n[tool.uv]\n"""', "[\n 1, # c\n]", "{ a = 1 }"])
    ),
    st.builds("{}.{} = 1".format, NAMES, NAMES),
    st.lists(NAMES, min_size=1, max_size=3).map(lambda parts: f"[{'.'.join(parts)}]"),
    st.lists(NAMES, min_size=1, max_size=3).map(lambda parts: f"[[{'.'.join(parts)}]] # c"),
    st.sampled_from(["", "# [tool.uv]", "   "]),
)


@given(st.lists(ITEMS, max_size=8), st.sampled_from(["tool.uv", "tool", ""]), st.sampled_from(["\n", "\r\n"]))
def test_the_entry_is_all_that_is_new(items: list[str], table: str, end: str) -> None:
    text = "\n".join(items).replace("\n", end)
    after = with_entry(text, table, "new", 'é"\\')
    before, found = parse(text.encode()), parse(after.encode())

    if after == text:
        return
    assert isinstance(before, dict)
    assert isinstance(found, dict)
    place: dict[str, Any] = found
    for part in table.split(".") if table else ():
        place = place[part]
    assert place.pop("new") == 'é"\\'
    assert without_empty(before) == without_empty(found)
    left = iter(after.splitlines())
    assert [] == [line for line in text.splitlines() if "{" not in line and line not in left]


def without_empty(table: object) -> object:
    """A table without those in it that are empty: a heading may have been added for the entry."""
    if not isinstance(table, dict):
        return table
    inner = {key: without_empty(value) for key, value in table.items()}
    return {key: value for key, value in inner.items() if value != {}}
