"""What was done, as text."""

from __future__ import annotations

from collections.abc import Sequence

from kempt.model.disk import TRASH_DAYS
from kempt.model.plan import (
    MoveToTrash,
    Outcome,
    Receipt,
    RemoveTree,
    Result,
    RewriteBytecode,
    ShareFile,
    ShareStep,
    UnshareFile,
)
from kempt.report.columns import paint, wrap
from kempt.report.escape import visible
from kempt.report.history import MOST
from kempt.report.look import Look
from kempt.report.plan import describe
from kempt.report.quantity import count, size

_PAST = {
    "write": "wrote", "remove": "removed", "untrack": "untracked", "stage": "staged", "restore": "restored",
    "delete": "removed", "trash": "moved to the trash:", "bring back": "brought back",
    "share": "shared", "unshare": "gave blocks of its own to",
}  # fmt: skip
_NOT_DONE = {Result.REFUSED: "refused", Result.FAILED: "failed"}


def to_text(receipt: Receipt, look: Look) -> str:
    """A line for each thing done, then what was not and why, and the command that takes it back."""
    lines = [line for outcome in receipt.outcomes if outcome.result is Result.DONE for line in _done(outcome)]
    lines += _shared(receipt)
    failures = [_not_done(outcome, look) for outcome in receipt.outcomes if outcome.result in _NOT_DONE]
    left = [_warned("left as it is", f"{visible(left.path)}: {visible(left.reason)}", look) for left in receipt.left]
    lines += [*_first(failures, look), *_first(left, look)]
    if not lines:
        lines = ["Nothing was changed."]
    lines += ([""] if (amounts := weights(receipt, look)) else []) + amounts
    if receipt.journal and can_go_back(receipt):
        lines += ["", f"Take it back with `kempt undo {visible(receipt.journal)}`."]
    elif any(isinstance(each.step, UnshareFile) and each.result is Result.DONE for each in receipt.outcomes):
        lines += ["", "`kempt dedupe` lets them share again."]
    return "".join(f"{line}\n" for line in lines)


def _first(lines: Sequence[str], look: Look) -> list[str]:
    """A few lines of one kind, where there are many, and how many more there are."""
    if look.verbose or len(lines) <= MOST:
        return list(lines)
    return [*lines[:MOST], f"and {len(lines) - MOST:,} more like these; -v lists all"]


def stopped(receipts: Sequence[Receipt], columns: int) -> str:
    """What was done before a run was stopped, and how to take it back; the next run removes what is half removed."""
    outcomes = tuple(outcome for receipt in receipts for outcome in receipt.outcomes)
    undo = [receipt.journal for receipt in receipts if receipt.journal and can_go_back(receipt)]
    look = Look(columns)
    lines = weights(Receipt(outcomes, undo[0] if undo else receipts[-1].journal), look)
    commands = " and ".join(f"`kempt undo {visible(each)}`" for each in undo)
    lines += wrap(f"Take back what was done by then with {commands}.", columns) if undo else []
    return "".join(f"{line}\n" for line in lines)


def weights(receipt: Receipt, look: Look) -> list[str]:
    """What was freed for good, and what is held in the trash and until when; in bytes and in files.

    The command that empties the trash names what `look.target` names.
    """
    freed = [each for each in receipt.outcomes if isinstance(each.step, RemoveTree) and (each.files or each.bytes)]
    held = [each for each in receipt.outcomes if isinstance(each.step, MoveToTrash) and each.result is Result.DONE]
    lines = [f"Freed {_sum(freed)}."] if freed else []
    if held:
        until = _day_after(receipt.journal, TRASH_DAYS)
        purge = visible(f"kempt clean --purge{look.target and f' {look.target}'}")
        lines += wrap(f"{_sum(held)} held in the trash until {until}; `{purge}` frees that now.", look.width)
    return lines


def can_go_back(receipt: Receipt) -> bool:
    """Whether something was done that undo can take back: what is removed for good cannot, and need not be."""
    return any(
        each.result is Result.DONE
        and not isinstance(each.step, RemoveTree | UnshareFile)
        and not (isinstance(each.step, RewriteBytecode) and each.step.back)
        for each in receipt.outcomes
    )


def _sum(outcomes: Sequence[Outcome]) -> str:
    return f"{size(sum(each.bytes for each in outcomes))} in {count(sum(each.files for each in outcomes), 'file')}"


def _day_after(journal: str, days: int) -> str:
    """A day counted from that of a change, whose id begins with it."""
    from datetime import date, timedelta

    return f"{date.fromisoformat(journal[:8]) + timedelta(days):%Y-%m-%d}"


def _shared(receipt: Receipt) -> list[str]:
    """How many files share blocks now, or no longer do: they are too many for a line each."""
    lines = []
    for kind, words in (
        (ShareFile, "Shared"),
        (UnshareFile, "Gave blocks of their own to"),
        (RewriteBytecode, "Rewrote the bytecode in"),
    ):
        done = [each for each in receipt.outcomes if isinstance(each.step, kind) and each.result is Result.DONE]
        lines += [f"{words} {count(len(done), 'file')} ({size(sum(each.bytes for each in done))})."] * bool(done)
    return lines


def _done(outcome: Outcome) -> list[str]:
    if isinstance(outcome.step, ShareStep):
        return []
    if isinstance(outcome.step, RemoveTree):  # what went is told by what was there, not by what was planned
        return [f"removed {visible(outcome.step.path)} ({_sum((outcome,))})"]
    return [f"{_PAST[verb]} {name}{amount and f' ({amount})'}" for verb, name, amount in describe(outcome.step)]


def _not_done(outcome: Outcome, look: Look) -> str:
    """One line for a step, whatever it would have touched: why it was not done matters more."""
    first, *others = [f"{verb} {name}" for verb, name, _ in describe(outcome.step)] or ["nothing"]
    what = f"{first} and {len(others):,} more" if others else first
    why = outcome.detail.removeprefix(f"{getattr(outcome.step, 'path', '')}: ")  # the path is named once
    return _warned(_NOT_DONE[outcome.result], f"{what}: {visible(why)}" if why else what, look)


def _warned(word: str, text: str, look: Look) -> str:
    return f"{paint(f'{word}:', 'yellow', on=look.color)} {text}"
