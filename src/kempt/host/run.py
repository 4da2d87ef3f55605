"""Running programs: the only place that starts one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from typing import IO, NamedTuple

from kempt.errors import ToolError
from kempt.host.env import environ
from kempt.host.workers import meanwhile

LINE_LIMIT = 8192
"""Bytes of a line that are shown as one."""
PIECE = 1024**2
"""Bytes that are read of a program's output at once."""
PATIENCE_SECONDS = 5.0
"""How long the last words of a program that has ended are waited for: what it has started may hold them open."""


PIPE = subprocess.PIPE
"""For `started`: what the program reads comes from here."""


class Completed(NamedTuple):
    """How a program ended: its exit status and what it printed."""

    status: int
    out: bytes
    err: bytes


def find_program(name: str) -> str | None:
    """The absolute path of a program; folders of PATH that are relative (a repository's own!) do not count."""
    suffixes = environ().get("PATHEXT", "").split(os.pathsep) if os.name == "nt" else [""]
    for folder in os.get_exec_path(environ()):
        if os.path.isabs(folder):
            for suffix in suffixes:
                path = os.path.join(folder, name + suffix)
                if os.path.isfile(path) and os.access(path, os.X_OK):
                    return path
    return None


def run(
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: str,
    input: bytes = b"",
    timeout: float,
    limit: int,
    among: Programs | None = None,
) -> Completed:
    """Run a program in a process group of its own, with nothing of this process's environment.

    `timeout` is in seconds, `limit` the most bytes its output may have. With `among` it ends when those are stopped.
    Raises ToolError when it cannot be started, takes too long (the whole group is killed) or prints too much.
    """
    name = os.path.basename(argv[0])
    if among is not None and among.is_stopped():
        raise ToolError(f"{name} was not started: the run was stopped", argv=tuple(argv))
    with (
        started(argv, env, cwd, stdin=subprocess.PIPE if input else subprocess.DEVNULL) as process,
        nullcontext() if among is None else among.including(process),
    ):
        try:
            out, err = process.communicate(input or None, timeout)
        except subprocess.TimeoutExpired:
            raise ToolError(f"{name} did not answer within {timeout:g} seconds", argv=tuple(argv)) from None
        finally:
            if process.returncode is None:
                kill_group(process)
    if len(out) > limit:
        raise ToolError(f"{name} printed more than {limit:,} bytes", argv=tuple(argv))
    return Completed(process.returncode, out, err)


def streamed(argv: Sequence[str], *, env: Mapping[str, str], cwd: str) -> Iterator[bytes]:
    """What a program prints, in pieces, without a limit of time or size: who reads it decides when it is enough.

    What it says beside, however much, is read meanwhile. Raises ToolError when it cannot be started, and at the end of
    its output when it failed, with its last words.
    """
    name = os.path.basename(argv[0])
    process = started(argv, env, cwd)
    said = bytearray()
    wait_for_words = meanwhile(lambda: _keep_end(process.stderr, said))
    try:
        while process.stdout is not None and (piece := process.stdout.read(PIECE)):
            yield piece
        if process.wait():
            wait_for_words(PATIENCE_SECONDS)
            words = said.decode("utf-8", "backslashreplace").strip().splitlines()
            why = f": {words[-1]}" if words else ""
            raise ToolError(f"{' '.join((name, *argv[1:]))} failed{why}", argv=tuple(argv), status=process.returncode)
    finally:
        kill_group(process)
        if process.stdout is not None:
            process.stdout.close()


