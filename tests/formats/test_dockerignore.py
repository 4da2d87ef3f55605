"""What a `.dockerignore` keeps from the builder."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kempt.formats.dockerignore import is_ignored, with_patterns


@pytest.mark.parametrize(
    "text, path, expected",
    [
        (".venv", ".venv", True), (".venv", ".venv/bin/python", True), (".venv", "api/.venv", False),
        ("**/.venv", "api/.venv/x", True), ("**/.venv", ".venv", True), ("/.venv/", ".venv", True),
        ("*/x", "a/x", True), ("*/x", "a/b/x", False), ("a/**", "a/b/c", True), ("a/**/c", "a/c", True),
        ("*", "a/b", True), ("*\n!a", "a/b", False), ("*\n!a\na/b", "a/b", True), ("!a\n*", "a", True),
        ("# a\n#b", "b", False), (" a ", "a", True), ("a?c", "abc", True), ("[ab]c", "bc", True),
        ("[^a]c", "ac", False),
        ("\\*", "*", True), ("a.c", "abc", False), ("./a/../b", "b", True), ("[", "[", True), ("", "a", False),
        ("\ufeff.git", ".git", True), (".git\r\n", ".git", True),
    ],
)  # fmt: skip
def test_patterns(text: str, path: str, expected: bool) -> None:  # noqa: FBT001
    assert expected is is_ignored(text, path)


@given(st.text(alphabet="a*?[]!\\/.#-^\n ", max_size=60), st.text(alphabet="a./-", min_size=1, max_size=20))
def test_no_text_is_an_error(text: str, path: str) -> None:
    assert is_ignored(text, path) in {True, False}


def test_stars_do_not_take_long() -> None:
    assert is_ignored("*a" * 300, "a" * 300 + "b") is False


def test_patterns_are_put_at_the_end() -> None:
    assert "a\r\n\r\n# What tools make again: no image needs it (kept out by kempt)\r\n.git\r\n" == with_patterns(
        "a\r\n", (".git",)
    )
