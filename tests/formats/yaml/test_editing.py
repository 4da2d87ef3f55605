"""Items and entries come and go, and every other byte stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kempt.formats.yaml import (
    Change,
    Document,
    Mapping,
    Node,
    Scalar,
    Sequence,
    applied,
    block_of_entry,
    block_of_item,
    get,
    indent_of,
    parse,
    quoted,
    with_entry,
    with_item,
    without_entry,
    without_item,
)

Data = str | list["Data"] | dict[str, "Data"]

DATA = st.recursive(
    st.sampled_from(["a", "b c", "on", "", "x: y", "line\nline\n", "end\n\n"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["k", "l", "m"]), inner, max_size=3),
    max_leaves=8,
)
TREES = st.dictionaries(st.sampled_from(["k", "l", "m"]), DATA, min_size=1, max_size=3) | st.lists(
    DATA, min_size=1, max_size=3
)
NOISE = st.lists(st.sampled_from(["", "# note", "      # deep", "       "]), max_size=2)


def read(text: str) -> Document:
    document = parse(text.encode())
    assert isinstance(document, Document), document
    return document


def data(node: Node) -> Data:
    match node:
        case Scalar():
            return node.value
        case Sequence():
            return [data(item) for item in node.items]
        case Mapping():
            return {entry.key.value: data(entry.value) for entry in node.entries}


def mapping_of(document: Document, *keys: str) -> Mapping:
    node = get(document.roots[0], *keys)
    assert isinstance(node, Mapping)
    return node


def sequence_of(document: Document, *keys: str) -> Sequence:
    node = get(document.roots[0], *keys)
    assert isinstance(node, Sequence)
    return node


def written(draw: st.DrawFn, node: Data, margin: str = "") -> list[str]:
    """Lines of YAML that say this, with comments and blank lines strewn in; the first has no margin."""
    if isinstance(node, str):
        if node.endswith("\n") and draw(st.booleans()):
            return [
                "|+" if node.endswith("\n\n") else "|",
                *(f"{margin}  {line}".rstrip() for line in node[:-1].split("\n")),
            ]
        return [quoted(node)]
    if not node:
        return ["[]" if isinstance(node, list) else "{}"]
    lines: list[str] = []
    parts = [("-", item) for item in node] if isinstance(node, list) else [(f"{key}:", node[key]) for key in node]
    for lead, value in parts:
        inner = written(draw, value, f"{margin}  ")
        compact = isinstance(node, list) or not isinstance(value, list | dict) or not value
        lines += (
            [f"{margin}{lead} {inner[0]}", *inner[1:]]
            if compact
            else [f"{margin}{lead}", f"{margin}  {inner[0]}", *inner[1:]]
        )
        if not (isinstance(value, str) and inner[0].startswith("|")):
            lines += draw(NOISE)
    return [lines[0].removeprefix(margin), *lines[1:]]


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Block YAML, with its last line end or without, with either kind of line ends."""
    tree = draw(TREES)
    head = draw(st.sampled_from(["", "# head\n", "\ufeff", "---\n"]))
    text = head + "\n".join(written(draw, tree)) + "\n"
    return text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))


def collections(node: Node, path: tuple[int, ...] = ()) -> list[tuple[int, ...]]:
    if isinstance(node, Scalar):
        return []
    below = [collections(child, (*path, number)) for number, child in enumerate(children(node))]
    return [path, *(each for paths in below for each in paths)]


def children(node: Node) -> list[Node]:
    if isinstance(node, Mapping):
        return [entry.value for entry in node.entries]
    return list(node.items) if isinstance(node, Sequence) else []


def node_at(document: Document, path: tuple[int, ...]) -> Node:
    node = document.roots[0]
    for number in path:
        node = children(node)[number]
    return node


ADDED: list[tuple[str, Data]] = [
    ("new", "new"),
    ("[1, {a: 2}]", ["1", {"a": "2"}]),
    ("|-\n  one\n\n  two", "one\n\ntwo"),
]


