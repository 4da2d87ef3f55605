"""`kempt fingerprint`: what an environment holds, as one digest; with `--diff`, what two hold that is not the same."""

from __future__ import annotations

from argparse import ArgumentParser

from kempt.cli.options import OutputArgs, add_output, deliver, format_of, quoted, report_look
from kempt.errors import UsageError

FORMATS = ("text", "json")
DEFAULT = ".venv"


class Args(OutputArgs):
    """The arguments of `kempt fingerprint`."""

    path: str
    proof: bool
    diff: list[str] | None
    no_index: bool
    jobs: int


def add_arguments(parser: ArgumentParser) -> None:
    """Which environment, and how much of it is read."""
    parser.add_argument("path", nargs="?", default=DEFAULT, metavar="ENV", help="the environment; .venv if left out")
    parser.add_argument("--diff", nargs=2, metavar=("A", "B"), help="say what two environments hold that differs")
    parser.add_argument("--proof", action="store_true", help="read every byte, and compare bytecode with its sources")
    parser.add_argument("--no-index", action="store_true", help="neither use nor write what kempt knows of the files")
    parser.add_argument("--jobs", type=int, default=0, metavar="N", help="files that are read at once")
    add_output(parser, FORMATS)


def run(args: Args) -> int:
    """Print it: 1 where something is wrong with the environment, or the two differ."""
    from kempt.engine.environments.fingerprint import fingerprint
    from kempt.report.fingerprint import to_json, to_text

    chosen = format_of(args, FORMATS)
    if args.jobs < 0:
        raise UsageError("--jobs takes a number of files, 0 for as many as there are processors")
    if args.diff is not None:
        return _differ(args, args.diff[0], args.diff[1], chosen)
    found = fingerprint(args.path, proof=args.proof, jobs=args.jobs, use_index=not args.no_index)
    if chosen == "json":
        text = to_json(found, lines=args.verbose)
    else:
        text = to_text(found, report_look(args, "fingerprint", target=quoted(args.path)))
    deliver(args, text, chosen)
    return int(bool(found.problems))


def _differ(args: Args, first: str, second: str, chosen: str) -> int:
    from kempt.engine.environments.differences import both, differences
    from kempt.report.fingerprint import differences_to_json, differences_to_text

    if args.path != DEFAULT:
        raise UsageError("--diff takes two environments", hint="kempt fingerprint --help")
    one, other = both(first, second, proof=args.proof, jobs=args.jobs, use_index=not args.no_index)
    found = differences(one, other, (first, second))
    if chosen == "json":
        text = differences_to_json(one, other, found)
    else:
        look = report_look(args, "fingerprint")
        text = differences_to_text(one, other, found, (first, second), look)
    deliver(args, text, chosen)
    return int(bool(found))
