"""`kempt sync`: the environment that the lock says, in each service."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable

from kempt.cli import output
from kempt.cli.options import OutputArgs, add_output, add_progress, deliver, format_of, report_look
from kempt.engine.environments.sync import sync_services
from kempt.model.sync import Event, Phase, SyncOptions, SyncReport
from kempt.model.verify import Reason
from kempt.report.escape import visible
from kempt.report.redaction import redacted
from kempt.report.sync import RENDERERS

FORMATS = ("text", "json")
CODES = {Reason.LOCK: 2, Reason.MANAGER: 1, Reason.MISSING: 2, Reason.OFFLINE: 2, Reason.USAGE: 2}
DETAILED = {Reason.LOCK: 3, Reason.MANAGER: 4, Reason.MISSING: 5, Reason.OFFLINE: 6, Reason.USAGE: 2}


class Args(OutputArgs):
    """The arguments of `kempt sync`."""

    paths: list[str]
    everything: bool
    python: str | None
    offline: bool
    repair: bool
    dry_run: bool
    jobs: int
    exit_code_detail: bool
    no_progress: bool


def add_arguments(parser: ArgumentParser) -> None:
    """Which services, how, and how the result looks."""
    what = parser.add_argument_group("what is installed")
    what.add_argument("paths", nargs="*", default=[], metavar="ROOT", help="services, or repositories that hold some")
    what.add_argument("--all", action="store_true", dest="everything", help="those below tests, examples and docs, too")
    what.add_argument("--python", metavar="X.Y", type=_version, help="this Python, whatever is pinned")
    what.add_argument("--offline", action="store_true", help="take everything from the download caches")
    what.add_argument("--repair", action="store_true", help="read every byte of the environments, and mend them")
    what.add_argument("--dry-run", action="store_true", help="show what would be run, and do nothing")
    what.add_argument("--jobs", type=_number, default=0, metavar="N", help="services at a time (up to 4 by default)")
    group = add_output(parser, FORMATS)
    add_progress(group)
    group.add_argument(
        "--exit-code-detail", action="store_true",
        help="3 a lock, 4 a manager failed, 5 Python or a manager is missing, 6 no network",
    )  # fmt: skip


def run(args: Args) -> int:
    """Install, show what came of it, and return the exit code: the worst of all services'."""
    chosen = format_of(args, FORMATS)
    options = SyncOptions(args.everything, args.python or "", args.offline, args.repair, args.dry_run, args.jobs)
    try:
        report = sync_services(".", args.paths, options, _shown(args))
    finally:
        output.progress("")
    deliver(args, RENDERERS[chosen](report, report_look(args, "sync", " ".join(args.paths))), chosen)
    return exit_code(report, detail=args.exit_code_detail)


def exit_code(report: SyncReport, *, detail: bool = False) -> int:
    """0 where every service has what its lock says."""
    codes = DETAILED if detail else CODES
    return max((codes[each.refusal.reason] for each in report.services if each.refusal is not None), default=0)


def _shown(args: Args) -> Callable[[Event], None]:
    """What to do with news: a line on the terminal for each service, and with `--verbose` what managers print."""
    silent = args.quiet or args.no_progress

    def show(event: Event) -> None:
        name = str(event.service.root)
        if args.verbose and event.line:
            output.progress("")
            output.tell(f"{visible(redacted(f'{name}: {event.line}'))}\n")
        elif not silent and event.phase is not Phase.DONE:
            output.progress(f"{name}: {event.phase.value} {event.line}".rstrip())

    return show


def _version(text: str) -> str:
    parts = text.split(".")
    if len(parts) not in {2, 3} or not all(part.isascii() and part.isdigit() for part in parts):
        raise ArgumentTypeError(f"{text} is no version of Python; one is written 3.12 or 3.12.4")
    return text


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text)):
        raise ArgumentTypeError(f"{text} is no number of services")
    return int(text)
