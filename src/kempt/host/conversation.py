"""Talking to a program: question and answer, many times, with one process."""

from __future__ import annotations

import os
import select
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from typing import TypeVar

from kempt.errors import ToolError
from kempt.host.clock import ticks
from kempt.host.run import LINE_LIMIT, PIPE, Programs, kill_group, started, status_of

T = TypeVar("T")
CAN_CONVERSE = hasattr(select, "poll")
"""Whether this system can wait for several pipes at once: Windows cannot."""
PIECE = 64 * 1024
"""Bytes that are read at once: what a pipe holds on most systems."""


class Conversation:
    """A program that answers again and again, in a process group of its own, with nothing of this process's variables.

    Within `ask`, `until` and `exactly` take its answer apart. While it is written to it is read, so neither
    side waits for the other for ever. `timeout` is the seconds that an answer may take from when it was asked for,
    `limit` the bytes that it may have. Raises ToolError when the program cannot be started, takes too long, says too
    much or ends; then, and on `close`, it and all that it has started are killed. Only where CAN_CONVERSE.
    """

    def __init__(self, argv: Sequence[str], *, env: Mapping[str, str], cwd: str, timeout: float, limit: int) -> None:
        self._argv, self._timeout, self._limit = tuple(argv), timeout, limit
        self._process = started(argv, env, cwd, stdin=PIPE)
        self._pipes = [pipe for pipe in (self._process.stdin, self._process.stdout, self._process.stderr) if pipe]
        self._in, self._out, self._err = (pipe.fileno() for pipe in self._pipes)
        os.set_blocking(self._in, False)
        self._poll = select.poll()
        for descriptor in (self._out, self._err):
            self._poll.register(descriptor, select.POLLIN)
        self._unsent, self._heard, self._words = memoryview(b""), bytearray(), bytearray()
        self._at, self._count, self._deadline = 0, 0, 0.0
        self.is_open = True

    def ask(self, words: bytes, answer: Callable[[], T]) -> T:
        """Say this to the program; `answer` takes all that it says to it, and makes something of it.

        Where that is cut short, by whatever error, the program is killed: what is left of one answer must never be
        taken for the next.
        """
        self._deadline, self._count = ticks() + self._timeout, 0
        self._unsent = memoryview(words)
        try:
            self._poll.register(self._in, select.POLLOUT)
            self._say()
            return answer()
        except BaseException:
            self.close()
            raise

    def until(self, mark: bytes) -> bytes:
        """What it answers before this byte, which is taken as well."""
        searched = 0
        while (end := self._heard.find(mark, self._at + searched)) < 0:
            searched = len(self._heard) - self._at
            self._listen()
        found = bytes(self._heard[self._at : end])
        self._at = end + 1
        return found

    def exactly(self, size: int) -> bytes:
        """So many bytes of its answer."""
        while len(self._heard) - self._at < size:
            self._listen()
        found = bytes(self._heard[self._at : self._at + size])
        self._at += size
        return found

    def among(self, programs: Programs) -> AbstractContextManager[None]:
        """While this holds, it ends when these are stopped."""
        return programs.including(self._process)

    def close(self) -> None:
        """Kill the program."""
        if self.is_open:
            self.is_open = False
            kill_group(self._process)
            for pipe in self._pipes:
                pipe.close()

    def _say(self) -> None:
        """Write as much as there is room for."""
        try:
            while self._unsent:
                self._unsent = self._unsent[os.write(self._in, self._unsent) :]
        except BlockingIOError:
            return
        except BrokenPipeError:  # it has ended: that is what is read next
            self._unsent = memoryview(b"")
        self._poll.unregister(self._in)

    def _listen(self) -> None:
        """Wait for the next piece of its answer."""
        del self._heard[: self._at]
        self._at = 0
        ready = dict(self._poll.poll(max(0.0, self._deadline - ticks()) * 1000))
        if not ready:
            raise self._failure(f"did not answer within {self._timeout:g} seconds")
        if self._in in ready:
            self._say()
        if self._err in ready and not self._hear_words():
            self._poll.unregister(self._err)
        if self._out in ready:
            piece = os.read(self._out, PIECE)
            self._count += len(piece)
            if not piece:
                raise self._failure("")
            if self._count > self._limit:
                raise self._failure(f"printed more than {self._limit:,} bytes")
            self._heard += piece

    def _hear_words(self) -> bool:
        piece = os.read(self._err, LINE_LIMIT)
        self._words[:] = (self._words + piece)[-LINE_LIMIT:]
        return bool(piece)

    def _failure(self, why: str) -> ToolError:
        """What went wrong: this, or that it ended, with its last words. It is killed."""
        status = None
        if not why:
            status = status_of(self._process)
            os.set_blocking(self._err, False)
            with suppress(OSError):  # what it has started may hold them open
                while self._hear_words():
                    continue
            lines = self._words.decode("utf-8", "backslashreplace").strip().splitlines()
            why = f"failed: {lines[-1] if lines else 'no reason given'}"
        self.close()
        return ToolError(f"{os.path.basename(self._argv[0])} {why}", argv=self._argv, status=status)
