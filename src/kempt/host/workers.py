"""Doing several things at once: the only place that starts threads."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


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
