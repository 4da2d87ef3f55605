"""The text that is parsed: what is no shell is masked, and each offset finds its way back to the script."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import NamedTuple

from kempt.formats.shell.data import UNPLACED

_EXPRESSION = re.compile(
    r"\$\{\{(?:'[^']*+'|\$(?!\{\{)|[^'}$]|\}(?!\}))*+\}\}"  # GitHub: a string may hold }}
    r"|\$\{\{[^\n]{0,500}?\}\}"
    r"|\{\{[^{}\n]{0,500}\}\}"
    r"|<< *[A-Za-z][\w-]{0,99}(?:\.[\w-]{1,99}){1,9} *>>",  # CircleCI; no heredoc
    re.ASCII,
)
_FOREIGN = re.compile(r"[^\x01-\x7f]")  # a letter to a shell, whatever it is: so a byte is a character
_SET = r"[A-Za-z_]\w*+=(?:\"[^\"\n]*+\"|'[^'\n]*+'|\$\([^()\n]*+\)|[^\s\"'`;|&<>()\\#])*+"
_SETS = re.compile(rf"(?:\A|(?<!\\)\n)[ \t]*+{_SET}(?:[ \t]++{_SET})++(?=[ \t]*+(?:#[^\n]*+)?(?:\n|\Z))", re.ASCII)
_BETWEEN_SETS = re.compile(rf"({_SET})[ \t]", re.ASCII)
"""`A=1 B=2`: the grammar looks for their command in the next line, so they are kept apart."""
_PLAIN_ESCAPE = re.compile(r"\\([\s\S]?)")
_QUOTED_ESCAPE = re.compile(r"\\([$`\"\\\n])")
_HEREDOC_ESCAPE = re.compile(r"\\([$`\\\n])")
ESCAPES = {"": _PLAIN_ESCAPE, '"': _QUOTED_ESCAPE, "<<": _HEREDOC_ESCAPE}


class Source(NamedTuple):
    """A script, or one inside a string of another.

    `text` has no carriage return before a line feed; `masked` is equally long, ASCII, and has `_` for what is masked.
    `returns` are the places of the line feeds that lost one. `offset` is where it begins in the parent's text.
    """

    text: str
    masked: str
    returns: tuple[int, ...]
    newlines: tuple[int, ...]
    parent: Source | None = None
    offset: int = 0
    line: int = 0

    def place(self, index: int) -> int:
        """The offset in the outermost script, or -1."""
        if self.parent is None:
            return index + bisect_left(self.returns, index) if self.returns else index
        return UNPLACED if self.offset < 0 else self.parent.place(self.offset + index)

    @property
    def is_exact(self) -> bool:
        """Whether it stands in the outermost script character by character."""
        return self.place(0) >= 0 and self.place(len(self.text)) - self.place(0) == len(self.text)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Both offsets in the outermost script."""
        return self.place(start), self.place(end)

    def line_of(self, index: int) -> int:
        """The lines above it, in the outermost script."""
        return self.line + bisect_left(self.newlines, index)

    def is_masked(self, start: int, end: int) -> bool:
        """Whether something there is no shell but another language's expression."""
        text = self.text[start:end]
        return ("{{" in text or "<<" in text) and text != self.masked[start:end] and bool(_EXPRESSION.search(text))

    def plain(self, start: int, end: int, quote: str = "") -> str:
        """The text there without the backslashes that only escape; those in an expression stay."""
        text = self.text[start:end]
        if "\\" not in text:
            return text
        pieces, done = [], start
        for match in ESCAPES[quote].finditer(self.masked, start, end):
            pieces.append(self.text[done : match.start()])
            pieces.append(self.text[match.start(1) : match.end()].replace("\n", ""))
            done = match.end()
        return "".join((*pieces, self.text[done:end]))


def source(script: str) -> Source:
    """A script of its own."""
    text = script
    returns: tuple[int, ...] = ()
    if "\r\n" in script:
        text = script.replace("\r\n", "\n")
        returns = tuple(match.start() - n for n, match in enumerate(re.finditer("\r\n", script)))
    return Source(text, _masked(text), returns, _newlines(text))


def within(parent: Source, text: str, start: int, line: int) -> Source:
    """A script that stands in another: at `start`, or at no place of its own where that is -1."""
    if start < 0:
        return Source(text, _masked(text), (), _newlines(text), parent, UNPLACED, line)
    masked = parent.masked[start : start + len(text)]
    return Source(text, masked, (), _newlines(text), parent, start, parent.line_of(start))


def _newlines(text: str) -> tuple[int, ...]:
    return tuple(match.start() for match in re.finditer("\n", text))


def _masked(text: str) -> str:
    if "{{" in text or "<<" in text:
        text = _EXPRESSION.sub(lambda match: "_" * len(match.group()), text)
    if not text.isascii() or "\0" in text:
        text = _FOREIGN.sub("_", text)
    return _SETS.sub(lambda match: _BETWEEN_SETS.sub(r"\1;", match.group()), text) if "=" in text else text
