"""Threads that wait for servers: few for each of them, all beside each other, results as they come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Hashable, Sequence
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from threading import Thread

T = TypeVar("T")
R = TypeVar("R")


class Lanes(Generic[T, R]):
    """Work on items, at most `width` of a lane and `threads` in all at a time, without getting `ahead` of its reader.

    `work` must not raise: it runs on a thread. When `results` is left early, or interrupted, `stop` is called to cut
    the rest short, and what nobody will read goes to `drop`.
    """

    def __init__(
        self,
        work: Callable[[T], R],
        lane: Callable[[T], Hashable],
        *,
        width: int,
        threads: int,
        ahead: int,
        stop: Callable[[], None],
        drop: Callable[[R], None],
    ) -> None:
        from threading import Condition

        self._work, self._lane, self._stop, self._drop = work, lane, stop, drop
        self._width, self._threads, self._ahead = max(1, width), max(1, threads), max(1, ahead)
        self._turn = Condition()
        self._waiting: list[T] = []
        self._busy: Counter[Hashable] = Counter()
        self._ready: list[R] = []
        self._stopped = False

    def results(self, items: Sequence[T]) -> Generator[R, None, None]:
        """The result of each item, as they come."""
        from threading import Thread

        self._waiting = list(items)
        helping = [Thread(target=self._help, daemon=True) for _ in range(min(self._threads, len(items)))]
        try:
            for each in helping:
                each.start()
            for _ in items:
                yield self._next()
        except BaseException:
            self._give_up(helping)
            raise

    def _next(self) -> R:
        with self._turn:
            while not self._ready:
                self._turn.wait()
            self._turn.notify_all()
            return self._ready.pop(0)

    def _help(self) -> None:
        while (task := self._take()) is not None:
            result = self._work(task[0])
            with self._turn:
                self._busy[self._lane(task[0])] -= 1
                is_wanted = not self._stopped
                if is_wanted:
                    self._ready.append(result)
                self._turn.notify_all()
            if not is_wanted:
                self._drop(result)

    def _take(self) -> tuple[T] | None:
        """The first item whose lane is free; None where there is none left."""
        with self._turn:
            while self._waiting and not self._stopped:
                if len(self._ready) + self._busy.total() < self._ahead:
                    for number, item in enumerate(self._waiting):
                        if self._busy[self._lane(item)] < self._width:
                            self._busy[self._lane(item)] += 1
                            return (self._waiting.pop(number),)
                self._turn.wait()
            return None

    def _give_up(self, helping: Sequence[Thread]) -> None:
        self._stopped = True
        self._stop()
        with self._turn:
            self._turn.notify_all()
        for each in helping:
            if each.ident is not None:
                each.join()
        for result in self._ready:
            self._drop(result)


def after(seconds: float, act: Callable[[], object]) -> Callable[[], None]:
    """Have something done on a thread after so many seconds; the answer calls it off."""
    from threading import Timer

    timer = Timer(seconds, act)
    timer.daemon = True
    timer.start()
    return timer.cancel
