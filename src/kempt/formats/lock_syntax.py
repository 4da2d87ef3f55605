"""Whether a lock file can be parsed: found out without parsing it where it is laid out as its manager does that.

tomllib would take a second for a large lock. So each line is held against the few forms that managers write, and quotes
and brackets are counted. Only blocks in which something else stands are given to tomllib, which has the last word. A
lock that fits is taken to parse, although a key may stand in it twice; whoever edits it by hand may fool this.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kempt.formats.lock_blocks import normal
from kempt.formats.toml import SIZE_LIMIT, Unparsable, parse

EMPTY = Unparsable("it is empty")
BOM = b"\xef\xbb\xbf"
SAYS = re.compile(rb"^[ \t]*+[^#\s]", re.MULTILINE)
BLOCK = re.compile(rb"^(?=\[\[packages?\]\]$)", re.MULTILINE)
STRING = rb'"[^"\\\n]*+(?:\\["\\nt][^"\\\n]*+)*+"'
VALUE = rb"(?:" + STRING + rb"|'[^'\n]*+'|[\[{](?:.*[\]}])?|true|false|[\d+-][\w.:+-]*+)"
USUAL = re.compile(
    rb"(?:[ \t]*+(?:\{.*\},?|(?:[\w.-]++|" + STRING + rb") ?= ?" + VALUE + rb"(?: \#.*)?|" + STRING + rb",?|[\]}],?|"
    rb"\[\[?[\w.\"-]++\]\]?|\#.*)?\n)*+"
)
"""Lines that are items of an array, `key = value`, headers, comments, or blank."""
LONG = (b'"""', b"'''")
"""What strings of several lines begin with: in these, any line may stand, the header of a block too."""


def broken(name: str, content: bytes) -> Unparsable | None:
    """Why a lock file of this name cannot be parsed, and where; None where it can be, as far as that is told here."""
    content = normal(content.removeprefix(BOM))
    if not SAYS.search(content):
        return EMPTY
    if name == "Pipfile.lock":
        return _broken_json(content)
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        return Unparsable("not UTF-8", content.count(b"\n", 0, error.start) + 1)
    content += b"" if content.endswith(b"\n") else b"\n"
    if _is_usual(content):
        return None
    found = next(_broken_blocks(content), None)
    return _parsed(content, 1) if found and any(mark in content for mark in LONG) else found


def _is_usual(content: bytes) -> bool:
    quotes = content.count(b'"') - (content.count(b'\\"') if b"\\" in content else 0)
    is_even = content.count(b"[") == content.count(b"]") and content.count(b"{") == content.count(b"}")
    match = USUAL.match(content) if is_even and quotes % 2 == 0 else None
    return match is not None and match.end() == len(content)


def _broken_blocks(content: bytes) -> Iterator[Unparsable]:
    line = 1
    for block in BLOCK.split(content):
        if not _is_usual(block) and (found := _parsed(block, line)):
            yield found
        line += block.count(b"\n")


def _parsed(content: bytes, line: int) -> Unparsable | None:
    """What tomllib says of a part that begins on this line. What it would take too long for is not judged."""
    found = parse(content) if len(content) <= SIZE_LIMIT else None
    return found._replace(line=found.line + line - 1) if isinstance(found, Unparsable) else None


def _broken_json(content: bytes) -> Unparsable | None:
    import json

    try:
        found = json.loads(content)
    except json.JSONDecodeError as error:
        return Unparsable(error.msg, error.lineno)
    except UnicodeDecodeError as error:
        return Unparsable("not UTF-8", content.count(b"\n", 0, error.start) + 1)
    except (RecursionError, ValueError) as error:
        return Unparsable(f"nested or long beyond reason ({type(error).__name__})")
    return None if isinstance(found, dict) else Unparsable("no JSON object")
