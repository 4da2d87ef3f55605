"""`kempt caches`: the download caches of all tools, how large they are, and what of them can go."""

from __future__ import annotations

from argparse import ArgumentParser

from kempt.cli import output
from kempt.cli.options import OutputArgs, add_output, add_progress, deliver, format_of, report_look
from kempt.engine.disk.caches.choose import choose
from kempt.engine.disk.caches.found import caches, this_world
from kempt.model.caches import PruneWishes
from kempt.report.caches import RENDERERS, Shown

FORMATS = ("text", "json")


class Args(OutputArgs):
    """The arguments of `kempt caches`."""

    tool: list[str]
    no_progress: bool


def add_arguments(parser: ArgumentParser) -> None:
    """Which caches, and how the result looks."""
    parser.add_argument("--tool", action="append", default=[], metavar="NAME", help="only this tool's; repeatable")
    add_progress(add_output(parser, FORMATS))


def run(args: Args) -> int:
    """Show the caches; 0, whatever they hold."""
    chosen = format_of(args, FORMATS)
    tell = output.progress if not (args.quiet or args.no_progress) else lambda _: None
    try:
        found = caches(args.tool, tell)
    finally:
        output.progress("")
    blocks = args.output_file is not None or output.can_show("█▏░·")
    shown = Shown(found, choose(found.caches, PruneWishes(), found.now_ns), this_world().home, blocks)
    text = RENDERERS[chosen](shown, report_look(args, "caches"))
    deliver(args, text if blocks else text.replace("·", "-"), chosen)
    return 0
