"""A program that answers again and again: what it says is taken apart, and whatever it does, it ends."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kempt.errors import ToolError
from kempt.host.conversation import CAN_CONVERSE, Conversation

pytestmark = pytest.mark.skipif(not CAN_CONVERSE, reason="this system cannot wait for several pipes at once")

ECHO = "import sys\nfor line in sys.stdin: print(line.upper(), end='', flush=True)"


@contextmanager
def talk(code: str, *, timeout: float = 30, limit: int = 1024**2) -> Iterator[Conversation]:
    argv = (sys.executable, "-c", code)
    found = Conversation(argv, env={"PATH": os.defpath}, cwd="/", timeout=timeout, limit=limit)
    try:
        yield found
    finally:
        found.close()


def ends(pid: int) -> bool:
    """Whether a process that was killed ends, however busy the machine is."""
    for _ in range(1000):
        if not is_running(pid):
            return True
        time.sleep(0.01)
    return False


def is_running(pid: int) -> bool:
    """Whether a process runs that is not merely waiting to be taken note of."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_one_question_after_the_other() -> None:
    with talk(ECHO) as echo:
        assert [b"ONE", b"TWO"] == [echo.ask(each, lambda: echo.until(b"\n")) for each in (b"one\n", b"two\n")]


def test_an_answer_is_taken_apart() -> None:
    with talk(ECHO) as echo:
        found = echo.ask(b"ab:cdef\n", lambda: (echo.until(b":"), echo.exactly(3), echo.until(b"\n")))

    assert (b"AB", b"CDE", b"F") == found


def test_more_than_a_pipe_holds_goes_both_ways_at_once() -> None:
    lines = b"".join(b"%07d\n" % number for number in range(100_000))

    with talk(ECHO) as echo:
        assert lines == echo.ask(lines, lambda: echo.exactly(len(lines)))


def test_what_it_says_beside_does_not_stop_it() -> None:
    code = "import sys\nprint('x' * 300_000, file=sys.stderr, flush=True)\n" + ECHO

    with talk(code) as echo:
        assert b"A" == echo.ask(b"a\n", lambda: echo.until(b"\n"))


def test_one_that_says_nothing_is_killed_in_time() -> None:
    with talk("import time; time.sleep(60)", timeout=0.2) as silent:
        with pytest.raises(ToolError, match=r"did not answer within 0.2 seconds") as caught:
            silent.ask(b"a\n", lambda: silent.until(b"\n"))

        assert (None, False) == (caught.value.status, silent.is_open)


def test_one_that_drips_is_killed_in_time() -> None:
    code = "import time\nwhile True: print('x', end='', flush=True); time.sleep(0.01)"

    with talk(code, timeout=0.3) as drip, pytest.raises(ToolError, match="did not answer within"):
        drip.ask(b"a\n", lambda: drip.until(b"\n"))


def test_one_that_says_too_much_is_killed() -> None:
    with talk("while True: print('x' * 1000)") as chatty, pytest.raises(ToolError, match="printed more than 1,048,576"):
        chatty.ask(b"a\n", lambda: chatty.exactly(1024**3))


def test_the_limit_is_for_one_answer() -> None:
    with talk(ECHO, limit=10) as echo:
        found = [echo.ask(b"12345678\n", lambda: echo.until(b"\n")) for _ in range(3)]

    assert [b"12345678"] * 3 == found


def test_one_that_ends_is_told_with_its_last_words() -> None:
    code = "import sys\ninput()\nprint('more\\nwhy', file=sys.stderr)\nsys.exit(3)"

    with talk(code) as mortal, pytest.raises(ToolError, match=r"failed: why$") as caught:
        mortal.ask(b"a\n", lambda: mortal.until(b"\n"))

    assert 3 == caught.value.status


def test_one_that_has_ended_hears_nothing() -> None:
    question = b"a" * 1024**2

    with talk("raise SystemExit(4)") as dead, pytest.raises(ToolError, match="failed: no reason given"):
        dead.ask(question, lambda: dead.until(b"\n"))


def test_a_program_that_is_missing() -> None:
    with pytest.raises(ToolError, match="cannot run nothing: No such file"):
        Conversation(("/nowhere/nothing",), env={}, cwd="/", timeout=1, limit=1)


def test_an_answer_that_is_cut_short_is_not_taken_for_the_next() -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    with talk(ECHO) as echo:
        with pytest.raises(KeyboardInterrupt):
            echo.ask(b"one\n", interrupted)

        assert not echo.is_open


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="only Linux tells of processes in files")
def test_what_it_has_started_ends_with_it() -> None:
    code = (
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(child.pid, flush=True)\ninput()"
    )

    with talk(code) as parent:
        pid = int(parent.ask(b"", lambda: parent.until(b"\n")))
        assert is_running(pid)

    assert ends(pid)
