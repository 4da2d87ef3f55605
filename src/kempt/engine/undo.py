"""Taking a change back.

A journal says how things were; the world says how they are; only what is still as kempt left it goes back to how it
was. So it does not matter where kempt was stopped, or what was done since.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterator

from kempt.engine.apply import carry_out
from kempt.engine.journals import is_lost, journals, journals_about, located, retold, takes
from kempt.engine.room import shortages
from kempt.engine.steps import Site
from kempt.errors import UnreadableError, UnsafeError, UsageError
from kempt.formats.journal import render_undone
from kempt.host.files import look
from kempt.host.folders import is_folder
from kempt.host.index import Looked, look_up, lost_objects, same_content
from kempt.host.journal import append_to
from kempt.host.lock import repository_lock, tree_lock
from kempt.host.removing import identity_at
from kempt.host.state import state_folder
from kempt.host.trees import READ_LIMIT
from kempt.model.journal import (
    BytecodeChange,
    Fate,
    FileChange,
    Header,
    IndexEdit,
    Intent,
    Journal,
    ShareChange,
    TreeChange,
    Undo,
)  # fmt: skip
from kempt.model.plan import (
    IndexChange,
    Left,
    MoveToTrash,
    Plan,
    Receipt,
    RemoveFile,
    RestoreFromTrash,
    RestoreIndex,
    Step,
    Tracked,
    WriteFile,
)


def history(root: str) -> tuple[Journal, ...]:
    """What kempt changed in the last 30 days in the repository that holds `root`, or cleaned around it; the last first.

    What an undo did is in it too: `header.undoes` names the change it took back.
    """
    return tuple(journals_about(root))


def plan_undo(root: str, id: str = "") -> Undo:
    """What `undo` would do: take back the change with this id or, without one, the last one made in this repository.

    Changes nothing. Without an id, changes of which nothing is in the trash any more are passed over. Raises UsageError
    when there is nothing to undo.
    """
    journal, *passed = _last(root) if not id else (_chosen(id),)
    if journal.intents and all(map(_is_apart, journal.intents)):
        raise UsageError(
            f"nothing to undo: {id} gave files blocks of their own again", hint="kempt dedupe lets them share once more"
        )
    with Site(_plan(journal)) as site:
        shown = _undo(site, journal)
        return shown._replace(passed=tuple(passed), short=shortages(site.root, shown.plan.steps))


def undo(shown: Undo) -> Receipt:
    """Take a change back as `plan_undo` showed it. What changed between the two calls is left alone and reported.

    Also removes the temporary files of a kempt that was stopped on the way. Raises UsageError when the change was taken
    back meanwhile, and UnsafeError while another kempt changes the repository.
    """
    header = shown.journal.header
    lock = tree_lock if takes(shown.journal) else repository_lock
    with lock(state_folder(), header.root):
        journal = _chosen(header.id)
        with Site(_plan(journal)) as site:
            for intent in _interrupted(journal):
                site.clear(intent)
            fresh = _undo(site, journal)
        receipt = carry_out(fresh.plan, header.id)
        if receipt.ok and (receipt.outcomes or not fresh.left):  # what could not be taken back can be tried again
            _mark(header, receipt.journal)
    return receipt._replace(left=fresh.left)


def _last(root: str) -> tuple[Journal, ...]:
    """The last change that can be taken back, and after it those that were passed over on the way to it."""
    passed: list[Journal] = []
    for journal in filter(_can_go_back, journals_about(root)):
        if is_folder(journal.header.root) and not _is_nowhere(journal):
            return (journal, *passed)
        passed.append(journal)
    if passed:
        raise UsageError(
            "nothing to undo: what kempt moved to the trash here is not in it any more",
            hint="kempt undo --list shows what it was",
        )
    raise UsageError("nothing to undo: kempt changed nothing here that is not taken back already")


def _chosen(id: str) -> Journal:
    journal = next(journals(identity=id), None)
    if journal is None:
        raise UsageError(f"no change has the id {id}", hint="kempt undo without an id takes back the last change")
    if journal.undone:
        raise UsageError(f"nothing to undo: {id} is taken back already")
    if not is_folder(journal.header.root):
        raise UsageError("the repository that was changed is not here any more", path=journal.header.root)
    return journal


def _is_nowhere(journal: Journal) -> bool:
    """Whether a change only moved things to the trash (or removed them), and none of those is to be found by now."""
    root = journal.header.root
    things = [each for each in located(journal).intents if isinstance(each, TreeChange)]
    if len(things) < len(journal.intents):
        return False
    return all(is_lost(root, each) for each in things if each.fate is not Fate.REMOVED)


def _mark(header: Header, newest: str) -> None:
    """Say in the journals what is taken back by now: the change, and all that did the same; not what undoes them."""
    told = retold(header)
    for identity, turned in told.items():
        if identity != newest:
            append_to(identity, render_undone(undone=turned == told[header.id]))


def _is_apart(intent: Intent) -> bool:
    """Whether it took back that files share: to share again, they are compared again."""
    return intent.unshared if isinstance(intent, ShareChange) else isinstance(intent, BytecodeChange) and intent.back


def _can_go_back(journal: Journal) -> bool:
    """Whether there is something to take back. What only removed what its tools make again needs no undo."""
    kinds = {each.fate if isinstance(each, TreeChange) else type(each) for each in journal.intents}
    return bool(kinds - {Fate.REMOVED}) and not journal.undone and not journal.header.undoes


def _interrupted(journal: Journal) -> Iterator[Intent]:
    """What was announced and may have been stopped half way: of the change itself, and of earlier tries to undo it."""
    for each in journals(root=journal.header.root):
        if not each.finished and journal.header.id in {each.header.id, each.header.undoes}:
            yield from each.intents
        if each.header.id == journal.header.id:
            return  # what is older cannot be a try to undo it


def _plan(journal: Journal, steps: tuple[Step, ...] = ()) -> Plan:
    # Always git's own index: another one that a hook was given is gone, or belongs to another commit by now.
    header = journal.header
    return Plan(header.root, steps, f"kempt undo {header.id}", header.git_dir)


def _undo(site: Site, journal: Journal) -> Undo:
    found: list[Step | Left] = []
    if any(isinstance(each, BytecodeChange) for each in journal.intents):
        site.sharer.expect(each for each in journal.intents if isinstance(each, BytecodeChange))
    for intent in reversed(located(journal).intents):
        if isinstance(intent, IndexEdit):
            found += _index_back(site, intent)
        elif isinstance(intent, TreeChange):
            found += _tree_back(site, intent)
        elif isinstance(intent, ShareChange):
            found += site.sharer.back(intent)
        elif isinstance(intent, BytecodeChange):
            found += site.rewriter.back(intent)
        else:
            found += _file_back(site, intent)
    left = tuple(each for each in found if isinstance(each, Left))
    needless = sum(isinstance(each, TreeChange) and each.fate is Fate.REMOVED for each in journal.intents)
    return Undo(journal, _plan(journal, tuple(each for each in found if not isinstance(each, Left))), left, needless)


def _tree_back(site: Site, change: TreeChange) -> Iterator[Step | Left]:
    """What was removed for good is made again by its tool; what was moved goes back if it is there, and its place free.

    A change that was announced and did not happen is told by the world: the thing is still where it was.
    """
    here, there = identity_at(site.root, change.path), identity_at(site.root, change.place)
    if change.fate is Fate.TRASHED and here != change.identity:
        if there != change.identity:
            yield Left(change.path, "not in the trash any more")
        elif here is not None:
            yield Left(change.path, f"something is there by now; it stays in the trash, at {change.place}")
        else:
            yield RestoreFromTrash(change.path, change.place, change.identity, change.files, change.bytes)
    if change.fate is Fate.RESTORED and there != change.identity:
        if here != change.identity:
            yield Left(change.path, "gone since")
        else:
            yield MoveToTrash(change.path, change.identity, change.files, change.bytes)


def _file_back(site: Site, change: FileChange) -> Iterator[Step | Left]:
    try:
        seen = look(site.root, change.path, READ_LIMIT)
    except (UnreadableError, UnsafeError) as error:
        yield Left(change.path, error.message)
        return
    if (seen and seen.content) == change.before:
        return
    if (hashlib.sha256(seen.content).hexdigest() if seen else "") != change.after:
        yield Left(change.path, "edited since" if seen else "gone since")
    elif change.before is not None:
        yield WriteFile(change.path, change.before, seen and seen.expect)
    elif seen is not None:
        yield RemoveFile(change.path, seen.expect, change.folders)


def _index_back(site: Site, edit: IndexEdit) -> Iterator[Step | Left]:
    leaving = {each.path for each in edit.changes if each.before is None}
    looked = look_up(site.git, (each.path for each in edit.changes), leaving)
    lost = lost_objects(site.git, (each.before for each in edit.changes if each.before is not None))
    back = []
    for path, before, after in edit.changes:
        found = looked.found.get(path)
        if path not in looked.unmerged and same_content(found, before):
            continue
        if reason := _obstacle(path, before, after, looked, lost):
            yield Left(path, reason)
        else:
            back.append(IndexChange(path, found, before))
    if back:
        yield RestoreIndex(tuple(back))


def _obstacle(
    path: str, before: Tracked | None, after: Tracked | None, looked: Looked, lost: Container[str]
) -> str:  # fmt: skip
    """Why an entry cannot go back from `after` to `before`; empty if it can."""
    found = looked.found.get(path)
    if path in looked.unmerged:
        return "in a merge conflict"
    if not same_content(found, after):
        return "staged since, with other content" if found else "not in git's index any more"
    if before is not None and path in looked.blocked:
        return "another entry of git's index is in its way"
    return "git no longer holds its content" if before is not None and before.oid in lost else ""
