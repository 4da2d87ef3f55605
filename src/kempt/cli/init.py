"""`kempt init`: the ignore rules that the project's tools need, shown first."""

from __future__ import annotations

from argparse import ArgumentParser

from kempt.cli import output
from kempt.cli.options import OutputArgs, add_agreement, add_looks, look_of
from kempt.engine.apply import apply
from kempt.engine.preview import contents_before
from kempt.engine.project.init import plan_init
from kempt.errors import KemptError
from kempt.report import plan as plans
from kempt.report import receipt as receipts


class Args(OutputArgs):
    """The arguments of `kempt init`."""

    path: str
    yes: bool
    dry_run: bool


def add_arguments(parser: ArgumentParser) -> None:
    """Which project, and whether to ask."""
    parser.add_argument("path", nargs="?", default=".", metavar="PATH", help="a folder of the project")
    add_agreement(parser)
    add_looks(parser)


def run(args: Args) -> int:
    """Show what is missing, and write it if that is agreed to."""
    try:
        plan = plan_init(args.path)
    except KemptError as error:
        if error.code != "KPT003":
            raise
        raise KemptError(error.message, hint="git init makes it one", code=error.code) from error
    if not plan.steps:
        output.emit("Nothing to do: the ignore rules have every line that this project's tools need.\n")
        return 0
    look = look_of(args)
    output.emit(f"{plans.to_text(plan, look)}\n{plans.to_diff(plan, contents_before(plan), look)}\n")
    if args.dry_run or not agreed(args, "kempt init"):
        return 0
    receipt = apply(plan)
    output.emit(receipts.to_text(receipt, look))
    return 0 if receipt.ok else 1


def agreed(args: Args, command: str) -> bool:
    """Whether the plan is to be carried out: by --yes, or by a person who is asked; else the command is told."""
    if args.yes:
        return True
    if output.can_ask():
        return output.ask("Write this?")
    output.emit(f"Nothing is written yet: `{command} --yes` does it.\n")
    return False
