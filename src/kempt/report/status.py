"""Where a project stands, on one screen; and the same as JSON."""

from __future__ import annotations

from collections.abc import Sequence

from kempt.model.rule import PROMISES
from kempt.model.status import Promise, State, Status
from kempt.report.columns import pad, paint, width, wrap
from kempt.report.escape import visible, well_formed
from kempt.report.json import VERSION, array, encode, summary
from kempt.report.look import Look
from kempt.report.quantity import count, message_of

_MARKS = {State.KEPT: ("✓", "green"), State.BROKEN: ("✗", "red"), State.UNCHECKED: ("·", "dim")}
_MARGIN, _GAP = 4, 3
_NARROWEST = 30
"""Columns that a reason needs; with fewer, the command goes on a line of its own."""


def to_text(status: Status, look: Look) -> str:
    """The project, and a promise a line: its state, why, and the command to type next."""
    lines = [_heading(status, look), ""]
    names = max(map(len, PROMISES.values()))
    commands = max((width(promise.command) for promise in status.promises), default=0)
    room = look.width - _MARGIN - names - _GAP
    beside = room - commands - _GAP >= _NARROWEST
    reasons = room - commands - _GAP if beside and commands else room
    for promise in status.promises:
        lines += _promise(promise, names, reasons, look, beside=beside)
    return "".join(f"{line}\n" for line in lines)


def to_json(statuses: Sequence[Status], root: str, *, many: bool) -> str:
    """One object; of `many` repositories, one object whose `repositories` are such objects."""
    if not many:
        return encode({"version": VERSION, "command": "status", **_record(statuses[0])}) + "\n"
    rows = [encode(_record(each)) for each in statuses]
    head = f'  "version": {VERSION},\n  "command": "status",\n  "root": {encode(well_formed(root))}'
    return f'{{\n{head},\n  "repositories": {array(rows, "    ")}\n}}\n'


def reason(promise: Promise) -> str:
    """Why a promise is in its state: the worst finding and how many more there are, or the detail."""
    if not promise.findings:
        return promise.detail
    first, *others = promise.findings
    return message_of(first) + (f"; {len(others):,} more" if others else "")


def _heading(status: Status, look: Look) -> str:
    managers = ", ".join(dict.fromkeys(service.manager for service in status.services))
    services = f"{count(len(status.services), 'service')} ({managers})" if status.services else "no service"
    parts = [paint(visible(_name(status)), "bold", on=look.color), services, count(status.report.files, "tracked file")]
    return "  ·  ".join(parts)


def _promise(promise: Promise, names: int, reasons: int, look: Look, *, beside: bool) -> list[str]:
    mark, color = _MARKS[promise.state]
    first, *rest = wrap(visible(reason(promise)), reasons)
    command = paint(visible(promise.command), "cyan", on=look.color)
    shown = paint(mark, color, on=look.color)
    if promise.state is State.UNCHECKED:
        first, *rest = (paint(line, "dim", on=look.color) for line in (first, *rest))
    indent = " " * (_MARGIN + names + _GAP)
    head = f"  {shown} {PROMISES[promise.number]:<{names}}{' ' * _GAP}{first}"
    if command and beside:
        head += " " * (reasons - width(wrap(visible(reason(promise)), reasons)[0]) + _GAP) + command
    lines = [head.rstrip(), *(f"{indent}{line}" for line in rest)]
    return [*lines, f"{indent}{command}"] if command and not beside else lines


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
                "reason": well_formed(reason(promise)),
                "command": well_formed(promise.command) or None,
            }
            for promise in status.promises
        ],
        "summary": summary(status.report),
        "seconds": round(status.report.seconds, 3),
    }


def _name(status: Status) -> str:
    return status.report.root.replace("\\", "/").rstrip("/").rpartition("/")[2] or status.report.root
