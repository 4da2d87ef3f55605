"""Where a project stands, on one screen; and the same as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from shlex import quote
from typing import NamedTuple

from kempt.model.disk_overview import DiskBrief
from kempt.model.report import Report
from kempt.model.rule import PROMISES
from kempt.model.status import Promise, State, Status
from kempt.report.closing import command, tally
from kempt.report.columns import pad, paint, width, wrap
from kempt.report.escape import visible, well_formed
from kempt.report.json import VERSION, array, encode, summary
from kempt.report.look import Look
from kempt.report.quantity import count, message_of, size
from kempt.report.redaction import without_secrets

_MARKS = {State.KEPT: ("✓", "green"), State.BROKEN: ("✗", "red"), State.UNCHECKED: ("·", "dim")}
_MARGIN, _GAP = 4, 3
_WORTH = 10 * 10**6
"""Bytes: less is no reason for a line."""
_NARROWEST = 30
"""Columns that a reason needs; with fewer, the command goes on a line of its own."""


def to_text(status: Status, look: Look, disk: DiskBrief | None = None) -> str:
    """A promise a line: its state, why, and the command to type next; below them how much was found in all.

    With a look at the disk, also what of it can go, where that is worth a line.
    """
    rows = [_row(promise, look) for promise in status.promises]
    if status.report.findings:
        rows.append(_Row("", tally(status.report), command("check", look).strip("`")))
    if text := _can_go(disk):
        rows.append(_Row("", text, f"kempt disk {visible(look.target)}".rstrip()))
    names = max(map(len, PROMISES.values()))
    commands = max(width(row.command) for row in rows)
    room = look.width - _MARGIN - names - _GAP
    beside = room - commands - _GAP >= _NARROWEST
    reasons = room - commands - _GAP if beside and commands else room
    lines = [_heading(status, look), ""]
    for promise, row in zip(status.promises, rows, strict=False):
        lines += _shown(promise.state, row, reasons, look, beside=beside)
    below = rows[len(status.promises) :]
    lines += [""] * bool(below)
    lines += [line for row in below for line in _total(row, names, reasons, look, beside=beside)]
    return "".join(f"{line}\n" for line in lines)


def to_json(statuses: Sequence[Status], root: str, failed: Sequence[Report] = (), *, many: bool) -> str:
    """One object; of `many` repositories, one object whose `repositories` are such objects.

    `failed` are the reports on repositories that could not be checked.
    """
    head: dict[str, object] = {"version": VERSION, "command": "status"}
    if not many:
        lines = [f'  "{key}": {encode(value)}' for key, value in {**head, **_record(statuses[0])}.items()]
    else:
        lines = [f'  "{key}": {encode(value)}' for key, value in {**head, "root": well_formed(root)}.items()]
        lines.append(f'  "repositories": {array([encode(_record(each)) for each in statuses], "    ")}')
        lines.append(f'  "errors": {array([encode(_error(each)) for each in failed], "    ")}')
    return "{\n" + ",\n".join(lines) + "\n}\n"


class _Row(NamedTuple):
    name: str
    reason: str
    command: str


def _can_go(disk: DiskBrief | None) -> str:
    """What of the disk can go, in words; empty where it is not worth a line."""
    if disk is None:
        return ""
    said = [f"{size(disk.going.bytes)} of bytecode and tool caches"] if disk.going.bytes >= _WORTH else []
    said += [count(disk.environments, "environment")] if disk.environments else []
    return f"{' and '.join(said)} can go" if said else ""


def _row(promise: Promise, look: Look) -> _Row:
    return _Row(PROMISES[promise.number], visible(_reason(promise)), visible(_command(promise, look.target)))


def _reason(promise: Promise) -> str:
    """Why a promise is in its state: the worst finding and how many more there are, or the detail."""
    if not promise.findings:
        return promise.detail
    first, *others = promise.findings
    return message_of(first) + (f"; {count(len(others), 'more finding')}" if others else "")


def _command(promise: Promise, target: str) -> str:
    """The command as it is to be typed: kempt takes a path, other programs are run in the folder."""
    if not promise.command:
        return ""
    if promise.command.startswith("kempt "):
        return f"{promise.command} {target}".rstrip()
    inside = "" if promise.folder == "." else quote(promise.folder)
    place = "/".join(part for part in (target.rstrip("/"), inside) if part)
    return f"cd {place} && {promise.command}" if place else promise.command


def _heading(status: Status, look: Look) -> str:
    managers = ", ".join(dict.fromkeys(service.manager for service in status.services))
    services = f"{count(len(status.services), 'service')} ({managers})" if status.services else "no service"
    parts = [paint(visible(_name(status)), "bold", on=look.color), services, count(status.report.files, "tracked file")]
    return "  ·  ".join(parts)


def _shown(state: State, row: _Row, reasons: int, look: Look, *, beside: bool) -> list[str]:
    """A promise as lines: the reason wrapped in its column, the command beside it or below it."""
    mark, color = _MARKS[state]
    lines = wrap(row.reason, reasons)
    style = "dim" if state is State.UNCHECKED else ""
    painted = [paint(line, style, on=look.color and bool(style)) for line in lines]
    names = max(map(len, PROMISES.values()))
    indent = " " * (_MARGIN + names + _GAP)
    painted[0] = f"  {paint(mark, color, on=look.color)} {row.name:<{names}}{' ' * _GAP}{painted[0]}"
    painted[1:] = [f"{indent}{line}" for line in painted[1:]]
    typed = paint(row.command, "cyan", on=look.color)
    if typed and beside:
        painted[0] += " " * (reasons - width(lines[0]) + _GAP) + typed
    elif typed:
        painted.append(indent + typed)
    return painted


def _total(row: _Row, names: int, reasons: int, look: Look, *, beside: bool) -> list[str]:
    typed = paint(row.command, "cyan", on=look.color)
    if not beside:
        return [f"  {row.reason}", f"{' ' * (_MARGIN + names + _GAP)}{typed}"]
    return [f"  {pad(row.reason, names + _GAP + reasons + 2)}{' ' * _GAP}{typed}"]


def _record(status: Status) -> dict[str, object]:
    return {
        "root": well_formed(status.report.root),
        "files": status.report.files,
        "services": [
            {
                "root": well_formed(str(service.root)),
                "manager": service.manager,
                "lock": None if service.lock is None else well_formed(str(service.lock)),
            }
            for service in status.services
        ],
        "promises": [
            {
                "number": promise.number,
                "name": PROMISES[promise.number],
                "state": promise.state,
                "reason": well_formed(_reason(promise)),
                "command": well_formed(_command(promise, "")) or None,
            }
            for promise in status.promises
        ],
        "summary": summary(status.report),
        "seconds": round(status.report.seconds, 3),
    }


def _error(report: Report) -> dict[str, object]:
    first = without_secrets(report).errors[0]
    return {
        "root": well_formed(report.root),
        "message": well_formed(first.message),
        "hint": well_formed(first.hint),
        "code": first.code,
    }


def _name(status: Status) -> str:
    return status.report.root.replace("\\", "/").rstrip("/").rpartition("/")[2] or status.report.root
