"""`kempt rules`: lists all rules."""

from __future__ import annotations

from argparse import ArgumentParser

from kempt.cli.options import OutputArgs, add_output, deliver, format_of, report_look
from kempt.engine.project.explain import all_rules
from kempt.report.rules import to_json, to_text

FORMATS = ("text", "json")


class Args(OutputArgs):
    """The arguments of `kempt rules`."""


def add_arguments(parser: ArgumentParser) -> None:
    """How the list looks."""
    add_output(parser, FORMATS)


def run(args: Args) -> int:
    """List them."""
    rules, chosen = all_rules(), format_of(args, FORMATS)
    deliver(args, to_text(rules, report_look(args, "rules")) if chosen == "text" else to_json(rules), chosen)
    return 0
