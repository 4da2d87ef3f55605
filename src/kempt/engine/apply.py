"""Carrying out a plan: each step is checked right before it, and journaled so that `kempt undo` can take it back."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress

from kempt import __version__
from kempt.engine.steps import Site
from kempt.errors import KemptError, UnsafeError
from kempt.formats.journal import parse, render_done, render_finished, render_header, render_intent
from kempt.host.clock import now, stamp
from kempt.host.journal import JournalFile, prune_journals, read_journals
from kempt.host.lock import repository_lock
from kempt.host.state import state_folder
from kempt.model.journal import Header, Intent
from kempt.model.plan import Outcome, Plan, Receipt, RestoreIndex, Result, Step, UpdateIndex, WriteFile

KEPT_SECONDS = 30 * 24 * 3600


def apply(plan: Plan) -> Receipt:
    """Carry out a plan, step by step, each only if the world is still as the plan expects.

    All steps are looked at before the first is done: if one is refused then, nothing is changed. A step that is refused
    or fails ends in its outcome, and the steps after it are skipped. Nothing to do leaves no trace.
    Raises UnsafeError while another kempt changes the same repository, and KemptError where no journal can be kept.
    """
    if not any(map(_is_needed, plan.steps)):
        return Receipt(())
    with repository_lock(state_folder(), plan.root):
        _clear_last(plan)
        return carry_out(plan)


def carry_out(plan: Plan, undoes: str = "") -> Receipt:
    """`apply` for who holds the repository's lock. `undoes` is the id of the change that this plan takes back."""
    steps = tuple(filter(_is_needed, plan.steps))
    time = now()
    with Site(plan) as site:
        intents: list[Intent] = []
        for number, step in enumerate(steps):
            try:
                intents.append(site.prepare(step, f"{stamp(time)}-{number}"))
            except KemptError as error:
                return Receipt(tuple(_nothing_done(steps, number, error)))
        identity, journal = _new_journal(plan, site.root, time, undoes)
        with journal:
            outcomes = tuple(_run(site, journal, steps, intents))
            with suppress(KemptError):
                journal.append(render_finished())
            if not any(outcome.result is Result.DONE for outcome in outcomes):
                journal.remove()
                identity = ""
    prune_journals(time - KEPT_SECONDS)
    return Receipt(outcomes, identity)


def _clear_last(plan: Plan) -> None:
    """Remove the temporary files of the kempt before this one, if it was stopped: its index.lock would refuse us."""
    with suppress(KemptError), Site(plan) as site:
        last = next(filter(None, map(parse, read_journals(root=site.root))), None)
        for intent in last.intents if last and not last.finished else ():
            site.clear(intent)


def _is_needed(step: Step) -> bool:
    if isinstance(step, UpdateIndex):
        return bool(step.remove or step.add)
    return not isinstance(step, RestoreIndex) or bool(step.changes)


def _new_journal(plan: Plan, root: str, time: float, undoes: str) -> tuple[str, JournalFile]:
    versions = {"kempt": __version__, "python": sys.version.split()[0]}
    while True:
        header = Header(stamp(time), root, plan.git_dir, plan.index_file, plan.why, time, undoes)
        try:
            return header.id, JournalFile.create(header.id, root, render_header(header, versions))
        except FileExistsError:
            time += 1 / 65536


def _run(site: Site, journal: JournalFile, steps: Sequence[Step], intents: Sequence[Intent]) -> Iterator[Outcome]:
    stopped = False
    for number, (step, intent) in enumerate(zip(steps, intents, strict=True)):
        if stopped:
            yield Outcome(step, Result.SKIPPED, detail="not done, because an earlier step failed")
            continue
        outcome = _do(site, journal, number, step, intent)
        stopped = outcome.result is not Result.DONE
        yield outcome


def _do(site: Site, journal: JournalFile, number: int, step: Step, intent: Intent) -> Outcome:
    try:
        journal.append(render_intent(number, intent))
        site.perform(step, intent)
    except KemptError as error:
        site.clear(intent)
        return _stopped(step, error)
    with suppress(KemptError):  # the step is done, and undo looks at the world, not at this line
        journal.append(render_done(number))
    return Outcome(step, Result.DONE, len(step.content) if isinstance(step, WriteFile) else 0)


def _nothing_done(steps: Sequence[Step], refused: int, error: KemptError) -> Iterator[Outcome]:
    for number, step in enumerate(steps):
        if number == refused:
            yield _stopped(step, error)
        else:
            yield Outcome(step, Result.SKIPPED, detail="not done, because another step cannot be")


def _stopped(step: Step, error: KemptError) -> Outcome:
    result = Result.REFUSED if isinstance(error, UnsafeError) else Result.FAILED
    return Outcome(step, result, detail=f"{error} ({error.hint})" if error.hint else str(error))
