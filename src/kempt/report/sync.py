"""What `sync` did, as text and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from shlex import join, quote

from kempt.model.manager import Command
from kempt.model.sync import Outcome, Synced, SyncReport
from kempt.model.verify import Refusal
from kempt.report.columns import pad, paint, width, wrap
from kempt.report.escape import visible, well_formed
from kempt.report.json import VERSION, array, encode
from kempt.report.look import Look
from kempt.report.quantity import count
from kempt.report.redaction import redacted
from kempt.report.refusal import in_one_line

DIGITS = 12
"""Hexadecimal digits of a digest that people are shown."""
OUTPUT_LINES = 10
SHOWN_NAMES = 4
HEADINGS = ("service", "manager", "Python", "packages", "result", "digest", "seconds")
NUMBERS = frozenset({"packages", "seconds"})
STYLES = {
    Outcome.INSTALLED: "green", Outcome.UNCHANGED: "dim", Outcome.REPAIRED: "yellow", Outcome.REBUILT: "yellow",
    Outcome.REFUSED: "red", Outcome.FAILED: "red",
}  # fmt: skip


def to_text(report: SyncReport, look: Look) -> str:
    """A table of the services, why some are not as their locks say, and what to type next; or what would be run."""
    if any(each.outcome is Outcome.PLANNED for each in report.services):
        lines = [line for each in report.services for line in _plan(each, report.root)]
    else:
        lines = [] if look.quiet else _table(report, look)
        remarks = [line for each in report.services for line in _remarks(each, look)]
        remarks += [] if look.quiet else _withheld(report)
        lines += [""] * bool(lines and remarks) + remarks
        lines += [] if look.quiet else ["", *wrap(_closing(report), look.width)]
    return "".join(f"{line}\n" for line in lines)


def to_json(report: SyncReport, _look: Look | None = None) -> str:
    """One object; each service is one of `services`."""
    lines = [
        f'  "{key}": {encode(value)}'
        for key, value in (("version", VERSION), ("command", "sync"), ("root", well_formed(report.root)))
    ]
    lines.append(f'  "services": {array([encode(record(each)) for each in report.services], "    ")}')
    outcomes = [each.outcome for each in report.services]
    lines.append(f'  "summary": {encode({each.name.lower(): outcomes.count(each) for each in Outcome})}')
    lines.append(f'  "seconds": {encode(round(report.seconds, 3))}')
    return "{\n" + ",\n".join(lines) + "\n}\n"


RENDERERS: Mapping[str, Callable[[SyncReport, Look], str]] = {"text": to_text, "json": to_json}


def record(synced: Synced) -> dict[str, object]:
    """One service, as the JSON report holds it."""
    return {
        "service": well_formed(str(synced.service.root)),
        "manager": synced.service.manager,
        "python": synced.python,
        "environment": well_formed(synced.environment),
        "outcome": synced.outcome.name.lower(),
        "packages": synced.packages,
        "digest": synced.digest,
        "repaired": list(synced.repaired),
        "damage": [well_formed(each) for each in synced.damage],
        "refusal": _refusal(synced.refusal),
        "commands": [_command(each) for each in synced.commands],
        "withheld": [well_formed(each) for each in synced.withheld],
        "notes": [well_formed(each) for each in synced.notes],
        "state": synced.state,
        "output": [well_formed(redacted(each)) for each in synced.output],
        "seconds": round(synced.seconds, 3),
    }


def _refusal(refusal: Refusal | None) -> dict[str, str] | None:
    if refusal is None:
        return None
    words = {"message": refusal.message, "hint": refusal.hint}
    return {"reason": refusal.reason.value, "code": refusal.code, **{k: well_formed(v) for k, v in words.items()}}


def _command(command: Command) -> dict[str, object]:
    return {
        "argv": [well_formed(each) for each in command.argv],
        "variables": dict(command.variables),
        "purpose": command.purpose,
    }


def _table(report: SyncReport, look: Look) -> list[str]:
    rows = [_row(each) for each in report.services]
    columns = [max(map(width, cells)) for cells in zip(HEADINGS, *rows, strict=True)]
    lines = [paint(_laid(HEADINGS, columns), "bold", on=look.color)]
    for each, row in zip(report.services, rows, strict=True):
        lines.append(paint(_laid(row, columns), STYLES.get(each.outcome, "dim"), on=look.color))
    return lines


def _row(synced: Synced) -> tuple[str, ...]:
    result = synced.outcome.value
    if synced.outcome is Outcome.REPAIRED and synced.repaired:
        more = len(synced.repaired) - SHOWN_NAMES
        result += f" {', '.join(synced.repaired[:SHOWN_NAMES])}{f' and {more:,} more' if more > 0 else ''}"
    packages = f"{synced.packages:,}" if synced.digest else ""
    return (
        visible(str(synced.service.root)), visible(synced.service.manager), synced.python, packages, visible(result),
        synced.digest[:DIGITS], f"{synced.seconds:.1f}",
    )  # fmt: skip


def _laid(cells: tuple[str, ...], columns: list[int]) -> str:
    laid = (
        " " * (columns - width(cell)) + cell if name in NUMBERS else pad(cell, columns)
        for name, cell, columns in zip(HEADINGS, cells, columns, strict=True)
    )
    return "  ".join(laid).rstrip()


def _remarks(synced: Synced, look: Look) -> Iterator[str]:
    """What a table cannot hold: why not, what was wrong, what was kept from the manager."""
    name = visible(str(synced.service.root))
    if synced.refusal is not None:
        yield paint(refusal_line(name, synced.refusal), "red", on=look.color)
        yield from (f"    {visible(redacted(line))}" for line in synced.output[-OUTPUT_LINES:])
        if synced.state:
            yield f"{name}: {synced.state}"
    if look.quiet:
        return
    limit = len(synced.damage) if look.verbose else SHOWN_NAMES
    said = [
        *synced.damage[:limit],
        *([f"{len(synced.damage) - limit:,} more (--verbose)"] * (len(synced.damage) > limit)),
    ]
    said += synced.notes
    for line in said:
        first, *others = wrap(f"{name}: {visible(redacted(line))}", look.width)
        yield from (first, *(f"    {other}" for other in others))


def _withheld(report: SyncReport) -> list[str]:
    """What of the user's no manager has seen, once for all services."""
    names = dict.fromkeys(name for each in report.services for name in each.withheld)
    return [f"not passed on: {visible(', '.join(names))}"] if names else []


def refusal_line(name: str, refusal: Refusal) -> str:
    """`services/api: uv.lock is stale: ... Run: uv lock  [KPT303]`."""
    return f"{name}: {in_one_line(refusal)}"


def _plan(synced: Synced, root: str) -> Iterator[str]:
    """The commands of a service, as a person could type them."""
    name = visible(str(synced.service.root))
    if synced.refusal is not None:
        yield refusal_line(name, synced.refusal)
        return
    yield f"{name}: {synced.service.manager}, Python {synced.python}"
    folder = root if name == "." else f"{root}/{synced.service.root}"
    yield f"  cd {visible(quote(folder))}"
    for command in synced.commands:
        variables = "".join(f"{key}={quote(value)} " for key, value in command.variables)
        yield f"  {visible(variables + join(command.argv))}"
    yield from (f"  ({visible(note)})" for note in synced.notes)
    if synced.withheld:
        yield f"  not passed on: {visible(', '.join(synced.withheld))}"


def _closing(report: SyncReport) -> str:
    good = sum(each.is_good for each in report.services)
    if good == len(report.services):
        return "Prove it with `kempt verify`."
    return f"{good:,} of {count(len(report.services), 'service')} as the lock says."
