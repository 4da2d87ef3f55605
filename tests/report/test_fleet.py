"""Where a fleet stands, on a screen and as JSON: what it says, in any width, of any names."""

from __future__ import annotations

import json

import pytest

from kempt.model.fleet import Outcome, Promised, Waiver
from kempt.model.fleet_overview import Coverage, InForce, Overview, Standing
from kempt.report.columns import width
from kempt.report.fleet import summary
from kempt.report.fleet_figures import beginning, percent, whole
from kempt.report.look import Look
from report.builders import HOSTILE
from report.fleets import HOST, NOW, WAIVERS, finding, json_of, jsonl_of, many, overview, standing

LOOK = Look(100, target="--db nightly.db")
SMALL = overview(
    Standing(f"{HOST}shop", Outcome.CHECKED, "a" * 40, "main", 9, standing(0).promises, "", "", "@acme/web", NOW,
             (finding(0), finding(1), finding(2), finding(6, "for now (until 2027-01-31)")), 2, 1),
    Standing(f"{HOST}till", Outcome.UNCHANGED, "b" * 40, "main", 9, standing(1).promises, "", "", "", NOW, ()),
    Standing(f"{HOST}lost", Outcome.FAILED, "", "", 0, (), "timeout", "it took longer than 120 seconds", "", 0.0, ()),
    runs=2,
)  # fmt: skip
NOTHING = Overview("empty", NOW, (), (), ())


def test_one_screen_of_a_fleet() -> None:
    assert summary(SMALL, LOOK).splitlines() == [
        "platform  ·  run 2  ·  2026-11-18 11:06 UTC  ·  kempt 0.9.0",
        "",
        "  3 repositories: 1 looked at, 1 unchanged, 1 failed; 1 without findings",
        "  3 findings (2 errors, 1 warning), 1 more waived; 2 new and 1 gone since run 1.",
        "",
        "  ✗ one command rebuilds   50%  ██████        as before    1 break it, 1 unknown",
        "  ✗ git is clean           50%  ██████        as before    1 break it, 1 unknown",
        "  ✗ CI caches downloads    50%  ██████        as before    1 break it, 1 unknown",
        "  ✗ images are lean        50%  ██████        as before    1 break it, 1 unknown",
        "",
        "  errors  findings  new  gone  most errors, below https://git.example.org/platform/",
        "       2         3    2     1  shop",
        "",
        "  findings  repositories  change  most frequent",
        "         1             1      -2  KPT101 tracked-environment",
        "         1             1      -3  KPT102 tracked-bytecode",
        "         1             1      -2  KPT201 unignored-artefact",
        "",
        "  1 repository could not be looked at",
        "    lost: it took longer than 120 seconds",
        "",
        "  waiver expired, and no longer counts: KPT302 at uv.lock in */ledger-api until 2026-10-01: waits",
        "    for the new index",
        "  waiver covers nothing: KPT501 at * in */gone until 2027-01-31: its image is built elsewhere",
        "",
        "`kempt fleet fix --db nightly.db` prepares patches for 1 repository.",
        "`kempt fleet report --html fleet.html --db nightly.db` shows all of it on a page.",
    ]


def test_quietly_only_what_failed_and_the_count() -> None:
    assert summary(SMALL, LOOK._replace(quiet=True)).splitlines() == [
        "  1 repository could not be looked at",
        "    lost: it took longer than 120 seconds",
        "",
        "3 findings (2 errors, 1 warning), 1 more waived; 2 new and 1 gone since run 1.",
    ]


def test_before_the_first_run_it_says_what_to_type() -> None:
    assert "empty\n\nNo run has been finished yet. `kempt fleet scan` looks at the repositories.\n" == summary(
        NOTHING, LOOK
    )


@pytest.mark.parametrize("columns", [40, 60, 80, 100, 200])
def test_it_keeps_to_the_width_but_for_commands(columns: int) -> None:
    lines = summary(overview(), Look(columns)).splitlines()

    assert [] == [line for line in lines if width(line) > columns and not line.startswith("`")]


def test_all_that_failed_are_listed_when_asked_for() -> None:
    lost = overview(*(standing(39 + 40 * each) for each in range(30)))

    assert ["and 20 more; `kempt fleet report --verbose` lists all."] == [
        line.strip() for line in summary(lost, Look(100)).splitlines() if " more; " in line
    ]
    assert "KPT004 10, not-found 10, timeout 10" in summary(lost, Look(100))
    assert 30 == sum(line.startswith("    alerts") for line in summary(lost, Look(100, verbose=True)).splitlines())


def test_colours_only_where_they_are_wanted() -> None:
    assert "\x1b[" not in summary(overview(), Look(100))
    assert "\x1b[31m✗\x1b[0m" in summary(overview(), Look(100, color=True))


def test_without_block_characters_bars_are_ascii() -> None:
    assert "#####" in summary(SMALL, LOOK, blocks=False)
    assert "█" not in summary(SMALL, LOOK, blocks=False)


