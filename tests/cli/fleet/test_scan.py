from __future__ import annotations

import json
import signal
import socket
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


def test_what_the_list_names_and_kempt_refuses_makes_the_run_fail_and_is_in_the_report(run: Run, clones: Path) -> None:
    (clones / "list.txt").write_text("clean\nhttp://host.example/x\nhttps://u:hunter2@host.example/y\n", "utf-8")

    ended = run("fleet", "scan", "list.txt", cwd=clones)
    shown = run("fleet", "report", "--output-format", "json", cwd=clones).out

    assert (2, "") == (ended.status, ended.err)
    assert ended.out.startswith("3 repositories in ")
    assert "2 repositories could not be looked at:\n  ✗ http://host.example/x  refused: list.txt:2: " in ended.out
    rows = {row["name"]: (row["outcome"], row["error"]) for row in json.loads(shown)["repositories"]}
    assert {
        f"{clones}/clean": ("checked", None), "http://host.example/x": ("failed", "refused"),
        "https://host.example/y": ("failed", "refused"),
    } == rows  # fmt: skip
    assert not any("hunter2" in text for text in (ended.out, shown))


def test_a_dry_run_says_what_would_be_refused(run: Run, clones: Path) -> None:
    (clones / "list.txt").write_text("clean\nhttp://host.example/x\n", encoding="utf-8")

    ended = run("fleet", "scan", "list.txt", "--dry-run", cwd=clones)

    assert (2, f"{clones}/clean\n") == (ended.status, ended.out)
    assert ended.err.startswith("kempt: list.txt:2: http is neither encrypted nor authenticated")


def test_a_scan_of_some_says_that_it_was_not_asked_for_the_others(run: Run, clones: Path) -> None:
    run("fleet", "scan", clones, cwd=clones)

    scan = run("fleet", "scan", clones, "--only", "clean", "-q", cwd=clones)
    report = run("fleet", "report", cwd=clones)
    told = json.loads(run("fleet", "report", "--output-format", "json", "--html", "page.html", cwd=clones).out)

    said = "1 repository of run 1 was not asked for and is not counted."
    assert said in scan.out
    assert said in report.out
    assert {"run": 1, "repositories": 1} == told["not_asked"]
    assert said in (clones / "page.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "words, what",
    [
        ("scan clones -o x.db", "the database"),
        ("scan clones -o ./new.db --db new.db", "the database"),
        ("scan clones -o x.db-wal", "a part of the database"),
        ("scan list.txt -o list.txt", "a list of repositories"),
        ("scan clones --config policy.toml -o link.toml", "the policy"),
        ("scan clones --config policy.toml -o base.toml", "the policy"),
        ("report --html x.db", "the database"),
        ("report -o hard.db", "the database"),
        ("report --html x.db-shm", "a part of the database"),
        ("report --html page.html -o page.html", "what --output-file names"),
        ("export -o x.db", "the database"),
        ("query SELECT -o x.db", "the database"),
        ("fix clones -o x.db", "the database"),
    ],
)
def test_no_result_is_written_over_what_is_read(run: Run, tmp_path: Path, words: str, what: str) -> None:
    (tmp_path / "clones").mkdir()
    files = {"x.db": "all history", "list.txt": "gone\n", "policy.toml": 'extend = "base.toml"\n', "base.toml": ""}
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "link.toml").symlink_to("policy.toml")
    (tmp_path / "hard.db").hardlink_to(tmp_path / "x.db")
    db = [] if "--db" in words else ["--db", "x.db"]

    ended = run("fleet", *words.split(), *db, cwd=tmp_path)

    assert (2, "") == (ended.status, ended.out)
    assert f" would be written over {what}\n       name another file\n" in ended.err
    assert files == {name: (tmp_path / name).read_text(encoding="utf-8") for name in files}


def test_findings_alone_can_be_told_to_exit_0(run: Run, clones: Path) -> None:
    assert 0 == run("fleet", "scan", clones, "--exit-zero", cwd=clones).status


