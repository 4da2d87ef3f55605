"""`kempt fleet query` and `kempt fleet export`: what is answered, and what is refused."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from cli.conftest import Run
from kempt.host.store.fleet import FleetStore
from kempt.model.fleet import Outcome, Waiver
from support.examples import ROOT, blocks
from support.fleets import NAME, checked, facts, failed, noted

PAGE = (ROOT / "docs/reference/fleet-database.md").read_text(encoding="utf-8")
HOSTILE = "https://example.org/\x1b]0;x\x07=cmd"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the database of two runs: one repository, a hostile one, and one that cannot be had."""
    with FleetStore.open(str(tmp_path / "kempt-fleet.db"), create=True) as store:
        for started in (0.0, 86400.0):
            run, _ = store.begin_run(facts(started=started, repositories=3), [NAME, HOSTILE, "gone"])
            store.write(run, [checked(noted("1"), noted("2", "KPT401", "warning", "=ci.yml")), failed("gone")])
            odd = checked(noted("3"), name=HOSTILE)._replace(unknown=("", "", "no job installs", ""))
            store.write(run, [odd])
            store.finish(run, started + 60)
    return tmp_path


def test_a_question_is_answered_as_a_table(run: Run, folder: Path) -> None:
    ended = run("fleet", "query", "SELECT code, count(*) AS n FROM findings GROUP BY code ORDER BY code", cwd=folder)

    assert (0, "code    n\nKPT101  2\nKPT401  1\n\n2 rows\n", "") == ended


def test_rows_are_limited(run: Run, folder: Path) -> None:
    words = ("fleet", "query", "SELECT run FROM runs", "--limit", "1")

    assert "run\n  1\n\n1 row; there are more, which --limit 0 shows\n" == run(*words, cwd=folder).out
    assert [[1]] == json.loads(run(*words, "--output-format", "json", cwd=folder).out)["rows"]


@pytest.mark.parametrize(
    "question, told",
    [
        ("DELETE FROM run", "the database can only be read"),
        ("INSERT INTO run (id) VALUES (9)", "the database can only be read"),
        ("DROP VIEW runs", "the database can only be read"),
        ("ATTACH 'other.db' AS other", "the database can only be read"),
        ("VACUUM INTO 'other.db'", "the database can only be read"),
        ("PRAGMA query_only = off", "the database can only be read"),
        ("PRAGMA user_version = 9", "the database can only be read"),
        ("SELECT load_extension('x')", "the database can only be read"),
        ("BEGIN EXCLUSIVE", "the database can only be read"),
        ("SELECT 1; SELECT 2", "one statement at a time"),
        ("SELECT colour", "no such column: colour"),
        ("SELECT ?", "SQLite says"),
        ("SELECT waived('KPT101')", "SQLite says: wrong number of arguments to function waived()"),
        ("", "that asks for nothing"),
        ("SELECT zeroblob(900000000)", "SQLite says: string or blob too big"),
    ],
)
def test_whatever_is_no_question_is_refused(question: str, told: str, run: Run, folder: Path) -> None:
    before = (folder / "kempt-fleet.db").read_bytes()
    ended = run("fleet", "query", question, cwd=folder)

    assert (2, "", True) == (ended.status, ended.out, told in ended.err)
    assert before == (folder / "kempt-fleet.db").read_bytes()
    assert not (folder / "other.db").exists()


def test_a_question_without_end_is_given_up(run: Run, folder: Path) -> None:
    endless = "WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c"
    ended = run("fleet", "query", endless, "--timeout", "0.05", cwd=folder)

    assert (2, "kempt: it took longer than 0.05 s\n       ask for less, or raise --timeout\n") == (
        ended.status,
        ended.err,
    )


def test_without_a_database_or_a_question_there_is_a_hint(run: Run, folder: Path, tmp_path: Path) -> None:
    assert 'kempt fleet query "SELECT * FROM runs"' in run("fleet", "query", cwd=folder).err
    assert "kempt fleet scan" in run("fleet", "query", "SELECT 1", "--db", "none.db", cwd=tmp_path).err
    assert "kempt fleet scan" in run("fleet", "export", "--db", "none.db", cwd=tmp_path).err


