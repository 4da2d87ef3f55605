"""Workers of whatever kind, behind `concurrent.futures.Executor`, and what the ends of their calls mean."""

from __future__ import annotations

from collections.abc import Callable, Collection
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, wait
from enum import StrEnum
from types import TracebackType
from typing import Any, NamedTuple, ParamSpec, Self, TypeVar

from kempt.errors import KemptError, WorkerDiedError
from kempt.host.workers.pool import Pool, no_limit
from kempt.host.workers.process import NO_CAPS, Caps

P = ParamSpec("P")
R = TypeVar("R")


Call = Future
"""What `submit` gives: a call that ends some time."""


class Fate(StrEnum):
    """How a call ended. `LOST` says nothing of the call itself: its worker went, and it may be made again."""

    DONE = "done"
    LOST = "lost"
    RAISED = "raised"


class End(NamedTuple):
    """How a call ended: its value, or why there is none, in words."""

    fate: Fate
    value: Any = None
    why: str = ""


class Crew:
    """An executor and its workers. For a `with` block: what is left of the work is ended where that ends by an error.

    `deaths` are the workers that were lost so far.
    """

    def __init__(self, executor: Executor, size: int) -> None:
        self.executor = executor
        self._size = size
        self.lost = 0

    @property
    def size(self) -> int:
        """How many calls are done at once."""
        return self._size

    @property
    def deaths(self) -> int:
        """How many workers were lost so far."""
        return self.lost

    def submit(self, work: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Have a call made."""
        return self.executor.submit(work, *args, **kwargs)

    def wait(self, futures: Collection[Future[R]], seconds: float) -> set[Future[R]]:
        """Those that have ended, as soon as one has, or after so many seconds."""
        return wait(futures, seconds, FIRST_COMPLETED).done

    def end_of(self, future: Future[R]) -> End:
        """How a call ended. Raises KemptError where it says that no call will end well any more."""
        try:
            return End(Fate.DONE, future.result())
        except WorkerDiedError as error:
            return self._lost(error.message)
        except CancelledError:
            return self._lost("its worker was lost")
        except MemoryError:
            return self._lost("its worker ran out of the memory that it may use")
        except KemptError:
            raise
        except Exception as error:  # noqa: BLE001 - the boundary: what a call raised is data for whoever made it
            return self._judged(error)

    def check(self) -> None:
        """Raises KemptError where nobody is left to do anything."""

    def _judged(self, error: Exception) -> End:
        """What an error of an executor that kempt does not know means."""
        return End(Fate.RAISED, why=f"{type(error).__name__}: {error}")

    def _lost(self, why: str) -> End:
        self.lost += 1
        return End(Fate.LOST, why=why)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close(now=error is not None)

    def close(self, *, now: bool) -> None:
        """Let go of the workers; `now`: whatever they do."""
        self.executor.shutdown(wait=not now, cancel_futures=now)


class LocalCrew(Crew):
    """Processes of this machine."""

    def __init__(
        self, jobs: int, caps: Caps = NO_CAPS, *, seconds: Callable[..., float] = no_limit, ready: object = None
    ) -> None:
        self.pool = Pool(jobs, caps, seconds=seconds, ready=ready)
        super().__init__(self.pool, jobs)

    @property
    def deaths(self) -> int:
        """How many workers were lost so far."""
        return self.pool.deaths

    def close(self, *, now: bool) -> None:
        """Let the workers end, or end them."""
        if now:
            self.pool.stop()
        else:
            self.pool.shutdown()


class ForeignCrew(Crew):
    """An executor that somebody else provides: what it raises besides what a call raised is a lost call."""

    def _judged(self, error: Exception) -> End:
        return self._lost(f"{type(error).__name__}: {error}")


def third_party(name: str, jobs: int) -> Crew:
    """The executor that an installed package provides under a name in the entry points `kempt.executors`.

    The entry point is a function of the number of jobs. Raises KemptError where none has that name.
    """
    from importlib.metadata import entry_points

    found = {each.name: each for each in entry_points(group="kempt.executors")}
    if name not in found:
        known = ", ".join(sorted(found)) or "none is installed"
        raise KemptError(f"no executor is called {name}", hint=f"executors: {known}")
    executor: Executor = found[name].load()(jobs)
    return ForeignCrew(executor, jobs)
