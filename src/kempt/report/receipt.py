"""What was done, as text."""

from __future__ import annotations

from kempt.model.plan import Outcome, Receipt, Result
from kempt.report.columns import paint
from kempt.report.escape import visible
from kempt.report.look import Look
from kempt.report.plan import describe

_PAST = {"write": "wrote", "remove": "removed", "untrack": "untracked", "stage": "staged", "restore": "restored"}
_NOT_DONE = {Result.REFUSED: "refused", Result.FAILED: "failed"}


def to_text(receipt: Receipt, look: Look) -> str:
    """A line for each thing done, then what was not and why, and the command that takes it back."""
    lines = [line for outcome in receipt.outcomes if outcome.result is Result.DONE for line in _done(outcome)]
    lines += [_not_done(outcome, look) for outcome in receipt.outcomes if outcome.result in _NOT_DONE]
    lines += [_warned("left as it is", f"{visible(left.path)}: {visible(left.reason)}", look) for left in receipt.left]
    if not lines:
        lines = ["Nothing was changed."]
    if receipt.journal:
        lines += ["", f"Take it back with `kempt undo {visible(receipt.journal)}`."]
    return "".join(f"{line}\n" for line in lines)


def _done(outcome: Outcome) -> list[str]:
    return [f"{_PAST[verb]} {name}{amount and f' ({amount})'}" for verb, name, amount in describe(outcome.step)]


def _not_done(outcome: Outcome, look: Look) -> str:
    """One line for a step, whatever it would have touched: why it was not done matters more."""
    first, *others = [f"{verb} {name}" for verb, name, _ in describe(outcome.step)] or ["nothing"]
    what = f"{first} and {len(others):,} more" if others else first
    return _warned(_NOT_DONE[outcome.result], f"{what}: {visible(outcome.detail)}" if outcome.detail else what, look)


def _warned(word: str, text: str, look: Look) -> str:
    return f"{paint(f'{word}:', 'yellow', on=look.color)} {text}"
