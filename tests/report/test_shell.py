"""Words of a shell: what is shown to be typed is one word, prints, and comes back as it was."""

from __future__ import annotations

import subprocess
from fnmatch import fnmatchcase
from shlex import split

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kempt.report.shell import pattern, quoted, word

HOSTILE = (
    "$(touch owned)",
    "`id`",
    "a'b\"c",
    "-rf",
    "a\nb",
    "\x1b[2J",
    "gnp\u202efdp",
    "caf\udce9",
    "a\\'\tb",
    "*?[x]",
    "",
)


def test_a_word_of_bash_is_what_it_was() -> None:
    script = "".join(f"printf '%s\\0' {word(text)}\n" for text in HOSTILE)
    out = subprocess.run(["bash", "-c", script], capture_output=True, check=True).stdout

    assert [text.encode("utf-8", "surrogateescape") for text in HOSTILE] == out.split(b"\0")[:-1]


@given(st.text())
def test_a_word_always_prints(text: str) -> None:
    assert word(text).isprintable()


@given(st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), min_size=1))
def test_a_pattern_matches_its_name_only(name: str) -> None:
    (glob,) = split(pattern(name)) if not pattern(name).startswith("$") else (name,)

    assert fnmatchcase(name, glob)
    assert not fnmatchcase(f"{name}x", glob)


@pytest.mark.parametrize("path, shown", [("-n", "./-n"), ("a b", "'a b'"), ("a/b", "a/b")])
def test_a_path_is_never_an_option(path: str, shown: str) -> None:
    assert shown == quoted(path)
