"""Carrying out a plan: each step is checked right before it, and journaled so that `kempt undo` can take it back."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import groupby

from kempt import __version__
from kempt.engine.journals import journals, unsettled
from kempt.engine.steps import Site
from kempt.engine.telling import told
from kempt.errors import KemptError, UnsafeError
from kempt.formats.journal import (
    is_settled,
    render_done,
    render_finished,
    render_header,
    render_intent,
    render_refused,
    render_swept,
)
from kempt.host.clock import now, stamp
from kempt.host.folders import real
from kempt.host.journal import JournalFile, append_to, outlines, prune_journals
from kempt.host.lock import repository_lock, tree_lock
from kempt.host.removing import identity_at
from kempt.host.run import ending_gently
from kempt.host.state import state_folder
from kempt.host.workers import at_once
from kempt.model.journal import Fate, Header, Intent, LoneChange, TreeChange
from kempt.model.plan import (
    LoneStep,
    Outcome,
    Plan,
    Receipt,
    RemoveTree,
    RestoreIndex,
    Result,
    ShareStep,
    Step,
    UpdateIndex,
    WriteFile,
)

KEPT_SECONDS = 30 * 24 * 3600
GROUP = 1000
"""How many steps that stand for themselves are announced at a time."""
SEVERAL, THREADS = 64, 2
"""From how many removals on they are done on two threads: the disk is waited for at two places then."""


class Stopped(KeyboardInterrupt):
    """A plan was stopped on the way, by ^C, SIGTERM or SIGHUP. `receipt` has what was done whole by then."""

    def __init__(self, receipt: Receipt) -> None:
        super().__init__()
        self.receipt = receipt


def apply(plan: Plan) -> Receipt:
    """Carry out a plan, step by step, each only if the world is still as the plan expects.

    All steps are looked at before the first is done: if one is refused then, nothing is changed. A step that is refused
    or fails ends in its outcome, and the steps after it are skipped. Steps that take a file or a folder whole stand for
    themselves, and so do those that share: each is looked at when its turn comes, and the others are done all the same.
    Nothing to do leaves no trace.
    Raises UnsafeError while another kempt changes the same repository, KemptError where no journal can be kept, and
    Stopped, which is a KeyboardInterrupt.
    """
    if not any(map(_is_needed, plan.steps)):
        return Receipt(())
    takes = any(isinstance(step, LoneStep) for step in plan.steps)
    with ending_gently(), (tree_lock if takes else repository_lock)(state_folder(), plan.root):
        _clear_last(plan)
        if takes:
            sweep(plan.root)
        return carry_out(plan)


def sweep(root: str) -> tuple[str, ...]:
    """Remove what kempts that were stopped had begun to remove, at, below and above a root; the paths that are gone.

    Only what a journal names is removed, and only if it is still the same file or folder.
    """
    gone: list[str] = []
    for journal in unsettled(real(root)):
        header = journal.header
        with suppress(KemptError), Site(Plan(header.root, (), header.why)) as site:
            changes = [each for each in journal.intents if isinstance(each, LoneChange)]
            gone += (f"{header.root.rstrip('/')}/{path}" for each in changes for path in site.clear(each))
            if not any(_is_there_still(site.root, each) for each in changes):
                append_to(header.id, render_swept())
    return tuple(gone)


def _is_there_still(root: str, change: LoneChange) -> bool:
    """Whether something of a removal is left, after it was cleared."""
    if not isinstance(change, TreeChange) or change.fate is not Fate.REMOVED:
        return False
    return identity_at(root, change.place) is not None


def carry_out(plan: Plan, undoes: str = "") -> Receipt:
    """`apply` for who holds the repository's lock. `undoes` is the id of the change that this plan takes back."""
    steps = tuple(filter(_is_needed, plan.steps))
    time = now()
    with Site(plan) as site:
        intents: list[Intent] = []
        for number, step in enumerate(steps):
            try:
                intents.append(site.prepare(step, stamp(time), number))
            except KemptError as error:
                return Receipt(tuple(_nothing_done(steps, number, error)))
        identity, journal = _new_journal(plan, site.root, time, undoes)
        with journal:
            seen: list[Outcome] = []
            try:
                outcomes = tuple(_run(site, journal, steps, intents, seen))
            except KeyboardInterrupt as error:
                raise Stopped(Receipt(tuple(seen), identity)) from error
            with suppress(KemptError):
                journal.append(render_finished(rest=any(map(_is_half, outcomes))))
            if not any(outcome.result is Result.DONE or outcome.files for outcome in outcomes):
                journal.remove()
                identity = ""
    prune_journals(time - KEPT_SECONDS)
    return Receipt(outcomes, identity)