def test_the_second_scan_says_what_is_new(run: Run, clones: Path, git_repo: MakeRepository) -> None:
    run("fleet", "scan", clones, cwd=clones)
    git_repo({**CLEAN, "b/__pycache__/b.pyc": "x"}, "clones/more")

    ended = run("fleet", "scan", clones, "-q", cwd=clones)

    assert "2 findings (2 errors); 1 new and 0 gone since run 1.\n" == ended.out


def test_what_a_list_holds_is_shown_and_not_obeyed(run: Run, tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("\x1b[31mx\n", encoding="utf-8")

    ended = run("fleet", "scan", "list.txt", "--dry-run", cwd=tmp_path)

    assert (0, f"{tmp_path}/\\x1b[31mx\n", "") == ended


@pytest.mark.parametrize("command", ["scan", "fix"])
def test_a_token_in_the_place_of_a_variable_is_refused_and_not_repeated(run: Run, clones: Path, command: str) -> None:
    ended = run("fleet", command, clones, "--token", "127.0.0.1=abcdef0123456789", cwd=clones)

    assert (2, "", False) == (ended.status, ended.out, "abcdef" in ended.err)
    assert ended.err.startswith("kempt: --token 127.0.0.1=... names no variable that is set\n")
    assert not (clones / "kempt-fleet.db").exists()


def test_a_repository_whose_name_is_no_utf_8_is_known_again_and_mended(
    run: Run, clones: Path, git_repo: MakeRepository
) -> None:
    """So is one whose name has the letters that the database spells such a name with."""
    for name in ("bad", "worse"):
        git_repo({"b/__pycache__/b.pyc": "x"}, f"clones/{name}")
    (clones / "bad").rename(clones / "bad\udcff")
    (clones / "worse").rename(clones / "bad\\udcff")
    run("fleet", "scan", clones, cwd=clones)

    again = run("fleet", "scan", clones, "--output-format", "jsonl", cwd=clones)
    mended = run("fleet", "fix", "--only", "bad*", cwd=clones)

    outcomes = {json.loads(line)["outcome"] for line in again.out.splitlines()[:-1]}
    assert {"unchanged"} == outcomes
    assert (0, True) == (mended.status, "2 patches for 2 repositories" in mended.out), mended.out


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
        pytest.param("--jobs 99999999999999", "--jobs is a number up to 1,000", id="more-than-a-machine-bears"),
        pytest.param("--memory 9999999999GB", "--max-received and --memory are sizes below an exabyte", id="vast"),
        pytest.param("--jobs 0", "--jobs is a number of 1 or more", id="none"),
        pytest.param("--dask-local 0", "--dask-local is a number of 1 or more", id="no-cluster"),
        pytest.param("--timeout 0", "--timeout is a number of seconds up to 86,400", id="no-time"),
        pytest.param("--timeout inf", "--timeout is a number of seconds up to 86,400", id="endless"),
        pytest.param("--select nonsense", "the command line: no rule begins with `nonsense`", id="code"),
        pytest.param("--ignore KPT", "nothing would be checked: every rule is off", id="no-rules"),
        pytest.param("-o kempt-fleet.db", "--output-file kempt-fleet.db would be written over the database", id="over"),
        pytest.param(
            "--only zzz",
            "no repository to look at: --only and --without leave none of the 2 that are named",
            id="none-chosen",
        ),
        pytest.param("--chunk 0", "--chunk is a number of 1 or more", id="empty-chunks"),
        pytest.param("--token github.com", "--token takes HOST=VARIABLE", id="token"),
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
    with socket.create_server(("127.0.0.1", 0)) as silent:  # the repository never comes, so the signal is in time
        source = f"git://127.0.0.1:{silent.getsockname()[1]}/shop"
        argv = [sys.executable, "-m", "kempt", "fleet", "scan", "--allow-insecure", source]
        with subprocess.Popen(
            argv, cwd=clones, env=environment(home), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
        ) as scan:
            while not _has_run(clones / "kempt-fleet.db"):
                time.sleep(0.01)
            scan.send_signal(number)
            _, said = scan.communicate(timeout=60)

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
