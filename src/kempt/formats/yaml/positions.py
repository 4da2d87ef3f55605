"""From a character of a scalar's value to its place in the text.

Source and value are walked in step, and each character is compared: a place is exact, or there is none.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right

from kempt.formats.yaml.nodes import Document, Scalar

BREAK = r"\r?\n"
FOLD = r"(?P<fold>[ \t]*+\r?\n[ \t\r\n]*+)"
SPACES = r"[ \t]++(?![\r\n])"
PIECES = {
    "": rf"(?:[^ \t\r\n]|{SPACES})++|{FOLD}",
    "'": rf"(?:[^ \t\r\n']|{SPACES})++|{FOLD}|(?P<escape>'')",
    '"': rf"(?:[^ \t\r\n\\]|{SPACES})++|{FOLD}|(?P<joined>\\\r?\n[ \t\r\n]*+)"
    r"|(?P<escape>\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.))",
}
"""What a scalar of each style with quotes or several lines is made of; compiled when one is met."""
ESCAPES = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "\t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "e": "\x1b",
    " ": " ", '"': '"', "/": "/", "\\": "\\", "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029",
}  # fmt: skip


class Positions:
    """The offset in the text of each index of a value, held as runs within which both grow alike."""

    __slots__ = ("_indices", "_offsets", "_reached", "_value")

    def __init__(self, value: str) -> None:
        self._value = value
        self._reached = 0
        self._indices: list[int] = []
        self._offsets: list[int] = []

    def at(self, index: int) -> int:
        """The offset of the character at an index of the value; the length of the value stands for its end."""
        run = bisect_right(self._indices, index) - 1
        return self._offsets[run] + index - self._indices[run]

    def take(self, offset: int, piece: str) -> bool:
        """Note where the value's next piece stands; False if the value goes on with something else."""
        index = self._reached
        if not self._value.startswith(piece, index):
            return False
        if not self._indices or self._offsets[-1] - self._indices[-1] != offset - index:
            self._indices.append(index)
            self._offsets.append(offset)
        self._reached = index + len(piece)
        return True

    def is_whole(self) -> bool:
        """Whether each character of the value has its place."""
        return self._reached == len(self._value)


def positions(document: Document, scalar: Scalar) -> Positions | None:
    """The places of a scalar's characters; None if they cannot be told exactly."""
    found = Positions(scalar.value)
    walked = _block if scalar.style in {"|", ">"} else _flow
    return found if walked(document.text, scalar, found) else None


def _flow(text: str, scalar: Scalar, found: Positions) -> bool:
    """Walk a plain or a quoted scalar."""
    quote = len(scalar.style)
    at, stop = scalar.start + quote, scalar.end - quote
    if text[at:stop] == scalar.value:
        return found.take(at, scalar.value)
    piece = re.compile(PIECES[scalar.style])
    while at < stop:
        match = piece.match(text, at, stop)
        if match is None or not _taken(match, found):
            return False
        at = match.end()
    return found.is_whole() and found.take(stop, "")


def _taken(match: re.Match[str], found: Positions) -> bool:
    piece = match.group()
    if match.lastgroup is None:
        return found.take(match.start(), piece)
    if match.lastgroup == "escape":
        return found.take(match.start(), _escaped(piece))
    breaks = [each.start() for each in re.compile(BREAK).finditer(match.string, match.start(), match.end())]
    if match.lastgroup == "fold" and len(breaks) == 1:
        return found.take(breaks[0], " ")
    return all(found.take(offset, "\n") for offset in breaks[1:])


def _escaped(piece: str) -> str:
    """What an escape says; the escape itself, which will not agree, if it is none."""
    if piece == "''":
        return "'"
    if len(piece) > len("\\n"):
        code = int(piece.replace(piece[:2], "0x", 1), base=0)
        return chr(code) if code <= sys.maxunicode else piece
    return ESCAPES.get(piece[1:], piece)


def _block(text: str, scalar: Scalar, found: Positions) -> bool:
    """Walk the lines of a literal or folded scalar; `breaks` are the line ends since the last line that says something.

    Folding makes one break a space and drops the first of several, unless a line beside them begins with a blank.
    """
    at = text.find("\n", scalar.start, scalar.end) + 1
    indent = _indent(text[at : scalar.end], scalar.value) if at else 0
    end, breaks, folds = scalar.end, list[int](), False
    while 0 < at <= scalar.end:
        stop = text.find("\n", at)
        line_end = len(text) if stop < 0 else stop - (text[stop - 1] == "\r")
        begin = at + indent
        if line_end > begin:
            folding = scalar.style == ">" and text[begin] not in " \t"
            if not (_broken(breaks, found, folds=folds and folding) and found.take(begin, text[begin:line_end])):
                return False
            breaks, folds = [], folding
        if stop >= 0:
            breaks.append(line_end)
        end, at = line_end, stop + 1
    while breaks and not found.is_whole():
        end = breaks.pop(0)
        if not found.take(end, "\n"):
            return False
        end += 1 + (text[end] == "\r")
    return found.is_whole() and found.take(end, "")


def _broken(breaks: list[int], found: Positions, *, folds: bool) -> bool:
    if folds and len(breaks) == 1:
        return found.take(breaks[0], " ")
    return all(found.take(offset, "\n") for offset in breaks[folds:])


def _indent(body: str, value: str) -> int:
    """How far the lines of a block scalar are indented, told from the first that says something."""
    line = next((line for line in body.split("\n") if line.strip()), None)
    if line is None:
        return len(body) + 1
    said = value.lstrip("\n")
    return max(0, len(line) - len(line.lstrip(" ")) - (len(said) - len(said.lstrip(" "))))
