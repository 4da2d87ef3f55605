"""What kempt changed lately, as text."""

from __future__ import annotations

from collections.abc import Sequence

from kempt.model.journal import (
    BytecodeChange,
    Fate,
    FileChange,
    IndexEdit,
    Journal,
    LoneChange,
    ShareChange,
    Shortage,
    TreeChange,
)
from kempt.model.plan import Left, Plan, UnshareFile
from kempt.report.columns import pad, paint, width, wrap
from kempt.report.escape import visible
from kempt.report.look import Look
from kempt.report.quantity import count, size

MOST = 10
"""So many lines of one kind are shown at most, unless more is asked for."""
_FATES = {Fate.REMOVED: "removed", Fate.TRASHED: "to the trash", Fate.RESTORED: "brought back"}


def to_text(journals: Sequence[Journal], look: Look) -> str:
    """A line for each change, the last first: its id, when, by which command, how much, and what became of it.

    Two lines where one would be wider than the terminal: how much comes below then.
    """
    if not journals:
        return "kempt changed nothing here in the last 30 days.\n"
    somewhere = len({journal.header.root for journal in journals}) > 1
    names = [(journal.header.id, when(journal), visible(journal.header.why)) for journal in journals]
    rest = [
        (_extent(journal), *((visible(journal.header.root),) if somewhere else ()), _fate(journal))
        for journal in journals
    ]
    rows = _columns([(*name, *more) for name, more in zip(names, rest, strict=True)])
    if max(map(width, rows)) > look.width:
        below = ["; ".join(filter(None, more)) for more in rest]
        rows = [
            "\n".join((line, *(f"    {part}" for part in wrap(more, look.width - 4))))
            for line, more in zip(_columns(names), below, strict=True)
        ]
    styles = ["dim" if journal.undone else "bold" for journal in journals]
    return "".join(
        f"{paint(row[: len(name[0])], style, on=look.color)}{row[len(name[0]) :]}\n"
        for row, name, style in zip(rows, names, styles, strict=True)
    )


def passed(journals: Sequence[Journal], look: Look) -> str:
    """The changes that are passed over because nothing of them is in the trash any more, a line for each."""
    texts = (
        f"passed over: {heading(each, look._replace(color=False))}: not in the trash any more" for each in journals
    )
    return "".join(f"{line}\n" for text in texts for line in wrap(text, look.width))


def heading(journal: Journal, look: Look) -> str:
    """What is about to be taken back."""
    what = paint(visible(journal.header.why), "bold", on=look.color)
    whole = any(isinstance(intent, LoneChange) for intent in journal.intents)
    where = f" in {visible(journal.header.root)}" if whole else ""
    stopped = "" if journal.finished else ", which was stopped on the way"
    return f"{what}{where}, {when(journal)}{stopped}"


def needless(number: int) -> str:
    """Why some of a change is not taken back, as a line; nothing where all of it can be."""
    if not number:
        return ""
    things, them = ("1 thing", "it") if number == 1 else (f"{number:,} things", "them")
    return f"not brought back: {things} removed for good; the tools that made {them} do so again by themselves\n"


def left_alone(left: Sequence[Left], look: Look) -> str:
    """What is not taken back and why, a line for each; the first ones, unless the report is to say more."""
    shown = left if look.verbose else left[:MOST]
    lines = [f"left as it is: {visible(each.path)}: {visible(each.reason)}" for each in shown]
    if len(left) > len(shown):
        lines.append(f"left as they are: {len(left) - len(shown):,} more; -v lists all")
    return "".join(f"{line}\n" for line in lines)


def edited(plan: Plan, look: Look) -> str:
    """What becomes of linked files that were edited since; nothing where there are none."""
    number = sum(isinstance(step, UnshareFile) and step.edited for step in plan.steps)
    if not number:
        return ""
    words = (
        f"{count(number, 'path')} of these {'was' if number == 1 else 'were'} edited since, by one of the names that "
        "lead to the same file: each name gets a file of its own with what it holds today."
    )
    return "".join(f"{line}\n" for line in wrap(words, look.width))


def short(shortages: Sequence[Shortage], look: Look) -> str:
    """Where there is less room than the copies need."""
    texts = (
        f"There is no room for that: it needs {size(each.needs)}, and {size(each.free)} are free in "
        f"{visible(each.folder)}. What finds no place stays as it is; make room and undo once more."
        for each in shortages
    )
    return "".join(f"{line}\n" for text in texts for line in wrap(text, look.width))


def when(journal: Journal) -> str:
    """When a change was made: its id begins with the time, in UTC."""
    day, time = journal.header.id.split("-")[:2]
    return f"{day[:4]}-{day[4:6]}-{day[6:]} {time[:2]}:{time[2:4]} UTC"


def _columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    return ["   ".join(map(pad, row, widths)).rstrip() for row in rows]


def _extent(journal: Journal) -> str:
    files = sum(isinstance(intent, FileChange) for intent in journal.intents)
    entries = sum(len(intent.changes) for intent in journal.intents if isinstance(intent, IndexEdit))
    parts = [count(files, "file")] * bool(files) + [count(entries, "index entry", "index entries")] * bool(entries)
    for fate, words in _FATES.items():
        taken = [each for each in journal.intents if isinstance(each, TreeChange) and each.fate is fate]
        if taken:
            parts.append(f"{len(taken):,} {words}{_amount(taken)}")
    for unshared, words in ((False, "shared"), (True, "with blocks of their own again")):
        shared = [each for each in journal.intents if isinstance(each, ShareChange) and each.unshared is unshared]
        if shared:
            parts.append(f"{count(len(shared), 'file')} {words}{_amount(shared)}")
    rewritten = [each for each in journal.intents if isinstance(each, BytecodeChange)]
    parts += [f"{count(len(rewritten), 'bytecode file')} rewritten{_amount(rewritten)}"] * bool(rewritten)
    return ", ".join(parts) or "nothing"


def _amount(changes: Sequence[LoneChange]) -> str:
    weight = sum(each.bytes for each in changes)
    return f" ({size(weight)})" if weight else ""


def _fate(journal: Journal) -> str:
    if journal.undone:
        return "taken back"
    return "" if journal.finished else "stopped on the way"
