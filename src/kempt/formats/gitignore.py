"""Ignore files: their patterns with places, and edits that keep every other character.

What a pattern *matches* is never decided here: that is asked of git (`host/ignores.py`). The syntax is gitignore(5)'s.
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
    """The text with these patterns appended under kempt's heading, which is written once.

    Those that are there already are not, unless an exception (`!`) stands after them: the last line decides.
    """
    lines = _lines(text)
    written = [line.rstrip("\r\n").rstrip(" ") for line in lines]
    wanted = [pattern for pattern in dict.fromkeys(patterns) if not _holds(written, pattern)]
    if not wanted:
        return text
    end = "\r\n" if "\r\n" in text else "\n"
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += end
    if HEADING not in written:
        wanted = [*([""] if lines else []), HEADING, *wanted]
    place = _place(written)
    return "".join((*lines[:place], *(line + end for line in wanted), *lines[place:]))


def pattern_for(path: str, *, folder: bool) -> str:
    """A pattern that matches this path, given relative to the ignore file's folder.

    No pattern can hold a line end: a name with one is matched by `?` there, which stands for any character.
    """
    escaped = "".join("?" if char in "\r\n" else "\\" + char if char in "\\*?[" else char for char in path)
    if escaped.endswith(" "):
        escaped = escaped[:-1] + "\\ "
    return f"/{escaped}{'/' if folder else ''}"


def _holds(written: list[str], pattern: str) -> bool:
    """Whether a pattern stands there and no exception from it comes later."""
    last = next((line for line in reversed(written) if line.removeprefix("!") == pattern.removeprefix("!")), None)
    return last == pattern


def _place(written: list[str]) -> int:
    """Where to add lines: where the block under kempt's heading ends, but at the file's end if exceptions follow it."""
    start = written.index(HEADING) if HEADING in written else len(written)
    end = next((number for number in range(start, len(written)) if not written[number].strip()), len(written))
    return len(written) if any(line.startswith("!") for line in written[end:]) else end


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
    escaped = (len(stripped) - len(stripped.rstrip("\\"))) % 2 == 1
    return stripped + " " if escaped and len(stripped) < len(text) else stripped
