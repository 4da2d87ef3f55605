"""SARIF 2.1.0 for code scanning, within GitHub's limits.

GitHub takes at most 25,000 results a run and shows the 5,000 heaviest; a run with more is rejected. So results are
sorted by weight, cut at 25,000, and a notification says how many were left out. Suppressed findings are not in it: code
scanning would open an alert for each. Paths are relative to the repository, percent-encoded from their bytes, and
exact for every name. `primaryLocationLineHash` is kempt's own fingerprint (rule, path, key), because the one that an
upload makes up is a hash of source lines, which folders and binaries do not have.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from urllib.parse import quote

import kempt
from kempt.model.finding import Finding, Level
from kempt.model.report import Report
from kempt.model.rule import PROMISES, Rule
from kempt.report.escape import well_formed
from kempt.report.json import array, encode
from kempt.report.look import Look
from kempt.report.quantity import count, message_of
from kempt.report.severity import applicable, heaviest_first

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
RESULTS, RULES, TEXT = 25_000, 25_000, 1_024
"""GitHub's caps: results and rules of a run, characters of a rule's short and full description."""

_LEVEL = {Level.ERROR: "error", Level.WARNING: "warning", Level.INFO: "note"}


def render(report: Report, look: Look) -> str:
    """One run; each rule and each result is on a line of its own."""
    rules = report.rules[:RULES]
    places = {rule.code: number for number, rule in enumerate(rules)}
    results = list(_results(heaviest_first(report.findings)[:RESULTS], places))
    head = f'"name": "kempt", "version": {encode(kempt.__version__)}, "semanticVersion": {encode(kempt.__version__)}'
    about = f', "informationUri": {encode(look.docs)}' if look.docs else ""
    return f"""{{
  "$schema": "{SCHEMA}",
  "version": "2.1.0",
  "runs": [
    {{
      "tool": {{
        "driver": {{
          {head}{about},
          "rules": {array([encode(_rule(rule, look)) for rule in rules], "            ")}
        }}
      }},
      "columnKind": "unicodeCodePoints",
      "invocations": [{encode(_invocation(report))}],
      "results": {array([encode(result) for result in results], "        ")}
    }}
  ]
}}
"""


def uri(path: str) -> str:
    """A repository path as a relative URI reference."""
    try:
        name = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # a surrogate that stands for no byte: no file system made this name
        name = well_formed(path).encode()
    return quote(name, safe="/")


def _rule(rule: Rule, look: Look) -> dict[str, object]:
    described: dict[str, object] = {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": _cut(rule.summary)},
        "fullDescription": {"text": _cut(f"{rule.summary}; {rule.help}" if rule.help else rule.summary)},
        "help": {
            "text": rule.help or rule.summary,
            "markdown": f"{rule.help or rule.summary}\n\n`kempt rule {rule.code}` explains it.",
        },
        "defaultConfiguration": {"level": _LEVEL[rule.level]},
        "properties": {"tags": [PROMISES[rule.promise]] if rule.promise else ["kempt itself"]},
    }
    if look.docs:
        described["helpUri"] = f"{look.docs.rstrip('/')}/{rule.url}"
    return described


def _cut(text: str) -> str:
    return text if len(text) <= TEXT else f"{text[: TEXT - 3]}..."


def _results(findings: Iterable[Finding], places: Mapping[str, int]) -> Iterable[dict[str, object]]:
    seen: Counter[str] = Counter()
    for finding in findings:
        seen[finding.fingerprint] += 1
        result: dict[str, object] = {
            "ruleId": finding.code,
            "level": _LEVEL[finding.level],
            "message": {"text": well_formed(message_of(finding))},
            "locations": [{"physicalLocation": _place(finding)}],
            "partialFingerprints": {"primaryLocationLineHash": f"{finding.fingerprint}:{seen[finding.fingerprint]}"},
            "properties": _properties(finding),
        }
        if finding.code in places:
            result["ruleIndex"] = places[finding.code]
        yield result


def _place(finding: Finding) -> dict[str, object]:
    location = finding.location
    region = {"startLine": location.shown_line, "startColumn": max(location.column, 1)}
    if location.end_line is not None:
        region["endLine"] = max(location.end_line, location.shown_line)
    if location.end_column is not None:
        region["endColumn"] = max(location.end_column, 1)
    return {"artifactLocation": {"uri": uri(str(location.path)), "uriBaseId": "%SRCROOT%"}, "region": region}


def _properties(finding: Finding) -> dict[str, object]:
    return {
        "help": well_formed(finding.help),
        "fix": applicable(finding.fix),
        "service": None if finding.service is None else well_formed(str(finding.service)),
        "files": finding.files,
        "bytes": finding.bytes,
    }


def _invocation(report: Report) -> dict[str, object]:
    """Whether everything was checked; what was not, and what was cut, as notifications."""
    notes = [
        {"level": "error", "message": {"text": well_formed(f"{error.message} {error.hint}".rstrip())}}
        for error in report.errors
    ]
    left_out = len(report.findings) - RESULTS
    if left_out > 0:
        text = f"{count(left_out, 'finding')} left out: a run may hold {RESULTS:,} results, the heaviest are kept."
        notes.append({"level": "warning", "message": {"text": text}})
    return {"executionSuccessful": not report.errors, "toolExecutionNotifications": notes}
