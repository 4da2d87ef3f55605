"""GitLab's Code Quality report: a list of issues, each with a fingerprint that no other has."""

from __future__ import annotations

from collections import Counter

from kempt.model.finding import Finding, Level
from kempt.model.report import Report, Trouble
from kempt.report.escape import well_formed
from kempt.report.json import array, encode
from kempt.report.look import Look
from kempt.report.quantity import message_of

_SEVERITY = {Level.ERROR: "major", Level.WARNING: "minor", Level.INFO: "info"}


def render(report: Report, _look: Look) -> str:
    """Findings, and before them, as blockers, what could not be checked: a failed run is never an empty list."""
    seen: Counter[str] = Counter()
    issues = [_trouble(error, number) for number, error in enumerate(report.errors, 1)]
    for finding in report.findings:
        seen[finding.fingerprint] += 1
        issues.append(_issue(finding, seen[finding.fingerprint]))
    return array([encode(issue) for issue in issues], "  ") + "\n"


def _issue(finding: Finding, number: int) -> dict[str, object]:
    return {
        "description": well_formed(f"{finding.code}: {message_of(finding)}"),
        "check_name": finding.code,
        "fingerprint": finding.fingerprint if number == 1 else f"{finding.fingerprint}-{number}",
        "severity": _SEVERITY[finding.level],
        "location": {
            "path": well_formed(str(finding.location.path)),
            "lines": {"begin": finding.location.shown_line},
        },
    }


def _trouble(error: Trouble, number: int) -> dict[str, object]:
    return {
        "description": well_formed(f"not checked: {error.message} {error.hint}".rstrip()),
        "check_name": error.code or "kempt",
        "fingerprint": f"kempt-not-checked-{number}",
        "severity": "blocker",
        "location": {"path": ".", "lines": {"begin": 1}},
    }