def test_the_schema_is_that_of_the_reference(run: Run, folder: Path) -> None:
    shown = re.findall(r"^(\w+)\n  (.+)$", run("fleet", "query", "--schema", cwd=folder).out, re.MULTILINE)
    sections = re.split(r"^## ", PAGE, flags=re.MULTILINE)
    documented = [
        (found[1], ", ".join(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)))
        for section in sections
        if (found := re.match(r"`(\w+)`", section))
    ]

    assert documented == shown


@pytest.mark.parametrize("sql", [text for _, text in blocks(PAGE, "sql")])
def test_the_questions_of_the_reference_have_answers(sql: str, run: Run, folder: Path) -> None:
    ended = run("fleet", "query", sql, cwd=folder)

    assert (0, "") == (ended.status, ended.err)
    assert "\n0 rows\n" not in ended.out


def test_a_sound_database_is_verified(run: Run, folder: Path) -> None:
    sound = run("fleet", "query", "--verify", cwd=folder)

    assert (0, "") == (sound.status, sound.err)
    assert re.fullmatch(r"kempt-fleet\.db: sound, [0-9]+ pages\n", sound.out)
    assert (0, "", "") == run("fleet", "query", "--verify", "-q", cwd=folder)


def test_what_a_waiver_covers_today_says_so(run: Run, folder: Path) -> None:
    waivers = (Waiver("*/shop", "KPT101", "*", "moving", "9999-12-31"), Waiver("*", "KPT", "*", "over", "1999-12-31"))
    with FleetStore.open(str(folder / "kempt-fleet.db")) as store:
        begun = store.begin_run(facts(started=172800.0)._replace(waivers=waivers), [NAME])
        store.write(begun.number, [checked(noted("1"), noted("2", "KPT401", "warning"))])
        store.finish(begun.number, 172860.0)

    question = "SELECT code, waived(repository, code, path) AS w FROM findings ORDER BY code"
    asked = json.loads(run("fleet", "query", question, "--output-format", "json", cwd=folder).out)["rows"]
    exported = [json.loads(line) for line in run("fleet", "export", cwd=folder).out.splitlines()[:-1]]

    words = "moving (until 9999-12-31)"
    assert [["KPT101", words], ["KPT401", None]] == asked
    assert {("KPT101", words), ("KPT401", "")} == {(each["code"], each["waived"]) for each in exported}


def test_findings_are_exported_as_json_lines(run: Run, folder: Path) -> None:
    lines = [json.loads(line) for line in run("fleet", "export", cwd=folder).out.splitlines()]

    assert [HOSTILE, NAME, NAME] == [each["repository"] for each in lines[:-1]]
    assert {"version": 1, "command": "fleet export", "findings": 3} == lines[-1]
    assert ("tracked-environment", 2, "1970-01-01T00:00:00Z", "1970-01-02T00:00:00Z") == tuple(
        lines[1 + (lines[1]["code"] != "KPT101")][name] for name in ("rule", "promise", "first_seen", "last_seen")
    )


def test_findings_are_exported_as_csv_to_a_file_and_stay_inert(run: Run, folder: Path) -> None:
    ended = run("fleet", "export", "--output-format", "csv", "-o", "out.csv", cwd=folder)
    text = (folder / "out.csv").read_text(encoding="utf-8")

    assert (0, "", "") == ended
    assert ",'=ci.yml," in text
    assert "https://example.org/\\x1b]0;x\\x07=cmd," in text


def test_hostile_names_are_inert_in_an_answer(run: Run, folder: Path) -> None:
    out = run("fleet", "query", "SELECT repository, outcome FROM repositories", cwd=folder).out

    assert out.replace("\n", "").isprintable()
    assert Outcome.FAILED in out


def test_more_rows_than_there_can_be_are_refused(run: Run, folder: Path) -> None:
    ended = run("fleet", "query", "SELECT run FROM runs", "--limit", "99999999999999999999", cwd=folder)

    assert (2, "kempt: --limit takes a number of rows, and --timeout seconds") == (
        ended.status, ended.err.splitlines()[0],
    )  # fmt: skip
