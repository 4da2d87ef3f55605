from __future__ import annotations

import json
import os
import re
import time
from pathlib import Path

import pytest

from cli.conftest import Run
from kempt.engine.disk.envs import environments
from support.envs import DAY, backdate, make_environment

NOW = time.time()


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """A folder with three projects: one in order, one with a broken environment, one that was left for a year."""
    root = tmp_path / "repo"
    for name, age in (("api", 2), ("web", 37), ("old", 365)):
        (root / name).mkdir(parents=True)
        (root / name / "pyproject.toml").write_text("")
        backdate(root / name / "pyproject.toml", NOW - age * DAY)
    make_environment(root / "api" / ".venv", now=NOW, age_days=2, settings="uv = 0.13.9\n", packages=("a-1", "b-1"))
    make_environment(root / "web" / "env", now=NOW, age_days=37, python=Path("/opt/python3.8/bin/python3.8"))
    make_environment(root / "old" / ".venv", now=NOW, age_days=365, settings="virtualenv = 21.1\n")
    return root


@pytest.fixture
def sure(code: Path) -> bool:
    """Whether the disk of the test keeps access times, so that no `?` is shown."""
    return all(each.used and each.used.sure for each in environments([str(code)], central=False).environments)


def test_a_table_of_what_is_there(run: Run, code: Path, sure: bool) -> None:  # noqa: FBT001
    if not sure:
        pytest.skip("the disk keeps no access times, so the table has a `?` behind each sign")

    assert run("envs", "--no-size") == (
        0,
        """\
    last used             Python  packages  manager     environment
    2 days     installed  3.11.7         2  uv          api/.venv
    12 months  installed  3.11.7         1  virtualenv  old/.venv
  ✗ 37 days    installed  3.11.7         1  venv        web/env
    broken: its Python is gone: /opt/python3.8/bin/python3.8

3 environments.
1 broken: `kempt envs --broken --remove` shows what would go to the trash.
1 not used for 90 days: `kempt envs --stale 90d --remove` shows what would go to the trash.
""",
        "",
    )


def test_sizes_come_first_and_the_largest_is_at_the_top(run: Run, code: Path) -> None:
    (code / "web" / "env" / "lib" / "large").write_bytes(b"x" * 3_000_000)
    rows = [line.split()[-1] for line in run("envs").out.splitlines() if line.endswith(("env", ".venv"))]

    assert ["web/env", "api/.venv", "old/.venv"] == rows
    assert " 3.1 MB" in run("envs").out


@pytest.mark.parametrize("key, names", [("path", ["api", "old", "web"]), ("used", ["old", "web", "api"])])
def test_another_order(run: Run, code: Path, key: str, names: list[str]) -> None:
    rows = [line.split()[-1] for line in run("envs", "--sort", key).out.splitlines() if line.endswith(("env", ".venv"))]

    assert names == [row.partition("/")[0] for row in rows]


def test_only_those_asked_for(run: Run, code: Path) -> None:
    found = json.loads(run("envs", "--stale", "90d", "--broken", "--output-format", "json").out)

    assert [f"{code}/old/.venv", f"{code}/web/env"] == sorted(each["path"] for each in found["environments"])


def test_json_says_all_that_is_known(run: Run, code: Path, sure: bool) -> None:  # noqa: FBT001
    found = json.loads(run("envs", "--output-format", "json", "--sort", "path", "web").out)
    (only,) = found["environments"]
    used = only.pop("last_used")

    assert {
        "path": f"{code}/web/env",
        "manager": "venv",
        "python": "3.11.7",
        "place": None,
        "project": {"name": "web", "root": f"{code}/web", "evidence": "it lies in it"},
        "packages": 1,
        "state": "broken",
        "reason": "its Python is gone: /opt/python3.8/bin/python3.8",
        "files": 5,
        "bytes": only["bytes"],
        "shared": 0,
        "processes": [],
        "kept": None,
        "removal": None,
    } == only
    assert ("packages installed", sure) == (used["evidence"], used["sure"])
    assert ([f"{code}/web"], {"broken": 1}) == (found["roots"], found["summary"]["states"])


def test_one_environment_a_line_and_the_summary_last(run: Run, code: Path) -> None:
    lines = [json.loads(line) for line in run("envs", "--output-format", "jsonl").out.splitlines()]

    assert [True, True, True, False] == ["state" in line for line in lines]
    assert 3 == lines[-1]["summary"]["environments"]


def test_verbosely_with_the_whole_evidence(run: Run, code: Path) -> None:
    shown = run("envs", "-v", "api").out

    assert "    last used: packages installed\n" in shown
    assert f" project: {code}/api (it lies in it) " in " ".join(shown.split())  # a long path wraps


