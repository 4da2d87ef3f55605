"""The same work on many things by copies of this process, where the system can copy one: Python's threads take turns.

Starting a fresh Python would cost more than most of this work; a copy begins at once. It is made only of a process with
one thread, since the others would not be copied, and the locks that they hold would. Only on Linux: libraries of macOS
have threads that nobody sees.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")
R = TypeVar("R")

_NUMBER = 4  # bytes
_MOST = 1_000  # numbers: a pipe takes 4 kB without anybody reading, however few pages the system leaves it


def in_forks(work: Callable[[T], R], items: Sequence[T], jobs: int) -> list[R]:
    """The result for each item, in order. What a copy did not do, because it was killed, this process does itself.

    `work` returns plain data: tuples of numbers and strings.
    """
    if sys.platform != "linux" or jobs <= 1 or len(items) <= 1 or _has_threads():
        return [work(item) for item in items]
    results: dict[int, R] = {}
    size = -(-len(items) // _MOST)
    starts = range(0, len(items), size)
    numbers, fill = os.pipe()
    os.write(fill, b"".join(start.to_bytes(_NUMBER, "little") for start in starts))
    os.close(fill)
    copies: list[tuple[int, int]] = []
    try:
        with suppress(OSError):  # too many processes: then this one does it alone
            for _ in range(min(jobs, len(starts)) - 1):
                _copy(copies, numbers, work, items, size)
        results.update(_own(numbers, work, items, size))
        for _, pipe in copies:
            results.update(_received(pipe))
    finally:
        _end(copies, numbers)
    return [results[number] if number in results else work(item) for number, item in enumerate(items)]


def _has_threads() -> bool:
    threading = sys.modules.get("threading")
    return threading is not None and threading.active_count() > 1


def _own(numbers: int, work: Callable[[T], R], items: Sequence[T], size: int) -> Iterator[tuple[int, R]]:
    """Take a number as long as there is one: whoever is done sooner does more."""
    while taken := os.read(numbers, _NUMBER):
        start = int.from_bytes(taken, "little")
        for number in range(start, min(start + size, len(items))):
            yield number, work(items[number])


if sys.platform != "win32":

    def _copy(
        copies: list[tuple[int, int]], numbers: int, work: Callable[[T], R], items: Sequence[T], size: int
    ) -> None:
        """Begin a copy and note it: its process id and the pipe to read its results from.

        No signal comes between the two, so there is none that nobody knows of. The copy closes every end of a pipe that
        it would only keep open: when its parent is gone, whatever way, writing to it fails.
        """
        from kempt.host.run import unsignalled

        parent = os.getpid()
        with unsignalled():
            read, write = os.pipe()
            try:
                pid = os.fork()
            except OSError:
                os.close(read)
                os.close(write)
                raise
            if pid:
                os.close(write)
                copies.append((pid, read))
                return
            try:
                for pipe in (read, *(pipe for _, pipe in copies)):
                    os.close(pipe)
                _work_in_copy(parent, write, _own(numbers, work, items, size))
            finally:
                os._exit(0)

    def _work_in_copy(parent: int, write: int, own: Iterator[tuple[int, R]]) -> None:
        """Do the work and write the results; end as soon as nobody waits for them."""
        import marshal

        from kempt.host.run import end_at_once

        end_at_once()
        done: list[Any] = []
        for each in own:
            done.append(each)
            if os.getppid() != parent:
                return
        with os.fdopen(write, "wb") as pipe:
            pipe.write(marshal.dumps(tuple(done)))

    def _end(copies: list[tuple[int, int]], numbers: int) -> None:
        """End every copy, done or not, and close the pipes."""
        from kempt.host.run import kill_child, unsignalled

        with unsignalled():
            os.close(numbers)
            for pid, pipe in copies:
                os.close(pipe)
                kill_child(pid)


def _received(pipe: int) -> dict[int, R]:
    import marshal

    with os.fdopen(pipe, "rb", closefd=False) as handle:
        content = handle.read()
    try:
        found: dict[int, R] = dict(marshal.loads(content))  # noqa: S302 - a copy of this process wrote it
    except (EOFError, ValueError, TypeError):
        return {}
    return found
