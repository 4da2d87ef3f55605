from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli.conftest import Run
from conftest import MakeRepository, RunKempt
from kempt.host.store.fleet import FleetStore
from support.repositories import environment
from support.terminals import at_terminal

CLEAN = {".gitignore": ".venv\n__pycache__/\n", "a.txt": ""}


@pytest.fixture
def clones(tmp_path: Path, git_repo: MakeRepository) -> Path:
    """A folder with a clean repository, and one with bytecode."""
    git_repo(CLEAN, "clones/clean")
    git_repo({**CLEAN, "src/__pycache__/a.pyc": "x"}, "clones/dirty")
    return tmp_path / "clones"


def test_the_end_says_where_the_fleet_stands_and_what_to_type_next(run: Run, clones: Path) -> None:
    ended = run("fleet", "scan", clones, "--jobs", "1", cwd=clones)

    expected = """\
2 repositories in * s: 2 looked at

  · one command rebuilds     -                2 without
  ✗ git is clean           50%  ██████        1 break it
  · CI caches downloads      -                2 without
  · images are lean          -                2 without

1 finding (1 error).

Where the fleet stands: `kempt fleet report`
The same as a page:     `kempt fleet report --html fleet.html`
Patches for what can be mended: `kempt fleet fix`
"""
    first, rest = expected.partition(" in * s")[::2]
    assert (1, "") == (ended.status, ended.err)
    assert ended.out.startswith(first)
    assert ended.out.endswith(rest.partition(":")[2])


def test_a_clean_fleet_exits_0_and_quietly_says_little(run: Run, clones: Path) -> None:
    assert (0, "No findings.\n", "") == run("fleet", "scan", clones / "clean", "-q", cwd=clones)


def test_a_repository_that_cannot_be_checked_is_named_and_the_run_never_green(run: Run, clones: Path) -> None:
    (clones / "list.txt").write_text("clean\nmissing\n", encoding="utf-8")

    ended = run("fleet", "scan", "list.txt", "--exit-zero", "--db", "x.db", cwd=clones)

    assert 2 == ended.status
    assert f"1 repository could not be looked at:\n  ✗ {clones}/missing  " in ended.out


def test_findings_alone_can_be_told_to_exit_0(run: Run, clones: Path) -> None:
    assert 0 == run("fleet", "scan", clones, "--exit-zero", cwd=clones).status


def test_the_second_scan_says_what_is_new(run: Run, clones: Path, git_repo: MakeRepository) -> None:
    run("fleet", "scan", clones, cwd=clones)
    git_repo({**CLEAN, "b/__pycache__/b.pyc": "x"}, "clones/more")

    ended = run("fleet", "scan", clones, "-q", cwd=clones)

    assert "2 findings (2 errors); 1 new and 0 gone since the last scan.\n" == ended.out


def test_a_dry_run_lists_the_repositories_and_makes_no_database(run: Run, clones: Path) -> None:
    ended = run("fleet", "scan", clones, "--without", "dirty", "--dry-run", cwd=clones)

    assert (0, f"{clones}/clean\n", "") == ended
    assert not (clones / "kempt-fleet.db").exists()


def test_json_has_each_repository_and_the_run(run: Run, clones: Path) -> None:
    ended = run("fleet", "scan", clones, "--output-format", "json", cwd=clones)

    told = json.loads(ended.out)
    assert (1, "fleet scan", "kempt-fleet.db") == (told["version"], told["command"], told["database"])
    assert (2, 1) == (told["run"]["checked"], told["run"]["errors"])
    rows = {row["name"]: row for row in told["repositories"]}
    dirty = rows[f"{clones}/dirty"]
    assert ("checked", 1, ["absent", "broken", "absent", "absent"]) == (
        dirty["outcome"], dirty["summary"]["error"], dirty["promises"],
    )  # fmt: skip


