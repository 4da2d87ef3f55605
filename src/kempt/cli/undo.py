"""`kempt undo`: takes the last change back, shown first."""

from __future__ import annotations

from argparse import ArgumentParser

from kempt.cli import output
from kempt.cli.options import LookArgs, add_agreement, add_looks, look_of, quoted
from kempt.engine.undo import history, plan_undo, undo
from kempt.errors import UsageError
from kempt.report import history as past
from kempt.report import plan as plans
from kempt.report import receipt as receipts


class Args(LookArgs):
    """The arguments of `kempt undo`."""

    id: str | None
    list: bool
    yes: bool
    dry_run: bool


def add_arguments(parser: ArgumentParser) -> None:
    """Which change."""
    parser.add_argument("id", nargs="?", metavar="ID", help="the change; if left out, the last one")
    parser.add_argument("--list", action="store_true", help="list what kempt changed here")
    add_agreement(parser)
    add_looks(parser)


def run(args: Args) -> int:
    """Show what goes back, then do it: at a terminal after asking. 1 where something could not be taken back."""
    look = look_of(args)
    if args.list:
        output.emit(past.to_text(history("."), look))
        return 0
    if args.id == "":
        raise UsageError("the id is empty", hint="kempt undo --list shows the ids")
    shown = plan_undo(".", args.id or "")
    output.emit(past.passed(shown.passed, look))
    output.emit(f"{past.heading(shown.journal, look)}\n\n{plans.to_text(shown.plan, look)}")
    output.emit(past.needless(shown.needless))
    output.emit(past.edited(shown.plan, look))
    output.emit(past.left_alone(shown.left, look))
    output.emit(past.short(shown.short, look))
    if args.dry_run or (not args.yes and output.can_ask() and not output.ask("\nTake it back?")):
        return 0
    receipt = undo(shown)
    told = frozenset(shown.left)
    late = receipt._replace(left=tuple(each for each in receipt.left if each not in told))
    output.emit("\n" + receipts.to_text(late, look._replace(target=quoted(shown.plan.root))))
    return 0 if receipt.ok and not receipt.left else 1
