"""`kempt services`: which folders get an environment, by which manager, and whether their locks are fresh."""

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
from kempt.engine.project.services import list_services
from kempt.errors import KemptError
from kempt.model.report import Report
from kempt.model.services import ServiceList
from kempt.report.services import to_json, to_text

FORMATS = ("text", "json")


class Args(ProgressArgs, SettingsArgs):
    """The arguments of `kempt services`."""

    paths: list[str]


def add_arguments(parser: ArgumentParser) -> None:
    """Where to look."""
    parser.add_argument(
        "paths", nargs="*", default=[], metavar="PATH", help="repositories, or folders in or above them"
    )
    add_settings(parser)
    add_progress(add_output(parser, FORMATS))


def run(args: Args) -> int:
    """List the services: 0 whatever their locks say, 2 where something could not be looked at."""
    chosen, paths = format_of(args, FORMATS), args.paths or ["."]
    places = find_places(paths)
    found: list[ServiceList] = []

    def look_at(path: str) -> Report:
        found.append(list_services(path, config_file=args.config, isolated=args.isolated))
        return found[-1].report

    reports = tuple(check_each(places, with_progress(args, places, look_at)))
    output.progress("")
    for report in reports:
        for error in report.errors:
            output.complain(KemptError(error.message, path=report.root, hint=error.hint, code=error.code))
    failed = [each for each in reports if each.errors]
    look = report_look(args, "services", target=" ".join(quoted(path) for path in args.paths))
    if chosen == "json":
        text = to_json(found, places.root, failed, many=places.are_many or len(found) > 1)
    else:
        text = "\n".join(to_text(each, look) for each in found)
    if args.output_file is None and not output.can_show("·"):
        text = text.replace("·", "-")
    deliver(args, text, chosen)
    return 2 if failed else 0
