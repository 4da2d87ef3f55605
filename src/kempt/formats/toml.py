"""TOML that a stranger may have written: parsed within bounds, with the line of what is wrong."""

import re
from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any, NamedTuple

SIZE_LIMIT = 1024**2
PARTS_LIMIT = 64
DOTS_LIMIT = 1024
STRING = rb"\"(?:[^\"\\]|\\.)*+\"?|'[^']*+'?"
FIRST = r"(?:[ \t]*(?:#[^\n]*)?\r?\n)*"
"""What may stand above the first line that says something: blank lines and comments."""
LONG_KEY = rb"(?<![\w-])(?:[\w-]++[ \t]*+\.[ \t]*+){%d}" % PARTS_LIMIT


class Unparsable(NamedTuple):
    """Why a text is not TOML, and where."""

    message: str
    line: int = 1


def parse(content: bytes) -> dict[str, object] | Unparsable:
    """The document, or why there is none. Time and depth are bounded: tomllib is quadratic in a dotted key's parts."""
    import tomllib

    if len(content) > SIZE_LIMIT:
        return Unparsable(f"larger than {SIZE_LIMIT:,} bytes")
    for number, line in enumerate(content.split(b"\n"), start=1):
        if _has_long_key(line):
            return Unparsable(f"a dotted key of more than {PARTS_LIMIT} parts", number)
    try:
        return tomllib.loads(content.decode("utf-8"))
    except tomllib.TOMLDecodeError as error:
        match = re.search(r"\(at line (\d+)", str(error))
        last = len(content.rstrip().split(b"\n"))
        return Unparsable(str(error).partition(" (at ")[0], int(match.group(1)) if match else last)
    except UnicodeDecodeError as error:
        return Unparsable("not UTF-8", content.count(b"\n", 0, error.start) + 1)
    except (RecursionError, ValueError) as error:
        return Unparsable(f"nested or long beyond reason ({type(error).__name__})")


def line_of(content: bytes, key: str, table: str = "") -> int:
    """The line where a key of a table stands, as well as text can tell; 1 if it cannot."""
    lines = content.decode("utf-8", "replace").split("\n")
    start = next((n for n, line in enumerate(lines) if table and line.strip().startswith(f"[{table}")), 0)
    name = rf"[\"']?{re.escape(key)}[\"']?"
    wanted = re.compile(rf"\s{{0,16}}{name}\s{{0,16}}[=.]|\s{{0,16}}\[(?:.{{0,80}}\.)?\s{{0,16}}{name}\s{{0,16}}\]")
    return next((n + 1 for n, line in enumerate(lines) if n >= start and wanted.match(line)), 1)


