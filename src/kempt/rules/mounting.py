"""A folder that is copied from another stage for an install, brought by a bind mount instead.

A mount is read-only, and gone after its RUN: whatever else uses what is copied, or writes to it, keeps the copy.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from posixpath import basename, dirname, relpath

from kempt.model.dockerfile import Copy, Dockerfile, Instruction, Stage
from kempt.model.finding import Fix, Replace, Safety
from kempt.model.pipeline import UNPLACED, Command
from kempt.rules import building, image_edits, removing

_NEEDED = frozenset({"/", "/tmp", "/var/tmp", "/root", "/home", "/app", "/src", "/opt", "/usr/local"})  # noqa: S108
"""Folders that a mount must not hide."""
_CHAINED = re.compile(r"(?:\s|\\|`)*(?:&&|;)(?:\s|\\|`)*")
_UNSAFE = re.compile(r"[*?\[\]\s,\"'$]")
_LISTING = frozenset({"ls", "echo", "find", "test", "["})


def mounted(file: Dockerfile, stage: Stage, copy: Copy, *, writable: bool = False) -> Fix | None:
    """Mounts on the RUNs that use what is copied, in the place of the COPY; None where something else may need it.

    `writable`: what is written there goes with the mount, as an install does with its cache.
    """
    mount = _mount(file, copy)
    if not mount or copy.instruction.trigger or _is_used_elsewhere(file, stage, copy):
        return None
    edits = [image_edits.without(file, copy.instruction)]
    uses = False
    for each in _users(file, stage, copy, writable=writable):
        if each.keyword != "RUN" or each.trigger or each.start < copy.instruction.start:
            return None
        if all(_removed(each, command, copy) for command in each.commands):
            edits.append(image_edits.without(file, each))
            continue
        changes = list(_changes(file, each, copy))
        if None in changes:
            return None
        edits += [edit for edit in changes if edit is not None]
        edits += image_edits.with_mount(file, each, mount + (",rw" if writable else ""))
        uses = True
    return Fix("mount it for the install", Safety.SAFE, tuple(edits)) if uses else None


def _mount(file: Dockerfile, copy: Copy) -> str:
    """The mount that brings the same; empty where there is none."""
    if len(copy.sources) != 1 or copy.target in _NEEDED or copy.target == copy.instruction.state.folder:
        return ""
    source, target, origin = copy.sources[0], copy.target, copy.origin
    if copy.stage is not None and origin.isdigit():
        origin = file.stages[copy.stage].name  # a mount knows a stage by its name only
    if source.endswith("/*"):
        source = dirname(source)
    elif source.endswith(".whl") and not target.endswith(".whl"):
        target = f"{target}/{basename(source)}"
    source = source.rstrip("/")
    if not origin or not source.startswith("/") or any(_UNSAFE.search(text) for text in (source, target, origin)):
        return ""
    return f"bind,from={origin},source={source},target={target}"


def _is_used_elsewhere(file: Dockerfile, stage: Stage, copy: Copy) -> bool:
    """Whether another stage that goes on from this one, or copies from it, names what is copied."""
    others = [each for each in file.stages if stage.number in each.needs]
    return any(_names(file, each, copy) for other in others for each in other.instructions)


def _users(file: Dockerfile, stage: Stage, copy: Copy, *, writable: bool) -> Iterator[Instruction]:
    """The instructions of a stage that use what is copied: those that name it, and of a cache also its installs."""
    for each in stage.instructions:
        if each is copy.instruction:
            continue
        installs = building.of_run(file, stage, each) if writable and each.keyword == "RUN" else ()
        if _names(file, each, copy) or any(building.is_within(one.place, copy.target) for one in installs):
            yield each


def _names(file: Dockerfile, each: Instruction, copy: Copy) -> bool:
    return _pattern(copy).search(file.text, each.start, each.end) is not None


def _pattern(copy: Copy) -> re.Pattern[str]:
    """The target as it may be written: absolute, or from the folder that WORKDIR sets."""
    names, folder = [copy.target], copy.instruction.state.folder
    if folder != "/" and building.is_within(copy.target, folder):
        names.append(relpath(copy.target, folder))
    return re.compile(rf"(?<![\w./-])(?:\./)?(?:{'|'.join(map(re.escape, names))})(?![\w-])")


def _removed(run: Instruction, command: Command, copy: Copy) -> tuple[str, ...]:
    """What a command removes; empty where that is more than what is copied."""
    folders = removing.removals(run, command)
    return folders if all(building.is_within(folder, copy.target) for folder in folders) else ()


def _changes(file: Dockerfile, run: Instruction, copy: Copy) -> Iterator[Replace | None]:
    """What must go from a RUN, because nothing can be removed from a mount; None for what may want to write to it."""
    for number, command in enumerate(run.commands):
        if not any(_pattern(copy).search(word) for word in command.argv):
            continue
        if _removed(run, command, copy):
            yield _without(file, run.commands[:number], command)
        elif removing.removals(run, command):
            yield from _without_words(file, command, copy)
        elif command.argv[0] not in _LISTING and not _is_install(file, run, command):
            yield None


def _without(file: Dockerfile, before: Sequence[Command], command: Command) -> Replace | None:
    """Take a command away with the `&&` before it."""
    if not before or UNPLACED in {before[-1].end, command.end}:
        return None
    between = file.text[before[-1].end : command.start]
    return Replace(file.path, before[-1].end, command.end, "") if _CHAINED.fullmatch(between) else None


def _without_words(file: Dockerfile, command: Command, copy: Copy) -> Iterator[Replace | None]:
    """Take the words away that name what is copied, each with the blank before it."""
    for word in command.words[1:]:
        if _pattern(copy).search(word.text):
            is_plain = word.start != UNPLACED and file.text[word.start - 1] == " " and "$" not in word.text
            yield Replace(file.path, word.start - 1, word.end, "") if is_plain else None


def _is_install(file: Dockerfile, run: Instruction, command: Command) -> bool:
    stage = next(stage for stage in file.stages if any(each is run for each in stage.instructions))
    return any(each.command is command for each in building.of_run(file, stage, run))
