"""Taking a change back. A journal says how things were; the world says how they are; only what is still as kempt left
it goes back to how it was. So it does not matter where kempt was stopped, or what was done since."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from kempt.engine.apply import carry_out
from kempt.engine.steps import Site
from kempt.errors import KemptError, UnreadableError, UsageError
from kempt.formats.journal import parse, render_undone
from kempt.host.files import look
from kempt.host.gitdir import find_git_dir
from kempt.host.index import lost_objects, look_up, same_content
from kempt.host.journal import append_to, read_journals
from kempt.host.lock import repository_lock
from kempt.host.state import state_folder
from kempt.host.trees import READ_LIMIT
from kempt.model.journal import FileChange, IndexEdit, Journal, Undo
from kempt.model.plan import IndexChange, Left, Plan, Receipt, RemoveFile, RestoreIndex, Step, WriteFile


def history(root: str) -> tuple[Journal, ...]:
    """What kempt changed in the repository that holds `root` in the last 30 days, the last change first.

    What an undo did is in it too: `header.undoes` names the change it took back.
    """
    journals = (parse(content) for content in read_journals(root=_repository(root)))
    return tuple(journal for journal in journals if journal is not None)


def plan_undo(root: str, id: str = "") -> Undo:
    """What `undo` would do: take back the change with this id or, without one, the last one made in this repository.

    Changes nothing. Raises UsageError when there is nothing to undo.
    """
    journal = _chosen(root, id)
    with Site(_plan(journal, ())) as site:
        return _undo(site, journal)


def undo(shown: Undo) -> Receipt:
    """Take a change back as `plan_undo` showed it. What changed between the two calls is left alone and reported.

    Raises UsageError when it was taken back meanwhile, UnsafeError while another kempt changes the repository.
    """
    header = shown.header
    with repository_lock(state_folder(), header.root):
        journal = _chosen(header.root, header.id)
        with Site(_plan(journal, ())) as site:
            for stopped in _stopped(journal):
                for intent in stopped.intents:
                    site.clear(intent)
            fresh = _undo(site, journal)
        receipt = carry_out(fresh.plan, header.id) if fresh.plan.steps else Receipt(())
        if receipt.ok:
            append_to(header.id, render_undone(True))
            if header.undoes:
                append_to(header.undoes, render_undone(False))
    return receipt._replace(left=fresh.left)
