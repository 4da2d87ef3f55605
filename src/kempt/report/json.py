"""The report as JSON, version 1: additive changes only.

ASCII only, so that it survives every locale and shows no control character on a terminal. A path that is no UTF-8 is
spelled as in every format (`kempt.report.escape`), never as a lone surrogate, which many JSON readers refuse.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from json import JSONEncoder

from kempt.model.finding import Finding, Level
from kempt.model.report import Report
from kempt.model.rule import Rule
from kempt.report.escape import well_formed
from kempt.report.look import Look
from kempt.report.severity import applicable

VERSION = 1

_encode = JSONEncoder(ensure_ascii=True, check_circular=False).encode


def render(report: Report, look: Look) -> str:
    """One object; each finding is on a line of its own."""
    rules = by_code(report)
    head = {"version": VERSION, "command": look.command, "root": well_formed(report.root)}
    parts = {
        "findings": [encode(record(finding, rules)) for finding in report.findings],
        "suppressed": [encode(record(item.finding, rules) | {"by": item.by}) for item in report.suppressed],
        "errors": [
            encode({"message": well_formed(e.message), "hint": well_formed(e.hint), "code": e.code})
            for e in report.errors
        ],
    }
    tail = {"summary": summary(report), "seconds": round(report.seconds, 3)}
    lines = [f'  "{key}": {encode(value)}' for key, value in head.items()]
    lines += [f'  "{key}": {array(rows, "    ")}' for key, rows in parts.items()]
    lines += [f'  "{key}": {encode(value)}' for key, value in tail.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def encode(value: object) -> str:
    r"""JSON on one line. Two `#` in a row are written `\u0023`, which a CI log does not take for a command."""
    return _encode(value).replace("##", "\\u0023\\u0023")


def array(rows: list[str], indent: str) -> str:
    """An array of values that are JSON already, one a line."""
    if not rows:
        return "[]"
    inner = f",\n{indent}".join(rows)
    return f"[\n{indent}{inner}\n{indent[:-2]}]"


def named(path: str, key: str = "path") -> dict[str, object]:
    """A path; where it is no UTF-8, and so cannot be text, also its bytes in base64."""
    found: dict[str, object] = {key: well_formed(path)}
    if found[key] == path:
        return found
    from binascii import b2a_base64

    coded = b2a_base64(path.encode("utf-8", "surrogateescape"), newline=False).decode()
    return found | {f"{key}_base64": coded}


def by_code(report: Report) -> Mapping[str, Rule]:
    """The rules of a report by their codes."""
    return {rule.code: rule for rule in report.rules}


def record(finding: Finding, rules: Mapping[str, Rule]) -> dict[str, object]:
    """One finding: `promise` is 1 to 4 or null, `fix` "safe", "unsafe" or null, `bytes` null where unknown."""
    rule = rules.get(finding.code)
    return {
        "code": finding.code,
        "name": rule.name if rule else "",
        "level": finding.level,
        "promise": rule.promise if rule else None,
        "path": well_formed(str(finding.location.path)),
        "line": finding.location.shown_line,
        "column": max(finding.location.column, 1),
        "message": well_formed(finding.message),
        "help": well_formed(finding.help),
        "fix": applicable(finding.fix),
        "fingerprint": finding.fingerprint,
        "service": None if finding.service is None else well_formed(str(finding.service)),
        "files": finding.files,
        "bytes": finding.bytes,
        "notes": _all_well_formed(finding.notes),
    }


def summary(report: Report) -> dict[str, int]:
    """Findings by level, and how many of them carry a fix that kempt can apply, safe or unsafe."""
    fixable = sum(applicable(finding.fix) is not None for finding in report.findings)
    return {**{level.value: report.count(level) for level in Level}, "fixable": fixable}


def _all_well_formed(texts: Iterable[str]) -> list[str]:
    return [well_formed(text) for text in texts]
