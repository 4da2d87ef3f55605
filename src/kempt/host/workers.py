"""Doing several things at once: the only place that starts threads."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Generic, Self, TypeVar

T = TypeVar("T")
R = TypeVar("R")
AHEAD = 4
"""Items that wait for a thread at most: enough that neither side waits for a short while of the other."""


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Beside(Generic[T]):
    """A thread that does one kind of work, item after item, while its owner goes on.

    For a `with` block: at its end all is done, and an error of the work is raised. At most `AHEAD` items wait. Where
    there is one processor there is no thread: what is put is done at once.
    """

    def __init__(self, work: Callable[[T], object]) -> None:
        from queue import SimpleQueue
        from threading import Thread

        self._work = work
        self._items: SimpleQueue[tuple[T] | None] = SimpleQueue()
        self._room: SimpleQueue[None] = SimpleQueue()
        self._error: Exception | None = None
        self._thread = Thread(target=self._run) if processors() > 1 else None

    def put(self, item: T) -> None:
        """The next item; waits where too many are not done yet."""
        if self._thread is None:
            self._work(item)
        else:
            self._room.get()
            self._items.put((item,))

    def __enter__(self) -> Self:
        if self._thread is not None:
            for _ in range(AHEAD):
                self._room.put(None)
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._thread is not None:
            self._items.put(None)
            self._thread.join()
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        while (found := self._items.get()) is not None:
            try:
                if self._error is None:
                    self._work(found[0])
            except Exception as error:  # noqa: BLE001 - it is the owner's, who waits for room meanwhile
                self._error = error
            self._room.put(None)


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


def in_processes(work: Callable[[T], R], items: Sequence[T], jobs: int) -> list[R | None]:
    """The result for each item, in order, from `jobs` processes; None for one that took its process down.

    `work` is a function of a module, for results of the processor alone: threads of one Python take turns at it.
    """
    if jobs <= 1 or len(items) <= 1:
        return [work(item) for item in items]
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    results: list[R | None] = []
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        for future in [pool.submit(work, item) for item in items]:
            try:
                results.append(future.result())
            except BrokenProcessPool:
                results.append(None)
    return results