@given(texts(), st.data())
def test_what_is_added_is_all_that_is_new(text: str, choices: st.DataObject) -> None:
    document = read(text)
    path = choices.draw(st.sampled_from(collections(document.roots[0])))
    node = node_at(document, path)
    value, says = choices.draw(st.sampled_from(ADDED[:2] if getattr(node, "flow", False) else ADDED))
    before = data(node)
    if isinstance(node, Mapping):
        first = choices.draw(st.booleans())
        change = with_entry(document, node, "new", value, first=first)
        assert isinstance(before, dict)
        expected: Data = {"new": says, **before} if first else {**before, "new": says}
    else:
        assert isinstance(node, Sequence)
        assert isinstance(before, list)
        index = choices.draw(st.none() | st.integers(0, len(before) - 1) if before else st.none())
        change = with_item(document, node, value, index=index)
        place = len(before) if index is None else index
        expected = [*before[:place], says, *before[place:]]

    after = read(applied(text, [change]))

    assert change.start == change.end
    assert expected == data(node_at(after, path))
    assert _without(data(document.roots[0]), path) == _without(data(after.roots[0]), path)
    assert "\r\n" not in text or text.count("\n") == text.count("\r\n")


@given(texts(), st.data())
def test_what_is_removed_is_all_that_is_gone(text: str, choices: st.DataObject) -> None:
    document = read(text)
    paths = [path for path in collections(document.roots[0]) if children(node_at(document, path))]
    path = choices.draw(st.sampled_from(paths))
    node = node_at(document, path)
    index = choices.draw(st.integers(0, len(children(node)) - 1))
    expected = data(node)
    if isinstance(node, Mapping):
        assert isinstance(expected, dict)
        key = node.entries[index].key.value
        change = without_entry(document, node, key)
        del expected[key]
    else:
        assert isinstance(node, Sequence)
        assert isinstance(expected, list)
        change = without_item(document, node, index)
        del expected[index]

    assert change is not None
    after = read(applied(text, [change]))

    assert expected == data(node_at(after, path))
    assert _without(data(document.roots[0]), path) == _without(data(after.roots[0]), path)
    assert text.count("# note") == after.text.count("# note") + text[change.start : change.end].count("# note")


def _without(tree: Data, path: tuple[int, ...]) -> Data:
    """The data with nothing at a path."""
    if not path:
        return ""
    if isinstance(tree, dict):
        return {
            key: _without(value, path[1:]) if n == path[0] else value for n, (key, value) in enumerate(tree.items())
        }
    assert isinstance(tree, list)
    return [_without(value, path[1:]) if n == path[0] else value for n, value in enumerate(tree)]


