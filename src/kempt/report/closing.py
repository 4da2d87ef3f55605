"""The last lines of a report: how much was found, and what to type next."""

from __future__ import annotations

from kempt.model.finding import Finding, Level, Safety
from kempt.model.report import Report
from kempt.report.escape import visible
from kempt.report.look import Look
from kempt.report.quantity import count
from kempt.report.severity import applicable


def sentences(report: Report, look: Look) -> list[str]:
    """What a reader needs to know at the end, one sentence each."""
    said = [_outcome(report)]
    if report.errors:
        said.append(f"Not everything could be checked: {count(len(report.errors), 'error')}.")
    if report.findings:
        said.append(_next_step(report, look))
    return said


def tally(report: Report) -> str:
    """The findings by level: "2 findings (1 error, 1 info)"."""
    levels = ((Level.ERROR, "errors"), (Level.WARNING, "warnings"), (Level.INFO, "info"))
    parts = [count(report.count(level), level, plural) for level, plural in levels if report.count(level)]
    return f"{count(len(report.findings), 'finding')} ({', '.join(parts)})"


def command(words: str, look: Look) -> str:
    """A command to type next, in backticks, with the paths that this one was given."""
    if not look.target:
        return f"`kempt {words}`"
    return f"`kempt {words} {visible(look.target)}`"


def _outcome(report: Report) -> str:
    mended = f"{count(len(report.fixed), 'finding')} mended" if report.fixed else ""
    silenced = f", {len(report.suppressed):,} suppressed" if report.suppressed else ""
    if report.findings:
        found = tally(report)
        return f"{mended}; {found.replace(' (', ' left (', 1)}{silenced}." if mended else f"{found}{silenced}."
    if report.errors:
        return f"{mended or 'No findings'}{silenced}."
    where = f" in `{visible(report.inside)}`, the only folder that was looked at" if report.inside else ""
    if mended:
        return f"{mended}, nothing left{where}{silenced}."
    return f"Clean: {count(report.files, 'tracked file')}{where}{silenced}."


def _next_step(report: Report, look: Look) -> str:
    safe, unsafe = (
        [finding for finding in report.findings if applicable(finding.fix) is kind]
        for kind in (Safety.SAFE, Safety.UNSAFE)
    )
    total, mendable = len(report.findings), len(safe) + len(unsafe)
    if not mendable:
        return f"`kempt rule {visible(report.findings[0].code)}` says what to do."
    what = f"{mendable:,} of them" if mendable < total else "it" if total == 1 else "them"
    if not unsafe:
        return f"Mend {what} with {command('check --fix', look)}."
    if not safe:
        return f"Mend {what} with {command('check --fix --unsafe-fixes', look)}."
    if mendable < total:
        what = f"{len(safe):,} of them"
    return f"Mend {what} with {command('check --fix', look)}, and with `--unsafe-fixes` {_rest(report, unsafe)}."


def _rest(report: Report, unsafe: list[Finding]) -> str:
    """What only unsafe fixes mend, named where one word names it."""
    environments = {rule.code for rule in report.rules if rule.name == "tracked-environment"}
    if all(finding.code in environments for finding in unsafe):
        return "the environment too" if len(unsafe) == 1 else f"the {len(unsafe):,} environments too"
    return f"{len(unsafe):,} more"
