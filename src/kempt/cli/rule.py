"""`kempt rule CODE`: explains one rule."""

from __future__ import annotations

from argparse import ArgumentParser

from kempt.cli.options import OutputArgs, add_output, deliver, format_of, report_look
from kempt.engine.project.explain import find_rule
from kempt.report.json import encode
from kempt.report.rules import explain, record

FORMATS = ("text", "json")


class Args(OutputArgs):
    """The arguments of `kempt rule`."""

    rule: str


def add_arguments(parser: ArgumentParser) -> None:
    """Which rule."""
    parser.add_argument("rule", metavar="CODE", help="a code (KPT101) or a name (tracked-environment)")
    add_output(parser, FORMATS)


def run(args: Args) -> int:
    """Explain it."""
    rule, chosen = find_rule(args.rule), format_of(args, FORMATS)
    text = explain(rule, report_look(args, "rule")) if chosen == "text" else f"{encode(record(rule))}\n"
    deliver(args, text, chosen)
    return 0
