"""What git says when a remote cannot be had, as a reason: a short word, a line for people, and whether to try again."""

from __future__ import annotations

import re
from typing import NamedTuple

from kempt.formats.redaction import on_one_line

UNADVERTISED = "unadvertised"
"""The remote gives out no content by its name: an old server. There is another way then."""
NOT_GIT = "not-git"
"""What answers is another server than git's, or one that has no repository there."""


class Refusal(NamedTuple):
    """Why. `again` says that the next try may end otherwise; `status` is that of HTTP, 0 without."""

    code: str
    said: str
    again: bool = False
    status: int = 0


class _Pattern(NamedTuple):
    code: str
    again: bool
    text: re.Pattern[str]


def _pattern(code: str, text: str, *, again: bool = False) -> _Pattern:
    return _Pattern(code, again, re.compile(text, re.IGNORECASE))


_PATTERNS = (  # the first that is found counts: what is certain stands before what follows from it
    _pattern(UNADVERTISED, "unadvertised object|not our ref"),
    _pattern("refused", "transport '[^']*' not allowed"),
    _pattern("no-space", "(?m)^(?!remote:).*(?:no space left on device|out of ?disk ?space|quota exceeded|"
             "failed to write new configuration file|could not write '[^']*' promisor file)"),
    _pattern("too-large", "signal 25|file size limit exceeded|file too large|out of memory|cannot allocate memory|"
             "malloc failed|mmap failed"),
    _pattern(NOT_GIT, "info/refs not valid"),
    _pattern("denied", "could not read username|could not read password|authentication failed|permission denied|"
             "host key verification failed|invalid credentials|access denied or repository not exported"),
    _pattern("not-found", "repository '[^']*' not found|repository not found|no such repository|"
             "does not appear to be a git repository|project you were looking for could not be found"),
    _pattern("unreachable", "certificate|ssl: no alternative"),
    _pattern("unreachable", "could not resolve|connection (?:refused|reset|timed out|closed)|timed out|"
             "couldn't connect|failed to connect|unable to connect|no route to host|network is unreachable|"
             "operation too slow|early eof|hung up|unexpected disconnect|recv failure|send failure|rpc failed|"
             "transfer closed|empty reply|http/2 stream|expected flush after ref listing|premature", again=True),
    _pattern("damaged", "protocol error|bad line length|invalid index-pack|index-pack failed|bad pack|bad object|"
             "pack has|is corrupt|corrupt|inflate|did not send all necessary objects|missing blob|missing tree|"
             "expected 'packfile'|unable to read|invalid pkt|unexpected|invalid .* response|"
             "not valid: is this a git repository|mismatched algorithms|bad tree|could not parse|unpack"),
)  # fmt: skip
_STATUS = re.compile(r"returned error: (\d{3})|http (\d{3}) curl", re.IGNORECASE)
_OF_STATUS = {401: "denied", 403: "denied", 404: "not-found", 407: "denied", 410: "not-found", 429: "rate-limited"}
_WEIGHTY = ("fatal: ", "error: ", "remote: ", "ssh: ")


def refusal(err: bytes, status: int) -> Refusal:
    """The reason that git's last words give. `status` is its exit status."""
    text = err.decode("utf-8", "backslashreplace")
    lines = [line for line in text.splitlines() if line.strip()]
    weighty = [line for line in lines if line.startswith(_WEIGHTY)] or lines
    said = on_one_line("; ".join(weighty[:2])) or f"git ended with status {status} and said nothing"
    found = _STATUS.search(text)
    if found:
        return _of_http(int(found[1] or found[2]), said)
    for each in _PATTERNS:
        if each.text.search(text):
            return Refusal(each.code, said, each.again)
    return Refusal("failed", said)


def _of_http(status: int, said: str) -> Refusal:
    if 300 <= status < 400:  # noqa: PLR2004 - the class of redirects
        return Refusal("redirected", said, status=status)
    if status in _OF_STATUS:
        return Refusal(_OF_STATUS[status], said, status == 429, status)  # noqa: PLR2004 - too many requests
    is_passing = status >= 500 or status == 408  # noqa: PLR2004 - the server's own trouble
    return Refusal("unreachable" if is_passing else "failed", said, is_passing, status)
