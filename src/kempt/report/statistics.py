"""`--statistics`: how many findings each rule has, the most frequent first."""

from __future__ import annotations

from collections import Counter

from kempt.model.finding import Finding, Safety
from kempt.model.report import Report
from kempt.report.columns import paint, width
from kempt.report.concise import trouble
from kempt.report.json import array, encode
from kempt.report.look import Look
from kempt.report.severity import applicable


def to_text(report: Report, look: Look) -> str:
    """A row for each rule: count, code, whether a fix is on offer (`[*]` safe for all, `[-]` for some), name."""
    rows = _rows(report)
    names = {rule.code: rule.name for rule in report.rules}
    counts = [f"{count:,}" for _, count, _ in rows]
    room = max(map(width, counts), default=0)
    lines = [trouble(error) for error in report.errors]
    for (code, count, safe), shown in zip(rows, counts, strict=True):
        mark = "[*]" if safe == count else "[-]" if safe else "[ ]"
        number = paint(shown, "bold", on=look.color)
        lines.append(f"{' ' * (room - len(shown))}{number}  {code}  {mark}  {names.get(code, '')}".rstrip())
    return "".join(f"{line}\n" for line in lines)


def to_json(report: Report, _look: Look) -> str:
    """A list of objects with `code`, `name`, `count` and `fixable` (how many of them have a safe fix)."""
    names = {rule.code: rule.name for rule in report.rules}
    rows = [
        encode({"code": code, "name": names.get(code, ""), "count": count, "fixable": safe})
        for code, count, safe in _rows(report)
    ]
    return array(rows, "  ") + "\n"


def _rows(report: Report) -> list[tuple[str, int, int]]:
    counts = Counter(finding.code for finding in report.findings)
    safe = Counter(finding.code for finding in report.findings if _has_safe_fix(finding))
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [(code, count, safe[code]) for code, count in ordered]


def _has_safe_fix(finding: Finding) -> bool:
    return applicable(finding.fix) is Safety.SAFE
