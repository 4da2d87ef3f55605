"""An executor of processes in which a killed one costs its own call, and nothing else.

`concurrent.futures.ProcessPoolExecutor` gives up all calls when one of its processes dies (decision 0027).
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from itertools import count
from queue import SimpleQueue
from threading import Lock, Thread, Timer
from typing import Any, NamedTuple, ParamSpec, TypeVar

from kempt.errors import KemptError, WorkerDiedError
from kempt.host.clock import wait
from kempt.host.scratch import Scratch
from kempt.host.workers.leftovers import remove_folder
from kempt.host.workers.process import NO_CAPS, Answer, Caps, Worker

P = ParamSpec("P")
R = TypeVar("R")
MOST_CALLS = 200
"""Calls after which a worker is replaced: what its libraries keep for good is given back."""
_FAILURES, _DEATHS = 3, 20  # how often the start of a worker may fail by itself, and by somebody who kills it
_PAUSE = 0.2  # seconds before another try to start one


class _Call(NamedTuple):
    future: Future[Any]
    work: Callable[..., object]
    given: tuple[object, ...]


def no_limit(*_: object) -> float:
    """For calls that may take any time."""
    return 0.0


class Pool(Executor):
    """Processes that do calls, one each at a time, each process looked after by a thread of this one.

    A future of a call whose worker died raises WorkerDiedError, which says how; another worker takes its place. One
    that cannot even be started fails all calls. `seconds` tells from the arguments of a call how long it may take, 0
    for any time; then its worker is killed. `deaths` counts the workers that were lost. Functions and arguments are
    pickled: functions of modules. The module of `ready` is imported by each worker before its first call, so that being
    killed while it starts is not held against the call.
    """

    def __init__(
        self,
        jobs: int,
        caps: Caps = NO_CAPS,
        *,
        seconds: Callable[..., float] = no_limit,
        ready: object = None,
        most_calls: int = MOST_CALLS,
    ) -> None:
        self.jobs = jobs
        self.deaths = 0
        self._caps = caps
        self._seconds = seconds
        self._ready = ready
        self._most_calls = most_calls
        self._calls: SimpleQueue[_Call | None] = SimpleQueue()
        self._workers: dict[int, Worker] = {}
        self._turn = Lock()
        self._stopped = False
        self._scratch = Scratch()
        self._folder = self._scratch.path
        self._numbers = count(1)
        self._threads = tuple(Thread(target=self._attend, args=(place,), daemon=True) for place in range(jobs))
        for thread in self._threads:
            thread.start()

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Have a call made. Keywords are not taken."""
        if self._stopped or kwargs:
            raise RuntimeError("no more calls are taken" if self._stopped else "keywords are not taken")
        future: Future[R] = Future()
        self._calls.put(_Call(future, fn, args))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002
        """Take no more calls, and have the workers end when those that were taken are done."""
        self._stopped = True
        if cancel_futures:
            self._drop()
        for _ in self._threads:
            self._calls.put(None)
        if wait:
            for thread in self._threads:
                thread.join()
            remove_folder(self._folder)

    def stop(self) -> None:
        """End all workers at once, whatever they do; what was not done is cancelled or fails."""
        with self._turn:
            self._stopped = True
            for worker in self._workers.values():
                worker.kill("it was stopped")
        self.shutdown(cancel_futures=True)

    def pids(self) -> tuple[int, ...]:
        """The process ids of the workers that run now."""
        with self._turn:
            return tuple(worker.pid for worker in self._workers.values())

    def _drop(self) -> None:
        from queue import Empty

        with suppress(Empty):
            while True:
                call = self._calls.get_nowait()
                if call is not None:
                    call.future.cancel()

    def _attend(self, place: int) -> None:
        """Look after one worker at a time: give it calls, and put another in its place when it dies."""
        worker: Worker | None = None
        while (call := self._calls.get()) is not None:
            if not call.future.set_running_or_notify_cancel():
                continue
            try:
                if worker is not None and worker.has_ended():
                    self._ended(place, worker)
                    worker = None
                worker = worker or self._started(place)
                answer = self._asked(worker, call)
            except BaseException as error:  # noqa: BLE001 - it is the future's; this thread goes on
                self._ended(place, worker)
                worker = None
                call.future.set_exception(error)
                continue
            if answer.error is not None:
                call.future.set_exception(answer.error)
            else:
                call.future.set_result(answer.value)
            if worker.calls >= self._most_calls:
                self._retired(place, worker)
                worker = None
        self._retired(place, worker)

    def _started(self, place: int) -> Worker:
        """A new worker. Raises KemptError where none can be started; one that is killed meanwhile is none of that."""
        failures = deaths = 0
        while True:
            try:
                worker = Worker(self._scratch, str(next(self._numbers)), self._caps, self._ready)
            except (OSError, WorkerDiedError) as error:
                killed = isinstance(error, WorkerDiedError) and (error.status or 0) < 0
                failures, deaths = failures + (not killed), deaths + killed
                if failures == _FAILURES or deaths == _DEATHS or self._stopped:
                    hint = "raise --memory" if self._caps.memory else ""
                    raise KemptError(f"no worker can be started: {error}", hint=hint) from error
                wait(_PAUSE)
                continue
            with self._turn:
                self._workers[place] = worker
                if self._stopped:
                    worker.kill("it was stopped")
            return worker

    def _asked(self, worker: Worker, call: _Call) -> Answer:
        limit = self._seconds(*call.given)
        timer = Timer(limit, worker.kill, (f"its worker took longer than {limit:g} s",)) if limit else None
        if timer is not None:
            timer.daemon = True
            timer.start()
        try:
            return worker.ask((call.work, call.given))
        finally:
            if timer is not None:
                timer.cancel()

    def _ended(self, place: int, worker: Worker | None) -> None:
        """Take note that a worker is lost, if there was one."""
        if worker is not None:
            self.deaths += 1
            self._retired(place, worker)

    def _retired(self, place: int, worker: Worker | None) -> None:
        """Have a worker end."""
        with self._turn:
            self._workers.pop(place, None)
        if worker is not None:
            worker.end()
