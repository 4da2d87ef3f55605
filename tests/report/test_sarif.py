from __future__ import annotations

import json
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from jsonschema import Draft7Validator, FormatChecker

import kempt
from kempt.model.finding import Location
from kempt.model.report import Report, Suppressed
from kempt.report import render
from kempt.report.sarif import RESULTS, TEXT, uri
from report.builders import (
    BYTECODE,
    CRASHED,
    DUBIOUS,
    ENVIRONMENT,
    HOSTILE,
    PATTERN,
    SECRETS,
    finding,
    report,
    shop,
)  # fmt: skip

SCHEMA = Path(__file__).parents[1] / "resources" / "sarif-2.1.0.json"


@cache
def validator() -> Draft7Validator:
    return Draft7Validator(json.loads(SCHEMA.read_text(encoding="utf-8")), format_checker=FormatChecker())


def sarif(found: Report, **options: Any) -> Any:
    """The parsed document, valid by the official schema."""
    document = json.loads(render(found, "sarif", **options))
    validator().validate(document)
    return document


def run(found: Report) -> Any:
    return sarif(found)["runs"][0]


def test_the_whole_document() -> None:
    only = report(finding(ENVIRONMENT, "env/pyvenv.cfg", files=2, bytes=3_000), rules=(ENVIRONMENT,))
    stamp = only.findings[0].fingerprint
    advice = "kempt check --fix --unsafe-fixes takes it out of git"
    rule = {
        "id": "KPT101",
        "name": "tracked-environment",
        "shortDescription": {"text": "an environment is tracked by git"},
        "fullDescription": {"text": f"an environment is tracked by git; {advice}"},
        "help": {"text": advice, "markdown": f"{advice}\n\n`kempt rule KPT101` explains it."},
        "defaultConfiguration": {"level": "error"},
        "properties": {"tags": ["git is clean"]},
        "helpUri": "https://example.org/docs/rules/KPT101.html",
    }
    place = {
        "artifactLocation": {"uri": "env/pyvenv.cfg", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 1, "startColumn": 1},
    }
    result = {
        "ruleId": "KPT101",
        "level": "error",
        "message": {"text": "an environment is tracked by git: 2 files, 3 kB"},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"primaryLocationLineHash": f"{stamp}:1"},
        "properties": {"help": advice, "fix": None, "service": None, "files": 2, "bytes": 3000},
        "ruleIndex": 0,
    }
    driver = {
        "name": "kempt",
        "version": kempt.__version__,
        "semanticVersion": kempt.__version__,
        "informationUri": "https://example.org/docs/",
        "rules": [rule],
    }
    expected = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": []}],
                "results": [result],
            }
        ],
    }

    assert expected == sarif(only, docs="https://example.org/docs/")


def test_without_an_address_of_the_documentation_there_are_no_links() -> None:
    assert "Uri" not in json.dumps(run(shop())["tool"])


def test_a_clean_report_is_valid() -> None:
    assert [] == run(report())["results"]


def test_results_are_sorted_by_weight() -> None:
    found = run(report(finding(PATTERN, "a"), finding(SECRETS, "b"), finding(BYTECODE, "c")))["results"]

    assert ["error", "warning", "note"] == [result["level"] for result in found]


def test_each_result_points_to_its_rule() -> None:
    made = run(report(finding(PATTERN, "a"), finding(CRASHED, "b")))
    rules = made["tool"]["driver"]["rules"]

    assert all(result["ruleId"] == rules[result["ruleIndex"]]["id"] for result in made["results"])


def test_a_result_of_an_unlisted_rule_is_valid() -> None:
    assert "ruleIndex" not in run(report(finding(BYTECODE, "a"), rules=()))["results"][0]


def test_two_findings_of_one_fingerprint_stay_two() -> None:
    found = run(report(finding(BYTECODE, "a"), finding(BYTECODE, "a", line=5)))["results"]
    hashes = [result["partialFingerprints"]["primaryLocationLineHash"] for result in found]

    assert ["1", "2"] == [text.rpartition(":")[2] for text in hashes]
    assert 1 == len({text.partition(":")[0] for text in hashes})


def test_the_end_of_a_region_and_a_file_as_a_whole() -> None:
    path = PurePosixPath("a")
    found = (
        finding(BYTECODE, "a", location=Location(path, 2, 3, 4, 5)),
        finding(BYTECODE, "a", location=Location(path, 0, 0)),
    )
    regions = [result["locations"][0]["physicalLocation"]["region"] for result in run(report(*found))["results"]]

    assert [
        {"startLine": 2, "startColumn": 3, "endLine": 4, "endColumn": 5},
        {"startLine": 1, "startColumn": 1},
    ] == regions


def test_what_could_not_be_checked_is_a_notification() -> None:
    text = "git failed: detected dubious ownership, https://...@example.org/x git config safe.directory"
    note = {"level": "error", "message": {"text": text}}
    expected = {"executionSuccessful": False, "toolExecutionNotifications": [note]}

    assert [expected] == run(report(errors=(DUBIOUS,)))["invocations"]


def test_suppressed_findings_open_no_alert() -> None:
    assert [] == run(report(suppressed=(Suppressed(finding(BYTECODE, "a"), "comment"),)))["results"]


@pytest.mark.parametrize(
    "path, expected",
    [
        ("a b/ü.py", "a%20b/%C3%BC.py"), ("100%.txt", "100%25.txt"), ("c:/x#y?z", "c%3A/x%23y%3Fz"),
        ("caf\udce9", "caf%E9"), ("a\nb", "a%0Ab"), ("a\\b", "a%5Cb"),
    ],
)  # fmt: skip
def test_a_path_is_a_relative_percent_encoded_uri(path: str, expected: str) -> None:
    assert expected == uri(path)


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_name_is_valid_and_exact(name: str) -> None:
    found = run(report(finding(BYTECODE, name, f"`{name}` is tracked")))["results"][0]
    place = found["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]

    if name != HOSTILE["lone-surrogate"]:  # no file system makes such a name
        assert name.encode("utf-8", "surrogateescape") == unquote_to_bytes(place)


def test_long_descriptions_are_cut_to_what_github_shows() -> None:
    wordy = BYTECODE._replace(summary="word " * 1000)
    described = run(report(rules=(wordy,)))["tool"]["driver"]["rules"][0]

    assert (TEXT, TEXT) == tuple(len(described[key]["text"]) for key in ("shortDescription", "fullDescription"))


def test_of_30_000_findings_the_heaviest_25_000_are_kept_and_the_rest_is_counted() -> None:
    found = [finding(PATTERN, "a")] * 10_000 + [finding(BYTECODE, f"{n}.pyc") for n in range(20_000)]
    text = render(report(*found), "sarif")
    made = json.loads(text)["runs"][0]
    note = made["invocations"][0]["toolExecutionNotifications"][0]
    levels = [result["level"] for result in made["results"]]

    assert (RESULTS, 20_000, 5_000) == (len(levels), levels.count("error"), levels.count("note"))
    assert "5,000 findings left out: a run may hold 25,000 results, the heaviest are kept." == note["message"]["text"]
    validator().validate(json.loads(text) | {"runs": [made | {"results": made["results"][:10]}]})
