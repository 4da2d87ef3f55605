"""`# kempt: ignore[...]` comments: what they cover, and what to cut out when they are of no use."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kempt.formats.suppression import parse
from kempt.model.repo import Suppression

YAML = PurePosixPath("ci.yml")
IGNORES = PurePosixPath("a/.gitignore")
MARK = "# kempt: ignore[KPT201]"
LINES = st.lists(
    st.sampled_from(
        ["", "key: 1", "# note", MARK, f"key: 2  {MARK} reason", f"{MARK} why\r", "a\r", f"  {MARK}", "\udcff"]
    ),
    max_size=8,
).map("\n".join)


def only(path: PurePosixPath, text: str) -> Suppression:
    (found,) = parse(path, text)
    return found


@given(LINES)
def test_cutting_one_out_leaves_every_other_line(text: str) -> None:
    lines = text.split("\n")
    for found in parse(YAML, text):
        rest = (text[: found.start] + text[found.end :]).split("\n")
        before, after = lines[: found.line - 1], lines[found.line :]
        assert "kempt: ignore[" in text[found.start : found.end]
        assert before == rest[: len(before)]
        assert after == rest[len(rest) - len(after) :] if after else True
        assert len(lines) - len(rest) in {0, 1}


@pytest.mark.parametrize(
    "text, codes",
    [
        ("x # kempt: ignore[KPT201]", ("KPT201",)),
        ("x #kempt: ignore[KPT201, KPT205] because", ("KPT201", "KPT205")),
        ("x # kempt: ignore[ KPT2 KPT1,]", ("KPT2", "KPT1")),
        ("x # kempt: ignore[]", ()),
    ],
    ids=repr,
)
def test_the_codes_it_names(text: str, codes: tuple[str, ...]) -> None:
    assert codes == only(YAML, text).codes


@pytest.mark.parametrize(
    "text",
    [
        "kempt: ignore[KPT201]",
        "# kempt: ignore KPT201",
        "# kempt:ignore[KPT201]",
        "# Kempt: ignore[KPT201]",
        "# kempt: ignore[KPT201",
    ],
    ids=repr,
)
def test_what_is_no_suppression(text: str) -> None:
    assert () == parse(YAML, text)


@pytest.mark.parametrize(
    "text, line, covers",
    [
        (f"a\nb {MARK}\nc", 2, (2,)),
        (f"a\n{MARK}\nb", 2, (3,)),
        (f"{MARK}\n\n# note\n  # more\nb", 1, (5,)),
        (f"a\n{MARK}", 2, (3,)),
    ],
    ids=["same-line", "next-line", "next-line-that-says-something", "last-line"],
)
def test_the_line_it_covers(text: str, line: int, covers: tuple[int, ...]) -> None:
    assert (line, covers) == only(YAML, text)[1:3]


@pytest.mark.parametrize(
    "text, rest",
    [
        (f"a: 1  {MARK} reason\nb: 2\n", "a: 1\nb: 2\n"),
        (f"a: 1 {MARK}\r\nb: 2\r\n", "a: 1\r\nb: 2\r\n"),
        (f"  {MARK}\nb: 2\n", "b: 2\n"),
        (f"a: 1\n{MARK}", "a: 1\n"),
    ],
    ids=["behind", "behind-crlf", "alone", "last"],
)
def test_what_is_left_without_it(text: str, rest: str) -> None:
    found = only(YAML, text)

    assert rest == text[: found.start] + text[found.end :]


def test_in_an_ignore_file_only_a_whole_line_is_a_comment() -> None:
    """git takes `x # kempt: ignore[KPT201]` for a pattern."""
    assert () == parse(IGNORES, f"x {MARK}\n  {MARK}\n")
    assert (2,) == only(IGNORES, f"{MARK}\nx\n").covers
