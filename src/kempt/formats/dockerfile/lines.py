"""Physical lines to logical ones: comments and continuations are blanked out, so that no offset moves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

BLANK = " \t\v\f\r\x85\xa0"
_LINE = re.compile(r"[^\n]*\n|[^\n]+\Z")
_DIRECTIVE = re.compile(r"#[ \t]*([a-zA-Z][a-zA-Z0-9]*)[ \t]*=[ \t]*([^ \t\r\n][^\r\n]*)")
_KNOWN = frozenset({"escape", "syntax", "check"})
_CONTINUED = {
    "\\": re.compile(r"(?:\A|(?<=[^\\]))\\[ \t]*\Z"),
    "`": re.compile(r"(?:\A|(?<=[^`]))`[ \t]*\Z"),
}


class Line(NamedTuple):
    """A logical line: `text` is as long as what is written from `start` on, and holds no comment and no line feed.

    A continuation inside a word is a backslash and a line feed, as a shell has it. Lines count from 1.
    """

    text: str
    start: int
    line: int
    end_line: int


class Lines:
    """The lines of a file, one after the other; heredocs are taken off by whoever knows that one begins."""

    def __init__(self, text: str, indent: str = "") -> None:
        self.text = text
        self.indent = indent
        self._at = 1 if text.startswith("\ufeff") else 0
        self.number = 0
        self.escape = "\\"
        self._in_directives = True

    def __iter__(self) -> Iterator[Line]:
        while (found := self.physical()) is not None:
            start, raw = found
            content = raw.rstrip("\r\n")
            self._directive(content)
            if content.lstrip(BLANK).startswith("#"):
                continue
            line = self._logical(start, raw, content)
            if line.text.strip(BLANK):
                yield line

    def skip_directives(self) -> None:
        """Read what is no beginning of a file: a comment in it steers nothing."""
        self._in_directives = False

    def physical(self) -> tuple[int, str] | None:
        """The next line with its line feed, and where it begins."""
        match = _LINE.match(self.text, self._at)
        if match is None:
            return None
        self.number += 1
        self._at = match.end()
        return match.start(), match.group()

    def _directive(self, content: str) -> None:
        if not self._in_directives:
            return
        match = _DIRECTIVE.match(content.strip(BLANK))
        if match is None or match[1].lower() not in _KNOWN:
            self._in_directives = False
        elif match[1].lower() == "escape" and match[2].strip() in _CONTINUED:
            self.escape = match[2].strip()

    def _logical(self, start: int, raw: str, content: str) -> Line:
        first, pieces = self.number, list[str]()
        gap = self._add(pieces, raw, content)
        while gap is not None and (found := self.physical()) is not None:
            following = found[1].rstrip("\r\n")
            bare = following.lstrip(BLANK)
            if not bare or bare.startswith("#"):
                gap += len(found[1])
                continue
            glued = following[:1] not in BLANK and bool(pieces[-1]) and pieces[-1][-1:] not in BLANK
            pieces.append(_glue(gap) if glued else " " * gap)
            gap = self._add(pieces, found[1], following)
        return Line("".join(pieces), start, first, self.number)

    def _add(self, pieces: list[str], raw: str, content: str) -> int | None:
        """Take a line; how many characters of it are its continuation, None where it goes no further."""
        match = _CONTINUED[self.escape].search(content) if self.escape in content[-256:] else None
        if match is None:
            pieces.append(content)
            return None
        pieces.append(content[: match.start()])
        return len(raw) - match.start()


def _glue(length: int) -> str:
    """A continuation that separates no words."""
    if length < 2:  # noqa: PLR2004 - a backslash and a line feed
        return " " * length
    return "\\\r\n" * (length % 2) + "\\\n" * ((length - 3 * (length % 2)) // 2)
