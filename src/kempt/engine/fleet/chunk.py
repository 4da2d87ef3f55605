"""What a worker does: a few repositories looked at, a row for each of them, whatever happens to one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack
from hashlib import sha256

from kempt import __version__
from kempt.engine.fleet.acquire import Acquired, acquire
from kempt.engine.fleet.crashing import CRASH, crashed
from kempt.engine.fleet.owners import codeowners_of
from kempt.engine.fleet.strictness import judge_for, settings_for
from kempt.engine.project.check import examine
from kempt.engine.promises import promises
from kempt.errors import KemptError
from kempt.formats.codeowners import Codeowners
from kempt.host.clock import spent, ticks
from kempt.host.workers.overtime import Overtime, at_most
from kempt.model.finding import Finding
from kempt.model.fleet import Noted, Outcome, Promised, Row, Task, Wishes
from kempt.model.status import Promise, State
from kempt.model.tree import Ignores, Tree

OVERTIME = "overtime"
CUT_SHORT = frozenset({CRASH, OVERTIME})


def examine_for(version: str, wishes: Wishes, tasks: Sequence[Task]) -> tuple[Row, ...]:
    """As `examine_chunk`, for a coordinator of this version. Raises KemptError where kempt here is another one."""
    if version != __version__:
        raise KemptError(f"a worker has kempt {__version__}, not {version}", hint=f"install kempt {version} there")
    return examine_chunk(tasks, wishes)


def examine_chunk(tasks: Sequence[Task], wishes: Wishes) -> tuple[Row, ...]:
    """A row for each repository, in the order in which they were ready. Nothing is raised for one of them.

    Where one was cut short, all that works for several of them is begun anew for the others: nobody knows what of it
    was half done.
    """
    rows = dict[str, Row]()
    while left := [task for task in tasks if task.target.name not in rows]:
        before = len(rows)
        try:
            _until_cut_short(acquire(left, wishes), wishes, rows)
            why = "nothing came of it"
        except Exception as error:  # noqa: BLE001 - the boundary: acquiring broke, and there is nothing more to come
            why = _words(error)
        if len(rows) == before:
            rows |= {task.target.name: crashed(task, why) for task in left}
    return tuple(rows.values())


def _until_cut_short(found: Iterator[Acquired], wishes: Wishes, rows: dict[str, Row]) -> None:
    """Look at repositories as they are ready, all of them or up to one that is cut short."""
    with ExitStack() as held:
        if isinstance(found, Generator):
            held.callback(found.close)
        started, used = ticks(), spent()
        for acquired in found:
            with acquired:
                row = _examined(acquired, wishes)
            rows[row.name] = row._replace(seconds=ticks() - started, processor=spent() - used)
            if row.error in CUT_SHORT:
                return
            started, used = ticks(), spent()


def _examined(acquired: Acquired, wishes: Wishes) -> Row:
    """The row of one repository: what was found, or why that cannot be told."""
    name = acquired.task.target.name
    basis = Row(
        name, Outcome.UNCHANGED, head=acquired.head, branch=acquired.branch, received=acquired.received,
        reason=acquired.note,
    )  # fmt: skip
    if acquired.unchanged or acquired.error is not None:
        return basis if acquired.error is None else _failed(basis, acquired.error)
    try:
        with at_most(wishes.limits.seconds):
            row = _looked_at(basis, acquired, wishes)
    except Overtime:
        row = _failed(basis, f"the examination took longer than {wishes.limits.seconds:g} s", OVERTIME)
    except KemptError as error:
        row = _failed(basis, error)
    except Exception as error:  # noqa: BLE001 - the boundary: a crash in one repository is its row, the others go on
        row = _failed(basis, _words(error), CRASH)
    return _with_late_errors(row, acquired)


def _with_late_errors(row: Row, acquired: Acquired) -> Row:
    """The row, failed where content was missing when the tree was read: what was not read is not clean."""
    row = row._replace(received=acquired.received)
    if acquired.error is None or row.error in CUT_SHORT:
        return row
    return _failed(row._replace(files=0, promises=(), findings=(), owners=""), acquired.error)


def _looked_at(basis: Row, acquired: Acquired, wishes: Wishes) -> Row:
    tree, ignores = _opened(acquired)
    config, faults = settings_for(wishes, tree)
    repo, findings = examine(tree, ignores, config, faults)
    counted, silenced = judge_for(wishes, repo, findings)
    owners, stand = codeowners_of(tree), promises(repo, counted, len(silenced))
    states = tuple(map(_promised, stand))
    return basis._replace(
        outcome=Outcome.CHECKED,
        files=len(tree.listing),
        promises=states,
        findings=told_apart(tuple(_noted(finding, owners) for finding in counted)),
        owners=" ".join(owners.owners(".")),
        unknown=tuple(
            each.detail if state is Promised.UNKNOWN else "" for each, state in zip(stand, states, strict=True)
        ),
    )


def told_apart(findings: tuple[Noted, ...]) -> tuple[Noted, ...]:
    """The findings of a repository with a fingerprint each: of those that share one, all but the first get their own.

    It is made of the one that they share and their place among them by path and line, so it stays when lines move.
    """
    if len({each.fingerprint for each in findings}) == len(findings):
        return findings
    times, marked = Counter[str](), list(findings)
    for place in sorted(range(len(findings)), key=lambda place: (findings[place].path, findings[place].line)):
        mark = findings[place].fingerprint
        times[mark] += 1
        if times[mark] > 1:
            own = sha256(f"{mark} {times[mark]}".encode()).hexdigest()[: len(mark)]
            marked[place] = findings[place]._replace(fingerprint=own)
    return tuple(marked)


def _opened(acquired: Acquired) -> tuple[Tree, Ignores]:
    if acquired.tree is None or acquired.ignores is None:
        raise KemptError("it was not opened", code=CRASH)
    return acquired.tree, acquired.ignores


def _promised(promise: Promise) -> Promised:
    """What was not checked is unknown, unless there is nothing that could be."""
    if promise.state is State.UNCHECKED:
        return Promised.ABSENT if promise.absent else Promised.UNKNOWN
    return Promised.KEPT if promise.state is State.KEPT else Promised.BROKEN


def _noted(finding: Finding, owners: Codeowners) -> Noted:
    path = str(finding.location.path)
    return Noted(
        finding.code, finding.level.value, path, finding.location.shown_line, finding.message, finding.help,
        finding.fingerprint, "" if finding.service is None else str(finding.service), finding.files, finding.bytes,
        "" if finding.fix is None else finding.fix.safety.value, " ".join(owners.owners(path)),
    )  # fmt: skip


def _failed(basis: Row, error: KemptError | str, word: str = "failed") -> Row:
    if isinstance(error, str):
        return basis._replace(outcome=Outcome.FAILED, error=word, reason=error)
    return basis._replace(outcome=Outcome.FAILED, error=error.code or word, reason=str(error))


def _words(error: Exception) -> str:
    if isinstance(error, MemoryError):
        return "it needs more memory than a worker may use"
    return f"kempt crashed: {type(error).__name__}: {error}"
