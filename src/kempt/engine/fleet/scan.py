"""`fleet scan`: every repository of an inventory to a row in the database, in as many runs of kempt as that takes.

The process that runs this is the only one that writes. Each chunk is a transaction, so whatever ends this process,
what was looked at is kept, and the next scan with the same wishes goes on with the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from hashlib import sha256
from typing import NamedTuple

from kempt import __version__, rules
from kempt.engine.fleet.supervise import CHUNK, chunks_of, supervise
from kempt.host.clock import now, ticks
from kempt.host.store.fleet import FleetStore
from kempt.host.workers.crew import Crew
from kempt.model.fleet import Inventory, Noted, Outcome, Row, Ruled, RunFacts, Task, Waiver, Wishes


class Tally(NamedTuple):
    """How far a scan is: repositories in all, how many an earlier run has done, and those of this one by outcome.

    `seconds` is the time so far, `received` bytes from the network, `deaths` workers that were lost.
    """

    total: int
    before: int = 0
    checked: int = 0
    unchanged: int = 0
    failed: int = 0
    received: int = 0
    deaths: int = 0
    seconds: float = 0.0

    @property
    def done(self) -> int:
        """Repositories of this run, those that were done before it was taken up again included."""
        return self.before + self.checked + self.unchanged + self.failed


class Plan(NamedTuple):
    """What a scan is to do besides looking: `full`: unchanged repositories too. `chunk`: repositories in one chunk.

    `waivers` are kept with the run; `covered` says whether one covers a finding of the repository of that name.
    """

    full: bool = False
    chunk: int = CHUNK
    waivers: tuple[Waiver, ...] = ()
    covered: Callable[[str, Noted], bool] | None = None


def key_of(wishes: Wishes) -> str:
    """What two runs share that judge alike: kempt's version, its rules, the settings and how strict they are."""
    config = None if wishes.config is None else sorted(wishes.config._asdict().items())
    judged = (__version__, [rule.code for rule in rules.ALL], config, wishes.overrides, wishes.strict, wishes.accepted)
    return sha256(repr(judged).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def scan(
    inventory: Inventory,
    wishes: Wishes,
    store: FleetStore,
    crew: Crew,
    *,
    plan: Plan,
    tell: Callable[[Tally, tuple[Row, ...]], object],
) -> Tally:
    """Look at every repository that an unfinished run with these wishes has not looked at yet, and close the run.

    `tell` hears of every chunk when it is written, and a few times a second that there is none. Raises KemptError
    where the crew or the database is lost; what was written stays, and the next scan goes on from there.
    """
    from kempt.engine.fleet.chunk import examine_for  # what it needs is loaded while the first workers start

    started, key = ticks(), key_of(wishes)
    names = [*(target.name for target in inventory.targets), *(row.name for row in inventory.refused)]
    begun = store.begin_run(_facts(inventory, plan, key), names)
    known = {} if plan.full else store.known(key)
    tasks = [
        Task(target, known.get(target.name, "")) for target in inventory.targets if target.name not in begun.done
    ]  # fmt: skip
    tally = _added(Tally(len(names), len(inventory.targets) - len(tasks)), inventory.refused)
    tell(tally, inventory.refused)
    for rows in supervise(crew, chunks_of(tasks, plan.chunk, crew.size), partial(examine_for, __version__, wishes)):
        if rows:
            store.write(begun.number, rows)
        tally = _added(tally, rows)._replace(seconds=ticks() - started, deaths=crew.deaths)
        tell(tally, rows)
    store.write(begun.number, inventory.refused)  # last: whoever stops the scan may mend the list, and go on
    store.finish(begun.number, now(), plan.covered)
    return tally._replace(seconds=ticks() - started)


def _added(tally: Tally, rows: tuple[Row, ...]) -> Tally:
    outcomes = [row.outcome for row in rows]
    return tally._replace(
        checked=tally.checked + outcomes.count(Outcome.CHECKED),
        unchanged=tally.unchanged + outcomes.count(Outcome.UNCHANGED),
        failed=tally.failed + outcomes.count(Outcome.FAILED),
        received=tally.received + sum(row.received for row in rows),
    )


def _facts(inventory: Inventory, plan: Plan, key: str) -> RunFacts:
    ruled = tuple(Ruled(rule.code, rule.name, rule.promise, rule.level.value) for rule in rules.ALL)
    return RunFacts(key, __version__, now(), len(inventory.targets) + len(inventory.refused), plan.waivers, ruled)
