"""`kempt disk`: all on a disk that can be made again, on one screen or as a page; the way to be rid of it."""

from __future__ import annotations

from argparse import ArgumentParser

from kempt.cli import output
from kempt.cli.options import ProgressArgs, add_output, add_progress, deliver, format_of, quoted, report_look
from kempt.engine.disk_overview import disk
from kempt.engine.surroundings import processors
from kempt.errors import UsageError
from kempt.model.disk_overview import DiskOverview
from kempt.report.disk import TOP, to_text

FORMATS = ("text", "json", "jsonl")


class Args(ProgressArgs):
    """The arguments of `kempt disk`."""

    paths: list[str]
    interactive: bool
    no_central: bool
    top: str | None
    html: str | None


def add_arguments(parser: ArgumentParser) -> None:
    """Where to look, and how the result looks."""
    parser.add_argument(
        "paths", nargs="*", default=[], metavar="PATH", help="folders to look in; if left out, the current one"
    )
    parser.add_argument("-i", "--interactive", action="store_true", help="choose by hand, on the whole screen")
    parser.add_argument(
        "--no-central", action="store_true", help="only below PATH, not where managers and tools keep their own"
    )
    group = add_output(parser, FORMATS)
    group.add_argument("--html", metavar="FILE", help="write a page there with pictures of it, in bytes and in files")
    group.add_argument("--top", metavar="N", help=f"how many of the largest things to list ({TOP})")
    add_progress(group)


def run(args: Args) -> int:
    """Show what can be made again: 0, or 1 where a folder could not be read."""
    if args.interactive:
        if args.html is not None or args.output_file is not None or args.output_format is not None:
            raise UsageError("-i shows a screen and writes nothing", hint="kempt disk --html FILE")
        from kempt.cli import tui

        return tui.run(args.paths, central=not args.no_central, color=output.wants_color(args.color))
    form, top = format_of(args, FORMATS), _top(args.top)
    tell = None if args.quiet or args.no_progress else output.progress
    try:
        overview = disk(args.paths, central=not args.no_central, jobs=processors(), tell=tell)
    finally:
        if tell is not None:
            tell("")
    if args.html is not None:
        from kempt.engine.surroundings import write_report
        from kempt.report.disk_page import to_html

        write_report(args.html, to_html(overview))
    deliver(args, _rendered(overview, args, form, top), form)
    return int(bool(overview.unread))


def _rendered(overview: DiskOverview, args: Args, form: str, top: int) -> str:
    if form != "text":
        from kempt.report.disk_json import to_json, to_jsonl

        return to_json(overview) if form == "json" else to_jsonl(overview)
    blocks = args.output_file is not None or output.can_show("█▏░·")
    look = report_look(args, "disk", target=" ".join(quoted(path) for path in args.paths))
    text = to_text(overview, look, top=top, blocks=blocks)
    return text if blocks else text.replace("·", "-")


def _top(text: str | None) -> int:
    if text is None:
        return TOP
    if not (text.isascii() and text.isdigit()):
        raise UsageError(f"`{text}` is no number", hint="kempt disk --top 20")
    return int(text[:6])
