"""`kempt fleet scan`: every repository of an inventory, looked at without a checkout, into a database."""

from __future__ import annotations

import gc
from argparse import ArgumentParser

from kempt.cli import output
from kempt.cli.amounts import size
from kempt.cli.fleet import add_database, deliver_screen, refuse_overwriting, repeated
from kempt.cli.options import ProgressArgs, add_output, add_progress, deliver, format_of, report_look
from kempt.engine.fleet.credentials import credentials_of
from kempt.engine.fleet.github import KINDS
from kempt.engine.fleet.inventory import read_inventory
from kempt.engine.fleet.scan import Plan, Tally
from kempt.engine.fleet.scanning import Manpower, Scanned, run_out, scan_into, with_policy
from kempt.engine.fleet.strictness import require_rules
from kempt.engine.fleet.supervise import CHUNK
from kempt.errors import UsageError
from kempt.model.fleet import Inventory, Limits, Outcome, Row, Wishes
from kempt.report.escape import visible
from kempt.report.fleet_scan import Ended, Progress, as_json, interrupted, last_line, record, summary
from kempt.report.json import encode

FORMATS = ("text", "json", "jsonl")
SECONDS, RECEIVED, MEMORY, PROCESSOR = 120.0, "256MiB", "4GB", 600
"""What one repository may take of time and network, and one worker of memory and, for one chunk, of the processor."""


LONGEST, LARGEST, MOST = 24 * 3600, 2**60, 1000
"""What may be asked for at most: seconds for one repository, bytes, and processes or repositories of a chunk."""


class Args(ProgressArgs):
    """The arguments of `kempt fleet scan`."""

    paths: list[str]
    db: str
    only: list[str]
    without: list[str]
    also: list[str]
    config: str | None
    select: list[str] | None
    ignore: list[str] | None
    extend_select: list[str] | None
    extend_ignore: list[str] | None
    full: bool
    allow_insecure: bool
    token: list[str]
    jobs: int | None
    scheduler: str
    dask_local: int | None
    executor: str
    chunk: int
    timeout: float
    max_received: str
    memory: str
    dry_run: bool
    exit_zero: bool


def add_arguments(parser: ArgumentParser) -> None:
    """Which repositories, by which rules, with what help, within which limits, and how the result looks."""
    what = parser.add_argument_group("which repositories")
    what.add_argument("paths", nargs="*", default=[], metavar="SOURCE",
                      help="files of URLs and paths, folders of clones, URLs, github:NAME, -")  # fmt: skip
    what.add_argument("--only", action="append", default=[], metavar="GLOB", help="those with a name like this")
    what.add_argument("--without", action="append", default=[], metavar="GLOB", help="those without one like this")
    what.add_argument("--also", action="append", default=[], choices=KINDS, metavar="KIND",
                      help=f"of GitHub's list, these kinds too: {', '.join(KINDS)}")  # fmt: skip
    what.add_argument("--full", action="store_true", help="look at unchanged repositories too")
    what.add_argument("--allow-insecure", action="store_true",
                      help="plain http:// and git:// too; tokens go there to this machine only")  # fmt: skip
    what.add_argument("--token", action="append", default=[], metavar="HOST=VARIABLE",
                      help="the environment variable that holds the token for a host")  # fmt: skip
    what.add_argument("--dry-run", action="store_true", help="list the repositories, and look at none")
    add_database(parser)
    chosen = parser.add_argument_group("which rules")
    chosen.add_argument("--config", metavar="FILE", help="the policy: settings for all, which none can weaken")
    for option, words in (
        ("--select", "only these (KPT1 means all that begin so)"), ("--ignore", "not these"),
        ("--extend-select", "these as well"), ("--extend-ignore", "nor these"),
    ):  # fmt: skip
        chosen.add_argument(option, action="append", metavar="CODES", help=words)
    _add_manpower(parser)
    looks = add_output(parser, FORMATS)
    add_progress(looks)
    looks.add_argument("--exit-zero", action="store_true", help="exit 0 even with findings")


def _add_manpower(parser: ArgumentParser) -> None:
    """Who does the work, and within which limits."""
    who = parser.add_argument_group("who does the work")
    who.add_argument("--jobs", type=int, metavar="N", help="so many processes (one for each processor)")
    who.add_argument("--scheduler", default="", metavar="ADDRESS", help="the Dask cluster of tcp://host:port")
    who.add_argument("--dask-local", type=int, metavar="N", help="a Dask cluster of N processes here")
    who.add_argument("--executor", default="", metavar="NAME", help="what a package provides as `kempt.executors`")
    who.add_argument(
        "--chunk", type=int, default=CHUNK, metavar="N", help=f"repositories handed over at once ({CHUNK})"
    )
    limits = parser.add_argument_group("limits")
    limits.add_argument("--timeout", type=float, default=SECONDS, metavar="SECONDS",
                        help=f"time for one repository ({SECONDS:g})")  # fmt: skip
    limits.add_argument("--max-received", default=RECEIVED, metavar="SIZE",
                        help=f"what may come over the network for one repository ({RECEIVED})")  # fmt: skip
    limits.add_argument("--memory", default=MEMORY, metavar="SIZE",
                        help=f"address space of one process ({MEMORY}; 0: no limit)")  # fmt: skip


