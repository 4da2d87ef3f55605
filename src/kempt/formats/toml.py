"""TOML that a stranger may have written: parsed within bounds, with the line of what is wrong."""

from __future__ import annotations

import re
from typing import NamedTuple

SIZE_LIMIT = 1024**2
PARTS_LIMIT = 64
LONG_KEY = re.compile(rb"(?:[\w\"'-]+[ \t]{0,8}\.[ \t]{0,8}){64}")


class Unparsable(NamedTuple):
    """Why a text is not TOML, and where."""

    message: str
    line: int = 1


def parse(content: bytes) -> dict[str, object] | Unparsable:
    """The document, or why there is none. Time and depth are bounded: tomllib is quadratic in the parts of a dotted key."""
    import tomllib

    if len(content) > SIZE_LIMIT:
        return Unparsable(f"larger than {SIZE_LIMIT:,} bytes")
    if LONG_KEY.search(content):
        return Unparsable(f"a dotted key of more than {PARTS_LIMIT} parts")
    try:
        return tomllib.loads(content.decode("utf-8"))
    except tomllib.TOMLDecodeError as error:
        match = re.search(r"line (\d+)", str(error))
        return Unparsable(str(error).partition(" (at ")[0], int(match.group(1)) if match else 1)
    except UnicodeDecodeError as error:
        return Unparsable("not UTF-8", content.count(b"\n", 0, error.start) + 1)
    except (RecursionError, ValueError) as error:
        return Unparsable(f"nested or long beyond reason ({type(error).__name__})")


def line_of(content: bytes, key: str, table: str = "") -> int:
    """The line where a key of a table stands, as well as text can tell; 1 if it cannot."""
    lines = content.decode("utf-8", "replace").splitlines()
    start = next((n for n, line in enumerate(lines) if table and line.strip().startswith(f"[{table}")), -1 if table else 0)
    wanted = re.compile(rf"\s{{0,16}}[\"']?{re.escape(key)}[\"']?\s{{0,16}}[=.\]]|\s{{0,16}}\[.{{0,80}}{re.escape(key)}[\"']?\]")
    return next((n + 1 for n, line in enumerate(lines) if n >= max(start, 0) and wanted.match(line)), 1)
