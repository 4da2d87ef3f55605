"""What kempt changed lately, as text."""

from __future__ import annotations

from collections.abc import Sequence

from kempt.model.journal import IndexEdit, Journal
from kempt.report.columns import pad, paint, width
from kempt.report.escape import visible
from kempt.report.look import Look
from kempt.report.quantity import count


def to_text(journals: Sequence[Journal], look: Look) -> str:
    """A line for each change, the last first: its id, when, by which command, how much, and what became of it."""
    if not journals:
        return "kempt changed nothing in this repository in the last 30 days.\n"
    rows = [(journal.header.id, when(journal), visible(journal.header.why), _extent(journal)) for journal in journals]
    widths = [max(width(row[column]) for row in rows) for column in range(4)]
    lines = []
    for journal, row in zip(journals, rows, strict=True):
        cells = [pad(cell, columns) for cell, columns in zip(row, widths, strict=True)]
        cells[0] = paint(cells[0], "dim" if journal.undone else "bold", on=look.color)
        lines.append("   ".join([*cells, _fate(journal)]).rstrip())
    return "".join(f"{line}\n" for line in lines)


def heading(journal: Journal, look: Look) -> str:
    """What is about to be taken back."""
    what = paint(visible(journal.header.why), "bold", on=look.color)
    stopped = "" if journal.finished else ", which was stopped on the way"
    return f"{what}, {when(journal)}{stopped}"


def when(journal: Journal) -> str:
    """When a change was made: its id begins with the time, in UTC."""
    day, time = journal.header.id.split("-")[:2]
    return f"{day[:4]}-{day[4:6]}-{day[6:]} {time[:2]}:{time[2:4]} UTC"


def _extent(journal: Journal) -> str:
    files = sum(not isinstance(intent, IndexEdit) for intent in journal.intents)
    entries = sum(len(intent.changes) for intent in journal.intents if isinstance(intent, IndexEdit))
    parts = [count(files, "file")] * bool(files) + [count(entries, "index entry", "index entries")] * bool(entries)
    return ", ".join(parts) or "nothing"


def _fate(journal: Journal) -> str:
    if journal.undone:
        return "taken back"
    return "" if journal.finished else "stopped on the way"
