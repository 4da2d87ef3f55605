"""Files and folders that are taken whole: removed, moved to the trash, brought back. Each step stands for itself."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext, suppress
from typing import assert_never

from kempt.engine.telling import told
from kempt.errors import KemptError, UnsafeError
from kempt.host.environments import is_environment
from kempt.host.folders import open_parent
from kempt.host.lock import environment_lock
from kempt.host.mounts import Mounts
from kempt.host.own_names import gone_name, trash_name
from kempt.host.removing import remove_tree, sweep
from kempt.host.state import state_folder
from kempt.host.trash import clear_trash, move_to_trash, restore
from kempt.model.journal import Fate, TreeChange
from kempt.model.plan import MoveToTrash, Outcome, RemoveTree, RestoreFromTrash, Result, TreeStep

_TOLD = 3


def announce(step: TreeStep, stamp: str, number: int) -> TreeChange:
    """What undo and a later run need to know of a step. `stamp` is that of the run, `number` that of the step."""
    match step:
        case RemoveTree():
            return _change(step, _beside(step.path, gone_name(f"{stamp}-{number}")), Fate.REMOVED)
        case MoveToTrash():
            name = step.path.rpartition("/")[2]
            return _change(step, f"{_beside(step.path, trash_name(stamp))}/{name}", Fate.TRASHED)
        case RestoreFromTrash():
            return _change(step, step.trash, Fate.RESTORED)
        case _:
            assert_never(step)


def take(root: str, step: TreeStep, change: TreeChange, mounts: Mounts) -> Outcome:
    """Do it, and tell how it ended. Whatever is not as the plan says is refused."""
    try:
        with _alone(root, step.path):
            return _taken(root, step, change, mounts)
    except UnsafeError as error:
        return Outcome(step, Result.REFUSED, detail=told(error))
    except KemptError as error:
        return Outcome(step, Result.FAILED, detail=told(error))


def clear(root: str, change: TreeChange, mounts: Mounts) -> tuple[str, ...]:
    """Remove what a kempt that was stopped had begun to remove, and a trash that it had just made; what was removed."""
    match change.fate:
        case Fate.REMOVED:
            return (change.place,) if sweep(root, change.place, change.identity, mounts) else ()
        case Fate.TRASHED | Fate.RESTORED:
            trash = change.place.rpartition("/")[0]
            with suppress(OSError, UnsafeError), open_parent(root, trash) as (folder, name):
                return (trash,) if clear_trash(folder, name) else ()
            return ()
        case _:
            assert_never(change.fate)


def _taken(root: str, step: TreeStep, change: TreeChange, mounts: Mounts) -> Outcome:
    match step:
        case RemoveTree():
            removal = remove_tree(root, step.path, step.identity, change.place.rpartition("/")[2], mounts)
            freed = removal.freed
            if removal.kept:
                shown = "; ".join(f"{path}: {reason}" for path, reason in removal.kept[:_TOLD])
                more = f"; and {len(removal.kept) - _TOLD:,} more" if len(removal.kept) > _TOLD else ""
                detail = f"not all could be removed, the rest is at {removal.rest}: {shown}{more}"
                return Outcome(step, Result.FAILED, freed.bytes, detail, freed.files)
            return Outcome(step, Result.DONE, freed.bytes, files=freed.files)
        case MoveToTrash():
            trash = change.place.split("/")[-2]
            move_to_trash(root, step.path, step.identity, trash, mounts)
        case RestoreFromTrash():
            restore(root, step.path, step.trash, step.identity, mounts)
        case _:
            assert_never(step)
    return Outcome(step, Result.DONE, step.bytes, files=step.files)


def _alone(root: str, path: str) -> AbstractContextManager[object]:
    """Hold the lock of an environment, which `kempt sync` and what it starts hold while they work on it."""
    place = f"{root.rstrip('/')}/{path}"
    return environment_lock(state_folder(), place) if is_environment(place) else nullcontext()


def _beside(path: str, name: str) -> str:
    parent, slash, _ = path.rpartition("/")
    return f"{parent}{slash}{name}"


def _change(step: TreeStep, place: str, fate: Fate) -> TreeChange:
    return TreeChange(step.path, place, step.identity, fate, step.files, step.bytes)
