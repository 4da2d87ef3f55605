"""`kempt prune`: takes out of download caches what was not used for long, or what is over a budget."""

from __future__ import annotations

from argparse import ArgumentParser

from kempt.cli import output
from kempt.cli.agreement import AgreementArgs, is_told
from kempt.cli.amounts import AGES, age, size
from kempt.cli.options import (
    OutputArgs,
    add_agreement,
    add_output,
    add_progress,
    deliver,
    format_of,
    quoted,
    report_look,
)
from kempt.engine.disk.caches.prune import plan_prune, prune
from kempt.errors import UsageError
from kempt.model.caches import PruneReceipt, PruneWishes
from kempt.report import prune as report
from kempt.report.escape import visible

FORMATS = ("text", "json")


class Args(OutputArgs, AgreementArgs):
    """The arguments of `kempt prune`."""

    tool: list[str]
    older_than: str | None
    max_size: str | None
    ci: bool
    all: bool
    no_progress: bool


def add_arguments(parser: ArgumentParser) -> None:
    """What goes, and how the result looks."""
    what = parser.add_argument_group("what goes")
    what.add_argument("--tool", action="append", default=[], metavar="NAME", help="only this tool's; repeatable")
    what.add_argument("--older-than", metavar="AGE", help=f"what was not used for so long: {AGES}")
    what.add_argument(
        "--max-size", metavar="SIZE",
        help="what was used least recently, until these caches together are not larger: 5GB, 500MB",
    )  # fmt: skip
    what.add_argument("--ci", action="store_true", help="all that was downloaded; what was built from source stays")
    what.add_argument("--all", action="store_true", help="everything that kempt knows how to remove")
    add_agreement(parser)
    add_progress(add_output(parser, FORMATS))


def run(args: Args) -> int:
    """Show what goes, and take it with `--yes`. 1 where something could not be removed."""
    if args.ci and args.all:
        raise UsageError("--ci and --all contradict each other", hint="kempt prune --help")
    chosen = format_of(args, FORMATS)
    older_than = None if args.older_than is None else age(args.older_than)
    max_size = None if args.max_size is None else size(args.max_size)
    wishes = PruneWishes(older_than, max_size, args.ci, args.all)
    tell = output.progress if not (args.quiet or args.no_progress) else lambda _: None
    receipt = None
    try:
        plan = plan_prune(wishes, args.tool, tell)
        output.progress("")
        if chosen == "text" and not args.quiet:
            deliver(args, report.to_text(plan, report_look(args, "prune")))
        if is_told(args):
            receipt = prune(plan, tell)
    finally:
        output.progress("")
    if chosen == "json":
        deliver(args, report.to_json(plan, receipt), chosen)
    elif any(each.chosen for each in plan.plans):
        _close(args, receipt)
    return 0 if receipt is None else max(int(not receipt.ok), _empty_trash(args, silent=chosen == "json" or args.quiet))


def _empty_trash(args: Args, *, silent: bool) -> int:
    """Remove what other commands moved to the trash, where it was held long enough. 1 where that failed."""
    from kempt.cli.purging import expire

    emptied, failed = expire(report_look(args, "prune"), agreed=True)
    if failed or not silent:
        output.emit(emptied)
    return failed


def _close(args: Args, receipt: PruneReceipt | None) -> None:
    if receipt is not None and args.quiet and receipt.ok:
        return
    if receipt is not None:
        output.emit(("" if args.quiet else "\n") + report.receipt_to_text(receipt, report_look(args, "prune")))
    elif not args.quiet:
        output.emit(f"Nothing is removed yet: `{visible(f'kempt prune{_words(args)} --yes')}` does it.\n")


def _words(args: Args) -> str:
    """The options that say what goes, as they were typed."""
    words = [f"--tool {quoted(name)}" for name in args.tool]
    words += [f"--older-than {quoted(args.older_than)}"] if args.older_than is not None else []
    words += [f"--max-size {quoted(args.max_size)}"] if args.max_size is not None else []
    words += ["--ci"] * args.ci + ["--all"] * args.all
    return "".join(f" {word}" for word in words)
