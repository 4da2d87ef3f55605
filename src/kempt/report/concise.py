"""One finding a line, `path:line:col: CODE [*] message`, as editors and other tools read it; `[*]` marks a safe fix."""

from __future__ import annotations

from kempt.model.finding import Finding, Safety
from kempt.model.report import Report, Trouble
from kempt.report.closing import sentences
from kempt.report.escape import visible
from kempt.report.look import Look
from kempt.report.quantity import message_of
from kempt.report.severity import applicable


def render(report: Report, look: Look) -> str:
    """Errors first, then the findings, then the count (not with `quiet`)."""
    lines = [trouble(error) for error in report.errors]
    lines += [line(finding) for finding in report.findings]
    if not look.quiet:
        lines.append(" ".join(sentences(report, look)))
    return "".join(f"{text}\n" for text in lines)


def line(finding: Finding) -> str:
    """One finding on one line."""
    mark = " [*]" if applicable(finding.fix) is Safety.SAFE else ""
    return f"{place(finding)}: {finding.code}{mark} {visible(message_of(finding))}"


def place(finding: Finding) -> str:
    """Where it is, as `path:line:column`, safe to print."""
    location = finding.location
    return visible(f"{location.path}:{location.shown_line}:{max(location.column, 1)}")


def trouble(error: Trouble) -> str:
    """What could not be checked, on one line, with what to do next."""
    code = f"{error.code} " if error.code else ""
    hint = f". {visible(error.hint)}" if error.hint else ""
    return f"kempt: {code}{visible(error.message).rstrip('.')}{hint or '.'}"
