"""Secrets in text: whatever spelling a server or git gives them, they do not leave."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kempt.formats.redaction import on_one_line, redacted


@pytest.mark.parametrize(
    "text, expected",
    [
        ("https://ada:hunter2@host/a.git", "https://...@host/a.git"),
        ("https://ada:p@ss@host/a.git", "https://...@host/a.git"),
        ("unable to access 'https://tok@host/': 403", "unable to access 'https://...@host/': 403"),
        ("Authorization: Basic YWRhOmh1bnRlcjI=", "Authorization: ..."),
        ("proxy-authorization: bearer abc.def", "proxy-authorization: ..."),
        ('{"authorization": "token abcdef"}', '{"authorization": "..."}'),
        ("with ghp_0123456789abcdef gone", "with ... gone"),
        ("github_pat_11ABC_defghijk", "..."),
        ("glpat-aB3_x.y-zzzzzzz", "..."),
        ("GET /x?private_token=abc&page=2", "GET /x?private_token=...&page=2"),
        ("mail ada@example.com about a/b@c", "mail ada@example.com about a/b@c"),
        ("https://host/a?x=y@z", "https://host/a?x=y@z"),
    ],
)
def test_known_places_of_secrets_are_masked(text: str, expected: str) -> None:
    assert expected == redacted(text)


def test_what_is_named_as_secret_is_masked_wherever_it_stands() -> None:
    assert "a ... b ..., ab" == redacted("a sesame b sesame123, ab", ["sesame", "sesame123", "ab"])


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=4, max_size=40).filter(lambda each: "." not in each))
def test_no_secret_of_four_characters_survives(secret: str) -> None:
    said = redacted(f"0{secret}1{secret}2", [secret])

    assert "0...1...2" == said or secret not in said


@given(
    st.text(st.characters(exclude_characters="/ \t\n\r?#'\"<>@"), min_size=1), st.sampled_from(["http", "https", "ssh"])
)
def test_no_userinfo_survives(userinfo: str, scheme: str) -> None:
    assert f"{scheme}://...@host/x" == redacted(f"{scheme}://{userinfo}@host/x")


@pytest.mark.parametrize("text", ["://" * 50_000, "://" + "a" * 200_000, "authorization: " * 20_000, "ghp_" * 50_000])
def test_long_hostile_text_takes_no_time_that_grows_with_its_square(text: str) -> None:
    assert redacted(text)


def test_what_a_server_says_is_one_line_that_can_be_shown() -> None:
    assert "a [31mred b c" == on_one_line("a\x1b[31mred\r\nb\u202e\tc\0")


def test_a_long_line_is_cut() -> None:
    assert "x" * 297 + "..." == on_one_line("x" * 1000)
