"""YAML of strangers: never an exception, never a long wait, and the line of what is wrong."""

from __future__ import annotations

import time

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kempt.formats.yaml import Document, Mapping, Node, Scalar, Sequence, Unparsable, get, parse
from kempt.formats.yaml.builder import NODES_LIMIT
from kempt.formats.yaml.reader import SIZE_LIMIT

SIGNS = ["a", "b: ", "- ", "? ", ": ", "[", "]", "{", "}", ",", "\n", "\r\n", "  ", "\t", "#", " #", "'", '"', "|", ">"]
SIGNS += [
    "|+\n",
    "|2\n",
    "&a ",
    "*a",
    "!t ",
    "!",
    "<<: ",
    "---\n",
    "...\n",
    "%",
    "\\",
    "\0",
    "\ufeff",
    "é",
    "\x85",
    "~",
]
FRAGMENTS = st.lists(st.sampled_from(SIGNS), max_size=30).map("".join)
LAUGHS = b"a0: &a0 x\n" + b"".join(
    b"a%d: &a%d [%s]\n" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 10)
)
TOWER = b"- &a0 [x]\n" + b"".join(b"- &a%d [*a%d]\n" % (n, n - 1) for n in range(1, 200))
MERGES = b"a0: &a0 {k: v}\n" + b"".join(
    b"a%d: &a%d {<<: [*a%d, *a%d], k%d: v}\n" % (n, n, n - 1, n - 1, n) for n in range(1, 15)
)


def document(content: bytes) -> Document:
    found = parse(content)
    assert isinstance(found, Document), found
    return found


def data(node: Node) -> object:
    """What a node says, in Python's own terms."""
    match node:
        case Scalar():
            return node.value
        case Sequence():
            return [data(item) for item in node.items]
        case Mapping():
            return {entry.key.value: data(entry.value) for entry in node.entries}


@given(st.binary(max_size=80) | FRAGMENTS.map(str.encode) | st.text(max_size=60).map(str.encode))
def test_it_never_raises(content: bytes) -> None:
    found = parse(content)

    assert isinstance(found, Document) or (found.message and 1 <= found.line <= max(1, len(content)))


@given(FRAGMENTS)
def test_spans_lie_within_each_other(text: str) -> None:
    def check(node: Node, start: int, end: int) -> None:
        assert start <= node.start <= node.end <= end
        if "*" in text:
            return
        children = node.items if isinstance(node, Sequence) else [e.value for e in getattr(node, "entries", ())]
        for child in children:
            check(child, node.start, node.end)

    found = parse(text.encode())
    for root in found.roots if isinstance(found, Document) else ():
        check(root, 0, len(text))


@pytest.mark.parametrize(
    "content, line, message",
    [
        (b"a: 1\nb: 2\na: 3\n", 3, "duplicate key `a`"),
        (b'a: 1\n"a": 3\n', 2, "duplicate key `a`"),
        (b"a: [\n1,\n", 3, "did not find expected node content"),
        (b"a:\n\tb: 1\n", 2, "found character that cannot start any token"),
        (b"a: b: c\n", 1, "mapping values are not allowed in this context"),
        (b"a: 1\nb: \xff\n", 2, "not UTF-8"),
        ("a: 1\n".encode("utf-16"), 1, "not UTF-8"),
        ("a: 1\n".encode("utf-16-le"), 1, "control characters are not allowed"),
        (b"a: 1\nb: \x07\n", 2, "control characters are not allowed"),
        (b"a: 1\nb: {{ name }}\n", 2, "a key that is a list or a mapping"),
        (b"a: 1\n{% if x %}\nb: 2\n{% endif %}\n", 2, "found character that cannot start any token"),
        (b"? [a]\n: 1\n", 1, "a key that is a list or a mapping"),
        (b"a: 1\nb: &x [*x]\n", 2, "the anchor x refers to itself"),
        (b"a: 1\nb: *x\n", 2, "no anchor called x before its alias"),
        (b"---\na: &x 1\n---\nb: *x\n", 4, "no anchor called x before its alias"),
        (b"a: 1\n" + b"b: " + b"[" * 101 + b"]" * 101, 2, "nested deeper than 100"),
        (b"\n".join(b" " * n + b"a:" for n in range(102)), 101, "nested deeper than 100"),
        (b"[" * 1024**2, 1, "nested deeper than 100"),
        (b"- " * 1024**2, 1, "nested deeper than 100"),
        (b"? " * 1024**2, 1, "nested deeper than 100"),
        (b"{a: " * 1024**2, 1, "nested deeper than 100"),
        (TOWER, 100, "nested deeper than 100, with aliases written out"),
        (LAUGHS, 8, f"more than {NODES_LIMIT:,} nodes, with aliases written out"),
        (b"[" + b"a," * (NODES_LIMIT + 1) + b"]", 1, f"more than {NODES_LIMIT:,} nodes, with aliases written out"),
        (b"#" * (SIZE_LIMIT + 1), 1, f"larger than {SIZE_LIMIT:,} bytes"),
    ],
    ids=["twice", "twice-quoted", "open-bracket", "tab", "two-values", "not-utf-8", "utf-16", "utf-16-bare", "control",
         "template-value", "template-block", "complex-key", "cycle", "no-anchor", "anchor-of-another", "deep-flow",
         "deep-block", "brackets", "dashes", "question-marks", "braces", "deep-aliases", "laughs", "many", "large"],
)  # fmt: skip
def test_what_is_wrong_and_where(content: bytes, line: int, message: str) -> None:
    start = time.process_time()

    found = parse(content)

    assert Unparsable(message, line) == found
    assert time.process_time() - start < 20  # under a coverage tracer on a busy machine; seconds at most otherwise


