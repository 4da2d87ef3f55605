"""Taking secrets out of text that leaves: what git or a server says may quote a URL or a header with one in it."""

from __future__ import annotations

import re
from collections.abc import Iterable

MASK = "..."
_USERINFO = re.compile(r"(?<=://)[^/ \t\r\n?#'\"<>]{0,4096}@")
_HEADER = re.compile(
    r"((?:proxy-)?authorization['\"]?\s?[:=]\s?['\"]?)(?:(basic|bearer|token|digest)\s)?[^\s'\",;]+", re.IGNORECASE
)
_TOKEN = re.compile(
    r"\b(?:gh[pousr]_[A-Za-z0-9]{8,}|github_pat_\w{8,}|gl(?:pat|ptt|dt|rt|cbt|soat|ft|agent)-[\w.-]{8,}|"
    r"ATBB\w{8,}|ATCTT\w{8,}|x-access-token:\S+)"
)
"""The forms of the tokens that GitHub, GitLab and Bitbucket give out."""
_QUERY = re.compile(
    r"(?<=[?&])((?:access_|private_|job_)?token|api_?key|password|secret|sig|signature)=[^&\s'\"]+", re.IGNORECASE
)
_SHORTEST = 4
"""Characters: a shorter secret is a word that stands in every second message."""


def redacted(text: str, secrets: Iterable[str] = ()) -> str:
    """The same text without users in URLs, Authorization headers, known forms of tokens, and `secrets`."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST:
            text = text.replace(secret, MASK)
    text = _USERINFO.sub(f"{MASK}@", text)
    text = _HEADER.sub(lambda found: found[1] + MASK, text)
    return _QUERY.sub(rf"\1={MASK}", _TOKEN.sub(MASK, text))


def on_one_line(text: str, longest: int = 300) -> str:
    """What a server said as one line of characters that can be shown: it is free to send any bytes."""
    line = "".join(each if each.isprintable() else " " for each in text)
    line = " ".join(line.split())
    return line if len(line) <= longest else line[: longest - 3] + MASK
