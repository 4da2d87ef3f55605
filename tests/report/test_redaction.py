from __future__ import annotations

import pytest

from kempt.report.redaction import redacted


@pytest.mark.parametrize(
    "text, expected",
    [
        pytest.param("https://me:pw@host/x", "https://...@host/x", id="user-and-password"),
        pytest.param("https://token@host", "https://...@host", id="token"),
        pytest.param("https://host/a@b", "https://host/a@b", id="an-at-sign-in-the-path"),
        pytest.param("git@host:x", "git@host:x", id="no-url"),
        pytest.param("a://b:c@d e://f@g", "a://...@d e://...@g", id="each-of-them"),
    ],
)
def test_the_password_of_a_url_is_left_out(text: str, expected: str) -> None:
    assert expected == redacted(text)
