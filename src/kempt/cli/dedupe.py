"""`kempt dedupe`: duplicate files come to share what they occupy, shown first."""

from __future__ import annotations

from argparse import ArgumentParser

from kempt.cli import output
from kempt.cli.options import (
    ProgressArgs,
    add_agreement,
    add_output,
    add_progress,
    deliver,
    format_of,
    number_of,
    quoted,
    report_look,
)
from kempt.engine.disk.dedupe.plan import carry_out, plan_dedupe, silent
from kempt.engine.surroundings import processors
from kempt.model.dedupe import Dedupe, DedupeWishes
from kempt.model.plan import Result
from kempt.report import dedupe as shown

FORMATS = ("text", "json")


class Args(ProgressArgs):
    """The arguments of `kempt dedupe`."""

    paths: list[str]
    hardlink: bool
    verify: bool
    any: bool
    bytecode: bool
    prevent: bool
    jobs: str | None
    yes: bool
    dry_run: bool


def add_arguments(parser: ArgumentParser) -> None:
    """Where, and how."""
    parser.add_argument(
        "paths", nargs="*", default=[], metavar="PATH", help="folders to look in; if left out, the current one"
    )
    how = parser.add_argument_group("how")
    linked = "where the file system shares no blocks, make names of one file: an edit of one reaches all"
    how.add_argument("--hardlink", action="store_true", help=linked)
    how.add_argument("--verify", action="store_true", help="read every candidate for the plan, not only to share it")
    how.add_argument("--any", action="store_true", help="all files of the folders, not those of environments alone")
    alike = "make bytecode of the same source the same, so that it shares too; sources agree on one time of last change"
    how.add_argument("--bytecode", action="store_true", help=alike)
    how.add_argument("--prevent", action="store_true", help="say how files are not copied again, and check it")
    how.add_argument("--jobs", metavar="N", help="how many processors to use; if left out, all")
    add_agreement(parser)
    add_progress(add_output(parser, FORMATS))


def run(args: Args) -> int:
    """Show what comes to be shared and, if that is agreed to, share it: 1 where something could not be."""
    form = format_of(args, FORMATS)
    look = report_look(args, "dedupe", target=" ".join(quoted(path) for path in args.paths))
    if args.prevent:
        from kempt.engine.disk.dedupe.prevent import prevent

        advice = prevent(args.paths or ["."])
        deliver(args, shown.advice_json(advice) if form == "json" else shown.advice_text(advice, look), form)
        return 0
    tell = silent if args.quiet or args.no_progress else output.progress
    wishes = DedupeWishes(args.hardlink, args.verify, args.any, args.bytecode)
    jobs = number_of(args.jobs, "kempt dedupe --jobs 4", least=1) or processors()
    dedupe = plan_dedupe(args.paths or ["."], wishes, jobs=jobs, tell=tell)
    output.progress("")
    if form == "json":
        deduped = carry_out(dedupe) if args.yes and not args.dry_run and dedupe.steps else None
        deliver(args, shown.to_json(dedupe, deduped), form)
        return int(deduped is not None and not deduped.receipt.ok)
    deliver(args, shown.to_text(dedupe, look))
    if not dedupe.steps:
        return 0
    if not _is_agreed(args, dedupe, look.width):
        output.emit(shown.how_to_go_on(look, _words(args)))
        return 0
    deduped = carry_out(dedupe)
    output.emit("\n" + shown.done(dedupe, deduped, look))
    return int(any(each.result is not Result.DONE for each in deduped.receipt.outcomes))


def _is_agreed(args: Args, dedupe: Dedupe, columns: int) -> bool:
    if args.yes or args.dry_run:
        return args.yes and not args.dry_run
    return output.can_ask() and output.ask(f"\n{shown.question(dedupe, columns)}")


def _words(args: Args) -> str:
    """The options that say what is shared, as they were typed."""
    return (
        " --hardlink" * args.hardlink + " --verify" * args.verify + " --any" * args.any + " --bytecode" * args.bytecode
    )
