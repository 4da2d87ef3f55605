from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from cli.conftest import Run
from support.caches import plant
from support.cleaning import project
from support.envs import DAY, backdate, make_environment
from support.repositories import environment
from support.terminals import at_terminal

NOW = time.time()


@pytest.fixture
def code(tmp_path: Path, home: Path) -> Path:
    """A folder with a project, an environment that was left for a year, and a download cache elsewhere."""
    root = tmp_path / "repo"
    project(root / "shop")
    make_environment(root / "shop" / ".venv", now=NOW, age_days=365)
    for name in ("pyproject.toml", "uv.lock"):
        backdate(root / "shop" / name, NOW - 365 * DAY)
    plant(home / "cache/pip", {"http-v2/0/e/1/0/b/0e10be9ea838.body": 400_000}, days=100)
    return root


def words(text: str) -> list[str]:
    """The lines of a screen without bars, numbers that differ from disk to disk, and blanks in a row."""
    text = re.sub(r"(?m)^\S+ \S+ used, .*$", "(how full)", text)
    text = re.sub(r"[█░▏▎▍▌▋▊▉]+", "", re.sub(r"\b[\d.]+ k?B", "SIZE", text))
    return [" ".join(line.split()) for line in text.splitlines() if line]


def test_one_screen_of_all_of_it(run: Run, code: Path) -> None:
    ended = run("disk", "--top", "2", "-v")
    lines = words(ended.out)

    assert (0, "", [str(code), "(how full)"]) == (ended.status, ended.err, lines[:2])
    assert sorted(lines[2:10]) == [
        "1 environment: 1 unused for 90 days",
        "build output SIZE 3 files SIZE can go",
        "bytecode SIZE 2 files SIZE can go",
        "download caches SIZE 1 file SIZE can go",
        "environments SIZE 5 files SIZE can go",
        "pip SIZE 1 file SIZE can go",
        "together SIZE 14 files SIZE can go",
        "tool caches SIZE 3 files SIZE can go",
    ]
    assert lines[10:14] == [
        "size files last used kind the largest",
        "SIZE 1 3 months downloads can go ~/cache/pip",
        f"SIZE 5 12 months environment can go {code}/shop/.venv",
        "SIZE in 14 files can go; each command shows what, before it does it:",
    ]
    assert sorted(lines[14:]) == [
        "SIZE kempt clean --build build and test output, to the trash",
        "SIZE kempt clean bytecode and tool caches, at once",
        "SIZE kempt envs --stale 90d --remove 1 environment, to the trash: 1 unused for 90 days",
        "SIZE kempt prune downloads that were not used for long",
    ]


def test_each_command_that_it_names_does_what_it_says(run: Run, code: Path) -> None:
    shown = json.loads(run("disk", code, "--output-format", "json").out)
    commands = [each["command"].split()[1:] for each in shown["next"]]

    assert 4 == len(commands)
    assert [0] * 4 == [run(*words, "--yes").status for words in commands]
    left = json.loads(run("disk", code, "--output-format", "json").out)
    assert {"trash"} == {each["name"] for each in left["sections"] if each["files"]}


def test_the_formats_for_programs(run: Run, code: Path) -> None:
    found = json.loads(run("disk", "--output-format", "json").out)
    lines = run("disk", "--output-format", "jsonl").out.splitlines()

    assert (1, "disk", [str(code)]) == (found["version"], found["command"], found["roots"])
    assert [each["path"] for each in found["things"]] == [json.loads(line)["path"] for line in lines[:-1]]
    assert found["summary"] == json.loads(lines[-1])["summary"]


