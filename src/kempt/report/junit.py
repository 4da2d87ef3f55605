"""JUnit XML: each finding is a failed test, each rule without findings a passed one, each error an error.

A finding of level info passes, as it does in the exit code; its message is the test's output.
"""

from __future__ import annotations

from collections.abc import Mapping

from kempt.model.finding import Finding, Level
from kempt.model.report import Report, Trouble
from kempt.report.concise import place
from kempt.report.escape import xml
from kempt.report.look import Look
from kempt.report.quantity import message_of


def render(report: Report, _look: Look) -> str:
    """One test suite named kempt."""
    names = {rule.code: rule.name for rule in report.rules}
    found = {finding.code for finding in report.findings}
    cases = [_trouble(error) for error in report.errors]
    cases += [_case(finding, names) for finding in report.findings]
    cases += [
        f'    <testcase classname="kempt" name="{xml(f"{code} {name}")}"/>'
        for code, name in names.items()
        if code not in found and not report.errors
    ]
    failures = sum(finding.level is not Level.INFO for finding in report.findings)
    totals = f'tests="{len(cases)}" failures="{failures}" errors="{len(report.errors)}" time="{report.seconds:.3f}"'
    suite = [f'  <testsuite name="kempt" {totals}>', *cases, "  </testsuite>"]
    head, tail = f'<testsuites name="kempt" {totals}>', "</testsuites>"
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *suite, tail]) + "\n"


def _case(finding: Finding, names: Mapping[str, str]) -> str:
    path = xml(str(finding.location.path))
    name = xml(f"{finding.code} {names.get(finding.code, '')} {place(finding)}")
    message = xml(message_of(finding))
    body = xml(finding.help)
    if finding.level is Level.INFO:
        inner = f"<system-out>{message}</system-out>"
    else:
        inner = f'<failure type="{finding.level}" message="{message}">{body}</failure>'
    return (
        f'    <testcase classname="{path}" name="{name}" file="{path}" line="{finding.location.shown_line}">'
        f"{inner}</testcase>"
    )


def _trouble(error: Trouble) -> str:
    code = xml(error.code or "kempt")
    return (
        f'    <testcase classname="kempt" name="{code}">'
        f'<error type="{code}" message="{xml(error.message)}">{xml(error.hint)}</error></testcase>'
    )