def table(document: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    """The table at these keys; empty where there is none, or something else."""
    place: object = document
    for key in keys:
        place = place.get(key) if isinstance(place, Mapping) else None
    return place if isinstance(place, Mapping) else {}


def without_entry(text: str, table: str, key: str, entry: str) -> str:
    """The text without one entry of a list, or of a table, called `key` in `table` ("" for the top); all else stays.

    The key goes with its last entry. A text that holds no such entry is returned as it is, and so is one that is nested
    too deeply to be edited: tomlkit gives up before tomllib does.
    """
    import tomlkit
    from tomlkit.container import Container
    from tomlkit.exceptions import TOMLKitError
    from tomlkit.items import Array, Table

    try:
        document = tomlkit.parse(text)
    except (TOMLKitError, RecursionError):
        return text
    place: object = document
    for part in table.split(".") if table else ():
        place = place.get(part) if isinstance(place, Mapping) else None
    if not isinstance(place, Container | Table) or key not in place:
        return text
    entries = place[key]
    if not isinstance(entries, Array | MutableMapping) or entry not in entries:
        return text
    if len(entries) == 1:
        place.remove(key)
    else:
        entries.remove(entry) if isinstance(entries, Array) else entries.pop(entry)
    return tomlkit.dumps(document)


def with_entry(text: str, table: str, key: str, value: str) -> str:
    """The text with a string called `key` in `table` ("" for the top); all that is there stays, each line as it is.

    A text that has the key, or that does not parse, is returned as it is. So is one in which no way to write the entry
    was found: each attempt is parsed again, and only one that says just this more is taken.
    """
    document = parse(text.encode("utf-8", "surrogateescape"))
    if isinstance(document, Unparsable):
        return text
    wanted = _with_value(document, table.split(".") if table else [], key, value)
    if wanted is None:
        return text
    for attempt in _attempts(text, table, key, value):
        if parse(attempt.encode("utf-8", "surrogateescape")) == wanted:
            return attempt
    return text


def _with_value(place: object, path: list[str], key: str, value: str) -> dict[str, object] | None:
    """A copy of the parsed tables with one value more; None where something is there already."""
    if not isinstance(place, dict):
        return None
    if not path:
        return None if key in place else {**place, key: value}
    inner = _with_value(place.get(path[0], {}), path[1:], key, value)
    return None if inner is None else {**place, path[0]: inner}


def _attempts(text: str, table: str, key: str, value: str) -> Iterator[str]:
    """Texts with one line more: first in the table, below its heading; else in a table of its own, at the end."""
    from json import dumps  # a JSON string is a basic string of TOML

    end = "\r\n" if "\r\n" in text else "\n"
    entry = f"{key} = {dumps(value)}"
    if not table:
        first = re.match(FIRST, text)
        at = first.end() if first else len(text)
        yield f"{text[:at]}{entry}{end}{text[at:]}" if text[at : at + 1] != "[" else f"{entry}{end}{end}{text}"
        yield f"{text}{_line_end(text, end)}{entry}{end}"
        return
    yield from _below_headings(text, table, entry, end)
    apart = end if text.strip() else ""
    yield f"{text}{_line_end(text, end)}{apart}[{table}]{end}{entry}{end}"
    outer, _, inner = table.rpartition(".")
    while outer:  # `uv.package = false` below `[tool]`
        yield from _below_headings(text, outer, f"{inner}.{entry}", end)
        outer, _, last = outer.rpartition(".")
        inner = f"{last}.{inner}"
    yield _by_tomlkit(text, table, key, value)


def _below_headings(text: str, table: str, entry: str, end: str) -> Iterator[str]:
    name = r"[ \t]*[.][ \t]*".join(map(re.escape, table.split(".")))
    heading = rf"^[ \t]*\[[ \t]*{name}[ \t]*\][^\n]*(?:\n|\Z)"
    for match in re.finditer(heading, text, re.MULTILINE):
        before = text[: match.end()]
        yield f"{before}{_line_end(before, end)}{entry}{end}{text[match.end() :]}"


def _line_end(text: str, end: str) -> str:
    """What a text lacks for another line to begin."""
    return end if text and not text.endswith("\n") else ""


def _by_tomlkit(text: str, table: str, key: str, value: str) -> str:
    """For tables without a heading of their own: `tool.uv.package = false`, `[tool]` with `uv = {...}`."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        document = tomlkit.parse(text)
        place: Any = document
        for part in table.split("."):
            place = place[part]
        place[key] = value
        edited: str = tomlkit.dumps(document)
    except (TOMLKitError, RecursionError, KeyError, TypeError, AttributeError):
        return text
    return edited


def _has_long_key(line: bytes) -> bool:
    """Whether a line holds a dotted key that would take long; strings count as one part each.

    Where a string of several lines may begin or end, quotes cannot be paired from one line alone: there dots count.
    """
    dots = line.count(b".")
    if dots < PARTS_LIMIT:
        return False
    if b'"""' in line or b"'''" in line:
        return dots > DOTS_LIMIT
    return re.search(LONG_KEY, re.sub(STRING, b"q", line)) is not None
