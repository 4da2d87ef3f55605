"""One finding a line, as in JSON; the last line is the summary, so that a file that was cut off does not look whole."""

from __future__ import annotations

from kempt.model.report import Report
from kempt.report.escape import well_formed
from kempt.report.json import VERSION, by_code, encode, record, summary
from kempt.report.look import Look


def render(report: Report, look: Look) -> str:
    """As many lines as findings, and one more."""
    rules = by_code(report)
    lines = [encode(record(finding, rules)) for finding in report.findings]
    last = {
        "version": VERSION,
        "command": look.command,
        "root": well_formed(report.root),
        "suppressed": len(report.suppressed),
        "errors": [
            {"message": well_formed(e.message), "hint": well_formed(e.hint), "code": e.code} for e in report.errors
        ],
        "summary": summary(report),
        "seconds": round(report.seconds, 3),
    }
    return "\n".join([*lines, encode(last)]) + "\n"