@pytest.mark.parametrize(
    "content, expected",
    [
        ("on: push\n3.10: 2026-13-45\nx: 1:30\n", {"on": "push", "3.10": "2026-13-45", "x": "1:30"}),
        ("a: !reference [.b, script]\nc: !Sub '${X}'\n", {"a": [".b", "script"], "c": "${X}"}),
        ("a: ! 1\nb: !<tag:x,2000:y> 2\nc: !!str\n", {"a": "1", "b": "2", "c": ""}),
        ("a: ~\nb:\nc: ''\n", {"a": "~", "b": "", "c": ""}),
        ("%YAML 1.2\n---\na: 1\n", {"a": "1"}),
        ("a: &x [1]\nb: *x\n", {"a": ["1"], "b": ["1"]}),
        ("\ufeffa: b\r\nc: |\r\n  d\r\n", {"a": "b", "c": "d\n"}),
    ],
    ids=["types", "tags", "more-tags", "nulls", "directive", "alias", "windows"],
)
def test_everything_stays_text(content: str, expected: object) -> None:
    assert [expected] == [data(root) for root in document(content.encode()).roots]


@pytest.mark.parametrize(
    "content, roots", [("", 0), ("# c\n", 0), ("---\n", 1), ("spec: 1\n---\njob: 2\n", 2)], ids=repr
)
def test_each_document_of_a_stream_has_a_root(content: str, roots: int) -> None:
    assert roots == len(document(content.encode()).roots)


def test_an_alias_is_the_node_of_its_anchor() -> None:
    root = document(b"a: &x {k: v}\nb: *x\n").roots[0]

    assert get(root, "a") is get(root, "b")


@pytest.mark.parametrize(
    "content, spans",
    [
        ("a: 'b' # c\n", ["a", "'b'"]),
        ("a: &x !t  b\n", ["a", "b"]),
        ("a: !t\n  # c\n  'b'\n", ["a", "'b'"]),
        ("a: &x\nb: !t # c\n", ["a", "", "b", ""]),
        ("a: |\n  b\n\n# c\nd: >-\n  e \n\n\n", ["a", "|\n  b", "d", ">-\n  e "]),
        ("a: |+\n  b\n\n# c\nd: |+\n\n", ["a", "|+\n  b\n", "d", "|+\n"]),
        ("a: | # c\n\n\nd: |2-\r\n   e\r\n\r\n", ["a", "|", "d", "|2-\r\n   e"]),
        ("\ufeffa: é\n", ["a", "é"]),
    ],
    ids=["quoted", "properties", "property-above", "empty", "blocks", "kept", "headers", "bom"],
)
def test_the_span_of_a_scalar(content: str, spans: list[str]) -> None:
    def scalars(node: Node) -> list[Scalar]:
        if isinstance(node, Mapping):
            return [each for entry in node.entries for each in (entry.key, *scalars(entry.value))]
        return [node] if isinstance(node, Scalar) else []

    found = document(content.encode())

    assert spans == [found.text[each.start : each.end] for each in scalars(found.roots[0])]


@pytest.mark.parametrize(
    "content, key, span",
    [
        ("a:\n  - b\n  - c # d\n\n  # e\nf: g\n", "a", "- b\n  - c"),
        ("a: &x !t\n  b: [c]\n\n\nf: g\n", "a", "b: [c]"),
        ("x: &x 1\na:\n- *x\n- *x\n# e\n", "a", "- *x\n- *x"),
        ("a: {b: c } # d\n", "a", "{b: c }"),
    ],
    ids=["block", "properties", "aliases", "flow"],
)
def test_a_block_ends_with_the_last_thing_in_it(content: str, key: str, span: str) -> None:
    found = document(content.encode())
    node = get(found.roots[0], key)

    assert node is not None
    assert span == found.text[node.start : node.end]


def test_lines_and_columns_count_from_one() -> None:
    node = get(document(b"# c\na:\n  b: !t\n    c\n").roots[0], "a", "b")

    assert node is not None
    assert (4, 5) == (node.line, node.column)


def test_a_chain_of_merges_takes_no_long() -> None:
    root = document(MERGES).roots[0]
    start = time.process_time()

    assert "v" == getattr(get(root, "a14", "k"), "value", None)
    assert time.process_time() - start < 2


def test_pythons_own_loader_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    content = "\ufeffa: &x !t\n  - 'b'\n  - |+\n    c\n\n  - >-\n    d\n    e\nf: {g: *x}\nh:\n".encode()
    expected = parse(content)
    monkeypatch.delattr(yaml, "CSafeLoader")

    assert expected == parse(content)


@given(FRAGMENTS)
def test_pythons_own_loader_never_raises(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.delattr(yaml, "CSafeLoader")
        found = parse(text.encode())

    assert isinstance(found, Document | Unparsable)
