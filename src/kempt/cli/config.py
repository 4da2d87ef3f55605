"""`kempt config`: the settings in force, and where each comes from."""

from __future__ import annotations

from argparse import ArgumentParser

from kempt.cli.options import OutputArgs, SettingsArgs, add_output, add_settings, deliver, format_of, report_look
from kempt.engine.settings import effective
from kempt.report.settings import to_json, to_text

FORMATS = ("text", "json")


class Args(OutputArgs, SettingsArgs):
    """The arguments of `kempt config`."""

    path: str
    schema: bool


def add_arguments(parser: ArgumentParser) -> None:
    """Which project's settings, or the schema of all."""
    parser.add_argument("path", nargs="?", default=".", metavar="PATH", help="a folder of the project")
    parser.add_argument("--schema", action="store_true", help="print the JSON Schema of the settings instead")
    add_settings(parser)
    add_output(parser, FORMATS)


def run(args: Args) -> int:
    """Print them."""
    if args.schema:
        deliver(args, _schema(), "json")
        return 0
    config, chosen = effective(args.path, config_file=args.config, isolated=args.isolated), format_of(args, FORMATS)
    deliver(args, to_text(config, report_look(args, "config")) if chosen == "text" else to_json(config), chosen)
    return 0


def _schema() -> str:
    import json

    from kempt.engine.schema import config_schema

    return json.dumps(config_schema(), indent=2) + "\n"
