"""What `kempt fleet scan` says: a line while it runs, and at the end where the fleet stands and what to type next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kempt.model.fleet import Outcome, Row
from kempt.model.fleet_overview import Amount, NotAsked, RunSummary
from kempt.report.columns import paint, wrap
from kempt.report.escape import visible, well_formed
from kempt.report.fleet_figures import LEVELS, moved
from kempt.report.fleet_json import not_asked_record, run_record
from kempt.report.fleet_lines import left_out, promises, sentence
from kempt.report.json import VERSION, array, encode
from kempt.report.look import Look
from kempt.report.quantity import count, size
from kempt.report.redaction import redacted

FAILED_SHOWN = 5
"""Failed repositories that are listed at the end; all with `verbose`."""
_MINUTE, _HOUR = 60, 3600


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


class Ended(NamedTuple):
    """How a scan ended.

    `run` is what the database says of it, `failed` are the rows that are known here. `took` are seconds, and `before`
    counts repositories that an earlier part of the run had looked at. `not_asked` is what it left out.
    """

    run: RunSummary
    failed: Sequence[Row] = ()
    took: float = 0.0
    before: int = 0
    not_asked: NotAsked = NotAsked()


def summary(ended: Ended, look: Look, *, blocks: bool = True) -> str:
    """The end of a scan. `look.target` is what commands to type next repeat: `--db FILE`."""
    run = ended.run
    left = left_out(ended.not_asked)
    parts = [
        list(_failures(run.failed, ended.failed, look)),
        [*wrap(_found(run), look.width), *(wrap(left, look.width) if left else ())],
    ]
    if not look.quiet:
        parts = [
            list(wrap(_heading(ended), look.width)),
            list(promises([(each, None) for each in run.promises], look, blocks=blocks)),
            *parts,
            list(_next(run, look)),
        ]
    return "\n".join("".join(f"{line}\n" for line in part) for part in parts if part)


def record(row: Row) -> dict[str, object]:
    """One repository, as `kempt fleet report` has it, but its findings are counted only: those are in the database.

    Of one that was not looked at, files, promises, owners and findings are null: what an earlier look has found still
    stands where it is unchanged, and nothing is known where it failed. `kempt fleet report` has both.
    """
    levels = [finding.level for finding in row.findings]
    is_known = row.outcome is Outcome.CHECKED
    return {
        "name": _text(row.name),
        "outcome": row.outcome.value,
        "head": row.head or None,
        "branch": _text(row.branch) or None,
        "files": row.files if is_known else None,
        "promises": [state.value for state in row.promises] or None,
        "error": row.error or None,
        "reason": _text(row.reason) or None,
        "owners": _text(row.owners).split() if is_known else None,
        "summary": {"findings": len(levels), **{each: levels.count(each) for each in LEVELS}} if is_known else None,
        "seconds": round(row.seconds, 3),
        "received": row.received,
    }


def as_json(ended: Ended, records: Sequence[str], database: str) -> str:
    """The whole scan as one object; `records` are JSON already."""
    head = {"version": VERSION, "command": "fleet scan", "database": well_formed(database), **_facts(ended)}
    lines = [f'  "{key}": {encode(value)}' for key, value in head.items()]
    return "{\n" + ",\n".join([*lines, f'  "repositories": {array(list(records), "    ")}']) + "\n}\n"


def last_line(ended: Ended) -> str:
    """The last of the JSON lines: the run."""
    return encode({"version": VERSION, "command": "fleet scan", **_facts(ended)}) + "\n"


def _facts(ended: Ended) -> dict[str, object]:
    return {"run": run_record(ended.run), "before": ended.before, "not_asked": not_asked_record(ended.not_asked)}


def interrupted(done: int, total: int) -> str:
    """What is said where somebody stopped it."""
    of_all = f"{done:,} of {count(total, 'repository', 'repositories')}"
    return f"stopped after {of_all}; what was found is kept, the same command goes on"


def _heading(ended: Ended) -> str:
    run = ended.run
    said = [f"{run.checked:,} looked at"] * bool(run.checked) + [f"{run.unchanged:,} unchanged"] * bool(run.unchanged)
    said += [f"{run.failed:,} failed"] * bool(run.failed)
    received = f", {size(run.received)} received" if run.received else ""
    of, took = count(run.repositories, "repository", "repositories"), duration(ended.took)
    if not ended.before:
        return f"{of} in {took}{received}: {', '.join(said)}"
    since = f"{ended.before:,} before the scan was stopped, {run.repositories - ended.before:,} in {took} since"
    return f"{of}{received}: {', '.join(said)}; {since}"


def _found(run: RunSummary) -> str:
    return sentence(Amount(run.errors, run.warnings, run.infos), run.waived, moved((run,)), failed=run.failed)


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
