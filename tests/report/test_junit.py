from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from kempt.model.report import Report
from kempt.report import render
from report.builders import BYTECODE, DUBIOUS, HOSTILE, SECRETS, finding, report, shop


def parsed(found: Report) -> ET.Element:
    return ET.fromstring(render(found, "junit"))  # noqa: S314 - kempt's own output


def test_the_whole_output() -> None:
    expected = """\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="kempt" tests="5" failures="1" errors="0" time="0.012">
  <testsuite name="kempt" tests="5" failures="1" errors="0" time="0.012">
    <testcase classname="env/pyvenv.cfg" name="KPT101 tracked-environment env/pyvenv.cfg:1:1" file="env/pyvenv.cfg" \
line="1"><failure type="error" message="a Python 3.9 environment is tracked by git: 14,113 files, 412 MB">kempt check \
--fix --unsafe-fixes takes it out of git</failure></testcase>
    <testcase classname=".gitignore" name="KPT205 dead-ignore-pattern .gitignore:3:1" file=".gitignore" line="3">\
<system-out>`.__pypackages__/` matches nothing that any tool makes; PDM makes `__pypackages__/`</system-out></testcase>
    <testcase classname="kempt" name="KPT000 rule-crashed"/>
    <testcase classname="kempt" name="KPT102 tracked-bytecode"/>
    <testcase classname="kempt" name="KPT108 tracked-secrets"/>
  </testsuite>
</testsuites>
"""

    assert expected == render(shop(), "junit")


def test_in_a_clean_report_each_rule_is_a_passed_test() -> None:
    root = parsed(report())

    assert ("5", "0", "0") == (root.get("tests"), root.get("failures"), root.get("errors"))


def test_where_checking_failed_no_rule_passes() -> None:
    root = parsed(report(finding(SECRETS, ".env"), errors=(DUBIOUS,)))
    error = root.find(".//error")

    assert ("2", "1", "1") == (root.get("tests"), root.get("failures"), root.get("errors"))
    assert error is not None
    assert "git failed: detected dubious ownership, https://...@example.org/x" == error.get("message")


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_name_is_well_formed(name: str) -> None:
    root = parsed(report(finding(BYTECODE, name, f"`{name}`"), rules=()))

    assert 1 == len(root.findall(".//failure"))
