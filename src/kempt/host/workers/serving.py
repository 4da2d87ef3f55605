"""What a worker process does: it takes calls from one pipe, answers on another, and ends when the first one does."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import IO, TYPE_CHECKING, TypeAlias

from kempt import __version__
from kempt.host.workers.process import Answer, Caps, receive, send

if TYPE_CHECKING:
    from queue import SimpleQueue

    Calls: TypeAlias = SimpleQueue[tuple[Callable[..., object], tuple[object, ...]]]


def serve() -> None:
    """Answer calls until there is nobody to ask. Started by `Worker`, as the main program of a process."""
    from queue import SimpleQueue
    from threading import Thread

    asked, answers = _pipes()
    folder, caps = _settings(receive(asked))
    _limit_memory(caps.memory)
    calls: Calls = SimpleQueue()
    listening = Thread(target=_listen, args=(asked, calls, folder), daemon=True)
    listening.start()
    send(answers, __version__)
    gc.freeze()  # what is imported stays for good
    while True:
        call, given = calls.get()
        _renew_processor(caps.processor)
        if not _answer(answers, call, given):
            listening.join()  # nobody is there: it finds that out too, and ends this process


def _pipes() -> tuple[IO[bytes], IO[bytes]]:
    """The two pipes, out of reach of whatever reads stdin or prints. ^C is the coordinator's."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asked, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    return asked, answers


def _settings(message: object) -> tuple[str, Caps]:
    match message:
        case (str() as folder, Caps() as caps, _):
            return folder, caps
        case _:
            raise EOFError


def _listen(asked: IO[bytes], calls: Calls, folder: str) -> None:
    """Hand on what is asked. At the end of the pipe nobody waits for an answer any more: all ends at once."""
    from kempt.host.workers.leftovers import leave_nothing

    try:
        while True:
            match receive(asked):
                case (call, tuple() as given) if callable(call):
                    calls.put((call, given))
    except BaseException:  # noqa: BLE001 - whatever it is, the other end cannot be told but by the end of this process
        leave_nothing(folder)
        os._exit(0)


def _answer(answers: IO[bytes], call: Callable[..., object], given: tuple[object, ...]) -> bool:
    """Make a call and say what came of it; whether there was anybody to tell."""
    try:
        answer = Answer(call(*given))
    except BaseException as error:  # noqa: BLE001 - it is the caller's
        answer = Answer(error=error)
    try:
        send(answers, answer)
    except OSError:
        return False
    except BaseException as error:  # noqa: BLE001 - what cannot be pickled is told in words
        what = answer.error or error
        send(answers, Answer(error=RuntimeError(f"{type(what).__name__}: {what}")))
    return True


def _limit_memory(memory: int) -> None:
    if sys.platform == "win32":
        return
    import resource

    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if memory:
        with suppress(ValueError, OSError):  # some systems have no such limit
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _renew_processor(seconds: int) -> None:
    """So many seconds more, from now on."""
    if sys.platform == "win32" or not seconds:
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    with suppress(ValueError, OSError):
        _, most = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + seconds + 1, most))
