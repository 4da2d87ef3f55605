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
                copies.append(_copy(numbers, work, items, size))  # noqa: PERF401 - those made so far count
        results.update(_own(numbers, work, items, size))
        while copies:
            results.update(_received(*copies.pop()))
    finally:
        os.close(numbers)
        for pid, pipe in copies:
            os.close(pipe)
            os.waitpid(pid, 0)
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

    def _copy(numbers: int, work: Callable[[T], R], items: Sequence[T], size: int) -> tuple[int, int]:
        """Begin a copy; its process id and the pipe to read its results from."""
        read, write = os.pipe()
        pid = os.fork()
        if pid:
            os.close(write)
            return pid, read
        try:
            import marshal

            done: Any = tuple(_own(numbers, work, items, size))
            content = marshal.dumps(done)
            with os.fdopen(write, "wb") as pipe:
                pipe.write(content)
        finally:
            os._exit(0)


def _received(pid: int, pipe: int) -> dict[int, R]:
    import marshal

    with os.fdopen(pipe, "rb") as handle:
        content = handle.read()
    os.waitpid(pid, 0)
    try:
        found: dict[int, R] = dict(marshal.loads(content))  # noqa: S302 - a copy of this process wrote it
    except (EOFError, ValueError, TypeError):
        return {}
    return found
