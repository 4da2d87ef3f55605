"""`sync`: the services of a project, each with the environment that its lock says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from time import perf_counter
from typing import NamedTuple

from kempt.engine.environments import interpreters, marker
from kempt.engine.environments.installing import install
from kempt.engine.environments.opening import opened
from kempt.engine.environments.preflight import preflight
from kempt.engine.environments.ready import Ready
from kempt.engine.environments.refused import refused
from kempt.engine.environments.running import Failed, Runner, Tell
from kempt.engine.environments.scrub import scrubbed, without_settings
from kempt.errors import KemptError
from kempt.host.lock import environment_lock
from kempt.host.repositories import common_folder
from kempt.host.run import Programs, ending_gently
from kempt.host.scratch import Scratch
from kempt.host.state import state_folder
from kempt.host.workers import at_once, processors
from kempt.model.repo import Service
from kempt.model.sync import Event, Outcome, Phase, Synced, SyncOptions, SyncReport
from kempt.model.verify import Refusal

MOST_AT_ONCE = 4


class Found(NamedTuple):
    """A service, the repository that it lies in, and whether it can be installed."""

    root: str
    service: Service
    answer: Ready | Refusal


def sync_services(path: str, roots: Sequence[str], options: SyncOptions, on_event: Tell) -> SyncReport:
    """Give each service the environment that its lock says; where one cannot have it, say why and go on.

    `roots` are services or repositories, by their paths; without any, all services at or below `path` are meant.
    `on_event` is called while it goes on, from several threads. Raises UsageError where no service is found, and
    KemptError where a path cannot be looked at.
    """
    started = perf_counter()
    with ending_gently(), Scratch() as scratch:
        settings = without_settings(scratch)
        found = {(each.root, each.service.root): each for root in roots or [path] for each in _find(
            root, options, settings, named=bool(roots))}  # fmt: skip
        programs = Programs()

        def one(each: Found) -> Synced:
            begun = perf_counter()
            synced = (
                _planned(each, settings, options)
                if options.dry_run
                else _sync(each, settings, options, programs, on_event)
            )
            synced = synced._replace(seconds=perf_counter() - begun)
            on_event(Event(each.service, Phase.DONE, synced=synced))
            return synced

        jobs = options.jobs or min(processors(), MOST_AT_ONCE)
        results = at_once(one, list(found.values()), jobs, programs.stop)
    return SyncReport(common_folder(root for root, _ in found), tuple(results), perf_counter() - started)


def _find(path: str, options: SyncOptions, settings: str, *, named: bool) -> Iterator[Found]:
    """The services that a path means, each looked at."""
    with opened(path, "sync", everything=options.everything, named=named) as place:
        for each in place.services:
            yield Found(place.project.root, each, preflight(place.project, each, options, settings))


def _planned(found: Found, settings: str, options: SyncOptions) -> Synced:
    """What would be run."""
    if isinstance(found.answer, Refusal):
        return Synced(found.service, Outcome.REFUSED, refusal=found.answer)
    ready = found.answer
    notes = ready.notes
    if ready.rebuild:
        notes += (f"the environment would be made anew: {ready.rebuild}",)
    elif marker.is_begun(ready.setup.environment):
        notes += ("an earlier run was killed: every byte of the environment would be read",)
    commands = ready.manager.install(
        ready.service, ready.setup._replace(exists=ready.setup.exists and not ready.rebuild)
    )
    return _of(ready, Outcome.PLANNED)._replace(
        commands=commands, withheld=scrubbed(ready.manager, settings, options.variables).withheld, notes=notes
    )


def _sync(found: Found, settings: str, options: SyncOptions, programs: Programs, tell: Tell) -> Synced:
    """Install one service. What goes wrong is part of the result."""
    if isinstance(found.answer, Refusal):
        return Synced(found.service, Outcome.REFUSED, refusal=found.answer)
    ready = found.answer
    clean = scrubbed(ready.manager, settings, options.variables)
    synced = _of(ready, Outcome.FAILED)._replace(withheld=clean.withheld)
    runner = None
    try:
        with environment_lock(state_folder(), ready.setup.environment) as held:
            runner = Runner(ready, clean, programs, tell, held)
            done = install(runner, proof=options.repair)
    except Failed as failed:
        synced = synced._replace(refusal=failed.refusal, state=failed.state)
    except KemptError as error:
        synced = synced._replace(outcome=Outcome.REFUSED if runner is None else Outcome.FAILED, refusal=refused(error))
    else:
        interpreters.keep(ready.interpreter)
        packages = sum(not each.seed for each in done.found.distributions)
        synced = synced._replace(
            outcome=done.outcome, packages=packages, digest=done.found.digest, repaired=done.repaired,
            damage=done.damage, notes=(*ready.notes, *done.notes),
        )  # fmt: skip
    if runner is None:
        return synced
    output = () if synced.is_good else tuple(runner.output)
    return synced._replace(commands=tuple(runner.done), output=output)


def _of(ready: Ready, outcome: Outcome) -> Synced:
    return Synced(ready.service, outcome, ready.setup.environment, ready.interpreter.target.python, notes=ready.notes)
