"""The text of a requirements file and its lines as pip counts them: continued by a backslash, comments taken away."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
)
CODING = re.compile(rb"coding[:=]\s*([-\w.]+)")


def decode(content: bytes) -> str:
    """The text of a requirements file: its byte order mark decides, then a `coding` comment, else it is UTF-8."""
    for mark, encoding in BOMS:
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, "replace")
    for line in content[:1024].split(b"\n")[:2]:
        if line.startswith(b"#") and (match := CODING.search(line)):
            try:
                return content.decode(match[1].decode("ascii", "replace"), "replace")
            except (LookupError, UnicodeError):
                break
    return content.decode("utf-8", "replace")


def logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Each line that says something, with the number of the physical line where it begins, counted from 1."""
    begin, parts = 0, list[str]()
    for number, physical in enumerate(text.splitlines(), start=1):
        comment = "#" in physical and _comment(physical) == len(physical) - len(physical.lstrip())
        if physical.endswith("\\") and not comment:
            begin = begin or number
            parts.append(physical.strip("\\"))
            continue
        if parts:
            parts.append(f" {physical}" if comment else physical)
            physical = "".join(parts)  # noqa: PLW2901 - the line grows by what it continues
        if line := _without_comment(physical):
            yield begin or number, line
        begin, parts = 0, []
    if line := _without_comment("".join(parts)):
        yield begin, line


def _comment(line: str) -> int:
    """Where the comment of a line begins: at its `#`, or at the blanks before it; -1 where there is none."""
    at = line.find("#")
    while at > 0 and not line[at - 1].isspace():
        at = line.find("#", at + 1)
    return at


def _without_comment(line: str) -> str:
    at = _comment(line)
    return (line if at < 0 else line[:at]).strip()
