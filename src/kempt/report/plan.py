"""A plan as text: what a dry run prints, and what `--diff` prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import assert_never

from kempt.model.plan import (
    MoveToTrash,
    Plan,
    RemoveFile,
    RemoveTree,
    RestoreFromTrash,
    RestoreIndex,
    RewriteBytecode,
    ShareFile,
    ShareStep,
    Step,
    TreeStep,
    UnshareFile,
    UpdateIndex,
    WriteFile,
)
from kempt.report.columns import pad, paint, width
from kempt.report.escape import visible
from kempt.report.look import Look
from kempt.report.quantity import count, size
from kempt.report.untracked import groups

_Row = tuple[str, str, str]  # the verb, what it is done to, how much of it
_DIFF_COLORS = {"@": "cyan", "+": "green", "-": "red"}
_WIDEST = 48
_SHARING: dict[type[ShareStep], str] = {ShareFile: "share", UnshareFile: "unshare", RewriteBytecode: "rewrite"}
_WHOLE: dict[type[TreeStep], str] = {RemoveTree: "delete", MoveToTrash: "trash", RestoreFromTrash: "bring back"}


def to_text(plan: Plan, look: Look) -> str:
    """A line for each thing that will be done, folders instead of their files, and the counts."""
    rows = [row for step in plan.steps if not isinstance(step, ShareStep) for row in describe(step)]
    rows += _sharing(plan)
    if not rows:
        return "Nothing to do.\n"
    verbs = max(len(verb) for verb, _, _ in rows)
    names = max((width(name) for _, name, _ in rows if width(name) <= _WIDEST), default=0)
    lines = [f"{visible(plan.why)} will:", ""]
    for verb, name, amount in rows:
        shown = paint(verb, "cyan", on=look.color) + " " * (verbs - len(verb))
        lines.append(f"  {shown}  {pad(name, names)}   {amount}".rstrip())
    return "".join(f"{line}\n" for line in [*lines, "", _totals(plan)])


def to_diff(plan: Plan, before: Mapping[str, bytes], look: Look) -> str:
    """The changes of files as a unified diff, then a comment for each change of git's index alone.

    `before` holds the contents that the plan found, by path. Characters that a terminal would obey are spelled out.
    """
    lines: list[str] = []
    for step in plan.steps:
        if isinstance(step, WriteFile):
            lines += _diff(step.path, before.get(step.path), step.content)
        elif isinstance(step, RemoveFile):
            lines += _diff(step.path, before.get(step.path, b""), None)
        else:
            lines += (f"# {verb} {name}  {amount}".rstrip() for verb, name, amount in describe(step))
    return "".join(f"{_painted(line, look)}\n" for line in lines)


def describe(step: Step) -> Iterator[_Row]:
    """What a step does, as rows of a table."""
    match step:
        case WriteFile():
            new = "new file, " if step.expect is None else ""
            yield "write", visible(step.path), f"{new}{count(len(step.content.splitlines()), 'line')}"
        case RemoveFile():
            yield "remove", visible(step.path), ""
        case UpdateIndex():
            yield from _describe_update(step)
        case RestoreIndex():
            for group in groups(change.path for change in step.changes):
                yield "restore", visible(group.name), f"{count(group.files, 'entry', 'entries')} of git's index"
        case RemoveTree() | MoveToTrash() | RestoreFromTrash():
            weight = f"{count(step.files, 'file')}, {size(step.bytes)}" if step.files or step.bytes else ""
            yield _WHOLE[type(step)], visible(step.path), weight
        case ShareFile() | UnshareFile() | RewriteBytecode():
            with_ = f"with {visible(step.keep)}" if isinstance(step, ShareFile) else size(step.bytes)
            yield _SHARING[type(step)], visible(step.path), with_
        case _:
            assert_never(step)


def _sharing(plan: Plan) -> Iterator[_Row]:
    """Files that share blocks, or no longer do, are many: one row for each environment, one for the rest."""
    for kind, verb in _SHARING.items():
        amounts: dict[str, tuple[int, int]] = {}
        for step in plan.steps:
            if isinstance(step, kind):
                files, bytes_ = amounts.get(step.environment, (0, 0))
                amounts[step.environment] = (files + 1, bytes_ + step.bytes)
        for place, (files, bytes_) in amounts.items():
            yield verb, visible(place or "."), f"{count(files, 'file')}, {size(bytes_)}"


def _describe_update(step: UpdateIndex) -> Iterator[_Row]:
    for group in groups(entry.path for entry in step.remove):
        yield "untrack", visible(group.name), f"{count(group.files, 'file')}, kept on disk"
    for path, _ in step.add:
        yield "stage", visible(path), ""


def _totals(plan: Plan) -> str:
    written = sum(isinstance(step, WriteFile) for step in plan.steps)
    removed = sum(isinstance(step, RemoveFile) for step in plan.steps)
    untracked = sum(len(step.remove) for step in plan.steps if isinstance(step, UpdateIndex))
    staged = sum(len(step.add) for step in plan.steps if isinstance(step, UpdateIndex))
    restored = sum(len(step.changes) for step in plan.steps if isinstance(step, RestoreIndex))
    parts = [
        f"{count(number, 'file')} to {verb}"
        for number, verb in ((written, "write"), (removed, "remove"), (untracked, "untrack"), (staged, "stage"))
        if number
    ]
    if restored:
        parts.append(f"{count(restored, 'index entry', 'index entries')} to restore")
    parts += _whole(plan)
    shared = sum(isinstance(step, ShareFile) for step in plan.steps)
    own = sum(isinstance(step, UnshareFile) for step in plan.steps)
    rewritten = sum(isinstance(step, RewriteBytecode) for step in plan.steps)
    parts += [f"{count(shared, 'file')} to share"] * bool(shared)
    parts += [f"{count(rewritten, 'bytecode file')} to rewrite"] * bool(rewritten)
    parts += [f"{count(own, 'file')} to get blocks of {'its' if own == 1 else 'their'} own"] * bool(own)
    gone = removed or any(isinstance(step, RemoveTree) for step in plan.steps)
    return "; ".join(
        filter(None, (", ".join(parts), f"{'no other file' if gone else 'no file'} is deleted from disk."))
    )


def _whole(plan: Plan) -> Iterator[str]:
    """How many files and folders are taken whole, and what they weigh."""
    for kind, words in ((RemoveTree, "delete"), (MoveToTrash, "move to the trash"), (RestoreFromTrash, "bring back")):
        steps = [step for step in plan.steps if isinstance(step, kind)]
        if steps:
            yield f"{size(sum(step.bytes for step in steps))} in {count(len(steps), 'place')} to {words}"


def _diff(path: str, old: bytes | None, new: bytes | None) -> Iterator[str]:
    from difflib import unified_diff

    lines = unified_diff(
        _lines(old), _lines(new),
        "/dev/null" if old is None else f"a/{path}", "/dev/null" if new is None else f"b/{path}",
    )  # fmt: skip
    for line in lines:
        text = line.removesuffix("\n")
        end = "\r" if text.endswith("\r") else ""  # the file's own line ends: without them the patch does not apply
        yield visible(text.removesuffix("\r"), keep="\t") + end
        if text == line:
            yield "\\ No newline at end of file"


def _lines(content: bytes | None) -> list[str]:
    """Lines as a diff counts them: only a line feed ends one."""
    *lines, last = (content or b"").decode("utf-8", "surrogateescape").split("\n")
    return [f"{line}\n" for line in lines] + ([last] if last else [])


def _painted(line: str, look: Look) -> str:
    style = "bold" if line.startswith(("--- ", "+++ ")) else _DIFF_COLORS.get(line[:1], "")
    return paint(line, style, on=look.color) if style else line
