"""Workflow commands for GitHub Actions: annotations on the changed files.

GitHub shows 10 of each level a step and drops the rest in silence, so the heaviest come first and the last line says
how many were left out, and of which rules.
"""

from __future__ import annotations

from collections import Counter

from kempt.model.finding import Finding, Level
from kempt.model.report import Report, Trouble
from kempt.report.concise import place
from kempt.report.escape import github_data, github_property
from kempt.report.look import Look
from kempt.report.quantity import count, message_of
from kempt.report.severity import heaviest_first

CAP = 10
"""Annotations of one level that GitHub shows for a step (a job shows 50 in all)."""

_COMMAND = {Level.ERROR: "error", Level.WARNING: "warning", Level.INFO: "notice"}


def render(report: Report, _look: Look) -> str:
    """One command a line; what could not be checked counts as errors and comes first."""
    lines = [_trouble(error) for error in report.errors[:CAP]]
    shown = Counter({Level.ERROR: len(lines)})
    left_out: Counter[str] = Counter()
    for finding in heaviest_first(report.findings):
        if shown[finding.level] < CAP:
            shown[finding.level] += 1
            lines.append(_annotation(finding))
        else:
            left_out[finding.code] += 1
    hidden = len(report.errors) - min(len(report.errors), CAP)
    if left_out or hidden:
        lines.append(_remainder(left_out, hidden))
    return "".join(f"{line}\n" for line in lines)


def _annotation(finding: Finding) -> str:
    location = finding.location
    properties = {
        "title": f"kempt ({finding.code})",
        "file": str(location.path),
        "line": str(location.shown_line),
        "col": str(max(location.column, 1)),
    }
    if location.end_line is not None:
        properties["endLine"] = str(max(location.end_line, 1))
    if location.end_column is not None:
        properties["endColumn"] = str(max(location.end_column, 1))
    shown = ",".join(f"{key}={github_property(value)}" for key, value in properties.items())
    lines = [f"{place(finding)}: {finding.code} {message_of(finding)}"]
    if finding.help:
        lines.append(f"  help: {finding.help}")
    return f"::{_COMMAND[finding.level]} {shown}::{github_data(*lines)}"


def _trouble(error: Trouble) -> str:
    title = f"kempt ({error.code})" if error.code else "kempt"
    lines = [error.message] + ([error.hint] if error.hint else [])
    return f"::error title={github_property(title)}::{github_data(*lines)}"


def _remainder(left_out: Counter[str], hidden: int) -> str:
    """Starts with a word, so that no name can make it a command."""
    number = sum(left_out.values())
    parts = [f"{amount:,} {code}" for code, amount in sorted(left_out.items())]
    if hidden:
        parts.insert(0, count(hidden, "error"))
    verb = "is" if number + hidden == 1 else "are"
    return (
        f"kempt: {number + hidden:,} more {verb} not shown, as GitHub shows {CAP} of each level a step: "
        f"{', '.join(parts)}. `kempt check` lists all."
    )
