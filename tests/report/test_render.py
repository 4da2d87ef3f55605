"""The table of formats, and what holds for each of them whatever a repository is called."""

from __future__ import annotations

import json
import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kempt.errors import UsageError
from kempt.model.report import Report, Trouble
from kempt.report import RENDERERS, render, step_summary
from kempt.report.look import Look
from report.builders import BYTECODE, SAFE, finding, report, shop

ANY = st.text(st.characters(), max_size=30) | st.text(
    st.sampled_from("a:#[] %\n\r\t\x1b\x9b\x07\x00`|<&\"'\\,=-\u202e\udcff\ud800é日"), max_size=30
)


@st.composite
def reports(draw: st.DrawFn) -> Report:
    path, text, hint = draw(ANY), draw(ANY), draw(ANY)
    found = finding(BYTECODE, path.replace("\0", "") or "x", text, help=hint, notes=(text,), fix=SAFE)
    return report(found, errors=(Trouble(hint, text),), fixed=(found,), root=path)


@pytest.mark.parametrize("format", RENDERERS)
@given(found=reports())
def test_every_format_encodes_and_ends_its_last_line(format: str, found: Report) -> None:
    text = render(found, format, show_fixes=True)
    text.encode("utf-8")

    assert text.endswith("\n")


@pytest.mark.parametrize("format", ["text", "concise", "github", "jsonl", "json", "sarif", "gitlab"])
@given(found=reports())
def test_no_format_prints_what_a_log_or_a_terminal_obeys(format: str, found: Report) -> None:
    for line in render(found, format, verbose=True, show_fixes=True, width=30).split("\n"):
        assert line.isprintable()
        assert "##[" not in line
        assert "##vso[" not in line
        assert not line.lstrip().startswith("::") or (format == "github" and line.startswith("::error title=kempt"))


@given(found=reports())
def test_github_gets_one_line_for_each_finding_and_error(found: Report) -> None:
    assert 2 == render(found, "github").count("\n")


@pytest.mark.parametrize("format", ["json", "sarif", "gitlab"])
@given(found=reports())
def test_json_parses_and_holds_no_lone_surrogate(format: str, found: Report) -> None:
    json.dumps(json.loads(render(found, format)), ensure_ascii=False).encode("utf-8")


@given(found=reports())
def test_junit_is_well_formed(found: Report) -> None:
    root = ET.fromstring(render(found, "junit"))  # noqa: S314 - kempt's own output

    assert 2 == len(root.findall(".//testcase"))


@given(found=reports())
def test_a_step_summary_has_one_row_for_a_finding(found: Report) -> None:
    text = step_summary.render(found, Look())

    assert 1 == text.encode().decode().count("\n| error |")


@pytest.mark.parametrize("format", RENDERERS)
def test_30_000_findings_render(format: str) -> None:
    assert render(report(*[finding(BYTECODE, "a.pyc", fix=SAFE)] * 30_000), format)


def test_an_unknown_format_is_the_callers_mistake() -> None:
    with pytest.raises(UsageError) as caught:
        render(shop(), "yaml")

    assert "there is no output format 'yaml'" == caught.value.message
    assert "text, concise, json, jsonl, sarif, github, gitlab, junit" in caught.value.hint


def test_statistics_exist_in_some_formats_only() -> None:
    with pytest.raises(UsageError) as caught:
        render(shop(), "sarif", statistics=True)

    assert "statistics cannot be shown as sarif" == caught.value.message


def test_a_format_is_imported_when_it_is_asked_for() -> None:
    code = "import sys, kempt.report; print([m for m in sys.modules if m.startswith('kempt.report.') or m == 'json'])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert "['kempt.report.look', 'kempt.report.redaction']\n" == shown