def test_a_page_is_written_beside_the_screen(run: Run, code: Path, tmp_path: Path) -> None:
    ended = run("disk", "--html", tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text()

    assert (0, True) == (ended.status, "together" in ended.out)
    assert page.startswith("<!doctype html>\n")
    assert "kempt prune" in page


def test_a_page_for_a_device_leaves_the_device(run: Run, code: Path, tmp_path: Path) -> None:
    device = tmp_path / "null"
    try:
        os.mknod(device, 0o600 | stat.S_IFCHR, os.makedev(1, 3))
    except PermissionError:
        pytest.skip("only root may make a device, and not in every container")
    ended = run("disk", "--html", device, "-o", device)

    assert (0, "", True) == (ended.status, ended.out, stat.S_ISCHR(device.stat().st_mode))


def test_a_page_for_a_pipe_goes_through_it(run: Run, code: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    received: list[str] = []
    reader = threading.Thread(target=lambda: received.append(pipe.read_text()))
    reader.start()
    ended = run("disk", "-q", "--html", pipe)
    reader.join(60)

    assert (0, True) == (ended.status, stat.S_ISFIFO(pipe.stat().st_mode))
    assert received[0].endswith("</html>\n")


def test_a_page_for_a_folder_is_refused(run: Run, code: Path, tmp_path: Path) -> None:
    ended = run("disk", "--html", tmp_path)

    assert (2, "") == (ended.status, ended.out)
    assert "a folder, not a file" in ended.err


def test_only_below_the_folder_where_that_is_asked_for(run: Run, code: Path) -> None:
    assert "pip" not in run("disk", "--no-central").out


@pytest.mark.parametrize("number, listed", [("0", 0), ("1", 1), ("99", 8)])
def test_as_many_of_the_largest_as_asked_for(run: Run, code: Path, number: str, listed: int) -> None:
    out = run("disk", "--no-central", "--top", number).out

    assert listed == sum("/shop/" in line for line in out.splitlines())


@pytest.mark.parametrize("number", ["x", "-1", "1.5", ""])
def test_what_is_no_number_is_an_error_of_usage(run: Run, code: Path, number: str) -> None:
    ended = run("disk", f"--top={number}")

    assert (2, f"kempt: `{number}` is no number\n       kempt disk --top 20\n") == (ended.status, ended.err)


def test_a_folder_that_is_not_there_is_an_error_of_usage(run: Run, code: Path) -> None:
    ended = run("disk", "nowhere")

    assert (2, "kempt: no such folder: nowhere\n") == (ended.status, ended.err)


@pytest.mark.skipif(not shutil.which("setpriv"), reason="root must lose the right to read everything")
def test_a_folder_that_refuses_its_user_is_told_and_ends_with_1(code: Path, home: Path) -> None:
    (code / "locked").mkdir(mode=0)
    powers = "-dac_override,-dac_read_search"
    dropped = ["setpriv", f"--bounding-set={powers}", f"--inh-caps={powers}"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*dropped, sys.executable, "-m", "kempt", "disk"],
        cwd=code, env=environment(home), capture_output=True, text=True, check=False,
    )  # fmt: skip
    (code / "locked").chmod(0o700)

    assert (1, "") == (done.returncode, done.stderr)
    assert 1 == done.stdout.count(f"not read: {code}/locked: Permission denied\n")


def test_the_interactive_screen_needs_a_terminal(run: Run, code: Path) -> None:
    ended = run("disk", "-i")

    assert (2, "") == (ended.status, ended.out)
    assert "-i needs a terminal" in ended.err


@pytest.mark.parametrize("words", [("--html", "x"), ("-o", "x"), ("--output-format", "json")])
def test_the_interactive_screen_writes_nothing(run: Run, code: Path, words: tuple[str, ...]) -> None:
    ended = run("disk", "-i", *words)

    assert (2, "kempt: -i shows a screen and writes nothing\n       kempt disk --html FILE\n") == (
        ended.status,
        ended.err,
    )


def test_the_public_interface_gives_the_same(code: Path) -> None:
    import kempt

    overview = kempt.disk([str(code)], central=False)

    assert ([str(code)], 8) == ([*overview.roots], len(overview.things))


def test_at_a_terminal_progress_comes_and_goes(code: Path, home: Path) -> None:
    shown = at_terminal("disk", cwd=code, home=home)

    assert "\r\x1b[Kweighing 1 environment" in shown
    assert shown.rpartition("\r\x1b[K")[2].startswith("~" if str(code).startswith(str(home)) else str(code))
    assert "\x1b" not in at_terminal("disk", "--no-progress", cwd=code, home=home)
