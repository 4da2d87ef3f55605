"""The summary page of a GitHub Actions step: Markdown for the file that $GITHUB_STEP_SUMMARY names."""

from __future__ import annotations

from kempt.model.finding import Finding
from kempt.model.report import Report, Trouble
from kempt.report.closing import sentences
from kempt.report.concise import place
from kempt.report.escape import markdown, markdown_code
from kempt.report.look import Look
from kempt.report.quantity import count, message_of
from kempt.report.redaction import without_secrets
from kempt.report.severity import heaviest_first

LIMIT = 1_048_576
"""Bytes that GitHub takes for one step; a longer summary is refused whole."""

_RESERVE = 512


def render(report: Report, look: Look, limit: int = LIMIT) -> str:
    """A heading, what could not be checked, and a table, the heaviest findings first, as long as it may be."""
    report = without_secrets(report)
    head = ["## kempt", "", markdown(" ".join(sentences(report, look))), ""]
    head += [line for error in report.errors for line in _trouble(error)]
    if report.findings:
        head += ["| level | rule | where | what |", "|---|---|---|---|"]
    lines, room = _fitting(head, limit - _RESERVE)
    rows: list[str] = []
    for finding in heaviest_first(report.findings):
        row = _row(finding)
        room -= len(row.encode()) + 1
        if room < 0:
            break
        rows.append(row)
    lines += rows
    left_out = len(report.findings) - len(rows)
    if left_out:
        lines += ["", f"{count(left_out, 'finding')} more: this page may hold no more text. `kempt check` lists all."]
    return "\n".join(lines) + "\n"


def _fitting(lines: list[str], room: int) -> tuple[list[str], int]:
    """The lines that fit, and how many bytes are left."""
    kept: list[str] = []
    for line in lines:
        size = len(line.encode()) + 1
        if size <= room:
            kept.append(line)
            room -= size
    return kept, room


def _row(finding: Finding) -> str:
    where = markdown_code(place(finding))
    return f"| {finding.level} | {finding.code} | {where} | {markdown(message_of(finding))} |"


def _trouble(error: Trouble) -> list[str]:
    code = f"{error.code}: " if error.code else ""
    hint = f" {markdown(error.hint)}" if error.hint else ""
    return [f"**Not checked.** {code}{markdown(error.message)}.{hint}", ""]