class Programs:
    """Programs that run beside each other, whose output is wanted line by line, and that can all be stopped at once."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        self._stopped = False

    def stream(
        self,
        argv: Sequence[str],
        on_line: Callable[[str], None],
        *,
        env: Mapping[str, str],
        cwd: str,
        keep: Sequence[int] = (),
        meanwhile: Callable[[], None] = lambda: None,
    ) -> int:
        """Run a program in a process group of its own; each line of what it prints goes to `on_line`; its exit status.

        A line ends where the program begins it anew, too, and after LINE_LIMIT bytes. `keep` are descriptors that the
        program has open as well; `meanwhile` is called once it runs. There is no limit of time. Raises ToolError when
        it cannot be started. However this ends, the program and all that it started have ended.
        """
        name = os.path.basename(argv[0])
        if self.is_stopped():
            raise ToolError(f"{name} was not started: the run was stopped", argv=tuple(argv))
        process = started(argv, env, cwd, stderr=subprocess.STDOUT, keep=keep)
        try:
            with self.including(process):
                meanwhile()
                _read_lines(process, on_line)
                return process.wait()
        finally:
            kill_group(process)
            if process.stdout is not None:
                process.stdout.close()

    @contextmanager
    def including(self, process: subprocess.Popen[bytes]) -> Iterator[None]:
        """While this holds, `stop` kills this process, too."""
        self._running.add(process)
        try:
            if self.is_stopped():  # since it was asked before the start
                kill_group(process)
            yield
        finally:
            self._running.discard(process)

    def is_stopped(self) -> bool:
        """Whether `stop` was called."""
        return self._stopped

    def stop(self) -> None:
        """Kill what runs, and start nothing more."""
        self._stopped = True
        for process in tuple(self._running):
            kill_group(process)


@contextmanager
def ending_gently() -> Iterator[None]:
    """While this holds, SIGTERM and SIGHUP end the process as ^C does, so that what is under way is taken back.

    Python lets only the main thread ask for that; in others this does nothing.
    """

    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = {}
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) != signal.SIG_IGN:  # nohup wants that
            with suppress(ValueError):
                before[name] = signal.signal(getattr(signal, name), interrupt)
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """A ^C waits until this is over, as far as the system can do that; threads and processes begun here hear none."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT,))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def leave_interrupts() -> None:
    """A process that works for another one leaves ^C, which reaches it as well, to that."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def end_this() -> None:
    """End this process, whatever its threads do."""
    os.kill(os.getpid(), signal.SIGTERM)


def _keep_end(stream: IO[bytes] | None, end: bytearray) -> None:
    """Read a stream to its end; its last LINE_LIMIT bytes are in `end`."""
    if stream is not None:
        with stream:
            while piece := os.read(stream.fileno(), PIECE):
                end[:] = (end + piece)[-LINE_LIMIT:]


if sys.platform != "win32":
    _ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    @contextmanager
    def unsignalled() -> Iterator[None]:
        """What would end this process waits until this is over."""
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def end_at_once() -> None:
        """In a copy of a process: what would end that one ends the copy, without a word; what it ignores still is."""
        for number in _ENDING:
            if signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)

    def kill_child(pid: int) -> None:
        """End a child of this process, done or not, and take note of it."""
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def started(
    argv: Sequence[str],
    env: Mapping[str, str],
    cwd: str,
    *,
    stdin: int = subprocess.DEVNULL,
    stderr: int = subprocess.PIPE,
    keep: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """A program that has been started in a process group of its own, its output in a pipe. Raises ToolError."""
    try:
        return subprocess.Popen(
            argv, env=env, cwd=cwd, stdin=stdin, stdout=subprocess.PIPE, stderr=stderr, start_new_session=True,
            pass_fds=tuple(keep) if os.name == "posix" else (),
        )  # fmt: skip
    except OSError as error:
        name = os.path.basename(argv[0])
        raise ToolError(f"cannot run {name}: {error.strerror or error}", argv=tuple(argv)) from error


def _read_lines(process: subprocess.Popen[bytes], on_line: Callable[[str], None]) -> None:
    while process.stdout is not None and (text := process.stdout.readline(LINE_LIMIT)):
        for line in text.decode("utf-8", "backslashreplace").replace("\r", "\n").splitlines():
            if line.strip():
                on_line(line.rstrip())


def status_of(process: subprocess.Popen[bytes]) -> int | None:
    """The exit status of a program that has said its last, None where it does not end."""
    with suppress(subprocess.TimeoutExpired):
        return process.wait(PATIENCE_SECONDS)
    return None


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """End a program and all that it has started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (OSError, AttributeError):  # gone already, or Windows, which has no groups
        process.kill()
    process.wait()
