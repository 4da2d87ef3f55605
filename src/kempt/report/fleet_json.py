"""Where a fleet stands as JSON, version 1, for other dashboards: one object, or one repository a line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from kempt.model.fleet import Noted, Outcome, Waiver
from kempt.model.fleet_overview import Amount, InForce, NotAsked, Open, Overview, RuleTrend, RunSummary, Standing
from kempt.model.rule import PROMISES
from kempt.report.escape import well_formed
from kempt.report.fleet_figures import NOBODY, whole
from kempt.report.json import VERSION, encode
from kempt.report.redaction import redacted

Found: TypeAlias = Callable[[Standing], Iterable[Open]]
"""What says the findings of a repository, all of them, the worst first."""


def to_json(overview: Overview, found: Found) -> Iterator[str]:
    """One object; each repository is on a line of its own, in `repositories`, the worst first.

    It comes in pieces, and so do the findings: `found` is asked for those of one repository after the other.
    """
    yield "{\n" + "".join(f'  "{key}": {encode(value)},\n' for key, value in _head(overview).items())
    yield '  "repositories": ['
    for place, each in enumerate(overview.repositories):
        yield f"{',' if place else ''}\n    {encode(record(each, found(each)))}"
    yield "\n  ]" if overview.repositories else "]"
    yield "".join(f',\n  "{key}": {encode(value)}' for key, value in _tail(overview).items()) + "\n}\n"


def to_jsonl(overview: Overview, found: Found) -> Iterator[str]:
    """One repository a line; the last line is all the rest."""
    for each in overview.repositories:
        yield f"{encode(record(each, found(each)))}\n"
    yield f"{encode({**_head(overview), **_tail(overview)})}\n"


def record(standing: Standing, findings: Iterable[Open]) -> dict[str, object]:
    """One repository. `promises` are null where it failed, and `unknown` says why those are that are.

    Times are seconds since 1970, UTC; null is not known.
    """
    return {
        "name": _text(standing.name),
        "outcome": standing.outcome.value,
        "head": standing.head or None,
        "branch": _text(standing.branch) or None,
        "files": standing.files,
        "promises": [state.value for state in standing.promises] or None,
        "unknown": [_text(each) or None for each in standing.unknown] or None,
        "error": _text(standing.error) or None,
        "reason": _text(standing.reason) or None,
        "owners": _text(standing.owners).split(),
        "looked_at": standing.looked_at or None,
        "summary": _amount(standing.amount),
        "new": standing.new,
        "gone": standing.gone,
        "findings": [_finding(each) for each in findings],
    }


def _head(overview: Overview) -> dict[str, object]:
    return {
        "version": VERSION, "command": "fleet report", "title": _text(overview.title),
        "part": _text(overview.part) or None, "made": overview.made,
        "runs": [run_record(each) for each in overview.runs], "not_asked": not_asked_record(overview.not_asked),
    }  # fmt: skip


def _tail(overview: Overview) -> dict[str, object]:
    found = whole(overview)
    return {
        "rules": [_rule(each) for each in overview.rules],
        "owners": [
            {"owner": _text(each.owner) or NOBODY, "repositories": each.repositories, **_amount(each.amount)}
            for each in overview.owners
        ],
        "waivers": [
            *(_waiver(each, "expired") for each in overview.expired),
            *(_waiver(each, "idle") for each in overview.idle),
            *(_in_force(each) for each in overview.in_force),
        ],
        "summary": {
            "repositories": found.all, **{outcome.value: found.repositories[outcome] for outcome in Outcome},
            "clean": found.clean, **_amount(found.amount), "waived": found.waived,
        },
    }  # fmt: skip


def _amount(of: Amount) -> dict[str, object]:
    return {"findings": of.findings, "error": of.errors, "warning": of.warnings, "info": of.infos, "bytes": of.bytes}


def _finding(each: Open) -> dict[str, object]:
    noted: Noted = each.noted
    return {
        "code": noted.code, "level": noted.level, "path": _text(noted.path), "line": max(noted.line, 1),
        "message": _text(noted.message), "help": _text(noted.help), "fix": noted.fix or None,
        "fingerprint": noted.fingerprint, "service": _text(noted.service) or None, "files": noted.files,
        "bytes": noted.bytes, "owners": _text(noted.owners).split(), "first_seen": each.first_seen,
        "last_seen": each.last_seen, "waiver": _text(each.waiver) or None,
    }  # fmt: skip


def run_record(run: RunSummary) -> dict[str, object]:
    """One run, as `kempt fleet scan` tells of it too."""
    promises = [{**each._asdict(), "name": PROMISES.get(each.promise, "")} for each in run.promises]
    return {**run._asdict(), "promises": promises}


def not_asked_record(found: NotAsked) -> dict[str, object] | None:
    """How many repositories of the run before the last run was not asked for; null without a run before."""
    return found._asdict() if found.run else None


def _rule(rule: RuleTrend) -> dict[str, object]:
    return {**rule._asdict(), "name": _text(rule.name), "counts": list(rule.counts)}


def _waiver(waiver: Waiver, state: str) -> dict[str, object]:
    return {"state": state, **{key: _text(value) for key, value in waiver._asdict().items()}}


def _in_force(each: InForce) -> dict[str, object]:
    return {**_waiver(each.waiver, "in force"), "findings": each.findings, "repositories": each.repositories}


def _text(text: str) -> str:
    return well_formed(redacted(text))
