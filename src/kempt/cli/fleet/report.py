"""`kempt fleet report`: where a fleet stands, on the terminal, as JSON for other dashboards, or as one page."""

from __future__ import annotations

from argparse import ArgumentParser

from kempt.cli.fleet import (
    DATABASE,
    add_database,
    deliver_pieces,
    deliver_screen,
    refuse_overwriting,
    repeated,
)  # fmt: skip
from kempt.cli.options import OutputArgs, add_output, format_of, report_look
from kempt.engine.fleet.overview import RUNS, Asked, Shown, reading
from kempt.errors import UsageError

FORMATS = ("text", "json", "jsonl")
MOST_RUNS = 1000


class Args(OutputArgs):
    """The arguments of `kempt fleet report`."""

    db: str
    html: str | None
    title: str | None
    runs: str | None
    only: list[str]
    owner: str | None
    config: str | None


def add_arguments(parser: ArgumentParser) -> None:
    """Which fleet, which part of it, and how the result looks."""
    add_database(parser)
    what = parser.add_argument_group("what is shown")
    what.add_argument("--only", action="append", default=[], metavar="GLOB", help="repositories with a name like this")
    what.add_argument("--owner", metavar="NAME", help="only what CODEOWNERS gives to this team or person")
    what.add_argument("--runs", metavar="N", help=f"how many runs to look back on ({RUNS})")
    what.add_argument("--config", metavar="FILE", help="the policy whose waivers count; else those of the last run")
    group = add_output(parser, FORMATS)
    group.add_argument(
        "--html", metavar="FILE", help="write a page there: promises over time, a treemap, each repository"
    )
    group.add_argument("--title", metavar="TEXT", help="the title; else the name of the database")


def run(args: Args) -> int:
    """Show where the fleet stands: 0, whatever was found; the scan is the gate."""
    refuse_overwriting({"--output-file": args.output_file, "--html": args.html}, args.db, args.config)
    form = format_of(args, FORMATS)
    with reading(args.db, _asked(args)) as found:
        overview = found.overview
        if not overview.repositories and overview.part and overview.runs:
            raise UsageError(f"no repository of {args.db} is {overview.part}", hint="kempt fleet report shows all")
        if args.html is not None:
            from kempt.engine.surroundings import write_report
            from kempt.report.fleet_page import render

            write_report(args.html, render(overview, target=repeated(args.db)))
        if form == "text":
            from kempt.report.fleet import summary

            look = report_look(args, "fleet report", repeated(args.db))
            deliver_screen(args, lambda blocks: summary(overview, look, blocks=blocks))
        else:
            from kempt.report.fleet_json import to_json, to_jsonl

            deliver_pieces(args, (to_json if form == "json" else to_jsonl)(overview, found.findings), form)
    return 0


def _asked(args: Args) -> Asked:
    shown = Shown()
    if args.html is not None:
        from kempt.report.fleet_page_details import DETAILED, FINDINGS, OF_ONE

        shown = Shown(DETAILED, FINDINGS, OF_ONE)
    return Asked(_title(args), _runs(args.runs), tuple(args.only), args.owner or "", args.config, shown)


def _title(args: Args) -> str:
    """What was asked for, else the name of the database without folder and ending."""
    if args.title is not None:
        return args.title
    name = args.db.replace("\\", "/").rpartition("/")[2]
    return "fleet" if args.db == DATABASE else name.rpartition(".")[0] or name


def _runs(text: str | None) -> int:
    if text is None:
        return RUNS
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MOST_RUNS):
        raise UsageError(f"`--runs {text}` is no number from 1 to {MOST_RUNS:,}", hint="kempt fleet report --runs 30")
    return int(text)