def test_json_lines_have_a_repository_each_and_the_run_at_the_end(run: Run, clones: Path) -> None:
    lines = run("fleet", "scan", clones, "--output-format", "jsonl", cwd=clones).out.splitlines()

    told = [json.loads(line) for line in lines]
    assert ({f"{clones}/clean", f"{clones}/dirty"}, 2) == (
        {each["name"] for each in told[:2]}, told[2]["run"]["repositories"],
    )  # fmt: skip


def test_a_policy_counts_for_all_and_its_waivers_do_not_count(run: Run, clones: Path) -> None:
    (clones / "policy.toml").write_text(
        'select = ["KPT1"]\n[[fleet.waivers]]\ncode = "KPT102"\nreason = "later"\nexpires = 2999-01-01\n',
        encoding="utf-8",
    )

    ended = run("fleet", "scan", clones, "--config", "policy.toml", "-q", cwd=clones)

    assert (0, "No findings, 1 more waived.\n", "") == ended


def test_the_terminal_shows_how_far_it_is(clones: Path, home: Path) -> None:
    shown = at_terminal("fleet", "scan", str(clones / "clean"), cwd=clones, home=home)

    assert "\r\x1b[K0 of 1 repository" in shown
    assert "\r\x1b[K1 of 1 repository" in shown


def test_no_progress_means_none(clones: Path, home: Path) -> None:
    assert "of 1 repository" not in at_terminal(
        "fleet", "scan", str(clones / "clean"), "--no-progress", cwd=clones, home=home
    )


@pytest.mark.parametrize(
    "options, message",
    [
        pytest.param("--jobs 2 --scheduler tcp://x:1", "--jobs and --scheduler exclude each other", id="two-crews"),
        pytest.param("--jobs -1", "--jobs is a number of 1 or more", id="less-than-one"),
        pytest.param("--timeout nan", "--timeout is a number of seconds up to 86,400", id="timeout"),
        pytest.param("--chunk 0", "--chunk is a number of 1 or more", id="empty-chunks"),
        pytest.param("--token github.com", "`--token github.com` is no HOST=VARIABLE", id="token"),
        pytest.param("--memory much", "`much` is no size", id="memory"),
        pytest.param("--executor nobody", "no executor is called nobody", id="executor"),
        pytest.param("--config nowhere.toml", "nowhere.toml: no such file", id="policy"),
    ],
)
def test_what_makes_no_sense_is_said_in_a_line(run: Run, clones: Path, options: str, message: str) -> None:
    ended = run("fleet", "scan", clones, *options.split(), cwd=clones)

    assert (2, "", f"kempt: {message}") == (ended.status, ended.out, ended.err.splitlines()[0])


def test_a_database_that_another_scan_writes_is_refused(kempt: RunKempt, clones: Path, home: Path) -> None:
    with FleetStore.open(str(clones / "kempt-fleet.db"), create=True):
        ended = kempt("fleet", "scan", clones, cwd=clones)

    assert 2 == ended.status
    assert "is writing this database\n       run it again when that one is done\n" in ended.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_scan_says_how_to_go_on(clones: Path, home: Path, number: int) -> None:
    paths = [str(clones / "clean")] * 1
    argv = [sys.executable, "-m", "kempt", "fleet", "scan", *paths]
    with subprocess.Popen(
        argv, cwd=clones, env=environment(home), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    ) as scan:
        while not _has_run(clones / "kempt-fleet.db"):
            time.sleep(0.01)
        scan.send_signal(number)
        _, said = scan.communicate(timeout=60)

    if scan.returncode == 0:
        pytest.skip("it was done before the signal came")
    line = "kempt: stopped after 0 of 1 repository; what was found is kept, the same command goes on\n"
    assert (130, line) == (scan.returncode, said)


def _has_run(path: Path) -> bool:
    try:
        database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    except sqlite3.Error:
        return False
    try:
        return bool(database.execute("SELECT count(*) FROM run").fetchone()[0])
    except sqlite3.Error:
        return False
    finally:
        database.close()
