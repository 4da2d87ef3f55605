"""What `kempt fleet scan` says: a line while it runs, and at the end where the fleet stands and what to type next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kempt.model.fleet import Row
from kempt.model.fleet_overview import Amount, RunSummary
from kempt.report.columns import paint, wrap
from kempt.report.escape import visible, well_formed
from kempt.report.fleet_figures import LEVELS
from kempt.report.fleet_json import run_record
from kempt.report.fleet_lines import promises, sentence
from kempt.report.json import VERSION, array, encode
from kempt.report.look import Look
from kempt.report.quantity import count, size
from kempt.report.redaction import redacted

FAILED_SHOWN = 5
"""Failed repositories that are listed at the end; all with `verbose`."""
_MINUTE, _HOUR = 60, 3600
_SECOND = 2  # the first run against which something can be new


class Progress:
    """How far a scan is, for the line that shows it. Counts are of repositories; `seconds` are those so far."""

    def __init__(self, done: int, total: int, before: int) -> None:
        self.done, self.total, self.before = done, total, before

    def line(self, seconds: float, failed: int, deaths: int) -> str:
        """`1,204 of 10,000 repositories  ·  85 a second  ·  3 failed  ·  1 min 44 s left`."""
        parts = [f"{self.done:,} of {count(self.total, 'repository', 'repositories')}"]
        fresh = self.done - self.before
        if fresh and seconds >= 1:
            rate = fresh / seconds
            parts.append(f"{rate:,.0f} a second" if rate >= 1 else f"{rate * _MINUTE:,.0f} a minute")
        parts += [f"{failed:,} failed"] * bool(failed)
        parts += [f"{count(deaths, 'worker')} replaced"] * bool(deaths)
        if fresh and seconds >= 1 and self.done < self.total:
            parts.append(f"{duration((self.total - self.done) * seconds / fresh)} left")
        return "  ·  ".join(parts)


def duration(seconds: float) -> str:
    """A time that people wait for: "0.4 s", "12 s", "4 min 12 s", "2 h 5 min"."""
    if seconds < 1:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE} s"
    return f"{whole // _HOUR:,} h {whole % _HOUR // _MINUTE} min"


def summary(run: RunSummary, failed: Sequence[Row], took: float, look: Look, *, blocks: bool = True) -> str:
    """The end of a scan. `failed` are this run's; `look.target` is what commands to type next repeat: `--db FILE`."""
    parts = [list(_failures(run.failed, failed, look)), list(wrap(_found(run), look.width))]
    if not look.quiet:
        parts = [
            [_heading(run, took)],
            list(promises([(each, None) for each in run.promises], look, blocks=blocks)),
            *parts,
            list(_next(run, look)),
        ]
    return "\n".join("".join(f"{line}\n" for line in part) for part in parts if part)


def record(row: Row) -> dict[str, object]:
    """One repository, as `kempt fleet report` has it, but its findings are counted only: those are in the database."""
    levels = [finding.level for finding in row.findings]
    return {
        "name": _text(row.name),
        "outcome": row.outcome.value,
        "head": row.head or None,
        "branch": _text(row.branch) or None,
        "files": row.files,
        "promises": [state.value for state in row.promises] or None,
        "error": row.error or None,
        "reason": _text(row.reason) or None,
        "owners": _text(row.owners).split(),
        "summary": {"findings": len(levels), **{level: levels.count(level) for level in LEVELS}},
        "seconds": round(row.seconds, 3),
        "received": row.received,
    }


def as_json(run: RunSummary, records: Sequence[str], database: str) -> str:
    """The whole scan as one object; `records` are JSON already."""
    head = {"version": VERSION, "command": "fleet scan", "database": well_formed(database), "run": run_record(run)}
    lines = [f'  "{key}": {encode(value)}' for key, value in head.items()]
    return "{\n" + ",\n".join([*lines, f'  "repositories": {array(list(records), "    ")}']) + "\n}\n"


def last_line(run: RunSummary) -> str:
    """The last of the JSON lines: the run."""
    return encode({"version": VERSION, "command": "fleet scan", "run": run_record(run)}) + "\n"


def interrupted(done: int, total: int) -> str:
    """What is said where somebody stopped it."""
    of_all = f"{done:,} of {count(total, 'repository', 'repositories')}"
    return f"stopped after {of_all}; what was found is kept, the same command goes on"


def _heading(run: RunSummary, took: float) -> str:
    said = [f"{run.checked:,} looked at"] * bool(run.checked) + [f"{run.unchanged:,} unchanged"] * bool(run.unchanged)
    said += [f"{run.failed:,} failed"] * bool(run.failed)
    received = f", {size(run.received)} received" if run.received else ""
    return f"{count(run.repositories, 'repository', 'repositories')} in {duration(took)}{received}: {', '.join(said)}"


def _found(run: RunSummary) -> str:
    moved = (run.new, run.gone, 0) if run.number >= _SECOND else None
    return sentence(Amount(run.errors, run.warnings, run.infos), run.waived, moved, failed=run.failed)


def _failures(number: int, failed: Sequence[Row], look: Look) -> Iterator[str]:
    """So many could not be looked at; those of `failed` are known by name, others if an earlier part of the run has."""
    if not number:
        return
    shown = failed if look.verbose else failed[:FAILED_SHOWN]
    yield f"{count(number, 'repository', 'repositories')} could not be looked at:"
    for row in shown:
        name, reason = visible(redacted(row.name)), visible(redacted(row.reason))
        yield f"  {paint('✗', 'red', on=look.color)} {name}  {row.error}: {reason}"
    if len(shown) < number:
        yield f"  {'and ' * bool(shown)}{number - len(shown):,} more: `{_command('report', '-v', look)}`"


def _next(run: RunSummary, look: Look) -> Iterator[str]:
    yield f"Where the fleet stands: `{_command('report', '', look)}`"
    yield f"The same as a page:     `{_command('report', '--html fleet.html', look)}`"
    if run.errors + run.warnings:
        yield f"Patches for what can be mended: `{_command('fix', '', look)}`"


def _command(name: str, options: str, look: Look) -> str:
    return " ".join(word for word in ("kempt fleet", name, visible(look.target), options) if word)


def _text(text: str) -> str:
    return well_formed(redacted(text))