def _clear_last(plan: Plan) -> None:
    """Remove the temporary files of the kempt before this one, if it was stopped: its index.lock would refuse us."""
    with suppress(KemptError), Site(plan) as site:
        last = next((each for each in outlines() if each.is_about(site.root)), None)
        if last is None or is_settled(last.last):
            return
        for journal in journals(identity=last.identity):
            for intent in journal.intents:
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


def _run(
    site: Site, journal: JournalFile, steps: Sequence[Step], intents: Sequence[Intent], seen: list[Outcome]
) -> Iterator[Outcome]:
    """Do the steps, in order. `seen` gets each outcome the moment that it is known."""
    stopped = False
    for alone, group in groupby(enumerate(zip(steps, intents, strict=True)), _is_alone):
        numbered = tuple((number, step, intent) for number, (step, intent) in group)
        if alone and not stopped:
            for start in range(0, len(numbered), GROUP):
                yield from _take(site, journal, numbered[start : start + GROUP], seen)
            continue
        for number, step, intent in numbered:
            if stopped:
                yield Outcome(step, Result.SKIPPED, detail="not done, because an earlier step failed")
                continue
            outcome = _do(site, journal, number, step, intent)
            stopped = outcome.result is not Result.DONE
            seen.append(outcome)
            yield outcome


def _is_half(outcome: Outcome) -> bool:
    return isinstance(outcome.step, RemoveTree) and outcome.result is Result.FAILED and outcome.files > 0


def _is_alone(numbered: tuple[int, tuple[Step, Intent]]) -> bool:
    return isinstance(numbered[1][1], LoneChange)


def _take(
    site: Site, journal: JournalFile, group: Sequence[tuple[int, Step, Intent]], seen: list[Outcome]
) -> Iterator[Outcome]:
    """Do steps that stand for themselves; removals first, which make room for a trash.

    They are announced together: waiting for the disk each time would take longer than the work.
    """
    try:
        journal.append(b"".join(render_intent(number, intent) for number, _, intent in group))
    except KemptError as error:
        yield from (_stopped(step, error) for _, step, _ in group)
        return
    taken = [(step, each) for _, step, each in group if isinstance(step, LoneStep) and isinstance(each, LoneChange)]
    removals = [each for each in taken if isinstance(each[0], RemoveTree)]
    site.mounts.inside("/")  # read before threads ask
    jobs = THREADS if len(removals) >= SEVERAL else 1

    def done_with(each: tuple[LoneStep, LoneChange]) -> Outcome:
        seen.append(outcome := site.take(*each))
        return outcome

    removed = iter(at_once(done_with, removals, jobs, lambda: None))
    outcomes = [next(removed) if isinstance(each[0], RemoveTree) else done_with(each) for each in taken]
    with suppress(KemptError):  # undo looks at the world where these lines are missing
        journal.append(_told(group, outcomes))
    yield from outcomes


def _told(group: Sequence[tuple[int, Step, Intent]], outcomes: Sequence[Outcome]) -> bytes:
    """The lines that say how the steps of a group ended. One that only shares and was refused has changed nothing."""
    numbered = [(number, each) for (number, _, _), each in zip(group, outcomes, strict=True)]
    done = b"".join(render_done(number) for number, each in numbered if each.result is Result.DONE)
    refused = [
        number for number, each in numbered if each.result is Result.REFUSED and isinstance(each.step, ShareStep)
    ]
    return done + (render_refused(refused) if refused else b"")


def _do(site: Site, journal: JournalFile, number: int, step: Step, intent: Intent) -> Outcome:
    try:
        journal.append(render_intent(number, intent))
        if not isinstance(step, LoneStep):
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
    return Outcome(step, result, detail=told(error))
