"""Text in columns of a terminal: widths as they are displayed, wrapping between words, colours."""

from __future__ import annotations

import re

# One word for wrapping: also a command between backticks, which is there to be copied, and a number with its unit.
_WORD = r"(?:`[^`]*`|(?<![\d,.])\d[\d,.]*+ (?=[a-zA-Z])|\S)+"
_COMBINING = "\u0300"  # before it, every character that prints takes one column
_STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36"}


def width(text: str) -> int:
    """How many columns a printable text takes: two for East Asian wide characters, none for combining ones."""
    if text.isascii() or max(text) < _COMBINING:
        return len(text)
    from unicodedata import category, east_asian_width

    return sum(
        2 if east_asian_width(c) in "WF" else category(c) not in {"Mn", "Me"} for c in text
    )  # fmt: skip


def pad(text: str, columns: int) -> str:
    """The text and blanks up to a column."""
    return text + " " * (columns - width(text))


def wrap(text: str, columns: int) -> list[str]:
    """Lines of at most `columns`, broken between words only; a longer word has a line of its own, whole."""
    if width(text) <= columns:
        return [text]
    lines: list[str] = []
    room = 0
    for word in re.findall(_WORD, text):
        taken = width(word)
        if lines and taken < room:
            lines[-1] += f" {word}"
            room -= taken + 1
        else:
            lines.append(word)
            room = columns - taken
    return lines or [""]


def paint(text: str, style: str, *, on: bool) -> str:
    """The text in a colour, where colours are on."""
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if on and text else text
