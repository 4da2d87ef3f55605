"""The words of a logical line: flags, the JSON form, and what is left."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

from kempt.model.dockerfile import Flag, Heredoc
from kempt.model.pipeline import Word

_GLUE = re.compile(r"\\\r?\n")
_SPACE = re.compile(r"[ \t\v\f\r\n\x85\xa0]*")
_WORD = re.compile(r"[^ \t\v\f\r\n\x85\xa0]*")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*+"')
_HEREDOC = re.compile(r"\d*<<(-?)([^<]*)")
_MOST = 20_000


class Raw(NamedTuple):
    """A word as it is written, and its place in the line."""

    text: str
    start: int
    end: int


def split(text: str, start: int, escape: str) -> Iterator[Raw]:
    """The words from `start` on; blanks in quotes and after an escape do not part them."""
    at, count = _past_blanks(text, start), 0
    while at < len(text) and count < _MOST:
        end = _end(text, at, escape)
        yield Raw(text[at:end], at, end)
        at, count = _past_blanks(text, end), count + 1


def bare(text: str, start: int) -> tuple[int, int]:
    """The span of the next word, whatever quotes are in it: the name of an instruction."""
    at = _past_blanks(text, start)
    match = _WORD.match(text, at)
    return at, match.end() if match else at


def _past_blanks(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _end(text: str, at: int, escape: str) -> int:
    quote = ""
    while at < len(text):
        letter = text[at]
        if glue := _GLUE.match(text, at) if letter == "\\" else None:
            at = glue.end()
            continue
        if letter == escape and quote != "'":
            at += 2
            continue
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        elif letter.isspace():
            return at
        at += 1
    return len(text)


def plain(raw: str, escape: str) -> str:
    """A word without its quotes and escapes."""
    if not any(letter in raw for letter in ("'", '"', escape, "\\")):
        return raw
    pieces: list[str] = []
    quote, at, raw = "", 0, _GLUE.sub("", raw)
    while at < len(raw):
        letter = raw[at]
        if letter == escape and quote != "'" and at + 1 < len(raw):
            at += 1
            keeps = quote == '"' and raw[at] not in '"$' + escape
            pieces.append(escape + raw[at] if keeps else raw[at])
        elif letter == quote or (not quote and letter in "\"'"):
            quote = "" if quote else letter
        else:
            pieces.append(letter)
        at += 1
    return "".join(pieces)


def flags(text: str, start: int, escape: str) -> tuple[tuple[Flag, ...], int]:
    """The flags at `start`, and where what follows them begins. Offsets are those of the line."""
    found: list[Flag] = []
    at = _past_blanks(text, start)
    for raw in split(text, start, escape):
        at = raw.start
        written = _GLUE.sub("", raw.text)
        if not written.startswith("--"):
            break
        at = _past_blanks(text, raw.end)
        if written == "--":
            break
        name, _, value = plain(written[2:], escape).partition("=")
        found.append(Flag(name, value, raw.start, raw.end))
    return tuple(found), at


def of_json(text: str, start: int) -> tuple[Word, ...] | None:
    """The strings of a JSON list; None where it is no list of strings."""
    body = text[start:].strip()
    if not body.startswith("[") or not body.endswith("]"):
        return None
    try:
        values = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not all(isinstance(value, str) for value in values):
        return None
    places = [match.span() for match in _STRING.finditer(text, start)]
    if len(places) != len(values):
        return None
    return tuple(Word(value, *place) for value, place in zip(values, places, strict=True))


def heredocs(text: str, escape: str) -> Iterator[Heredoc]:
    """The heredocs that a line announces, in order; where they lie is not known yet."""
    for raw in split(text, 0, escape):
        match = _HEREDOC.fullmatch(_GLUE.sub("", raw.text)) if "<" in raw.text else None
        if match is None or not match[2]:
            continue
        name = plain(match[2], escape)
        if name:
            yield Heredoc(name, 0, 0, expands=name == match[2], strips_tabs=bool(match[1]))
