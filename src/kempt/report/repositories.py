"""Several repositories below one folder: a line each, or all in one report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from kempt.model.finding import Finding
from kempt.model.report import Report, Suppressed, Trouble
from kempt.model.rule import Rule
from kempt.report.closing import command, tally
from kempt.report.columns import pad, paint, width
from kempt.report.escape import visible
from kempt.report.look import Look
from kempt.report.quantity import count
from kempt.report.text import table

_LONGEST_NAME = 40


def render(reports: Sequence[Report], root: str, look: Look) -> str:
    """One line for each repository, the findings below it with `verbose`, and the count of all."""
    names = [_name(report, root) for report in reports]
    column = max((width(visible(name)) for name in names if width(visible(name)) <= _LONGEST_NAME), default=0)
    lines: list[str] = []
    for name, report in zip(names, reports, strict=True):
        lines.append(f"{pad(visible(name), column)}   {_verdict(report, name, look)}")
        if look.verbose and report.findings:
            lines += [*table(report, look), ""]
    if not look.quiet:
        lines += ["", _total(reports)]
    return "".join(f"{line}\n" for line in lines)


def together(reports: Sequence[Report], root: str) -> Report:
    """One report whose paths begin at `root`; fingerprints name the repository too."""
    rules: dict[str, Rule] = {rule.code: rule for report in reports for rule in report.rules}
    named = [(report, _name(report, root)) for report in reports]
    return Report(
        root,
        tuple(rules.values()),
        tuple(_below(finding, name) for report, name in named for finding in report.findings),
        tuple(Suppressed(_below(item.finding, name), item.by) for report, name in named for item in report.suppressed),
        tuple(Trouble(f"{name}: {e.message}", e.hint, e.code) for report, name in named for e in report.errors),
        sum(report.files for report in reports),
        sum(report.seconds for report in reports),
        tuple(_below(finding, name) for report, name in named for finding in report.fixed),
    )


def _name(report: Report, root: str) -> str:
    """What a repository is called: its path from the folder that was asked for."""
    here, top = report.root.replace("\\", "/"), root.replace("\\", "/").rstrip("/")
    return here.removeprefix(f"{top}/") if here != top else "."


def _below(finding: Finding, name: str) -> Finding:
    return finding._replace(
        location=finding.location._replace(path=PurePosixPath(name) / finding.location.path),
        service=None if finding.service is None else PurePosixPath(name) / finding.service,
        identity=f"{name}\0{finding.identity}",
    )


def _verdict(report: Report, name: str, look: Look) -> str:
    if report.errors:
        return f"{paint('not checked', 'red', on=look.color)}: {visible(report.errors[0].message)}"
    if not report.findings:
        return f"{paint('clean', 'green', on=look.color)}, {count(report.files, 'tracked file')}"
    from shlex import quote

    where = f"{look.target.rstrip('/')}/{quote(name)}" if look.target else quote(name)
    return f"{paint(tally(report), 'bold', on=look.color)}   {command('check', look._replace(target=where))}"


def _total(reports: Sequence[Report]) -> str:
    broken = sum(bool(report.errors) for report in reports)
    dirty = sum(bool(report.findings) and not report.errors for report in reports)
    parts = ((dirty, "with findings"), (len(reports) - broken - dirty, "clean"), (broken, "not checked"))
    shown = ", ".join(f"{number:,} {words}" for number, words in parts if number)
    return f"{count(len(reports), 'repository', 'repositories')}: {shown or 'nothing to check'}."
