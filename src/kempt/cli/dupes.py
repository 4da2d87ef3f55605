"""`kempt dupes`: what is on the disk more than once, by the digests in RECORDs or by reading."""

from __future__ import annotations

from argparse import ArgumentParser

from kempt.cli import output
from kempt.cli.options import (
    ProgressArgs,
    add_output,
    add_progress,
    deliver,
    format_of,
    number_of,
    quoted,
    report_look,
)
from kempt.engine.disk.dupes.find import find_duplicates
from kempt.engine.surroundings import processors
from kempt.errors import UsageError
from kempt.model.dupes import Duplicates
from kempt.report.dupes import TOP, to_text

FORMATS = ("text", "json", "jsonl")


class Args(ProgressArgs):
    """The arguments of `kempt dupes`."""

    paths: list[str]
    verify: bool
    any: bool
    against: str | None
    jobs: str | None
    html: str | None
    top: str | None


def add_arguments(parser: ArgumentParser) -> None:
    """Where to look, what to compare, and how the result looks."""
    parser.add_argument(
        "paths", nargs="*", default=[], metavar="PATH", help="folders to look in; if left out, the current one"
    )
    parser.add_argument("--verify", action="store_true", help="read the files instead of believing what RECORDs say")
    parser.add_argument(
        "--any", action="store_true", help="all files, not those of environments alone; reads those of equal size"
    )
    parser.add_argument("--against", metavar="CACHE", help="uv's cache: tell what is shared with it already")
    parser.add_argument("--jobs", metavar="N", help="how many processors to use; if left out, all")
    group = add_output(parser, FORMATS)
    group.add_argument("--html", metavar="FILE", help="write a page there with a picture of it")
    group.add_argument(
        "--top", metavar="N", help=f"how many of the largest to list and to draw ({TOP}; in JSON, all groups)"
    )
    add_progress(group)


def run(args: Args) -> int:
    """Show what is there more than once: 0, or 1 where something could not be read."""
    form = format_of(args, FORMATS)
    if args.any and args.against is not None:
        raise UsageError("--any and --against do not go together", hint="kempt dupes --help")
    top = number_of(args.top, "kempt dupes --top 20")
    jobs = number_of(args.jobs, "kempt dupes --jobs 4", least=1)
    tell = None if args.quiet or args.no_progress else output.progress
    try:
        found = find_duplicates(
            args.paths or ["."], verify=args.verify, any=args.any, against=args.against or "",
            jobs=jobs or processors(), tell=tell, blocks=True,
        )  # fmt: skip
    finally:
        output.progress("")
    if args.html is not None:
        from kempt.engine.surroundings import write_report
        from kempt.report.dupes_page import to_html

        write_report(args.html, to_html(found, top))
    deliver(args, _rendered(found, args, form, top), form)
    return int(bool(found.unread))


def _rendered(found: Duplicates, args: Args, form: str, top: int | None) -> str:
    if form != "text":
        from kempt.report.dupes_json import to_json, to_jsonl

        return (to_json if form == "json" else to_jsonl)(found, top)
    look = report_look(args, "dupes", target=" ".join(quoted(path) for path in args.paths))
    return to_text(found, look, top=TOP if top is None else top)
