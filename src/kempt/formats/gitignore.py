"""Ignore files: their patterns with places, and edits that keep every other character.

What a pattern *matches* is never decided here: that is asked of git (`host/ignores.py`). Source of the syntax: gitignore(5).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from kempt.model.ignore import IgnoreFile, Pattern

HEADING = "# What tools make again (kept out by kempt)"


def parse(path: PurePosixPath, content: bytes) -> IgnoreFile:
    """The patterns of an ignore file. Nothing is invalid in one: git takes every line for something."""
    text = content.decode("utf-8", "surrogateescape")
    found, offset = [], 0
    for number, line in enumerate(_lines(text), start=1):
        pattern = _pattern(number, offset, line)
        if pattern is not None:
            found.append(pattern)
        offset += len(line)
    return IgnoreFile(path, text, tuple(found))


def encode(text: str) -> bytes:
    """The bytes of an ignore file's text."""
    return text.encode("utf-8", "surrogateescape")


def with_patterns(text: str, patterns: Iterable[str]) -> str:
    """The text with these patterns appended under kempt's heading, which is written once; those there already are not."""
    present = {line.rstrip("\r\n").rstrip(" ") for line in _lines(text)}
    wanted = [pattern for pattern in dict.fromkeys(patterns) if pattern not in present]
    if not wanted:
        return text
    end = "\r\n" if "\r\n" in text else "\n"
    if text and not text.endswith("\n"):
        text += end
    lines = _lines(text)
    heading = [HEADING] if HEADING not in present else []
    block = "".join(line + end for line in (*heading, *wanted))
    if heading:
        return text + (end if text else "") + block
    place = _end_of_block(lines)
    return "".join(lines[:place]) + block + "".join(lines[place:])


def pattern_for(path: str, *, folder: bool) -> str:
    """A pattern that matches exactly this path, given relative to the ignore file's folder."""
    escaped = "".join("\\" + char if char in "\\*?[" else char for char in path)
    if escaped.endswith(" "):
        escaped = escaped[:-1] + "\\ "
    return f"/{escaped}{'/' if folder else ''}"


def _end_of_block(lines: list[str]) -> int:
    """Where the block under kempt's heading ends: before the first blank line after it."""
    start = next(number for number, line in enumerate(lines) if line.rstrip("\r\n") == HEADING)
    return next((n for n, line in enumerate(lines) if n > start and not line.strip()), len(lines))


def _lines(text: str) -> list[str]:
    """Lines with their ends; only a line feed ends a line for git."""
    found = text.split("\n")
    return [line + "\n" for line in found[:-1]] + ([found[-1]] if found[-1] else [])


def _pattern(number: int, offset: int, line: str) -> Pattern | None:
    raw = line.removesuffix("\n").removesuffix("\r")
    if number == 1:
        raw = raw.removeprefix("\ufeff")
    text = _without_trailing_blanks(raw)
    if not text or text.startswith("#"):
        return None
    negated = text.startswith("!")
    body = text[1:] if negated else text
    folder_only = body.endswith("/")
    inner = body.rstrip("/") if folder_only else body
    anchored = "/" in inner
    return Pattern(number, offset, offset + len(line), text, inner.lstrip("/"), negated, folder_only, anchored)


def _without_trailing_blanks(text: str) -> str:
    stripped = text.rstrip(" ")
    return stripped + " " if stripped.endswith("\\") and len(stripped) < len(text) else stripped
