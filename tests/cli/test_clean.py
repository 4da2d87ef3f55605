"""`kempt clean` as a person and a program see it: whole outputs compared, sizes and ids aside."""

from __future__ import annotations

import base64
import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli.conftest import Run
from conftest import MakeRepository, RunKempt
from kempt.host.emptying import Emptying
from support.cleaning import files, project
from support.envs import DAY, backdate, make_environment
from support.repositories import environment, write_files

NOW = time.time()


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A project with something of each kind, a day old, outside git."""
    root = project(tmp_path / "repo")
    backdate(root, NOW - 3 * DAY - 60)
    return root


def plain(text: str) -> str:
    """The text with each size and id replaced, and blanks before a size, which depend on the disk."""
    text = re.sub(r" *\b[\d.,]+ [kM]?B\b", " SIZE", text)
    return re.sub(r"\d{8}-\d{6}-[0-9a-f]{4}", "ID", re.sub(r"until \d{4}-\d\d-\d\d", "until DATE", text))


def test_without_yes_the_plan_is_shown_and_nothing_happens(run: Run, shop: Path) -> None:
    before = files(shop)
    status, out, err = run("clean")

    assert (0, "", before) == (status, err, files(shop))
    assert (
        plain(out)
        == """\
   size  files  last used  kind        project  what
 SIZE      3  3 days     tool cache  .        .hypothesis, .mypy_cache, .ruff_cache
 SIZE      2  3 days     bytecode    .        src/__pycache__

  bytecode SIZE in 2 files: removed at once; Python writes it again
  tool caches SIZE in 2 files: removed at once; its tools make it again
  tool caches SIZE in 1 file: to the trash for 7 days; `kempt undo` brings it back

`.hypothesis` holds the failing examples that Hypothesis remembers; it goes to the trash.
 SIZE in 5 files can go.
Not asked for: 3 things that were built (--build).
Nothing is removed yet: `kempt clean --yes` does it.
"""
    )


def test_with_yes_that_plan_is_done_and_what_was_freed_is_told(run: Run, shop: Path) -> None:
    shown = run("clean", "--build").out
    status, out, err = run("clean", "--build", "--yes")

    assert (0, "", [".coverage", "build", "dist"]) == (status, err, sorted(_gone(shop)))
    assert plain(out).startswith(plain(shown).rpartition("Nothing is removed yet")[0])
    assert plain(out).endswith("""\
 SIZE in 3 files held in the trash until DATE; `kempt clean --purge` frees that now.
