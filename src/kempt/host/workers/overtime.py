"""A limit of time for Python that is running."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from kempt.host.clock import wait


class Overtime(BaseException):
    """What runs has taken longer than it may. Not an Exception: what runs must not take it for an error of its own."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise Overtime in what runs here when so much time is over; 0 for any time.

    It comes between two steps of Python: a single call into C that takes long is not cut short.
    """
    from threading import current_thread, main_thread

    if not seconds:
        yield
    elif hasattr(signal, "setitimer") and current_thread() is main_thread():
        with _by_alarm(seconds):
            yield
    else:
        with _by_thread(seconds):
            yield


@contextmanager
def _by_alarm(seconds: float) -> Iterator[None]:
    """By a signal, which comes to the main thread and also ends what it waits for."""

    def interrupt(_number: int, _frame: object) -> None:
        raise Overtime

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def _by_thread(seconds: float) -> Iterator[None]:
    """By another thread: workers of Dask have calls done beside their main thread."""
    from ctypes import c_ulong, py_object, pythonapi
    from threading import Timer, get_ident

    here = c_ulong(get_ident())
    sent: list[int] = []
    arrived = False

    def interrupt() -> None:
        sent.append(pythonapi.PyThreadState_SetAsyncExc(here, py_object(Overtime)))

    timer = Timer(seconds, interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    except Overtime:
        arrived = True
        raise
    finally:
        timer.cancel()
        timer.join()
        with suppress(Overtime):  # it was sent just when the work was done, and must not arrive anywhere else
            while sent and not arrived:
                wait(_MOMENT)


_MOMENT = 0.01
