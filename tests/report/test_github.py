from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from kempt.model.finding import Location
from kempt.report import render
from report.builders import BYTECODE, DUBIOUS, HOSTILE, PATTERN, SECRETS, finding, report, shop


def test_the_whole_output() -> None:
    expected = (
        "::error title=kempt (KPT101),file=env/pyvenv.cfg,line=1,col=1::env/pyvenv.cfg:1:1: KPT101 a Python 3.9 "
        "environment is tracked by git: 14,113 files, 412 MB%0A  help: kempt check --fix --unsafe-fixes takes it out "
        "of git\n"
        "::notice title=kempt (KPT205),file=.gitignore,line=3,col=1::.gitignore:3:1: KPT205 `.__pypackages__/` matches "
        "nothing that any tool makes; PDM makes `__pypackages__/`%0A  help: kempt check --fix removes it\n"
    )

    assert expected == render(shop(), "github")


def test_a_clean_report_says_nothing() -> None:
    assert not render(report(), "github")


def test_the_end_of_a_region_is_named() -> None:
    found = finding(SECRETS, "a", location=Location(PurePosixPath("a"), 2, 3, 4, 5))

    assert "::warning title=kempt (KPT108),file=a,line=2,col=3,endLine=4,endColumn=5::a:2:3: " in render(
        report(found), "github"
    )


def test_ten_of_each_level_the_heaviest_first_and_the_rest_counted_by_rule() -> None:
    found = [finding(rule, f"{rule.code}-{number}") for number in range(20) for rule in (PATTERN, SECRETS, BYTECODE)]
    *lines, last = render(report(*found), "github").splitlines()

    assert ["::error"] * 10 + ["::warning"] * 10 + ["::notice"] * 10 == [line.split(" ")[0] for line in lines]
    assert (
        "kempt: 30 more are not shown, as GitHub shows 10 of each level a step: 10 KPT102, 10 KPT108, 10 KPT205. "
        "`kempt check` lists all."
    ) == last


def test_errors_come_first_and_count_among_the_ten() -> None:
    found = [finding(BYTECODE, f"{number}.pyc") for number in range(10)]
    lines = render(report(*found, errors=(DUBIOUS,)), "github").splitlines()

    assert (
        "::error title=kempt (KPT004)::git failed: detected dubious ownership, https://...@example.org/x%0A"
        "git config safe.directory"
    ) == lines[0]
    assert "kempt: 1 more is not shown, as GitHub shows 10 of each level a step: 1 KPT102." in lines[-1]
    assert 11 == len(lines)


def test_more_than_ten_errors_are_counted() -> None:
    text = render(report(errors=(DUBIOUS,) * 12), "github")

    assert "kempt: 2 more are not shown, as GitHub shows 10 of each level a step: 2 errors." in text


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_name_makes_no_line_and_no_property(name: str) -> None:
    line, end = render(report(finding(BYTECODE, name, f"`{name}` is tracked")), "github").split("\n")
    head, _, _ = line.removeprefix("::error ").partition("::")
    properties = dict(item.split("=", 1) for item in head.split(","))

    assert ("", ["title", "file", "line", "col"]) == (end, list(properties))
    assert line.isprintable()


def test_a_path_with_a_line_end_keeps_its_name() -> None:
    assert ",file=a%0Ab.pyc," in render(report(finding(BYTECODE, "a\nb.pyc")), "github")
