"""A scan from beginning to end: the database opened, workers found, the repositories looked at, all of it added up."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from kempt.engine.fleet.policy import load_policy
from kempt.engine.fleet.scan import Plan, Tally, scan
from kempt.engine.fleet.waiving import covering, described, expired
from kempt.errors import KemptError
from kempt.host.clock import day, now
from kempt.host.run import ending_gently
from kempt.host.store.fleet import FleetStore
from kempt.host.workers import processors
from kempt.host.workers.crew import Crew, LocalCrew, third_party
from kempt.host.workers.process import Caps
from kempt.host.workers.sweeping import sweep
from kempt.model.fleet import Inventory, Limits, Noted, Row, Task, Wishes
from kempt.model.fleet_overview import NotAsked, RunSummary

MARGIN = 60.0
"""Seconds that a chunk may take beyond those of its repositories, before its worker counts as stuck."""


class Manpower(NamedTuple):
    """Who does the work: so many processes of this machine, unless one of the others is named; 0 jobs: all processors.

    `scheduler` is the address of a Dask scheduler, `dask_local` a number of processes for a Dask cluster of its own,
    `executor` the name of an installed package's own (entry points `kempt.executors`).
    """

    jobs: int = 0
    scheduler: str = ""
    dask_local: int = 0
    executor: str = ""


class Scanned(NamedTuple):
    """How a scan ended: what it did, the run as the database has added it up, and what it left out."""

    tally: Tally
    run: RunSummary
    not_asked: NotAsked = NotAsked()


def scan_into(
    database: str,
    inventory: Inventory,
    wishes: Wishes,
    *,
    plan: Plan,
    manpower: Manpower,
    tell: Callable[[Tally, tuple[Row, ...]], object],
) -> Scanned:
    """Look at all repositories and keep what was found in the database, which is made where it is missing.

    SIGTERM ends it as ^C does. Raises KemptError: no repository, a database that is in use or not kempt's, a crew that
    cannot be had or is lost.
    """
    if not inventory.targets:
        raise KemptError("no repository to look at", hint="name a file of URLs, a folder of clones or a URL")
    sweep()
    with ending_gently(), FleetStore.open(database, create=True) as store:
        with crew_for(manpower, wishes.limits) as crew:
            tally = scan(inventory, wishes, store, crew, plan=plan, tell=tell)
        return Scanned(tally, store.runs(1)[-1], store.not_asked())


def crew_for(manpower: Manpower, limits: Limits) -> Crew:
    """The workers that were asked for. Raises KemptError where they cannot be had."""
    jobs = manpower.jobs or processors()
    if manpower.scheduler or manpower.dask_local:
        from kempt.host.workers.cluster import cluster_at, local_cluster

        if manpower.scheduler:
            return cluster_at(manpower.scheduler)
        return local_cluster(manpower.dask_local, limits.memory)
    if manpower.executor:
        return third_party(manpower.executor, jobs)
    from kempt.engine.fleet.chunk import examine_for

    caps, patience = Caps(limits.memory, limits.processor), partial(_patience, limits.seconds)
    return LocalCrew(jobs, caps, seconds=patience, ready=examine_for)


def _patience(seconds: float, tasks: tuple[Task, ...]) -> float:
    """Seconds that a chunk may take, whatever its repositories do; each has a limit of its own before."""
    return seconds * len(tasks) + MARGIN if seconds else 0.0


def with_policy(path: str, wishes: Wishes, plan: Plan) -> tuple[Wishes, Plan]:
    """The wishes and the plan under a policy file. Raises ConfigError and UnreadableError, with file and line."""
    policy = load_policy(path)
    today = day(now())

    def covered(repository: str, noted: Noted) -> bool:
        return covering(policy.waivers, repository, noted.code, noted.path, today) is not None

    return (
        wishes._replace(config=policy.config, strict=policy.strict, accepted=policy.accepted),
        plan._replace(waivers=policy.waivers, covered=covered),
    )


def run_out(plan: Plan) -> tuple[str, ...]:
    """A line for each waiver of the policy that no longer counts."""
    gone = expired(plan.waivers, day(now()))
    return tuple(f"a waiver expired on {each.expires}: {described(each)}" for each in gone)
