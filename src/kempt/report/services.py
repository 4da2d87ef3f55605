"""The services of a repository as a table; and the same as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from shlex import quote
from typing import NamedTuple

from kempt.model.locks import Freshness
from kempt.model.report import Report
from kempt.model.services import ServiceList, ServiceState
from kempt.report.columns import pad, paint, width, wrap
from kempt.report.escape import visible, well_formed
from kempt.report.json import VERSION, array, encode
from kempt.report.look import Look
from kempt.report.quantity import count
from kempt.report.redaction import redacted

HEAD = ("service", "manager", "lock", "environment", "Python")
STYLES = {Freshness.FRESH: "green", Freshness.STALE: "red", Freshness.UNKNOWN: "yellow"}
GAP, INDENT = 3, 4
NONE = "none"
LOCK_COMMANDS = {"uv": "uv lock", "poetry": "poetry lock", "pdm": "pdm lock", "pipenv": "pipenv lock"}


def _needs_attention(state: ServiceState) -> bool:
    return not state.environment or state.lock is None or state.lock.freshness is not Freshness.FRESH


class _Row(NamedTuple):
    cells: tuple[str, str, str, str, str]
    style: str
    note: str


def to_text(found: ServiceList, look: Look) -> str:
    """A service a line, below it why its lock is not fresh; then what to type next."""
    shown = [each for each in found.states if look.verbose or not each.service.demoted]
    hidden = len(found.states) - len(shown)
    name = found.report.root.replace("\\", "/").rstrip("/").rpartition("/")[2] or found.report.root
    lines = [f"{paint(visible(name), 'bold', on=look.color)}  ·  {count(len(shown), 'service')}"]
    listed = [each for each in shown if not look.quiet or _needs_attention(each)]
    if listed:
        lines += ["", *_table([_row(each) for each in listed], look)]
    lines += ["", *(line for text in _closing(shown, hidden, look) for line in wrap(text, look.width))]
    return "".join(f"{line}\n" for line in lines)


def to_json(found: Sequence[ServiceList], root: str, failed: Sequence[Report] = (), *, many: bool) -> str:
    """One object; of `many` repositories, one whose `repositories` are such objects."""
    head: dict[str, object] = {"version": VERSION, "command": "services"}
    if not many:
        return _document([f'  "{key}": {encode(value)}' for key, value in head.items()] + _repository(found[0], "    "))
    lines = [f'  "{key}": {encode(value)}' for key, value in {**head, "root": well_formed(root)}.items()]
    repositories = [encode({"root": well_formed(each.report.root), "services": list(map(_record, each.states))})
                    for each in found]  # fmt: skip
    errors = [
        encode(
            {
                "root": well_formed(each.root),
                "message": well_formed(redacted(each.errors[0].message)),
                "hint": well_formed(each.errors[0].hint),
                "code": each.errors[0].code,
            }
        )
        for each in failed
    ]
    lines.append(f'  "repositories": {array(repositories, "    ")}')
    return _document([*lines, f'  "errors": {array(errors, "    ")}'])


def _document(lines: Sequence[str]) -> str:
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _repository(found: ServiceList, indent: str) -> list[str]:
    services = array([encode(_record(each)) for each in found.states], indent)
    return [f'  "root": {encode(well_formed(found.report.root))}', f'  "services": {services}']


def _record(state: ServiceState) -> dict[str, object]:
    service = state.service
    return {
        "root": well_formed(str(service.root)),
        "manager": service.manager,
        "manifest": None if service.manifest is None else well_formed(str(service.manifest)),
        "lock": None if service.lock is None else well_formed(str(service.lock)),
        "state": None if state.lock is None else state.lock.freshness,
        "reason": "" if state.lock is None else well_formed(redacted(state.lock.reason)),
        "locks": [well_formed(str(path)) for path in service.locks],
        "requirements": [well_formed(str(path)) for path in service.requirements],
        "members": [well_formed(str(path)) for path in service.members],
        "environment": well_formed(str(service.root / service.env_dir)) if state.environment else None,
        "python": state.python or None,
        "dependency": service.dependency,
        "demoted": service.demoted,
        "advice": state.advice,
    }


def _row(state: ServiceState) -> _Row:
    service, lock = state.service, state.lock
    file = service.lock or next(iter(service.requirements if service.manager == "pip" else ()), None)
    said, style = NONE, "dim" if service.dependency or service.demoted else "red"
    if file is not None:
        said, style = (
            f"{file.name} {lock.freshness if lock else 'not supported'}",
            STYLES[lock.freshness] if lock else "yellow",
        )
    note = state.advice or (lock.reason if lock is not None else "")
    if service.dependency:
        note = "others install it by its path"
    cells = (
        str(service.root),
        service.manager,
        said,
        str(service.env_dir) if state.environment else NONE,
        state.python or NONE,
    )
    first, second, third, fourth, fifth = map(visible, cells)
    return _Row((first, second, third, fourth, fifth), style, visible(redacted(note)))


def _table(rows: Sequence[_Row], look: Look) -> list[str]:
    widths = [max(width(each) for each in column) for column in zip(HEAD, *(row.cells for row in rows), strict=True)]
    lines = [paint(_line(HEAD, widths), "dim", on=look.color)]
    for row in rows:
        cells = [pad(cell, size) for cell, size in zip(row.cells, widths, strict=True)]
        cells[2] = paint(cells[2], row.style, on=look.color)
        lines.append(f"  {(' ' * GAP).join(cells)}".rstrip())
        lines += [" " * INDENT + line for line in wrap(row.note, look.width - INDENT) if row.note]
    return lines


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return f"  {(' ' * GAP).join(pad(cell, size) for cell, size in zip(cells, widths, strict=True))}".rstrip()


def _closing(shown: Sequence[ServiceState], hidden: int, look: Look) -> list[str]:
    """What to type next: a stale lock first, then what is not installed."""
    said = []
    if hidden:
        target = f" {visible(look.target)}" if look.target else ""
        said.append(f"{hidden:,} more below examples, tests and the like: `kempt services -v{target}` shows them.")
    stale = [each for each in shown if each.lock is not None and each.lock.freshness is Freshness.STALE]
    wanted = [each for each in shown if not each.environment and each.lock is not None]
    if not shown:
        said.append("No service: no manifest, no lock and no requirements file is tracked.")
    elif stale and stale[0].service.manager in LOCK_COMMANDS:
        said.append(f"{count(len(stale), 'lock')} {'is' if len(stale) == 1 else 'are'} stale. {_typed(stale[0], look)}")
    elif wanted:
        target = f" {visible(look.target)}" if look.target else ""
        said.append(
            f"{count(len(wanted), 'service')} without an environment. `kempt sync{target}` installs what the locks say."
        )
    elif any(each.environment for each in shown):
        target = f" {visible(look.target)}" if look.target else ""
        said.append(f"`kempt verify{target}` proves the environments.")
    return said


def _typed(state: ServiceState, look: Look) -> str:
    """The command that writes a lock again, typed in the service's folder."""
    inside = "" if str(state.service.root) == "." else quote(str(state.service.root))
    place = "/".join(part for part in (look.target.rstrip("/"), inside) if part)
    command = LOCK_COMMANDS[state.service.manager]
    return f"`{visible(f'cd {place} && {command}' if place else command)}` makes it again."