def run(args: Args) -> int:
    """Scan, show progress, and say where the fleet stands; the exit code."""
    gc.enable()  # a scan may run for hours
    refuse_overwriting({"--output-file": args.output_file}, args.db, args.config, args.paths)
    manpower, wishes, plan = _manpower_of(args), *_wishes_of(args)
    inventory = read_inventory(
        args.paths, only=tuple(args.only), without=tuple(args.without), wishes=wishes, also=args.also,
    )  # fmt: skip
    for note in () if args.quiet else (*inventory.notes, *run_out(plan)):
        output.tell(f"kempt: {visible(note)}\n")
    if args.dry_run:
        return _list(args, inventory)
    view = _View(args, len(inventory.targets) + len(inventory.refused))
    try:
        scanned = scan_into(args.db, inventory, wishes, plan=plan, manpower=manpower, tell=view.show)
    except KeyboardInterrupt:
        output.progress("")
        output.tell(f"kempt: {interrupted(view.tally.done, view.tally.total)}\n")
        return 130
    view.conclude(scanned)
    if scanned.run.failed:
        return 2
    return int(not args.exit_zero and scanned.run.errors + scanned.run.warnings > 0)


def _list(args: Args, inventory: Inventory) -> int:
    """The repositories that would be looked at, and on stderr what would fail; the exit code."""
    deliver(args, "".join(f"{visible(target.name)}\n" for target in inventory.targets))
    for row in inventory.refused:
        output.tell(f"kempt: {visible(row.reason)}\n")
    return 2 if inventory.refused else 0


class _View:
    """What a person and a program see of a scan: progress and failures on the way, the summary at its end."""

    def __init__(self, args: Args, total: int) -> None:
        self._args = args
        self._format = format_of(args, FORMATS)
        self._failed: list[Row] = []
        self._records: list[str] = []
        self._streams = self._format == "jsonl" and args.output_file is None
        self._shows = not (args.quiet or args.no_progress)
        self.tally = Tally(total)

    def show(self, tally: Tally, rows: tuple[Row, ...]) -> None:
        """Take note of rows that were written, and show how far the scan is."""
        self.tally = tally
        failed = [row for row in rows if row.outcome is Outcome.FAILED]
        self._failed += failed
        if self._format != "text":
            records = [encode(record(row)) for row in rows]
            if self._streams and records:
                output.progress("")
                output.emit("".join(f"{each}\n" for each in records), utf8=True)
            self._records += [] if self._streams else records
        if self._shows:
            at = Progress(tally.done, tally.total, tally.before)
            output.progress(at.line(tally.seconds, tally.failed, tally.deaths))

    def conclude(self, scanned: Scanned) -> None:
        """Show where the fleet stands."""
        output.progress("")
        args, tally = self._args, scanned.tally
        ended = Ended(scanned.run, tuple(self._failed), tally.seconds, tally.before, scanned.not_asked)
        if self._format == "json":
            deliver(args, as_json(ended, self._records, args.db), "json")
        elif self._format == "jsonl":
            deliver(args, "".join(f"{each}\n" for each in self._records) + last_line(ended), "jsonl")
        else:
            look = report_look(args, "fleet scan", repeated(args.db))
            deliver_screen(args, lambda blocks: summary(ended, look, blocks=blocks))


def _manpower_of(args: Args) -> Manpower:
    """Raises UsageError for more than one kind of workers, or less than one."""
    given = {"--jobs": args.jobs, "--scheduler": args.scheduler, "--dask-local": args.dask_local,
             "--executor": args.executor}  # fmt: skip
    named = [option for option, value in given.items() if value not in {None, ""}]
    if len(named) > 1 and set(named) != {"--jobs", "--executor"}:
        raise UsageError(f"{named[0]} and {named[1]} exclude each other")
    for option, value in (("--jobs", args.jobs), ("--dask-local", args.dask_local), ("--chunk", args.chunk)):
        if value is not None and value < 1:
            raise UsageError(f"{option} is a number of 1 or more")
        if value is not None and value > MOST:
            raise UsageError(f"{option} is a number up to {MOST:,}")
    return Manpower(args.jobs or 0, args.scheduler, args.dask_local or 0, args.executor)


def _wishes_of(args: Args) -> tuple[Wishes, Plan]:
    """How repositories are looked at, and what the policy says besides."""
    if not 0 < args.timeout < LONGEST:
        raise UsageError(f"--timeout is a number of seconds up to {LONGEST:,}", hint=f"--timeout {SECONDS:g}")
    received, memory = size(args.max_received), size(args.memory)
    if max(received, memory) > LARGEST:
        raise UsageError("--max-received and --memory are sizes below an exabyte")
    limits = Limits(args.timeout, received, memory=memory, processor=PROCESSOR)
    given = {"select": args.select, "ignore": args.ignore,
             "extend-select": args.extend_select, "extend-ignore": args.extend_ignore}  # fmt: skip
    overrides = tuple(
        (key, tuple(code.strip() for value in values for code in value.split(",") if code.strip()))
        for key, values in given.items() if values is not None
    )  # fmt: skip
    wishes = Wishes(
        overrides=overrides, allow_insecure=args.allow_insecure, limits=limits,
        credentials=credentials_of(args.token),
    )  # fmt: skip
    plan = Plan(full=args.full, chunk=args.chunk)
    wishes, plan = (wishes, plan) if args.config is None else with_policy(args.config, wishes, plan)
    require_rules(wishes)
    return wishes, plan
