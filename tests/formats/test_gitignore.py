"""Ignore files: every pattern keeps its place, and an edit keeps every other byte."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import MakeRepository
from kempt.formats.gitignore import HEADING, encode, parse, pattern_for, with_patterns
from kempt.model.ignore import IgnoreFile, Pattern

WORDS = st.sampled_from(
    [
        "",
        "# note",
        "*.pyc",
        "!keep",
        "/build/",
        "dist/",
        "a/b",
        "\\#x",
        "\\!y",
        "x ",
        "x\\ ",
        "  ",
        "é",
        "\udcff",
        HEADING,
        "\r",
    ]
)
ENDS = st.sampled_from(["\n", "\r\n", "\n\n"])
TEXTS = st.builds(
    lambda bom, lines, last: bom + "".join(f"{word}{end}" for word, end in lines) + last,
    st.sampled_from(["", "\ufeff"]),
    st.lists(st.tuples(WORDS, ENDS), max_size=8),
    WORDS,
)
PATTERNS = st.lists(st.sampled_from([".venv", "__pycache__/", "*.pyc", "/build/"]), max_size=3).flatmap(
    lambda some: st.sampled_from([some, [*some, "keep"], ["!keep", *some]])
)


def parsed(text: str) -> IgnoreFile:
    return parse(PurePosixPath(".gitignore"), encode(text))


def only(text: str) -> Pattern:
    (pattern,) = parsed(text).patterns
    return pattern


@given(st.binary(max_size=60) | TEXTS.map(encode))
def test_parsing_keeps_every_byte(content: bytes) -> None:
    assert content == encode(parse(PurePosixPath(".gitignore"), content).text)


@given(TEXTS)
def test_a_pattern_knows_the_place_of_its_line(text: str) -> None:
    file = parsed(text)

    for pattern in file.patterns:
        line = file.text[pattern.start : pattern.end]
        assert file.text.split("\n")[pattern.line - 1] == line.removesuffix("\n")
        assert line.removeprefix("\ufeff").startswith(pattern.text)
        assert pattern.start == 0 or file.text[pattern.start - 1] == "\n"


@pytest.mark.parametrize(
    "line, text, body, negated, folder_only, anchored",
    [
        ("*.pyc", "*.pyc", "*.pyc", False, False, False),
        ("build/", "build/", "build", False, True, False),
        ("/build/", "/build/", "build", False, True, True),
        ("docs/_build", "docs/_build", "docs/_build", False, False, True),
        ("!keep/", "!keep/", "keep", True, True, False),
        ("\\!not", "\\!not", "\\!not", False, False, False),
        ("\\#not", "\\#not", "\\#not", False, False, False),
        ("x  ", "x", "x", False, False, False),
        ("x\\  ", "x\\ ", "x\\ ", False, False, False),
        ("x\\\\ ", "x\\\\", "x\\\\", False, False, False),
        ("x\r", "x", "x", False, False, False),
        (" x", " x", " x", False, False, False),
        ("\ufeffx", "x", "x", False, False, False),
    ],
    ids=repr,
)
def test_what_a_line_says(*, line: str, text: str, body: str, negated: bool, folder_only: bool, anchored: bool) -> None:
    pattern = only(line + "\n")

    assert (text, body, negated, folder_only, anchored) == pattern[3:]


@pytest.mark.parametrize("text", ["", "\n", "# note\n", "   \n", "\r\n"], ids=repr)
def test_blank_lines_and_comments_are_no_patterns(text: str) -> None:
    assert () == parsed(text).patterns


@given(TEXTS, PATTERNS)
def test_appending_is_done_once(text: str, patterns: list[str]) -> None:
    once = with_patterns(text, patterns)

    assert once == with_patterns(once, patterns)


@given(TEXTS, PATTERNS)
def test_appending_keeps_every_line_that_was_there(text: str, patterns: list[str]) -> None:
    """Only a missing line end is added; nothing else is changed, removed or moved."""
    old = text.split("\n")[: text.count("\n") + bool(text.rpartition("\n")[2])]
    new = iter(with_patterns(text, patterns).split("\n"))

    assert all(any(each.removesuffix("\r") == line.removesuffix("\r") for each in new) for line in old)


@given(TEXTS, PATTERNS)
def test_what_was_appended_is_what_decides(text: str, patterns: list[str]) -> None:
    written = parsed(with_patterns(text, patterns)).patterns

    for pattern in patterns:
        about = [each.text for each in written if each.text.removeprefix("!") == pattern.removeprefix("!")]
        assert pattern == about[-1]


@pytest.mark.parametrize(
    "before, after",
    [
        ("", f"{HEADING}\n.venv\n"),
        ("*.log\n", f"*.log\n\n{HEADING}\n.venv\n"),
        ("*.log", f"*.log\n\n{HEADING}\n.venv\n"),
        ("*.log\r\n", f"*.log\r\n\r\n{HEADING}\r\n.venv\r\n"),
        ("a\r\n*.log", f"a\r\n*.log\r\n\r\n{HEADING}\r\n.venv\r\n"),
        ("\ufeff*.log\n", f"\ufeff*.log\n\n{HEADING}\n.venv\n"),
        ("\udcff\n", f"\udcff\n\n{HEADING}\n.venv\n"),
        (f"{HEADING}\nbuild/\n\n# mine\nx\n", f"{HEADING}\nbuild/\n.venv\n\n# mine\nx\n"),
        (f"{HEADING}\nbuild/\n\n!.venv\n", f"{HEADING}\nbuild/\n\n!.venv\n.venv\n"),
        (f"{HEADING}", f"{HEADING}\n.venv\n"),
        (".venv\n!.venv\n", f".venv\n!.venv\n\n{HEADING}\n.venv\n"),
        ("!.venv\n.venv\n", "!.venv\n.venv\n"),
        (".venv  \n", ".venv  \n"),
    ],
    ids=["empty", "heading", "no-end", "crlf", "crlf-no-end", "bom", "bytes", "block", "exception-after-block",
         "bare-heading", "exception-last", "exception-first", "there"],
)  # fmt: skip
def test_where_a_pattern_is_appended(before: str, after: str) -> None:
    assert after == with_patterns(before, [".venv"])


@pytest.mark.parametrize(
    "path, folder, pattern",
    [
        ("env", True, "/env/"),
        ("a b ", False, "/a b\\ "),
        ("a*[1]?\\", False, "/a\\*\\[1]\\?\\\\"),
        ("#x", False, "/#x"),
        ("!x", False, "/!x"),
        ("new\nline", True, "/new?line/"),
    ],
    ids=repr,
)
def test_the_pattern_for_a_path(*, path: str, folder: bool, pattern: str) -> None:
    assert pattern == pattern_for(path, folder=folder)


@pytest.mark.parametrize(
    "name", ["env", "a b ", "[x]*?", "back\\slash", "#x", "!x", "new\nline", "cr\r", "\udcff", "-e", " x"], ids=repr
)
def test_git_agrees_that_the_pattern_matches_the_path_and_not_its_neighbours(
    name: str, git_repo: MakeRepository
) -> None:
    pattern = pattern_for(name, folder=False)
    repository = git_repo({".gitignore": encode(pattern + "\n")})

    asked = b"\0".join(each.encode("utf-8", "surrogateescape") for each in (f"./{name}", f"./{name}x", f"./sub/{name}"))
    answer = repository.git("check-ignore", "-z", "--stdin", "--no-index", input=asked)

    assert f"./{name}\0" == answer
