"""What git says, and what that comes to."""

from __future__ import annotations

import pytest

from kempt.engine.fleet.refusals import refusal


@pytest.mark.parametrize(
    "said, code, again",
    [
        ("fatal: unable to access 'https://h/a/': The requested URL returned error: 429", "rate-limited", True),
        ("fatal: unable to access 'https://h/a/': The requested URL returned error: 502", "unreachable", True),
        ("fatal: unable to access 'https://h/a/': The requested URL returned error: 301", "redirected", False),
        ("fatal: unable to access 'https://h/a/': The requested URL returned error: 403", "denied", False),
        ("error: RPC failed; HTTP 503 curl 22\nfatal: the remote end hung up unexpectedly", "unreachable", True),
        ("fatal: repository 'https://h/a/' not found", "not-found", False),
        ("fatal: remote error: access denied or repository not exported: /a", "denied", False),
        ("fatal: could not read Username for 'https://h': terminal prompts disabled", "denied", False),
        ("git@h: Permission denied (publickey).\nfatal: Could not read from remote repository.", "denied", False),
        ("Host key verification failed.\nfatal: Could not read from remote repository.", "denied", False),
        ("ssh: Could not resolve hostname h: Name or service not known", "unreachable", True),
        ("fatal: unable to access 'https://h/': Could not resolve host: h", "unreachable", True),
        (
            "fatal: unable to access 'https://h/': SSL certificate problem: self-signed",
            "unreachable",
            False,
        ),
        ("error: index-pack died of signal 25\nfatal: fetch-pack: invalid index-pack output", "too-large", False),
        ("fatal: Out of memory, malloc failed", "too-large", False),
        ("fatal: early EOF\nfatal: fetch-pack: invalid index-pack output", "unreachable", True),
        ("fatal: transport 'ext' not allowed", "refused", False),
        ("fatal: protocol error: bad line length character: <htm", "damaged", False),
        ("fatal: expected 'packfile'", "damaged", False),
        (
            "fatal: sha1 file 'x' write error. Out of diskspace\nfatal: fetch-pack: invalid index-pack output",
            "no-space",
            False,
        ),
        ("remote: fatal: write error: No space left on device\nfatal: early EOF", "unreachable", True),
        ("fatal: git upload-pack: not our ref 0123", "unadvertised", False),
        ("something else", "failed", False),
        ("", "failed", False),
    ],
)
def test_git_s_words_have_a_reason(said: str, code: str, again: bool) -> None:  # noqa: FBT001 - a case's result
    found = refusal(said.encode(), 128)

    assert (code, again) == (found.code, found.again)


def test_only_what_weighs_is_told_on_one_line() -> None:
    found = refusal(b"warning: x\nhint: y\nfatal: \x1b[31mno\nerror: z\nfatal: more\n", 1)

    assert "fatal: [31mno; error: z" == found.said


def test_a_git_that_dies_without_a_word_is_told_by_its_status() -> None:
    assert "git ended with status -9 and said nothing" == refusal(b"", -9).said