@pytest.mark.parametrize(
    "text, keys, value, first, expected",
    [
        ("a: 1 # c\n\n# d\nb: 2\n# e\n", (), "3", False, "a: 1 # c\n\n# d\nb: 2\nnew: 3\n# e\n"),
        ("# c\na: 1\n", (), "3", True, "# c\nnew: 3\na: 1\n"),
        ("k:\n  a: 1\n", ("k",), "\n  x: 1\n  y: 2", False, "k:\n  a: 1\n  new:\n    x: 1\n    y: 2\n"),
        ("k:\n  a: |\n    b\n\n\nl: 1\n", ("k",), "", False, "k:\n  a: |\n    b\n  new:\n\n\nl: 1\n"),
        ("a: 1", (), "2", False, "a: 1\nnew: 2"),
        ("a: 1\r\n", (), "|\n  x", False, "a: 1\r\nnew: |\r\n  x\r\n"),
        ("k: {a: 1}\n", ("k",), "2", False, "k: {a: 1, new: 2}\n"),
        ("k: {a: 1, }\n", ("k",), "2", False, "k: {a: 1, new: 2 }\n"),
        ("k: {a: 1}\n", ("k",), "2", True, "k: {new: 2, a: 1}\n"),
        ("k: {}\n", ("k",), "2", False, "k: {new: 2}\n"),
        ("k: {\n  a: 1, # c\n}\n", ("k",), "2", False, "k: {\n  a: 1, # c\n  new: 2,\n}\n"),
        ("k: {\n  a: 1 # c\n}\n", ("k",), "2", False, "k: {\n  a: 1, # c\n  new: 2\n}\n"),
        ("k: {\n  a: 1\n}\n", ("k",), "2", True, "k: {\n  new: 2,\n  a: 1\n}\n"),
        ("k:\n  a: 1\n    # own\nl: 1\n", ("k",), "|\n  x", False, "k:\n  a: 1\n    # own\n  new: |\n    x\nl: 1\n"),
    ],
    ids=["end", "start", "mapping", "after-block", "no-last-line-end", "windows", "flow", "flow-comma", "flow-start",
         "flow-empty", "flow-lines-comma", "flow-lines", "flow-lines-start", "deeper-comment"],
)  # fmt: skip
def test_an_entry_is_added(text: str, keys: tuple[str, ...], value: str, first: bool, expected: str) -> None:  # noqa: FBT001
    document = read(text)

    assert expected == applied(text, [with_entry(document, mapping_of(document, *keys), "new", value, first=first)])


@pytest.mark.parametrize(
    "text, item, index, expected",
    [
        ("k:\n- a\n- b\n", "c", None, "k:\n- a\n- b\n- c\n"),
        ("k:\n  - a\n  # of b\n  - b\n", "c", 1, "k:\n  - a\n  - c\n  # of b\n  - b\n"),
        ("k:\n  # of a\n  - a\n", "c", 0, "k:\n  - c\n  # of a\n  - a\n"),
        ("k:\n  - u: a\n", "u: c\nw:\n  x: |\n    1\n\n    2", 0,
         "k:\n  - u: c\n    w:\n      x: |\n        1\n\n        2\n  - u: a\n"),
        ("k:\n  - - a\n", "c", 0, "k:\n  - c\n  - - a\n"),
        ("k: &x\n- a\nl:\n- *x\n", "c", None, "k: &x\n- a\n- c\nl:\n- *x\n"),
        ("k: [a, b]\n", "c", 1, "k: [a, c, b]\n"),
        ("k: []\n", "c", None, "k: [c]\n"),
        ("x: &x a\nk: [*x]\n", "c", None, "x: &x a\nk: [*x, c]\n"),
        ("x: &x a\nk:\n- *x\n- *x\n", "c", 1, "x: &x a\nk:\n- *x\n- c\n- *x\n"),
    ],
    ids=["end", "before-comment", "first", "lines", "nested", "anchored", "flow", "flow-empty", "flow-alias", "alias"],
)  # fmt: skip
def test_an_item_is_added(text: str, item: str, index: int | None, expected: str) -> None:
    document = read(text)

    assert expected == applied(text, [with_item(document, sequence_of(document, "k"), item, index=index)])


@pytest.mark.parametrize(
    "text, keys, key, expected",
    [
        ("a: 1 # c\n# of b\nb:\n  x: 1\n\nc: 2\n", (), "b", "a: 1 # c\n# of b\n\nc: 2\n"),
        ("k:\n  a: 1\nl: 2\n", ("k",), "a", "k:\n    {}\nl: 2\n"),
        ("a: 1\nb: 2", (), "b", "a: 1"),
        ("\ufeffa: 1\nb: 2\n", (), "a", "\ufeffb: 2\n"),
        ("k: {a: 1, b: 2}\n", ("k",), "a", "k: {b: 2}\n"),
        ("k: {a: 1, b: 2}\n", ("k",), "b", "k: {a: 1}\n"),
        ("k: {a: 1}\n", ("k",), "a", "k: {}\n"),
        ("k: {\n  a: 1, # c\n  b: 2\n}\n", ("k",), "a", "k: {\n  b: 2\n}\n"),
        ("a: |\n  x\nb: 1\n    # own\n# c\n", (), "b", "a: |\n  x\n# c\n"),
    ],
    ids=["middle", "only", "no-last-line-end", "bom", "flow", "flow-last", "flow-only", "flow-lines", "deeper-comment"],
)
def test_an_entry_is_removed(text: str, keys: tuple[str, ...], key: str, expected: str) -> None:
    document = read(text)
    change = without_entry(document, mapping_of(document, *keys), key)

    assert change is not None
    assert expected == applied(text, [change])


