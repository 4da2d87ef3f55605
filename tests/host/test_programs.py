from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from threading import Thread

import pytest

from kempt.errors import ToolError
from kempt.host.programs import programs
from kempt.host.run import Programs, streamed

ENV = {"PATH": os.defpath}


def stream(code: str, *, running: Programs | None = None) -> tuple[int, list[str]]:
    lines: list[str] = []
    status = (running or Programs()).stream([sys.executable, "-c", code], lines.append, env=ENV, cwd="/")
    return status, lines


def test_lines_come_one_by_one_from_both_streams() -> None:
    code = "import sys; print('one', flush=True); print('two', file=sys.stderr, flush=True); print('three')"

    assert (0, ["one", "two", "three"]) == stream(code)


def test_a_line_that_is_begun_anew_and_one_that_is_no_utf8() -> None:
    code = "import sys; sys.stdout.buffer.write(b'10%\\r20%\\r\\n\\xff\\n\\n')"

    assert (0, ["10%", "20%", "\\xff"]) == stream(code)


def test_a_line_without_end_is_cut() -> None:
    assert [8192, 8192] == [len(line) for line in stream("print('x' * 16384, end='')")[1]]


def test_the_exit_status() -> None:
    assert (3, []) == stream("raise SystemExit(3)")


def test_a_program_that_is_missing() -> None:
    with pytest.raises(ToolError, match="cannot run nothing: No such file or directory"):
        Programs().stream(["/nowhere/nothing"], print, env=ENV, cwd="/")


def test_nothing_of_this_process_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "1")

    assert (0, ["None"]) == stream("import os; print(os.environ.get('SECRET'))")


def test_stopping_kills_what_runs_with_all_it_has_started(tmp_path: Path) -> None:
    running = Programs()
    child = f"import time, pathlib; pathlib.Path({str(tmp_path / 'pid')!r}).write_text(''); time.sleep(60)"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    ended: list[int] = []
    thread = Thread(target=lambda: ended.append(stream(code, running=running)[0]))
    thread.start()
    while not (tmp_path / "pid").exists():
        time.sleep(0.01)

    running.stop()
    thread.join(10)

    assert [-9] == ended
    with pytest.raises(ToolError, match="was not started: the run was stopped"):
        stream("", running=running)


def test_a_descriptor_that_is_kept_stays_open_in_the_program() -> None:
    reading, writing = os.pipe()
    try:
        code = f"import os; os.write({writing}, b'held')"
        status = Programs().stream([sys.executable, "-c", code], print, env=ENV, cwd="/", keep=[writing])
        assert (0, b"held") == (status, os.read(reading, 4))
    finally:
        os.close(reading)
        os.close(writing)


def test_all_programs_of_a_name_and_what_shims_stand_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places = ["one/python3.12", "shims/python3.12", "versions/3.12.1/bin/python3.12", "versions/3.12.10/bin/python3.12"]
    for name in (*places, "versions/system/bin/python3.12"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(0o755)
    monkeypatch.setenv("PATH", os.pathsep.join(["relative", str(tmp_path / "one"), str(tmp_path / "shims")]))

    assert [
        "one/python3.12",
        "versions/3.12.10/bin/python3.12",
        "versions/3.12.1/bin/python3.12",
        "shims/python3.12",
    ] == [str(Path(each).relative_to(tmp_path)) for each in programs(["python3.12"])]


def test_a_program_that_says_much_beside_what_it_prints_is_not_held_up() -> None:
    code = "import sys; sys.stderr.write('x' * 2**20); print('y' * 9, end='')"

    assert b"y" * 9 == b"".join(streamed([sys.executable, "-c", code], env=ENV, cwd="/"))


def test_the_last_words_of_a_program_that_failed_are_told() -> None:
    code = "import sys; sys.stderr.write('x' * 2**20 + '\\n\\nno such image\\n'); print('y'); sys.exit(3)"
    printed: list[bytes] = []

    with pytest.raises(ToolError, match=r"failed: no such image$") as raised:
        printed += streamed([sys.executable, "-c", code], env=ENV, cwd="/")
    assert 3 == raised.value.status


def test_a_program_whose_output_is_not_read_to_its_end_is_killed(tmp_path: Path) -> None:
    code = f"import os; open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid()))\nwhile True: print('y')"
    pieces = streamed([sys.executable, "-c", code], env=ENV, cwd="/")

    assert next(pieces)
    del pieces
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
