"""Doing several things at once: the only place that starts threads."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Generic, Self, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor
    from threading import Thread
    from types import TracebackType

T = TypeVar("T")
R = TypeVar("R")
LOT = 1024**2
"""Bytes that go to a thread at once."""
AHEAD = 4
"""Lots that wait for a thread at most: memory, for neither side waiting long for the other."""
KEPT = 16 * LOT
"""Bytes that are asked for and given back once, untouched. glibc learns of it to keep as much for the next pieces: a
layer of 1 GB brings 14,000 page faults then, instead of 85,000, which are a tenth of its time."""


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Beside:
    """A thread that works on pieces, one after the other, while its owner goes on to the next.

    For a `with` block: at its end all is done. What the work raises is raised there, or by a `put` before. Pieces are
    handed over in lots, since each turn at Python's lock costs both sides; less than a lot, or one processor, starts no
    thread.
    """

    def __init__(self, work: Callable[[bytes], object]) -> None:
        self._work = work
        self._lot: list[bytes] = []
        self._size = 0
        self._error: Exception | None = None
        self._thread: Thread | None = None

    def put(self, piece: bytes) -> None:
        """The next piece; waits where too many lots are not done."""
        self._lot.append(piece)
        self._size += len(piece)
        if self._size < LOT:
            return
        lot, self._lot, self._size = self._lot, [], 0
        if processors() < 2:  # noqa: PLR2004 - one for each side
            self._do(lot)
            return
        if self._thread is None:
            self._start()
        self._room.get()
        if self._error is not None:
            raise self._error
        self._lots.put(lot)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._thread is not None:
            self._lots.put(None)
            self._thread.join()
        if error is not None and not isinstance(error, Exception):
            return  # an interrupt does not wait for work
        if self._error is None:
            self._do(self._lot)
        elif self._error is not error:
            raise self._error  # it came first: from a piece that was there before the owner failed

    def _start(self) -> None:
        from queue import SimpleQueue
        from threading import Thread

        bytes(KEPT)
        self._lots: SimpleQueue[list[bytes] | None] = SimpleQueue()
        self._room: SimpleQueue[None] = SimpleQueue()
        for _ in range(AHEAD):
            self._room.put(None)
        self._thread = Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while (lot := self._lots.get()) is not None:
            try:
                if self._error is None:
                    self._do(lot)
            except Exception as error:  # noqa: BLE001 - it is the owner's, and the owner must not wait for ever
                self._error = error
            self._room.put(None)

    def _do(self, lot: Iterable[bytes]) -> None:
        for piece in lot:
            self._work(piece)


def at_once(work: Callable[[T], R], items: Sequence[T], jobs: int, stop: Callable[[], None]) -> list[R]:
    """The result for each item, in order, `jobs` of them at a time.

    When one raises, or the run is interrupted, `stop` is called to cut the others short; all have ended when this
    raises in turn.
    """
    if jobs <= 1 or len(items) <= 1:
        return [work(item) for item in items]
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(jobs) as pool:
        futures = [pool.submit(work, item) for item in items]
        try:
            return [future.result() for future in futures]
        except BaseException:
            stop()
            for future in futures:
                future.cancel()
            raise


def meanwhile(work: Callable[[], None]) -> Callable[[float], None]:
    """Start work that goes on beside what follows; the answer waits for its end, at most so many seconds.

    A process that ends does not wait for it.
    """
    from threading import Thread

    thread = Thread(target=work, daemon=True)
    thread.start()
    return thread.join


def in_processes(work: Callable[[T], R], items: Sequence[T], jobs: int) -> list[R | None]:
    """The result for each item, in order, from `jobs` processes; None for one that took its process down.

    `work` is a function of a module, for results of the processor alone: threads of one Python take turns at it.
    """
    if jobs <= 1 or len(items) <= 1:
        return [work(item) for item in items]
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    from kempt.host.run import uninterrupted

    results: list[R | None] = []
    if os.name == "posix":
        from multiprocessing.resource_tracker import ensure_running

        ensure_running()  # later it would let signals in again
    with ExitStack() as ends:
        with uninterrupted():  # a ^C waits until all processes are there, and hear none of it
            pool = ProcessPoolExecutor(jobs, get_context("spawn"), initializer=_begin)
            ends.callback(_end_pool, pool)
            futures = [pool.submit(work, item) for item in items]
        for future in futures:
            try:
                results.append(future.result())
            except BrokenProcessPool:
                results.append(None)
    return results


def _begin() -> None:
    """What a process does first: it leaves ^C to its parent, and is to end when that has ended, whatever way."""
    from kempt.host.run import leave_interrupts

    leave_interrupts()
    meanwhile(_end_after_parent)


def _end_after_parent() -> None:
    from multiprocessing import parent_process

    from kempt.host.run import end_this

    if (parent := parent_process()) is not None:
        parent.join()
        end_this()


def _end_pool(pool: ProcessPoolExecutor) -> None:
    """Wait for what is under way and begin nothing more; a second ^C does not leave half of it behind."""
    from kempt.host.run import uninterrupted

    with uninterrupted():
        pool.shutdown(cancel_futures=True)


def spread(work: Callable[[T], Sequence[T]], first: T, jobs: int, worth: int = 16) -> None:
    """Do a task, then those that it gives, and so on, the last given first, on up to `jobs` threads.

    This thread begins alone; the others start when `worth` tasks wait, so that little work costs no thread. When a task
    raises, or the run is interrupted, no further one is begun; all threads have ended when this raises in turn.
    """
    waiting = [first]
    while waiting and (jobs <= 1 or len(waiting) < worth):
        waiting += work(waiting.pop())
    if waiting:
        _Crew(work, waiting).run(jobs)


class _Crew(Generic[T]):
    """Threads that share a stack of tasks."""

    def __init__(self, work: Callable[[T], Sequence[T]], waiting: list[T]) -> None:
        from threading import Condition

        self._work = work
        self._waiting = waiting
        self._turn = Condition()
        self._busy = 0
        self._error: BaseException | None = None

    def run(self, jobs: int) -> None:
        """Do all of it."""
        from threading import Thread

        others = [Thread(target=self._help) for _ in range(jobs - 1)]
        try:
            for other in others:
                other.start()
            self._help()
        except BaseException as error:
            self._stop(error)
            raise
        finally:
            for other in others:
                if other.ident is not None:
                    other.join()
        if self._error is not None:
            raise self._error

    def _help(self) -> None:
        while (task := self._take()) is not None:
            try:
                more = self._work(task[0])
            except BaseException as error:  # noqa: BLE001 - it is raised again by the thread that waits for this one
                self._stop(error)
                return
            with self._turn:
                self._busy -= 1
                self._waiting += more
                self._turn.notify_all()

    def _take(self) -> tuple[T] | None:
        with self._turn:
            while not self._waiting and self._busy and self._error is None:
                self._turn.wait()
            if not self._waiting or self._error is not None:
                return None
            self._busy += 1
            return (self._waiting.pop(),)

    def _stop(self, error: BaseException) -> None:
        with self._turn:
            self._error = self._error or error
            self._turn.notify_all()