Take back what is in the trash with `kempt undo ID`.
""")


def _gone(shop: Path) -> set[str]:
    return {name for name in (".coverage", "build", "dist", "src/__pycache__") if not (shop / name).exists()}


def test_a_stopped_run_tells_what_was_done_by_then(run: Run, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(shop, {"z/__pycache__/a.cpython-311.pyc": "code"})
    begun: list[Emptying] = []

    def stopped(self: Emptying, jobs: int = 2) -> None:
        begun.append(self)
        if len(begun) == 2:
            raise KeyboardInterrupt
        whole(self, jobs)

    whole = Emptying.run
    monkeypatch.setattr(Emptying, "run", stopped)
    ended = run("clean", "--yes")

    assert 130 == ended.status
    assert re.fullmatch(r"Freed [\d.]+ kB in 2 files\.\nkempt: interrupted\n", ended.err)


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="Windows has neither of these signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_it_as_an_interrupt_does(
    number: int, run: Run, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Emptying, "run", lambda self, jobs=2: os.kill(os.getpid(), number))
    before = signal.signal(number, signal.SIG_DFL)  # under nohup the tests ignore it
    try:
        assert (130, "kempt: interrupted\n") == (run("clean", "--yes").status, run("clean", "--yes").err)
    finally:
        signal.signal(number, before)


def test_undo_brings_back_what_went_to_the_trash(run: Run, shop: Path) -> None:
    before = files(shop)
    run("clean", "--build", "--yes")

    assert (0, before) == (run("undo", "--yes").status, files(shop))


def test_verbose_lists_each_thing_and_why_others_stay(run: Run, shop: Path) -> None:
    make_environment(shop / ".venv", now=time.time())
    out = plain(run("clean", "--envs", "--build", "-v").out)

    assert f"stays: {shop}/.venv was made or changed less than 10 minutes ago\n" in out
    assert f"stays: {shop}/app.egg-info is not known to be made again by itself (--include egg-info)\n" in out


def test_a_quiet_run_that_went_well_says_nothing(run: Run, shop: Path) -> None:
    assert (0, "", "") == run("clean", "--all", "--yes", "--quiet")
    assert {".coverage", "build", "dist", "src/__pycache__"} == _gone(shop)


@pytest.mark.parametrize("name", ["-rf", "caf\udce9", "two\nlines", "it's"])
def test_the_command_to_type_next_names_any_folder(name: str, run: Run, tmp_path: Path, home: Path) -> None:
    write_files(tmp_path / "here" / name, {"__pycache__/a.cpython-311.pyc": ""})
    out = run("clean", "--", name, cwd=tmp_path / "here").out
    (command,) = re.findall(r"yet: `kempt clean (.*) --yes`", out)
    shell = ["bash", "-c", f"printf %s {command}"]

    assert os.fsencode(name) == subprocess.check_output(shell).removeprefix(b"./")


def test_a_narrow_screen_cuts_no_word(run: Run, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    out = run("clean", "--all").out

    assert [] == [line for line in out.splitlines() if len(line) > 60]
    assert [] == [name for name in (".hypothesis", ".mypy_cache", ".ruff_cache", "src/__pycache__") if name not in out]


def test_json_gives_the_bytes_of_a_name_that_is_no_text(run: Run, tmp_path: Path) -> None:
    place = tmp_path / "repo" / "caf\udce9" / "__pycache__"
    write_files(place, {"a.cpython-311.pyc": ""})
    (item,) = json.loads(run("clean", "--output-format", "json").out)["items"]

    assert f"{tmp_path}/repo/caf\\xe9/__pycache__" == item["path"]
    assert os.fsencode(place) == base64.b64decode(item["path_base64"])


def test_without_verbose_they_are_counted(run: Run, shop: Path) -> None:
    assert "1 thing looks like it and stays; -v says why.\n" in run("clean", "--build").out


def test_nothing_to_clean_is_said_in_one_line(run: Run, tmp_path: Path) -> None:
    write_files(tmp_path / "repo", {"a.py": ""})

    assert (0, "Nothing to clean here.\n", "") == run("clean")


def test_the_command_to_type_next_repeats_what_was_typed(run: Run, shop: Path, tmp_path: Path) -> None:
    out = run("clean", "repo", "--caches", "--older-than", "1d", "--keep", "*.x y", "--no-trash", cwd=tmp_path).out

    assert "`kempt clean --caches --older-than 1d --keep '*.x y' --no-trash repo --yes`" in out
    assert "for good" not in out.partition("tool caches")[2]


def test_json_tells_what_goes_and_what_was_done(run: Run, shop: Path) -> None:
    planned = json.loads(run("clean", "--build", "--output-format", "json").out)
    done = json.loads(run("clean", "--build", "--yes", "--output-format", "json").out)

    assert [[".coverage", "trash", 1], ["build", "trash", 1], ["dist", "trash", 1]] == sorted(
        [Path(each["path"]).name, each["action"], each["files"]] for each in planned["items"]
    )
    assert (None, planned["items"], planned["total"]) == (planned["result"], done["items"], done["total"])
    assert ({"bytes": 0, "files": 0}, 3, []) == (
        done["result"]["freed"], done["result"]["trash"]["files"], done["result"]["failed"],
    )  # fmt: skip
    assert [
        {"path": f"{shop}/app.egg-info", "reason": "is not known to be made again by itself (--include egg-info)"}
    ] == done["spared"]


@pytest.mark.parametrize(
    "words, message",
    [
        (("/",), "kempt: / is the whole file system\n       name the folders that hold your projects\n"),
        (("",), "kempt: an empty path\n       a variable of the shell that is not set\n"),
        (("missing",), "kempt: no such folder: missing\n"),
        (("notes.txt",), "kempt: notes.txt is a file; what is cleaned is a folder\n       kempt clean FOLDER\n"),
        (("-rf",), "kempt: there is no option `-rf`\n       kempt clean --help; the name of a file goes after --\n"),
        (("--", "-rf"), "kempt: no such folder: -rf\n"),
        (("--older-than", "soon"), "kempt: `soon` is no age\n       hours, days, weeks or years: 36h, 90d, 12w, 1y\n"),
    ],
)
def test_what_cannot_be_cleaned_is_one_clear_line(words: tuple[str, ...], message: str, run: Run, shop: Path) -> None:
    assert (2, "", message) == run("clean", *words)


def test_a_home_folder_is_not_cleaned(run: Run, shop: Path, home: Path) -> None:
    assert (2, "") == run("clean", home)[:2]


def test_a_folder_that_cannot_be_read_ends_in_1_and_the_others_are_cleaned(
    run: Run, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(shop, {"secret/x": ""})
    listed = os.scandir

    def refusing(path: str | int) -> object:
        if str(path).endswith("secret"):
            raise PermissionError(13, "Permission denied")
        return listed(path)

    monkeypatch.setattr("kempt.host.scanning.os.scandir", refusing)
    status, out, _ = run("clean", "--bytecode", "--yes")

    assert (1, False) == (status, (shop / "src" / "__pycache__").exists())
    assert f"not read: {shop}/secret: Permission denied\n" in out


@pytest.mark.skipif(not shutil.which("setpriv"), reason="root must lose the right to read everything")
def test_a_folder_that_refuses_its_user_is_told(shop: Path, home: Path) -> None:
    write_files(shop, {"secret/x": ""})
    (shop / "secret").chmod(0)
    powers = "-dac_override,-dac_read_search"
    dropped = ["setpriv", f"--bounding-set={powers}", f"--inh-caps={powers}"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*dropped, sys.executable, "-m", "kempt", "clean", "--bytecode", "--yes"],
        cwd=shop, env=environment(home), capture_output=True, text=True, check=False,
    )  # fmt: skip
    (shop / "secret").chmod(0o700)

    assert (1, "") == (done.returncode, done.stderr)
    assert f"not read: {shop}/secret: Permission denied\n" in done.stdout
    assert not (shop / "src" / "__pycache__").exists()


def test_at_a_terminal_a_person_is_asked(tmp_path: Path, home: Path, shop: Path) -> None:
    assert (0, True) == (_typed(b"n\n", home, shop), (shop / "src" / "__pycache__").exists())
    assert (0, False) == (_typed(b"y\n", home, shop), (shop / "src" / "__pycache__").exists())


def _typed(answer: bytes, home: Path, cwd: Path) -> int:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "kempt", "clean", "--bytecode"]
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=cwd, env=environment(home)
    ) as running:
        os.close(theirs)
        os.write(ours, answer)
        try:
            while os.read(ours, 4096):
                pass
        except OSError:  # the other end is closed
            os.close(ours)
    return running.returncode


def test_a_name_cannot_talk_to_the_terminal(run: Run, tmp_path: Path) -> None:
    write_files(tmp_path / "repo", {"a\x1b[31m\n::error::x/__pycache__/a.pyc": ""})
    out = run("clean").out

    assert ("\\x1b[31m\\n" in out, "\x1b" in out, [line for line in out.splitlines() if line.startswith("::")]) == (
        True, False, [],
    )  # fmt: skip


def test_the_trash_of_kempt_is_purged_on_request(run: Run, shop: Path) -> None:
    run("clean", "--build", "--yes")
    trash = [each for each in shop.iterdir() if each.name.startswith(".kempt-trash-")]

    assert (1, 0, []) == (
        len(trash), run("clean", "--purge", "--yes").status, [each for each in trash if each.exists()],
    )  # fmt: skip


def test_git_sees_nothing_of_what_was_cleaned(git_repo: MakeRepository, kempt: RunKempt) -> None:
    repository = git_repo({".gitignore": "__pycache__/\ndist/\n", "pyproject.toml": "", "a.py": ""})
    write_files(repository.root, {"__pycache__/a.pyc": "", "dist/a-1.tar.gz": ""})

    assert 0 == kempt("clean", "--all", "--yes").status
    assert ("", [".gitignore", "a.py", "pyproject.toml"]) == (repository.git("status", "--short"), repository.tracked())


def test_check_finds_nothing_in_the_trash(git_repo: MakeRepository, kempt: RunKempt) -> None:
    repository = git_repo({"pyproject.toml": "", "a.py": "", "uv.lock": "", ".dockerignore": ".venv\n"})
    make_environment(repository.root / ".venv", now=NOW, age_days=3)
    write_files(repository.root, {"dist/a-1.tar.gz": "", ".gitignore": ".venv\ndist/\n"})
    before = [kempt(*words).out for words in (["check"], ["check", "--diff"])]

    assert 0 == kempt("clean", "--all", "--yes").status
    [trash] = repository.root.glob(".kempt-trash-*")
    assert {".gitignore", ".venv", "dist"} == {each.name for each in trash.iterdir()}
    assert before == [kempt(*words).out for words in (["check"], ["check", "--diff"])]
