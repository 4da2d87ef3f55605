from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import MakeRepository
from kempt.cli import output
from kempt.errors import KemptError
from support.repositories import environment

DIRTY = {"a.pyc": "x", **{f"d{number}/b.pyc": "x" for number in range(300)}}


def piped(shell: str, cwd: Path, home: Path, **env: str) -> tuple[int, str, str]:
    """Run a shell line in which `$KEMPT` is kempt."""
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", shell.replace("$KEMPT", f"'{sys.executable}' -X dev -m kempt")],
        cwd=cwd, env=environment(home, **env), capture_output=True, check=False, text=True, timeout=60,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    "words",
    ["check", "check --output-format json", "check --output-format sarif", "check -o /dev/stdout", "rules", "--help"],
)
def test_a_closed_pipe_ends_in_silence(git_repo: MakeRepository, home: Path, words: str) -> None:
    repository = git_repo(DIRTY)

    status, _, err = piped(f"$KEMPT {words} | true", repository.root, home)

    assert "" == err
    assert status == (1 if words.startswith("check") else 0)


def test_a_closed_pipe_does_not_change_the_verdict(git_repo: MakeRepository, home: Path) -> None:
    repository = git_repo(DIRTY)

    status, out, err = piped("$KEMPT check --output-format concise | head -n 1", repository.root, home)

    assert (1, "a.pyc:1:1: KPT102 [*] bytecode is tracked by git: `a.pyc`, 1 file, 1 B\n", "") == (status, out, err)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_a_full_disk_is_never_green(git_repo: MakeRepository, home: Path) -> None:
    repository = git_repo({"a.txt": ""})

    status, _, err = piped("$KEMPT check > /dev/full", repository.root, home)

    assert (2, "kempt: cannot write to stdout: No space left on device\n") == (status, err)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_without_a_place_for_errors_the_verdict_stays(git_repo: MakeRepository, home: Path) -> None:
    repository = git_repo({"a.txt": ""})

    assert (2, "", "") == piped("$KEMPT check --rev nothing 2> /dev/full", repository.root, home)


def test_closed_streams(git_repo: MakeRepository, home: Path) -> None:
    repository = git_repo(DIRTY)

    assert (1, "", "") == piped("$KEMPT check >&- 2>&-", repository.root, home)


@pytest.mark.parametrize(
    "env, expected",
    [
        pytest.param({"PYTHONIOENCODING": "ascii"}, "x git is clean", id="ascii"),
        pytest.param({"PYTHONIOENCODING": "utf-8"}, "✗ git is clean", id="utf-8"),
        pytest.param({"PYTHONIOENCODING": "latin-1"}, "x git is clean", id="latin-1"),
    ],
)
def test_signs_that_the_terminal_cannot_show_are_replaced(
    git_repo: MakeRepository, home: Path, env: dict[str, str], expected: str
) -> None:
    repository = git_repo(DIRTY)

    _, out, err = piped("$KEMPT", repository.root, home, **env)

    assert (expected in out, "") == (True, err)


def test_names_that_are_no_text_are_spelled_out(git_repo: MakeRepository, home: Path) -> None:
    repository = git_repo({"\udcff.pyc": "x"})

    status, out, err = piped("$KEMPT check -q --select KPT102 --output-format concise", repository.root, home)

    assert (1, "\\xff.pyc:1:1: KPT102 [*] bytecode is tracked by git: `\\xff.pyc`, 1 file, 1 B\n", "") == (
        status,
        out,
        err,
    )


def test_junit_is_utf_8_whatever_the_terminal_is(git_repo: MakeRepository, home: Path, tmp_path: Path) -> None:
    repository = git_repo({"é.pyc": "x"})

    shell = f"$KEMPT check --output-format junit > '{tmp_path}/out'"

    assert 1 == piped(shell, repository.root, home, PYTHONIOENCODING="ascii")[0]
    assert "é.pyc" in (tmp_path / "out").read_text(encoding="utf-8")


def test_a_stream_without_a_buffer_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stream)

    output.emit("a\n")

    assert "a\n" == stream.getvalue()


def test_a_missing_stream_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)

    output.emit("a\n")
    output.tell("a\n")
    output.progress("a")

    assert (False, False, False) == (output.can_ask(), output.wants_color("auto"), output.can_show("✓"))


@pytest.mark.parametrize(
    "choice, env, terminal, expected",
    [
        pytest.param("auto", {}, True, True, id="a-terminal"),
        pytest.param("auto", {}, False, False, id="no-terminal"),
        pytest.param("auto", {"NO_COLOR": "1"}, True, False, id="NO_COLOR"),
        pytest.param("auto", {"NO_COLOR": ""}, True, True, id="empty-NO_COLOR"),
        pytest.param("auto", {"CLICOLOR_FORCE": "1"}, False, True, id="CLICOLOR_FORCE"),
        pytest.param("auto", {"CLICOLOR_FORCE": "0"}, False, False, id="CLICOLOR_FORCE-0"),
        pytest.param("auto", {"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}, True, False, id="both"),
        pytest.param("auto", {"TERM": "dumb"}, True, False, id="dumb-terminal"),
        pytest.param("always", {"NO_COLOR": "1"}, False, True, id="always"),
        pytest.param("never", {"CLICOLOR_FORCE": "1"}, True, False, id="never"),
    ],
)
def test_colours(
    monkeypatch: pytest.MonkeyPatch, choice: str, env: dict[str, str], *, terminal: bool, expected: bool
) -> None:
    for name in ("NO_COLOR", "CLICOLOR_FORCE", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stdout", Terminal() if terminal else io.StringIO())

    assert expected is output.wants_color(choice)


@pytest.mark.parametrize("columns, expected", [("132", 132), ("7", 40), ("0", 100), ("x", 100), ("", 100), ("²", 100)])
def test_width(monkeypatch: pytest.MonkeyPatch, columns: str, expected: int) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setattr("kempt.host.terminal.columns", lambda: 0)

    assert expected == output.width()


def test_progress_is_for_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    for stream in (Terminal(), io.StringIO()):
        monkeypatch.setattr(sys, "stderr", stream)
        output.progress("checking \x1b[31m")
        output.progress("")

        assert stream.getvalue() == ("\r\x1b[Kchecking \\x1b[31m\r\x1b[K" if stream.isatty() else "")


@pytest.mark.parametrize(
    "answer, expected", [("y\n", True), ("YES\n", True), ("\n", False), ("n\n", False), ("", False), ("yep\n", False)]
)
def test_only_yes_is_yes(monkeypatch: pytest.MonkeyPatch, answer: str, *, expected: bool) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(answer))

    assert expected is output.ask("Write this?")


def test_an_error_is_a_line_and_its_hint(capfd: pytest.CaptureFixture[str]) -> None:
    output.complain(KemptError("broken: https://me:pw@host\n", path="a", line=3, hint="mend it", code="KPT002"))

    assert "kempt: a:3: broken: https://...@host\\n (KPT002)\n       mend it\n" == capfd.readouterr().err
