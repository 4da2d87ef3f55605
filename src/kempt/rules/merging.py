"""A removal that comes in a later RUN, put behind the install whose cache it removes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from kempt.model.dockerfile import Dockerfile, Instruction, Stage
from kempt.model.finding import Fix, Replace, Safety
from kempt.model.pipeline import UNPLACED
from kempt.rules import building, image_edits, removing
from kempt.rules.building import Filled
from kempt.rules.removing import Removal

_PLAIN = re.compile(r"[\w./*~{},@%+ -]+")
"""A removal without quotes, variables or lines: it means the same in another RUN."""


def merged(found: Removal, filled: Sequence[Filled]) -> Fix | None:
    """Move the removal into the RUN of the install, where it means the same there; None where that is not certain.

    It is where both stand in one stage, for one user, folder and shell, all the caches are of that one RUN, whose last
    words are those of a command, and nothing between the two needs or adds to what is removed.
    """
    first, run = filled[0], filled[0].run
    file = first.file
    text = file.text[found.run.body : found.run.end].strip()
    if any(each.run is not run for each in filled) or not is_only(found, filled) or not _is_movable(found, text):
        return None
    if not _can_take_more(file, run) or not _is_same(run, found.run):
        return None
    between = _between(first.stage, run, found.run)
    if between is None or any(_needs(file, each, found, filled) for each in between):
        return None
    if any(building.is_within(mount.target, folder) for mount in run.mounts for folder in _folders(found, filled)):
        return None
    edits = (Replace(file.path, run.end, run.end, _joined(file, run, text)), image_edits.without(file, found.run))
    return Fix("remove it in the RUN that fills it", Safety.SAFE, edits)


def is_needed(found: Removal, filled: Sequence[Filled]) -> bool:
    """Whether something between a removal and the caches may put other things there, which it has to remove too."""
    first = filled[0]
    between = _between(first.stage, first.run, found.run)
    if between is None:
        return True
    own = [each.command for each in filled]
    between = [each for each in between if not each.commands or any(command not in own for command in each.commands)]
    folders = _folders(found, filled)
    copied = (copy for copy in first.stage.copies if any(copy.instruction is each for each in between))
    is_copied = any(building.is_within(folder, copy.target) for copy in copied for folder in folders)
    return is_copied or any(_needs(first.file, each, found, filled) for each in between)


def is_only(found: Removal, filled: Sequence[Filled]) -> bool:
    """Whether all that the command removes are these caches: `/tmp/*` may be more than the cache that lies there."""
    folders = removing.removals(found.run, found.command)
    own = {each.place for each in filled}
    return all(
        any(building.covers(folder, each) for each in filled)
        and (folder in own or "/.cache/" in folder or folder.endswith(("/.cache", "/pkgs")))
        for folder in folders
    )


def _is_movable(found: Removal, text: str) -> bool:
    """Whether the RUN holds nothing but this command, written plainly."""
    run = found.run
    is_plain = not (run.json or run.heredocs or run.flags) and _PLAIN.fullmatch(text) is not None
    return is_plain and len(run.commands) == 1 and found.command.start == run.body and found.command.end == run.end


def _can_take_more(file: Dockerfile, run: Instruction) -> bool:
    """Whether ` && x` may be put at the end: no heredoc, no comment, no `&`, nothing that hides a failure."""
    if run.json or run.heredocs or not run.commands:
        return False
    ends = max(command.end for command in run.commands)
    hidden = any(UNPLACED not in command.swallowed for command in run.commands)
    return ends != UNPLACED and ends == run.end and not hidden and file.text[run.end - 1] not in "\\`&;"


def _is_same(run: Instruction, other: Instruction) -> bool:
    """Whether the two run for the same user, in the same folder and shell."""
    one, two = run.state, other.state
    moved = any(command.folder for command in run.commands)
    return (one.user, one.home, one.folder, one.shell) == (two.user, two.home, two.folder, two.shell) and not moved


def _between(stage: Stage, run: Instruction, other: Instruction) -> Sequence[Instruction] | None:
    """The instructions between two of one stage; None where the other is not in it."""
    places = [number for number, each in enumerate(stage.instructions) if each is run or each is other]
    return stage.instructions[places[0] + 1 : places[1]] if len(places) > 1 else None


def _needs(file: Dockerfile, each: Instruction, found: Removal, filled: Sequence[Filled]) -> bool:
    """Whether an instruction may use what is removed, or add to it.

    Where more than the cache itself is removed, a RUN may add to that: `~/.cache` is not pip's alone.
    """
    text = file.text[each.start : each.end]
    folders = _folders(found, filled)
    if any(folder in text for folder in folders) or ".cache" in text:
        return True
    if each.keyword != "RUN" or each.trigger:
        return False
    exact = all(folder in {one.place for one in filled} for folder in folders)
    managers = {one.manager for one in filled}
    return not exact or any(set(command.argv[:1]) & {*managers, "uvx"} for command in each.commands)


def _folders(found: Removal, filled: Sequence[Filled]) -> tuple[str, ...]:
    """What is removed; for a command of the manager's own, its cache."""
    return removing.removals(found.run, found.command) or tuple(each.place for each in filled if each.place)


def _joined(file: Dockerfile, run: Instruction, text: str) -> str:
    """The removal as it is put behind the last command: on a line of its own where the RUN has several."""
    written = file.text[run.start : run.end]
    if "\n" not in written:
        return f" && {text}"
    last = written.rpartition("\n")[2]
    indent = "".join(takewhile(str.isspace, last)) or "    "
    end = "\r\n" if "\r\n" in written else "\n"
    leads = last.lstrip().startswith("&&")
    return f" {file.escape}{end}{indent}&& {text}" if leads else f" && {file.escape}{end}{indent}{text}"
