"""Removing environments, as text: what would go to the trash, what stays and why, and what was done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kempt.model.disk import TRASH_DAYS
from kempt.model.envs import Environment, Removal
from kempt.model.plan import Receipt, Result
from kempt.report.clean import not_done
from kempt.report.columns import paint, wrap
from kempt.report.envs import Listing, shown_path, table
from kempt.report.escape import visible
from kempt.report.look import Look
from kempt.report.quantity import count, size
from kempt.report.receipt import weights


def planned(removal: Removal, listing: Listing, look: Look) -> str:
    """What would be moved to the trash, and what stays although it was asked for, with the reason."""
    shown = removal.environments if not look.quiet else ()
    lines = [*table(listing._replace(shown=shown), look), ""] if shown else []
    stays = [line for each in removal.spared for line in _stays(each.path, each.reason, listing, look)]
    lines += [*stays, ""] if stays else []
    if not removal.environments:
        lines.append("No environment goes.")
    elif not look.quiet:
        lines.append(f"{extent(removal.environments)}: to the trash for {TRASH_DAYS} days.")
    if removal.environments and not listing.listed.sees_processes:
        lines += wrap("This system does not tell which of them a process uses: look before you agree.", look.width)
    return "".join(f"{line}\n" for line in lines)


def how_to_go_on(look: Look, filters: str) -> str:
    """The command that does what was shown."""
    target = f" {look.target}" if look.target else ""
    return f"Nothing is removed yet: `{visible(f'kempt envs{target} {filters} --remove --yes')}` does it.\n"


def done(receipts: Sequence[Receipt], late: Removal, listing: Listing, look: Look) -> str:
    """What is held in the trash and until when, what was not moved and why, and the command that takes it back.

    `late` has spared what came into use after the plan was shown; `look.target` names the folders that hold the trash.
    """
    outcomes = tuple(outcome for receipt in receipts for outcome in receipt.outcomes)
    moved = [outcome for outcome in outcomes if outcome.result is Result.DONE]
    undo = [each.journal for each in receipts if each.journal]
    lines = [f"Moved {count(len(moved), 'environment')} to the trash."] if moved else ["Nothing was removed."]
    lines += weights(Receipt(outcomes, undo[0] if undo else ""), look)
    lines += [line for each in late.spared for line in _stays(each.path, each.reason, listing, look)]
    for each in outcomes:
        if each.result is not Result.DONE:
            text = f"{each.result.value}: {not_done(getattr(each.step, 'path', ''), each.detail)}"
            lines.append(paint(text, "yellow", on=look.color))
    commands = " and ".join(f"`kempt undo {visible(each)}`" for each in undo)
    lines += wrap(f"Take it back with {commands}.", look.width) if undo else []
    return "".join(f"{line}\n" for line in lines)


def question(environments: Sequence[Environment]) -> str:
    """What a person is asked."""
    which = "it" if len(environments) == 1 else f"these {len(environments):,} environments"
    return f"Move {which} to the trash?"


def extent(environments: Sequence[Environment]) -> str:
    """How many, and how much: "3 environments, 412 MB in 31,221 files"."""
    what = count(len(environments), "environment")
    weights = [each.weight for each in environments if each.weight is not None]
    if not weights:
        return what
    return (
        f"{what}, {size(sum(each.bytes for each in weights))} in {count(sum(each.files for each in weights), 'file')}"
    )


def _stays(path: str, reason: str, listing: Listing, look: Look) -> Iterator[str]:
    first, *others = wrap(f"{shown_path(path, listing)} stays: {visible(reason)}", look.width)
    yield paint(first, "dim", on=look.color)
    yield from (paint(f"    {line}", "dim", on=look.color) for line in others)
