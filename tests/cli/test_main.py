from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

import kempt
from cli.conftest import Run
from conftest import MakeRepository, RunKempt
from kempt.cli import main
from kempt.cli.commands import COMMANDS, all_names

DEAR = {"yaml", "rich", "importlib.metadata", "dataclasses", "tempfile", "shutil", "logging", "inspect", "socket"}
NOT_FOR_A_VERSION = DEAR | {"tomllib", "argparse", "subprocess", "json", "pathlib"}
NOT_FOR_A_CHECK = DEAR | {"tomlkit", "shtab", "jinja2", "asyncio", "difflib"}
IMPORTED = """
import sys
sys.path[:0] = {path!r}
before = set(sys.modules)
from kempt.cli import main
main(sys.argv[1:])
print(*set(sys.modules) - before, sep="\\n", file=sys.stderr)
"""


def imported(*words: str, cwd: Path) -> set[str]:
    """The modules that a command line imports, beyond those of Python's own start."""
    code = IMPORTED.format(path=[path for path in sys.path if path])
    argv = [sys.executable, "-S", "-c", code, *words]
    return set(subprocess.run(argv, cwd=cwd, capture_output=True, check=True, text=True).stderr.split())


def raising(error: BaseException) -> Callable[[Sequence[str]], int]:
    """A command that ends in this."""

    def run(_: Sequence[str]) -> int:
        raise error

    return run


def test_the_version_costs_nothing(tmp_path: Path) -> None:
    found = imported("--version", cwd=tmp_path)

    assert set() == found & NOT_FOR_A_VERSION
    assert not any(name.startswith(("kempt.engine", "kempt.host", "kempt.report", "kempt.rules")) for name in found)


def test_a_check_imports_nothing_dear(git_repo: MakeRepository) -> None:
    repository = git_repo({"a.py": "", ".gitignore": "__pycache__/\n.venv\n"})

    found = imported("check", cwd=repository.root)

    assert set() == found & NOT_FOR_A_CHECK
    assert {"kempt.cli.check"} == {
        name for name in found if name.removeprefix("kempt.cli.") in COMMANDS and name != "kempt.cli"
    }


@pytest.mark.parametrize("word", ["--version", "-V"])
def test_the_version(run: Run, tmp_path: Path, word: str) -> None:
    assert (0, f"kempt {kempt.__version__}\n", "") == run(word, cwd=tmp_path)


def test_as_a_module(kempt: RunKempt, git_repo: MakeRepository) -> None:
    git_repo({"README": ""})

    assert (0, "Clean: 1 tracked file.\n", "") == kempt("check")


@pytest.mark.parametrize("word", ["--help", "-h", "help"])
def test_help_lists_every_command(run: Run, tmp_path: Path, word: str) -> None:
    status, out, err = run(word, cwd=tmp_path)

    assert (0, "") == (status, err)
    assert list(COMMANDS) == re.findall(r"^  kempt (\w+) ", out, re.MULTILINE)


@pytest.mark.parametrize("command", all_names())
def test_each_command_explains_its_options(run: Run, tmp_path: Path, command: str) -> None:
    status, out, err = run(*command.split(), "--help", cwd=tmp_path)

    assert (0, "") == (status, err)
    assert out.startswith(f"usage: kempt {command}")
    assert all(len(line) <= 100 for line in out.splitlines())


@pytest.mark.parametrize(
    "words, expected",
    [
        pytest.param(
            ["chekc"], "there is no command `chekc`; did you mean `kempt check`?\n       kempt --help", id="near"
        ),
        pytest.param(
            ["xyzzy"], "there is no command `xyzzy`, and no file or folder of that name\n       kempt --help", id="far"
        ),
        pytest.param(
            ["check", "--selct", "KPT1"],
            "there is no option `--selct`; did you mean `--select`?\n"
            "       kempt check --help; the name of a file goes after --",
            id="option",
        ),
        pytest.param(
            ["--verison"],
            "there is no option `--verison`; did you mean `--version`?\n"
            "       kempt status --help; the name of a file goes after --",
            id="version",
        ),
        pytest.param(
            ["rules", "KPT101"], "`KPT101` is one argument too many\n       kempt rules --help", id="one-too-many"
        ),
        pytest.param(["check", ""], "an empty path\n       a variable of the shell that is not set", id="empty-path"),
        pytest.param(
            ["check", "--rev"], "argument --rev: expected one argument\n       kempt check --help", id="value-missing"
        ),
        pytest.param(
            ["check", "a\x1b[31m\nb"],
            "no such file or folder: a\\x1b[31m\\nb",
            id="control-characters",
        ),
    ],
)
def test_a_wrong_command_line_is_one_line_and_a_hint(run: Run, tmp_path: Path, words: list[str], expected: str) -> None:
    assert (2, "", f"kempt: {expected}\n") == run(*words, cwd=tmp_path)


