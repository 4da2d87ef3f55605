"""`kempt status`, which is what `kempt` alone does: the four promises on one screen."""

from __future__ import annotations

from argparse import ArgumentParser

from kempt.cli import output
from kempt.cli.options import (
    ProgressArgs,
    SettingsArgs,
    add_output,
    add_progress,
    add_settings,
    deliver,
    format_of,
    quoted,
    report_look,
    with_progress,
)
from kempt.engine.project.repositories import check_each, find_places
from kempt.engine.status import status
from kempt.errors import KemptError
from kempt.model.disk_overview import DiskBrief
from kempt.model.report import Report
from kempt.model.status import Status
from kempt.report import render_many
from kempt.report.status import to_json, to_text

FORMATS = ("text", "json")
PLAIN = str.maketrans({"✓": "+", "✗": "x", "·": "-"})


class Args(ProgressArgs, SettingsArgs):
    """The arguments of `kempt status`."""

    paths: list[str]
    no_disk: bool


def add_arguments(parser: ArgumentParser) -> None:
    """Which project."""
    parser.add_argument("paths", nargs="*", default=[], metavar="PATH", help="repositories, or folders that hold some")
    add_settings(parser)
    group = add_output(parser, FORMATS)
    group.add_argument("--no-disk", action="store_true", help="do not say what of the disk can go (a terminal only)")
    add_progress(group)


def run(args: Args) -> int:
    """Show where the project stands: 0 whatever was found, 2 where something could not be checked."""
    chosen, paths = format_of(args, FORMATS), args.paths or ["."]
    places = find_places(paths)
    found: list[Status] = []

    def look_at(path: str) -> Report:
        found.append(status(path, config_file=args.config, isolated=args.isolated))
        return found[-1].report

    reports = tuple(check_each(places, with_progress(args, places, look_at)))
    output.progress("")
    for report in reports:
        for error in report.errors:
            output.complain(KemptError(error.message, path=report.root, hint=error.hint, code=error.code))
    look = report_look(args, "status", target=" ".join(quoted(path) for path in args.paths))
    if chosen == "json":
        text = to_json(found, places.root, failed=[each for each in reports if each.errors], many=places.are_many)
    elif places.are_many:
        text = render_many(reports, chosen, root=places.root, look=look)
    else:
        text = to_text(found[0], look, _disk(found[0], args))
    if args.output_file is None and not output.can_show("✓✗·"):
        text = text.translate(PLAIN)
    deliver(args, text, chosen)
    return 2 if any(report.errors for report in reports) else 0


def _disk(status: Status, args: Args) -> DiskBrief | None:
    """What of the project can go, for a person at a terminal: everybody else is spared the time."""
    if args.no_disk or args.quiet or args.output_file is not None or not output.can_ask():
        return None
    from kempt.engine.disk_overview import disk_in_brief
    from kempt.engine.surroundings import processors

    return disk_in_brief(status.report.root, jobs=processors())
