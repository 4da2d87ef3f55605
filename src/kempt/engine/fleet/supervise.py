"""Chunks of repositories to workers and rows back, whatever becomes of the workers.

A chunk whose worker is lost is done again; lost twice, it is halved, and so on, until the repository that takes its
worker down is alone. That one is tried three times and then is a row that says what killed it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

from kempt.engine.fleet.crashing import crashed
from kempt.host.workers.crew import Call, Crew, Fate
from kempt.model.fleet import Row, Task

CHUNK = 50
"""Repositories in one chunk: what it costs to hand over a chunk is then a hundredth of the work in it."""
SHARES = 4
"""Chunks for each worker at least, where the fleet is small: all have work, and all end at about the same time."""
IN_FLIGHT = 2
"""Chunks for each worker that are handed over: one that it works on, and the next."""
ALONE, TOGETHER = 3, 2
"""How often a repository, and how often a chunk, may be lost with its worker."""
TICK = 0.25
"""Seconds after which the caller hears that nothing has come yet."""

Chunk: TypeAlias = tuple[Task, ...]
Work: TypeAlias = Callable[[Chunk], tuple[Row, ...]]
"""What a worker does with a chunk: a row for each of its tasks."""


class _Lot(NamedTuple):
    """A chunk, and how often it was lost."""

    tasks: Chunk
    losses: int = 0


def chunks_of(tasks: Sequence[Task], size: int, workers: int) -> tuple[Chunk, ...]:
    """The tasks in chunks of at most `size`, smaller where the workers would not get enough of them."""
    fair = -(-len(tasks) // (workers * SHARES))
    size = max(1, min(size, fair))
    return tuple(tuple(tasks[at : at + size]) for at in range(0, len(tasks), size))


def supervise(crew: Crew, chunks: Iterable[Chunk], work: Work) -> Iterator[tuple[Row, ...]]:
    """The rows of each chunk as they come; nothing now and then, so that the caller can show that time passes.

    Raises KemptError where the crew as a whole is lost. What was handed out is not waited for when the caller stops.
    """
    under_way = _UnderWay(crew, chunks, work)
    while under_way.hand_out():
        ended = crew.wait(under_way.running, TICK)
        if not ended:
            crew.check()
            yield ()
        for call in ended:
            yield under_way.take_back(call)


class _UnderWay:
    """What is to be done, and what is being done."""

    def __init__(self, crew: Crew, chunks: Iterable[Chunk], work: Work) -> None:
        self._crew = crew
        self._work = work
        self._coming = (_Lot(chunk) for chunk in chunks)
        self._again = deque[_Lot]()
        self.running: dict[Call[tuple[Row, ...]], _Lot] = {}

    def hand_out(self) -> bool:
        """Give the workers as much as they can use; whether there is anything to wait for."""
        while len(self.running) < self._crew.size * IN_FLIGHT:
            lot = self._again.popleft() if self._again else next(self._coming, None)
            if lot is None:
                break
            self.running[self._crew.submit(self._work, lot.tasks)] = lot
        return bool(self.running)

    def take_back(self, call: Call[tuple[Row, ...]]) -> tuple[Row, ...]:
        """The rows that a call ended in; none where it is to be done again."""
        lot, end = self.running.pop(call), self._crew.end_of(call)
        if end.fate is Fate.DONE:
            return _complete(lot.tasks, end.value)
        if len(lot.tasks) == 1 and lot.losses + 1 >= ALONE:
            return (crashed(lot.tasks[0], end.why),)
        self._again.extend(_after_loss(lot))
        return ()


def _after_loss(lot: _Lot) -> Iterator[_Lot]:
    """What to try next: the same once more, or its halves, which have less patience left."""
    losses = lot.losses + 1
    if len(lot.tasks) == 1 or losses < TOGETHER:
        yield lot._replace(losses=losses)
        return
    middle = len(lot.tasks) // 2
    for half in (lot.tasks[:middle], lot.tasks[middle:]):
        yield _Lot(half, 0 if len(half) == 1 else losses - 1)


def _complete(tasks: Chunk, rows: Sequence[Row]) -> tuple[Row, ...]:
    """The rows of these tasks, one for each: what an executor of others loses is told."""
    found = {row.name: row for row in rows}
    return tuple(found.get(task.target.name) or crashed(task, "its worker said nothing of it") for task in tasks)