def test_no_name_does_anything_on_a_terminal() -> None:
    names = tuple(HOSTILE.values())
    text = summary(overview(*many(names, 45), title=names[1]), Look(100, verbose=True))

    assert text.replace("\n", "").isprintable()
    assert [] == [line for line in text.splitlines() if line.lstrip().startswith("::")]
    assert "##" not in text


def test_no_password_is_shown() -> None:
    row = standing(39, "https://me:hunter2@example.org/x")._replace(reason="fatal: https://me:hunter2@example.org/x")

    for text in (summary(overview(row), LOOK), json_of(overview(row))):
        assert "hunter2" not in text


def test_a_share_is_whole_only_where_nobody_breaks_it() -> None:
    assert [None, 0, 1, 50, 99, 100] == [
        percent(Coverage(1, kept, broken, 7, 7))
        for kept, broken in ((0, 0), (0, 9), (1, 999), (5, 5), (9999, 1), (9, 0))
    ]


def test_what_all_names_begin_with_is_said_once() -> None:
    assert "https://h/a/" == beginning(["https://h/a/x", "https://h/a/xy", "https://h/a/z/q"])
    assert "" == beginning(["https://h/a", "git://h/a"])
    assert "" == beginning(["https://h", "https://i"])
    assert "/srv/" == beginning(["/srv/a", "/srv/ab"])
    assert "" == beginning(["/srv/", "/srv/a"])
    assert "" == beginning(["https://h/a"])


def test_what_has_several_owners_counts_for_each() -> None:
    owners = {row["owner"]: row["findings"] for row in json.loads(json_of(overview()))["owners"]}

    assert owners["@acme/data"] == owners["ana@example.org"] > 0
    assert "(no owner)" == [*owners][-1]


def test_what_is_waived_counts_nowhere() -> None:
    found = whole(SMALL)

    assert (3, 1, 1) == (found.amount.findings, found.waived, found.clean)


def test_a_run_of_other_rules_is_not_compared() -> None:
    found = overview(runs=2)
    found = found._replace(runs=(found.runs[0], found.runs[1]._replace(new=0, gone=0, compared=False)))

    text = summary(found, LOOK)

    assert "more waived; other rules than run 1: not\n    compared.\n" in text
    assert (0, 0) == (text.count("new  gone"), text.count("points"))


def test_it_says_why_promises_are_unknown() -> None:
    states = (Promised.KEPT, Promised.UNKNOWN, Promised.UNKNOWN, Promised.KEPT)
    said = [("", "", words, "") for words in ("no job installs", "no job installs", "b", "c")]
    rows = [standing(1, f"{HOST}r{n}")._replace(promises=states, unknown=words) for n, words in enumerate(said)]

    lines = summary(overview(*rows), LOOK).splitlines()

    assert [
        "    unknown, git is clean: 4 the reason is not known",
        "    unknown, CI caches downloads: 2 no job installs; 1 b; and 1 other reason",
    ] == [line for line in lines if "unknown, " in line and "%" not in line]


def test_json_for_other_dashboards() -> None:
    found = json.loads(json_of(SMALL))

    assert (1, "fleet report", "platform", None) == tuple(found[key] for key in ("version", "command", "title", "part"))
    assert found["summary"] == {
        "repositories": 3, "checked": 1, "unchanged": 1, "failed": 1, "clean": 1, "findings": 3, "error": 2,
        "warning": 1, "info": 0, "bytes": 120_000_000, "waived": 1,
    }  # fmt: skip
    assert found["repositories"][1] | {"findings": []} == {
        "name": f"{HOST}lost", "outcome": "failed", "head": None, "branch": None, "files": 0, "promises": None,
        "unknown": None, "error": "timeout", "reason": "it took longer than 120 seconds", "owners": [],
        "looked_at": None,
        "summary": {"findings": 0, "error": 0, "warning": 0, "info": 0, "bytes": 0}, "new": 0, "gone": 0,
        "findings": [],
    }  # fmt: skip
    assert ["expired", "idle", "in force"] == [each["state"] for each in found["waivers"]]
    assert [1, 2] == [each["number"] for each in found["runs"]]
    assert "for now (until 2027-01-31)" == found["repositories"][0]["findings"][3]["waiver"]


def test_lines_of_json_hold_the_same() -> None:
    *rows, last = map(json.loads, jsonl_of(SMALL).splitlines())
    whole_thing = json.loads(json_of(SMALL))

    assert whole_thing == last | {"repositories": rows}


def test_json_is_ascii_whatever_the_names() -> None:
    text = json_of(overview(*many(tuple(HOSTILE.values()), 40)))

    assert text.isascii()
    assert "##" not in text
    assert 40 == len(json.loads(text)["repositories"])


def test_waivers_in_force_are_listed_when_asked_for() -> None:
    found = SMALL._replace(in_force=(InForce(Waiver(*WAIVERS[0]), 2, 1),))

    assert "waiver in force" not in summary(found, LOOK)
    assert "waiver in force: KPT1 at * in */archive-* until 2027-03-31" in summary(found, LOOK._replace(verbose=True))
