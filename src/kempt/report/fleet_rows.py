"""Rows of a fleet's database as a table, JSON, JSON lines or CSV. What repositories call their files stays inert."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple, TypeAlias

from kempt.model.fleet_overview import Exported
from kempt.report.columns import pad, paint, width
from kempt.report.escape import visible, well_formed
from kempt.report.json import VERSION, array, encode
from kempt.report.look import Look
from kempt.report.quantity import count

Value: TypeAlias = str | int | float | bytes | None

COLUMNS = (
    "repository", "head", "branch", "code", "rule", "promise", "level", "path", "line", "message", "help", "fix",
    "owners", "service", "files", "bytes", "fingerprint", "first_seen", "last_seen",
    "waived",
)  # fmt: skip
"""The fields of an exported finding, in order."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 - spreadsheets read these too


class Answer(NamedTuple):
    """What a question came to. `is_cut` where there were more rows than asked for."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    is_cut: bool = False


def to_text(answer: Answer, look: Look) -> str:
    """A table whose columns are aligned, numbers to the right."""
    cells = [[_shown(value) for value in row] for row in answer.rows]
    heads = [visible(name) for name in answer.columns]
    widths = [max(width(line[place]) for line in (heads, *cells)) for place in range(len(heads))]
    right = [
        any(isinstance(row[place], int | float) for row in answer.rows)
        and not any(isinstance(row[place], str | bytes) for row in answer.rows)
        for place in range(len(heads))
    ]
    lines = [] if look.quiet else [paint(_line(heads, widths, right), "bold", on=look.color)]
    lines += [_line(line, widths, right) for line in cells]
    if not look.quiet:
        more = "; there are more, which --limit 0 shows" if answer.is_cut else ""
        lines += ["", f"{count(len(cells), 'row')}{more}"]
    return "".join(f"{line}\n" for line in lines)


def to_json(answer: Answer, _look: Look | None = None) -> str:
    """One object: names of columns, and each row as an array on a line of its own."""
    rows = [encode([_plain(value) for value in row]) for row in answer.rows]
    lines = [
        f'  "version": {VERSION}', '  "command": "fleet query"',
        f'  "columns": {encode([well_formed(name) for name in answer.columns])}',
        f'  "rows": {array(rows, "    ")}', f'  "cut": {encode(answer.is_cut)}',
    ]  # fmt: skip
    return "{\n" + ",\n".join(lines) + "\n}\n"


def to_jsonl(answer: Answer, _look: Look | None = None) -> str:
    """A row a line, as an object; the last line says how many there were."""
    names = _unique(answer.columns)
    lines = [encode(dict(zip(names, map(_plain, row), strict=True))) for row in answer.rows]
    last = {"version": VERSION, "command": "fleet query", "rows": len(lines), "cut": answer.is_cut}
    return "".join(f"{line}\n" for line in (*lines, encode(last)))


def to_csv(answer: Answer, _look: Look | None = None) -> str:
    """A header, and a row a line."""
    return "".join(csv_lines(answer.columns, answer.rows))


RENDERERS: dict[str, Callable[[Answer, Look], str]] = {
    "text": to_text, "json": to_json, "jsonl": to_jsonl, "csv": to_csv,
}  # fmt: skip


def schema_to_text(views: Sequence[tuple[str, tuple[str, ...]]]) -> str:
    """A view a paragraph: its name, and below it its columns."""
    return "\n".join(f"{name}\n  {', '.join(columns)}\n" for name, columns in views)


def exported_as_jsonl(findings: Iterable[Exported]) -> Iterator[str]:
    """A finding a line; the last line says how many there were, so that a file that was cut off does not look whole."""
    number = 0
    for each in findings:
        number += 1
        yield f"{encode(dict(zip(COLUMNS, map(_plain, _values(each)), strict=True)))}\n"
    yield f"{encode({'version': VERSION, 'command': 'fleet export', 'findings': number})}\n"


def exported_as_csv(findings: Iterable[Exported]) -> Iterator[str]:
    """A header, and a finding a line."""
    return csv_lines(COLUMNS, map(_values, findings))


def csv_lines(columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> Iterator[str]:
    """Lines of CSV (RFC 4180, with line feeds). A cell that a spreadsheet would take for a formula begins with `'`."""
    yield _csv_line([_cell(name) for name in columns])
    for row in rows:
        yield _csv_line([_cell(value) for value in row])


def _csv_line(cells: Iterable[str]) -> str:
    quoted = ('"' + each.replace('"', '""') + '"' if any(c in each for c in ',"\n\r') else each for each in cells)
    return ",".join(quoted) + "\n"


def _cell(value: Value) -> str:
    if not isinstance(value, str):
        return _shown(value)
    text = visible(value)
    return f"'{text}" if text.lstrip().startswith(_FORMULA) or value.lstrip().startswith(_FORMULA) else text


def _values(each: Exported) -> tuple[Value, ...]:
    noted = each.found.noted
    return (
        each.repository, each.head, each.branch, noted.code, each.rule, each.promise, noted.level, noted.path,
        noted.line, noted.message, noted.help, noted.fix, noted.owners, noted.service, noted.files, noted.bytes,
        noted.fingerprint, _time(each.found.first_seen), _time(each.found.last_seen), each.found.waiver,
    )  # fmt: skip


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    aligned = (
        " " * (columns - width(cell)) + cell if to_right else pad(cell, columns)
        for cell, columns, to_right in zip(cells, widths, right, strict=True)
    )
    return "  ".join(aligned).rstrip()


def _shown(value: Value) -> str:
    if value is None:
        return ""
    return visible(value) if isinstance(value, str) else value.hex() if isinstance(value, bytes) else str(value)


def _plain(value: Value) -> str | int | float | None:
    """A value as JSON has it: bytes in hexadecimal, and what is no number as a word."""
    if isinstance(value, str):
        return well_formed(value)
    if isinstance(value, bytes):
        return value.hex()
    return str(value) if isinstance(value, float) and value in {float("inf"), float("-inf")} else value


def _unique(names: Sequence[str]) -> list[str]:
    """Names of columns, each once: a second `n` is called `n_2`."""
    found = dict[str, int]()
    for name in map(well_formed, names):
        number = 1
        while (shown := name if number == 1 else f"{name}_{number}") in found:
            number += 1
        found[shown] = number
    return list(found)
