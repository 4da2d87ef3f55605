"""`kempt fleet export`: the findings of a database as JSON lines or CSV, one a line."""

from __future__ import annotations

from argparse import ArgumentParser

from kempt.cli.fleet import add_database, deliver_pieces, refuse_overwriting
from kempt.cli.options import OutputArgs, add_output, format_of

FORMATS = ("jsonl", "csv")


class Args(OutputArgs):
    """The arguments of `kempt fleet export`."""

    db: str


def add_arguments(parser: ArgumentParser) -> None:
    """Which database, and how its findings are written."""
    add_database(parser)
    add_output(parser, FORMATS)


def run(args: Args) -> int:
    """Write them; 0, however many there are."""
    from kempt.engine.fleet.stored import exported
    from kempt.report.fleet_rows import exported_as_csv, exported_as_jsonl

    refuse_overwriting({"--output-file": args.output_file}, args.db)
    chosen = "csv" if format_of(args, FORMATS) == "csv" else "jsonl"
    lines = (exported_as_csv if chosen == "csv" else exported_as_jsonl)(exported(args.db))
    deliver_pieces(args, lines, chosen)
    return 0