def test_an_abbreviated_option_is_not_guessed(run: Run, tmp_path: Path) -> None:
    assert 2 == run("check", "--stat", cwd=tmp_path).status


def test_options_may_stand_anywhere(run: Run, git_repo: MakeRepository, tmp_path: Path) -> None:
    git_repo({"a.txt": ""}, name="one")
    git_repo({"b.txt": ""}, name="two")

    status, out, _ = run("check", "one", "--quiet", "two", cwd=tmp_path)

    assert (0, "one   clean, 1 tracked file\ntwo   clean, 1 tracked file\n") == (status, out)


def test_what_follows_two_dashes_is_a_path(run: Run, git_repo: MakeRepository) -> None:
    repository = git_repo({"-n/.DS_Store": "", "a.py": ""})

    ended = run("check", "--select=KPT107", "-q", "--", "-n", cwd=repository.root)

    assert (1, "-n/.DS_Store:1:1") == (ended.status, ended.out.split(" ")[0])


def test_a_path_alone_is_its_status(run: Run, git_repo: MakeRepository, tmp_path: Path) -> None:
    git_repo({"a.py": "", ".gitignore": ".venv\n__pycache__/\n"})

    assert run("status", "repo", cwd=tmp_path) == run("repo", cwd=tmp_path)


def test_a_bug_ends_with_its_own_code_and_a_log(
    run: Run, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kempt.cli.commands.run", raising(ZeroDivisionError("x\x1b[2J")))
    log = home / "state" / "kempt" / "logs" / "crash.log"

    ended = run("check", "a b", cwd=tmp_path)

    assert (3, "") == ended[:2]
    assert ended.err == (
        "kempt: this is a bug in kempt: ZeroDivisionError: x\\x1b[2J\n"
        f"       The versions and the traceback are in {log}; a report of it needs them.\n"
    )
    assert re.match(
        rf"kempt {kempt.__version__}\nPython 3\..*\narguments: 'check' 'a b'\n\nTraceback .*",
        log.read_text(),
        re.DOTALL,
    )


def test_a_bug_without_a_place_for_its_log_is_told_whole(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("KEMPT_STATE_DIR", str(tmp_path / "file" / "below"))
    monkeypatch.setattr("kempt.cli.commands.run", raising(ZeroDivisionError()))

    ended = run("check", cwd=tmp_path)

    assert 3 == ended.status
    assert "Traceback (most recent call last)" in ended.err
    assert ended.err.endswith("The versions and the traceback are above; a report of it needs them.\n")


def test_an_interruption_has_its_own_code(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kempt.cli.commands.run", raising(KeyboardInterrupt()))

    assert (130, "", "kempt: interrupted\n") == run("check", cwd=tmp_path)


def test_the_words_default_to_those_of_the_process(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["kempt", "--version"])

    assert (0, f"kempt {kempt.__version__}\n") == (main(), capfd.readouterr().out)


def test_a_folder_that_was_removed(run: Run, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "gone").mkdir()
    run("--version", cwd=tmp_path / "gone")
    (tmp_path / "gone").rmdir()

    assert 2 == main(["check"])
    assert "kempt: the current folder is gone\n       cd to one that exists\n" == capfd.readouterr().err


@pytest.mark.parametrize(
    "name, value, expected",
    [
        pytest.param("TMPDIR", "/nonexistent", "cannot make a folder for temporary files", id="TMPDIR"),
        pytest.param("KEMPT_GIT_TIMEOUT", "soon", "KEMPT_GIT_TIMEOUT is no number of seconds: soon", id="timeout"),
        pytest.param("KEMPT_GIT_TIMEOUT", "nan", "KEMPT_GIT_TIMEOUT is no number of seconds: nan", id="timeout-nan"),
        pytest.param("PATH", "/nonexistent", "git is not on PATH (KPT004)", id="no-git"),
    ],
)
def test_wrong_variables_are_the_users_side(
    run: Run, git_repo: MakeRepository, monkeypatch: pytest.MonkeyPatch, *, name: str, value: str, expected: str
) -> None:
    git_repo({"a": ""})
    monkeypatch.setenv(name, value)

    status, out, err = run("check")

    assert (2, "", True) == (status, out, expected in err)
