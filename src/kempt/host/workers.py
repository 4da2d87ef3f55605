"""Doing several things at once: the only place that starts threads."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TypeVar

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

    results: list[R | None] = []
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        for future in [pool.submit(work, item) for item in items]:
            try:
                results.append(future.result())
            except BrokenProcessPool:
                results.append(None)
    return results
