"""What each step of a plan needs to be taken back, and how it is done."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from types import TracebackType
from typing import Self, assert_never

from kempt.engine import rewriting, sharing, taking
from kempt.engine.rewriting import Rewriter
from kempt.engine.sharing import Sharer
from kempt.errors import KemptError, UnreadableError, UnsafeError
from kempt.host.files import (
    Look,
    look,
    remove_empty_folder,
    remove_file,
    remove_temporary,
    temporary_name,
    write_atomic,
)
from kempt.host.folders import missing_folders, real
from kempt.host.git import Git
from kempt.host.index import blob_id, change_index, confirm, look_up, refuse_locked, remove_drafts
from kempt.host.mounts import Mounts
from kempt.host.trees import READ_LIMIT
from kempt.model.journal import BytecodeChange, FileChange, IndexEdit, Intent, LoneChange, ShareChange, TreeChange
from kempt.model.plan import (
    Expect,
    IndexChange,
    LoneStep,
    MoveToTrash,
    Outcome,
    Plan,
    RemoveFile,
    RemoveTree,
    RestoreFromTrash,
    RestoreIndex,
    Result,
    RewriteBytecode,
    ShareFile,
    Step,
    Tracked,
    UnshareFile,
    UpdateIndex,
    WriteFile,
)
from kempt.model.tree import REGULAR


class Site:
    """Where a plan is carried out: its root, and git from the first step that needs it. Use it as a context."""

    def __init__(self, plan: Plan) -> None:
        self.root = real(plan.root)
        self._plan = plan
        self._git: Git | None = None
        self._mounts: Mounts | None = None
        self._sharer: Sharer | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._git is not None:
            self._git.close()
        if self._mounts is not None:
            self._mounts.close()
        if self._sharer is not None:
            self._sharer.close()

    @property
    def git(self) -> Git:
        """git on the plan's repository and index. Raises UnsafeError when another repository is there by now."""
        if self._git is None:
            self._git = git = Git.open(self.root)
            git.index = self._plan.index_file or None
            planned = (self.root, real(self._plan.git_dir or git.git_dir))
            if (real(git.work_tree or ""), real(git.git_dir)) != planned:
                raise UnsafeError("not the work tree that the plan was made for", path=self.root)
        return self._git

    @property
    def mounts(self) -> Mounts:
        """Where other file systems begin."""
        if self._mounts is None:
            self._mounts = Mounts()
        return self._mounts

    @property
    def sharer(self) -> Sharer:
        """Who shares files, from the first one on."""
        if self._sharer is None:
            self._sharer = Sharer(self.root)
        return self._sharer

    @property
    def rewriter(self) -> Rewriter:
        """Who rewrites bytecode."""
        return Rewriter(self.sharer.parents, self.sharer.stamps.move)

    def prepare(self, step: Step, stamp: str, number: int) -> Intent:
        """What undo will need to take the step back; changes nothing. `stamp` is that of the run.

        Raises UnsafeError when the world is not as the step expects it, and KemptError when it cannot be looked at.
        """
        token = f"{stamp}-{number}"
        match step:
            case WriteFile():
                return self._prepare_write(step, token)
            case RemoveFile():
                return FileChange(step.path, self._before(step), after="", folders=step.folders)
            case UpdateIndex():
                return self._prepare_update(step, token)
            case RestoreIndex():
                return self._prepare_restore(step, token)
            case _ if isinstance(step, LoneStep):
                return _announce(step, stamp, number)  # looked at when it is done: it stands for itself
            case _:
                assert_never(step)

    def take(self, step: LoneStep, change: LoneChange) -> Outcome:
        """Do a step that stands for itself; how it ended."""
        if isinstance(step, ShareFile | UnshareFile) and isinstance(change, ShareChange):
            return self.sharer.take(step, change)
        if isinstance(step, RewriteBytecode) and isinstance(change, BytecodeChange):
            return self.sharer.attempt(step, lambda: self.rewriter.take(step, change))
        if isinstance(step, RemoveTree | MoveToTrash | RestoreFromTrash) and isinstance(change, TreeChange):
            return taking.take(self.root, step, change, self.mounts)
        return _unannounced(step)

    def perform(self, step: WriteFile | RemoveFile | UpdateIndex | RestoreIndex, intent: Intent) -> None:
        """Do it, if everything is still as expected. When this raises a KemptError, nothing was changed."""
        match step:
            case WriteFile():
                temporary = intent.temporary.rpartition("/")[2] if isinstance(intent, FileChange) else ""
                write_atomic(self.root, step.path, step.content, step.expect, temporary)
            case RemoveFile():
                remove_file(self.root, step.path, step.expect)
                for folder in reversed(step.folders):
                    remove_empty_folder(self.root, folder)
            case UpdateIndex() | RestoreIndex():
                self._change_index(step, intent)
            case _:
                assert_never(step)

    def clear(self, intent: Intent) -> tuple[str, ...]:
        """Remove the temporary files of a step that was stopped and the empty folders it made; what was removed."""
        if isinstance(intent, IndexEdit):
            with suppress(KemptError):
                return remove_drafts(self.git, intent.token)
            return ()
        if isinstance(intent, TreeChange):
            return taking.clear(self.root, intent, self.mounts)
        if isinstance(intent, ShareChange):
            return self.sharer.clear(intent)
        if isinstance(intent, BytecodeChange):
            return self.rewriter.clear(intent)
        removed = [each for each in (intent.temporary,) if each and remove_temporary(self.root, each)]
        return (*removed, *(each for each in reversed(intent.folders) if remove_empty_folder(self.root, each)))

    def _prepare_write(self, step: WriteFile, token: str) -> FileChange:
        after = hashlib.sha256(step.content).hexdigest()
        temporary = "/".join((*step.path.split("/")[:-1], temporary_name(token)))
        folders = missing_folders(self.root, step.path) if step.expect is None else ()
        return FileChange(step.path, self._before(step), after, temporary, folders)

    def _before(self, step: WriteFile | RemoveFile) -> bytes | None:
        try:
            seen = look(self.root, step.path, READ_LIMIT)
        except UnreadableError as error:
            raise UnsafeError(error.message, path=step.path) from error
        if (seen and seen.expect) != step.expect:
            raise UnsafeError(_difference(seen, step.expect), path=step.path)
        return seen and seen.content

    def _prepare_update(self, step: UpdateIndex, token: str) -> IndexEdit:
        refuse_locked(self.git)
        leaving = {entry.path for entry in step.remove}
        looked = look_up(self.git, (*leaving, *(path for path, _ in step.add)), leaving)
        changes = [IndexChange(entry.path, Tracked(entry.mode, entry.oid), None) for entry in step.remove]
        for (path, content), planned in zip(step.add, step.before, strict=True):
            before = looked.found.get(path, Tracked(REGULAR, ""))
            if before.oid != planned:
                raise UnsafeError("its entry in git's index changed since the plan was made", path=path)
            changes.append(IndexChange(path, looked.found.get(path), before._replace(oid=blob_id(self.git, content))))
        return IndexEdit(confirm(looked, changes), token)

    def _prepare_restore(self, step: RestoreIndex, token: str) -> IndexEdit:
        refuse_locked(self.git)
        leaving = {each.path for each in step.changes if each.after is None}
        looked = look_up(self.git, (each.path for each in step.changes), leaving)
        return IndexEdit(confirm(looked, step.changes), token)

    def _change_index(self, step: UpdateIndex | RestoreIndex, intent: Intent) -> None:
        if isinstance(step, UpdateIndex):
            for _, content in step.add:
                blob_id(self.git, content, write=True)
        if isinstance(intent, IndexEdit):
            change_index(self.git, intent.changes, intent.token)


def _announce(step: LoneStep, stamp: str, number: int) -> LoneChange:
    if isinstance(step, RewriteBytecode):
        return rewriting.announce(step, stamp, number)
    if isinstance(step, ShareFile | UnshareFile):
        return sharing.announce(step, stamp, number)
    return taking.announce(step, stamp, number)


def _unannounced(step: LoneStep) -> Outcome:
    return Outcome(step, Result.REFUSED, detail="it was announced as something else")


def _difference(seen: Look | None, expect: Expect | None) -> str:
    if seen and expect:
        return "changed since the plan was made"
    return "it exists by now" if seen else "gone since the plan was made"
