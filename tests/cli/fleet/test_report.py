from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.conftest import Run
from kempt.host.store.fleet import FleetStore
from kempt.model.fleet import Noted, Outcome, Promised, Row, Ruled, RunFacts

HOST = "https://git.example.org/team/"
ENV = Noted("KPT101", "error", "env", 1, "an environment", "", "a" * 16, bytes=9_000_000, fix="unsafe", owners="@acme")
KEPT, BROKEN = Promised.KEPT, Promised.BROKEN


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A folder with the database of a fleet: one repository with a finding, one without, one that failed."""
    folder = tmp_path / "repo"
    folder.mkdir()
    with FleetStore.open(str(folder / "kempt-fleet.db"), create=True) as store:
        rows = [
            Row(f"{HOST}shop", Outcome.CHECKED, "a" * 40, "main", 9, (KEPT, BROKEN, KEPT, KEPT), (ENV,)),
            Row(f"{HOST}till", Outcome.CHECKED, "b" * 40, "main", 9, (KEPT, KEPT, KEPT, KEPT)),
            Row(f"{HOST}lost", Outcome.FAILED, error="timeout", reason="it took longer than 120 seconds"),
        ]
        facts = RunFacts("key", "0.9.0", 1_795_000_000.0, 3, (), (Ruled("KPT101", "tracked-environment", 2, "error"),))
        run = store.begin_run(facts, [row.name for row in rows]).number
        store.write(run, rows)
        store.finish(run, 1_795_000_060.0)
    return folder


def test_one_screen(run: Run, repo: Path) -> None:
    ended = run("fleet", "report")

    assert (0, "") == (ended.status, ended.err)
    assert ended.out.splitlines() == [
        "fleet  ·  run 1  ·  2026-11-18 11:07 UTC  ·  kempt 0.9.0",
        "",
        "  3 repositories: 2 looked at, 1 failed; 1 without findings",
        "  1 finding (1 error).",
        "",
        "  · one command rebuilds  100%  ████████████  1 unknown",
        "  ✗ git is clean           50%  ██████        1 break it, 1 unknown",
        "  · CI caches downloads   100%  ████████████  1 unknown",
        "  · images are lean       100%  ████████████  1 unknown",
        "",
        "  errors  findings  most errors, below https://git.example.org/team/",
        "       1         1  shop",
        "",
        "  findings  repositories  most frequent",
        "         1             1  KPT101 tracked-environment",
        "",
        "  1 repository could not be looked at",
        "    lost: it took longer than 120 seconds",
        "",
        "`kempt fleet report --html fleet.html` shows all of it on a page.",
    ]


def test_a_page_is_written_and_the_screen_still_shown(run: Run, repo: Path) -> None:
    ended = run("fleet", "report", "--html", "page.html", "--title", "the shop & its till")
    page = (repo / "page.html").read_text(encoding="utf-8")

    assert 0 == ended.status
    assert "<title>kempt fleet: the shop &amp; its till</title>" in page
    assert ended.out.startswith("the shop & its till  ·  run 1")


def test_json_goes_to_a_file(run: Run, repo: Path) -> None:
    ended = run("fleet", "report", "--output-format", "json", "-o", "fleet.json")
    found = json.loads((repo / "fleet.json").read_text(encoding="utf-8"))

    assert (0, "", "") == (ended.status, ended.out, ended.err)
    assert ("fleet", 3, 1) == (found["title"], found["summary"]["repositories"], found["summary"]["error"])


def test_lines_end_with_the_summary(run: Run, repo: Path) -> None:
    lines = run("fleet", "report", "--output-format", "jsonl").out.splitlines()

    assert ["shop", "lost", "till"] == [json.loads(line)["name"].removeprefix(HOST) for line in lines[:-1]]
    assert 1 == json.loads(lines[-1])["summary"]["findings"]


def test_a_part_by_name_and_by_owner(run: Run, repo: Path) -> None:
    by_name, by_owner = run("fleet", "report", "--only", "till"), run("fleet", "report", "--owner", "@acme")

    assert "fleet  ·  only till  ·  run 1" in by_name.out
    assert "  1 repository: 1 looked at; 1 without findings\n  No findings.\n" in by_name.out
    assert "fleet  ·  what is @acme's  ·  run 1" in by_owner.out
    assert "  1 repository: 1 looked at; 0 without findings" in by_owner.out


def test_another_database_is_named_in_what_to_type_next(run: Run, repo: Path) -> None:
    (repo / "kempt-fleet.db").rename(repo / "night ly.db")
    ended = run("fleet", "report", "--db", "night ly.db")

    assert ended.out.startswith("night ly  ·  run 1")
    assert "`kempt fleet report --html fleet.html --db 'night ly.db'`" in ended.out


@pytest.mark.parametrize(
    "words, said",
    [
        (
            ("--only", "nothing"),
            "kempt: no repository of kempt-fleet.db is only nothing\n       kempt fleet report shows all\n",
        ),
        (("--runs", "0"), "kempt: `--runs 0` is no number from 1 to 1,000\n       kempt fleet report --runs 30\n"),
        (
            ("--runs", "many"),
            "kempt: `--runs many` is no number from 1 to 1,000\n       kempt fleet report --runs 30\n",
        ),
    ],
)
def test_what_is_wrong_is_said(run: Run, repo: Path, words: tuple[str, ...], said: str) -> None:
    ended = run("fleet", "report", *words)

    assert (2, "", said) == (ended.status, ended.out, ended.err)


def test_without_a_database_it_says_so(run: Run, repo: Path) -> None:
    ended = run("fleet", "report", "--db", "no.db")

    assert (2, "") == (ended.status, ended.out)
    assert "no.db" in ended.err
    assert not (repo / "no.db").exists()


def test_what_is_no_database_is_not_to_be_recovered(run: Run, repo: Path) -> None:
    (repo / "passwd").write_text("root:x:0:0\n" * 200, encoding="utf-8")

    ended = run("fleet", "report", "--db", "passwd")

    assert (2, "kempt: passwd: not a database\n       name another file with --db\n") == (ended.status, ended.err)


def test_a_wrong_format_of_the_environment_names_those_of_this_command(
    run: Run, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEMPT_OUTPUT_FORMAT", "xml")

    assert "       one of text, json, jsonl\n" in run("fleet", "report").err
