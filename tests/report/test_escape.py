"""What leaves kempt is shown by terminals and CI logs, and obeyed by none."""

from __future__ import annotations

import pytest

from kempt.report import escape


@pytest.mark.parametrize(
    "text, expected",
    [
        pytest.param("env/größe 日本.py", "env/größe 日本.py", id="what-prints-stays"),
        pytest.param("a\nb\r\tc", "a\\nb\\r\\tc", id="line-ends"),
        pytest.param("\x1b[31m\x07\x00\x7f", "\\x1b[31m\\x07\\x00\\x7f", id="c0"),
        pytest.param("\x9b31m\x85", "\\u009b31m\\u0085", id="c1"),
        pytest.param("\u202e\u2066\u200b\ufeff", "\\u202e\\u2066\\u200b\\ufeff", id="bidi-and-zero-width"),
        pytest.param("\U000e0041", "\\U000e0041", id="tags"),
        pytest.param("caf\udce9 \udc80 \udcff", "caf\\xe9 \\x80 \\xff", id="bytes-that-are-no-utf-8"),
        pytest.param("\ud800 \udc00 \udd00", "\\ud800 \\udc00 \\udd00", id="other-surrogates"),
        pytest.param("::error::x", "\\x3a:error::x", id="command-at-the-start"),
        pytest.param("a ::error::x", "a \\x3a:error::x", id="command-where-a-line-may-be-wrapped"),
        pytest.param("std::vector a:b", "std::vector a:b", id="colons-inside-a-word"),
        pytest.param("##[error]a##vso[x]###[", "\\x23#[error]a\\x23#vso[x]#\\x23#[", id="logging-commands"),
        pytest.param("a\t\n", "a\\t\\n", id="blanks"),
    ],
)
def test_a_terminal_sees_what_it_would_obey(text: str, expected: str) -> None:
    assert expected == escape.visible(text)


def test_what_is_to_be_kept_is_kept() -> None:
    assert "a\tb\\n" == escape.visible("a\tb\n", keep="\t")


def test_only_lone_surrogates_keep_a_text_from_being_encoded() -> None:
    assert "caf\\xe9 é \x1b \\ud800" == escape.well_formed("caf\udce9 é \x1b \ud800")


def test_data_of_a_github_command_has_no_line_end_of_its_own() -> None:
    assert "100%25 a\\nb%0A  help: x" == escape.github_data("100% a\nb", "  help: x")


def test_a_property_of_a_github_command_keeps_the_path() -> None:
    assert "%3A%3Aa%2Cb%250A%0Ac\\x1b" == escape.github_property("::a,b%0A\nc\x1b")


def test_xml_holds_no_control_character() -> None:
    assert "&lt;a b=&quot;&amp;&quot;&gt;\\x00\\uffff\n" == escape.xml('<a b="&">\x00\uffff\n')


@pytest.mark.parametrize(
    "text, expected",
    [
        pytest.param("`a_b` is *x*", "<code>a\\_b</code> is \\*x\\*", id="code-between-backticks"),
        pytest.param("a`b", "a\\`b", id="one-backtick"),
        pytest.param("`a` `b", "<code>a</code> \\`b", id="odd-backticks"),
        pytest.param("<img src=x>|[a](b)!", "&lt;img src=x&gt;\\|\\[a\\]\\(b\\)\\!", id="markup"),
        pytest.param("@me https://x www.y", "&#64;me https&#58;//x www&#46;y", id="mentions-and-links"),
    ],
)
def test_markdown_shows_names_as_they_are(text: str, expected: str) -> None:
    assert expected == escape.markdown(text)


def test_code_in_markdown_is_one_span() -> None:
    assert "<code>a\\`\\|&lt;</code>" == escape.markdown_code("a`|<")
