"""What is in the trash, as text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from kempt.model.disk import Trash
from kempt.model.plan import Receipt, Result
from kempt.report.columns import pad, paint, width
from kempt.report.escape import visible
from kempt.report.look import Look
from kempt.report.quantity import count, size

_SHOWN = 3


def to_text(held: Sequence[Trash], look: Look) -> str:
    """A line for each trash, the oldest first: what it weighs, until when it stays, where it is and what is in it."""
    if not held:
        return "Nothing is in the trash here.\n"
    rows = [
        (
            size(each.weight.bytes),
            count(each.weight.files, "file"),
            _until(each),
            f"{visible(each.path)}: {_what(each)}",
        )
        for each in held
    ]
    widths = [max(width(row[column]) for row in rows) for column in range(3)]
    lines = []
    for row in rows:
        numbers = (" " * (columns - width(cell)) + cell for cell, columns in zip(row[:2], widths, strict=False))
        lines.append("  ".join(["", *numbers, pad(row[2], widths[2]), row[3]]).rstrip())
    return "".join(f"{line}\n" for line in [*lines, "", f"{_sum(held)} in the trash."])


def how_to_go_on(target: str) -> str:
    """The command that does what was shown; `target` is the paths it was given, quoted for a shell."""
    command = " ".join(filter(None, ("kempt clean --purge", target, "--yes")))
    return f"Nothing is removed yet: `{visible(command)}` does it.\n"


def day(seconds: float) -> str:
    """A day of UTC, as people sort it."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d}"


def emptied(receipts: Sequence[Receipt], look: Look) -> str:
    """What purging freed, and what it could not remove."""
    outcomes = [outcome for receipt in receipts for outcome in receipt.outcomes]
    files = sum(each.files for each in outcomes)
    freed = size(sum(each.bytes for each in outcomes))
    lines = [f"Freed {freed} in {count(files, 'file')} of the trash."] if files or outcomes else []
    lines += [
        f"{paint(f'{each.result}:', 'yellow', on=look.color)} {visible(each.detail)}"
        for each in outcomes
        if each.result is not Result.DONE
    ]
    return "".join(f"{line}\n" for line in lines or ["Nothing was removed."])


def going(held: Sequence[Trash]) -> str:
    """One line of a dry run: what the run itself would purge because its days are over."""
    return f"{_sum(held)} in the trash, held there long enough, {'goes' if len(held) == 1 else 'go'} with it.\n"


def _sum(held: Sequence[Trash]) -> str:
    files = count(sum(each.weight.files for each in held), "file")
    return f"{size(sum(each.weight.bytes for each in held))} in {files}"


def _until(trash: Trash) -> str:
    return f"until {day(trash.until)}" if trash.made else "left of a removal"


def _what(trash: Trash) -> str:
    shown = ", ".join(visible(name) for name in trash.things[:_SHOWN])
    more = len(trash.things) - _SHOWN
    if not shown:
        return "nothing" if trash.made else "what could not be removed"
    return f"{shown} and {more:,} more" if more > 0 else shown
