"""One worker: a Python of its own that does what it is told over a pipe, and leaves nothing behind however it ends."""

from __future__ import annotations

import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import IO, NamedTuple

from kempt import __version__
from kempt.errors import WorkerDiedError
from kempt.host.env import environ
from kempt.host.scratch import Scratch
from kempt.host.workers.leftovers import end_marked, remove_folder

LENGTH = 8  # bytes of the length that goes before each message
GRACE = 5.0  # seconds that a worker which was told to end may take
_MOMENT = 1.0  # seconds from the end of its pipe to its own
_WORDS = 4096  # bytes of its last words that are read
_BOOT = "import sys; sys.path[:] = sys.argv[1:]; from kempt.host.workers.serving import serve; serve()"


class Caps(NamedTuple):
    """What a worker may take: bytes of address space, seconds of processor time for one call; 0 for no limit."""

    memory: int = 0
    processor: int = 0


NO_CAPS = Caps()


class Answer(NamedTuple):
    """What came of a call: its value, or what it raised."""

    value: object = None
    error: BaseException | None = None


class Worker:
    """A process that waits for calls.

    It is started in isolated mode, so nothing in the current folder is imported, in a session of its own, so ^C at the
    terminal does not reach it, and with a folder of its own for temporary files. That folder is also the mark by
    which the programs are found that it had started when it was killed. When this process is gone, whatever way, the
    worker reads the end of its pipe and ends too. `ready` is anything whose module is imported before the first call.
    """

    def __init__(self, scratch: Scratch, name: str, caps: Caps, ready: object = None) -> None:
        folder = self._folder = scratch.folder(name)
        self._calls = 0
        self.kill_reason = ""
        with scratch.stream(f"{name}/words") as words:
            self._process = subprocess.Popen(
                _argv(), env={**environ(), "TMPDIR": folder, "TEMP": folder}, stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=words, start_new_session=True,
            )  # fmt: skip
        try:
            greeting = self._exchange((folder, caps, ready))
        except BaseException:
            self.end()
            raise
        if greeting != __version__:
            self.end()
            raise WorkerDiedError(f"a worker is kempt {greeting}, not {__version__}", hint="install one kempt")

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def calls(self) -> int:
        """How many calls it has answered."""
        return self._calls

    def has_ended(self) -> bool:
        """Whether it is gone: killed while it had nothing to do."""
        return self._process.poll() is not None

    def ask(self, call: tuple[Callable[..., object], tuple[object, ...]]) -> Answer:
        """Make a call and wait for what comes of it. Raises WorkerDiedError when the worker ends first."""
        answer = self._exchange(call)
        self._calls += 1
        if not isinstance(answer, Answer):
            raise WorkerDiedError("a worker sent what nobody asked for")
        return answer

    def kill(self, reason: str = "") -> None:
        """End it at once; whoever waits for its answer is told, with the reason."""
        self.kill_reason = self.kill_reason or reason
        with suppress(OSError):
            self._process.kill()

    def end(self) -> None:
        """Have it end, by force if need be, and remove what it and its programs leave."""
        with suppress(OSError):
            _stream(self._process.stdin).close()
        self._wait(GRACE)
        self._clear()

    def _exchange(self, message: object) -> object:
        try:
            send(_stream(self._process.stdin), message)
            return receive(_stream(self._process.stdout))
        except (OSError, EOFError) as error:
            self._wait(_MOMENT)  # it is ending: how, is only known when it has
            raise WorkerDiedError(self._how_it_ended(), status=self._process.returncode) from error

    def _wait(self, seconds: float) -> None:
        """Wait for its end, which is brought about after so long."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _how_it_ended(self) -> str:
        status = self._process.returncode
        if self.kill_reason:
            return self.kill_reason
        if status < 0:
            return _SIGNALS.get(-status) or f"its worker was ended by {signal.Signals(-status).name}"
        words = self._last_words()
        return f"its worker ended with status {status}" + (f": {words}" if words else "")

    def _last_words(self) -> str:
        with suppress(OSError), open(f"{self._folder}/words", "rb") as handle:
            lines = handle.read()[-_WORDS:].decode("utf-8", "backslashreplace").split("\n")
            return next((line.strip() for line in reversed(lines) if line.strip()), "")
        return ""

    def _clear(self) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                _stream(stream).close()
        end_marked(self._folder)
        remove_folder(self._folder)


def send(stream: IO[bytes], message: object) -> None:
    """Write one message. Nothing is written where it cannot be pickled."""
    content = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    stream.write(len(content).to_bytes(LENGTH, "little") + content)
    stream.flush()


def receive(stream: IO[bytes]) -> object:
    """Read one message, which a copy of kempt wrote. Raises EOFError where the pipe ends."""
    size = int.from_bytes(_exactly(stream, LENGTH), "little")
    return pickle.loads(_exactly(stream, size))  # noqa: S301 - the other end is our own worker


def _exactly(stream: IO[bytes], size: int) -> bytes:
    content = stream.read(size)
    if len(content) < size:
        raise EOFError
    return content


def _argv() -> tuple[str, ...]:
    """Python without a look at the current folder or the environment, and then this process's own search path."""
    utf8 = ("-X", "utf8=1") if sys.flags.utf8_mode else ()
    return (sys.executable, "-I", *utf8, "-c", _BOOT, *sys.path)


def _stream(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise EOFError
    return stream


_SIGNALS = {
    int(getattr(signal, name, 0)): words
    for name, words in (
        ("SIGKILL", "its worker was killed (SIGKILL: by hand, or because the machine ran out of memory)"),
        ("SIGXCPU", "its worker took more processor time than it may"),
        ("SIGSEGV", "its worker crashed (SIGSEGV)"),
    )
}