def test_a_removal_is_shown_and_nothing_is_done(run: Run, code: Path) -> None:
    ended = run("envs", "--stale", "90d", "--remove")
    total, command = ended.out.splitlines()[-2:]

    assert (0, True) == (ended.status, (code / "old" / ".venv").is_dir())
    assert re.fullmatch(r"1 environment, \d+ kB in 5 files: to the trash for 7 days.", total)
    assert "Nothing is removed yet: `kempt envs --stale 90d --remove --yes` does it." == command


def test_a_removal_is_done_and_undone(run: Run, code: Path) -> None:
    before = sorted(code.rglob("*"))
    done = run("envs", "--stale", "90d", "--broken", "--remove", "--yes")
    gone = sorted(code.rglob("*"))
    undo = done.out.rsplit("`", 2)[1]
    taken_back = run(*undo.split()[1:], "--yes")

    assert (0, 0) == (done.status, taken_back.status)
    assert "\nMoved 2 environments to the trash.\n" in done.out
    assert re.search(r"\n\d+ kB in 10 files held in the trash until \d{4}-\d\d-\d\d; ", done.out)
    assert {code / "old" / ".venv", code / "web" / "env"} <= set(before) - set(gone)
    assert before == sorted(code.rglob("*"))


def test_outside_the_folder_that_was_asked_for_the_commands_name_the_place(run: Run, code: Path, home: Path) -> None:
    place = home / ".local" / "share" / "virtualenvs"
    make_environment(place / "gone-12345678", now=NOW, age_days=40, python=Path("/opt/python3.8/bin/python3.8"))
    done = run("envs", "api", "--broken", "--remove", "--yes")

    assert [("clean", "--purge", str(place)), ("undo", done.out.split("`")[-2].split()[-1])] == [
        tuple(each.split()[1:]) for each in done.out.split("`")[-4::2]
    ]
    assert "gone-12345678" in run("clean", "--purge", place).out


def test_what_stays_is_told_with_the_reason(run: Run, code: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (code / "old" / ".venv" / "notes.py").write_text("")
    ended = run("envs", "--stale", "90d", "--remove", "--yes")
    said = " ".join(ended.out.split())

    assert f"{code}/old/.venv stays: it holds a file that no environment has: notes.py No environment goes." == said
    assert (code / "old" / ".venv").is_dir()


def test_a_removal_in_json(run: Run, code: Path) -> None:
    shown, done = (
        json.loads(run("envs", "--broken", "--remove", *more, "--output-format", "json").out)["removal"]
        for more in ((), ("--yes",))
    )

    assert ([f"{code}/web/env"], None) == (shown["environments"], shown["done"])
    assert ["done"] == [each["result"] for each in done["done"][0]["outcomes"]]
    assert not (code / "web" / "env").exists()


def test_dry_run_wins_over_yes(run: Run, code: Path) -> None:
    run("envs", "--broken", "--remove", "--yes", "--dry-run")

    assert (code / "web" / "env").is_dir()


@pytest.mark.parametrize(
    "words, message",
    [
        (["--remove"], "kempt: --remove does not say which environments\n"),
        (["--yes", "--broken"], "kempt: --yes without --remove has nothing to agree to\n"),
        (["--stale", "soon", "--remove"], "kempt: `soon` is no age\n"),
        (["gone"], "kempt: gone: no such folder\n"),
        (["api/pyproject.toml"], "kempt: api/pyproject.toml: a file, not a folder\n"),
    ],
)
def test_a_wrong_command_line(run: Run, code: Path, words: list[str], message: str) -> None:
    ended = run("envs", *words)

    assert (2, "", True) == (ended.status, ended.out, ended.err.startswith(message))


def test_nothing_found(run: Run, tmp_path: Path) -> None:
    (tmp_path / "repo").mkdir()

    assert [(0, "No environment.\n", ""), (0, "No environment is like that.\n", "")] == [
        run("envs", *more) for more in ((), ("--broken",))
    ]


def test_central_places_have_headings_of_their_own(run: Run, code: Path, home: Path) -> None:
    root = make_environment(home / ".local" / "share" / "virtualenvs" / "api-AAAAAAAA", now=NOW, age_days=2)
    (root / ".project").write_text(f"{code}/api\n")
    lines = run("envs", "api", "--no-size").out.splitlines()

    assert ["~/.local/share/virtualenvs"] == [line for line in lines if line.startswith("~")]
    assert [True] == [line.endswith("Pipenv   api-AAAAAAAA") for line in lines if "AAAA" in line]
    assert not any("AAAA" in line for line in run("envs", "api", "--no-central").out.splitlines())


def test_a_folder_that_cannot_be_read_is_told_and_ends_with_1(run: Run, code: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may read every folder")
    (code / "closed").mkdir(mode=0)
    try:
        ended = run("envs")
    finally:
        (code / "closed").chmod(0o755)

    assert 1 == ended.status
    assert f"not read: {code}/closed: Permission denied\n" in ended.out