@pytest.mark.parametrize(
    "text, index, expected",
    [
        ("k:\n- a\n# of b\n- b\n", 1, "k:\n- a\n# of b\n"),
        ("k:\n- a\nl: 1\n", 0, "k:\n  []\nl: 1\n"),
        ("k:\n  - u: |\n      x\n    v: 1\n\n  - b\n", 0, "k:\n\n  - b\n"),
        ("k:\n- |+\n  x\n- a\n\n- b\n", 1, "k:\n- |+\n  x\n- b\n"),
        ("k: [a, b]\n", 1, "k: [a]\n"),
        ("x: &x a\nk:\n- *x\n- b\n- *x\n", 2, "x: &x a\nk:\n- *x\n- b\n"),
    ],
    ids=["last", "only", "lines", "blank lines below a kept text", "flow", "alias"],
)
def test_an_item_is_removed(text: str, index: int, expected: str) -> None:
    document = read(text)
    change = without_item(document, sequence_of(document, "k"), index)

    assert change is not None
    assert expected == applied(text, [change])


def test_the_first_entry_of_an_item_leaves_its_dash() -> None:
    document = read("- a: 1\n  # of b\n  b: 2\n- c: 1\n  d: 2\n")
    first, second = children(document.roots[0])
    assert isinstance(first, Mapping)
    assert isinstance(second, Mapping)
    changes = [without_entry(document, first, "a"), without_entry(document, second, "c")]

    text = applied(document.text, [change for change in changes if change])

    assert text == "-\n  # of b\n  b: 2\n- d: 2\n"


def test_what_is_not_there_is_not_removed() -> None:
    document = read("k: [a]\n")

    assert without_entry(document, mapping_of(document), "x") is None
    assert without_item(document, sequence_of(document, "k"), 1) is None


def test_the_lines_of_an_item_and_of_an_entry() -> None:
    text = "k:\n  # c\n  - u: a # d\n    v: |\n      x\n\n  # e\n  - w\nl: 1\n"
    document = read(text)
    item = block_of_item(document, sequence_of(document, "k"), 0)
    entry = block_of_entry(document, mapping_of(document), "l")

    assert text[slice(*item)] == "  - u: a # d\n    v: |\n      x\n"
    assert text[slice(*entry)] == "l: 1\n"


@pytest.mark.parametrize(
    "text, word, expected",
    [("k:\n  - u: a\n", "u", "    "), ("k:\n  - u: a\n", "a", "    "), ("k: a\n", "a", ""), ("- - a\n", "a", "    "),
     ("k: |\n  --a\n", "--a", "  ")],
    ids=["key", "value", "top", "dashes", "no-dash"],
)  # fmt: skip
def test_the_indentation(text: str, word: str, expected: str) -> None:
    assert expected == indent_of(read(text), text.index(word))


def test_changes_are_applied_in_the_order_of_their_places() -> None:
    changes = [Change(2, 3, "X"), Change(0, 0, "1"), Change(0, 0, "2"), Change(3, 3, "Y")]

    assert applied("abcd", changes) == "12abXYd"


def test_changes_that_overlap_are_refused() -> None:
    with pytest.raises(ValueError, match="overlap at offset 1"):
        applied("abcd", [Change(0, 2, ""), Change(1, 3, "")])
