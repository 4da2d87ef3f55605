"""`kempt fleet query`: put a question in SQL to the database, which it cannot change."""

from __future__ import annotations

from argparse import ArgumentParser
from itertools import islice

from kempt.cli import output
from kempt.cli.fleet import add_database, refuse_overwriting
from kempt.cli.options import OutputArgs, add_output, deliver, format_of, report_look
from kempt.errors import UsageError

FORMATS = ("text", "json", "jsonl", "csv")
SHOWN, SECONDS, MOST = 1000, 60.0, 10**9


class Args(OutputArgs):
    """The arguments of `kempt fleet query`."""

    sql: str | None
    db: str
    schema: bool
    verify: bool
    limit: int | None
    timeout: float


def add_arguments(parser: ArgumentParser) -> None:
    """The question, and how the answer looks."""
    parser.add_argument("sql", nargs="?", metavar="SQL", help="one SELECT; --schema lists what there is")
    add_database(parser)
    parser.add_argument("--schema", action="store_true", help="list the views and their columns")
    parser.add_argument("--verify", action="store_true", help="read all of the database and say if it is damaged")
    parser.add_argument(
        "--limit", type=int, metavar="N", help=f"at most so many rows, 0 for all ({SHOWN} as text, else all)"
    )
    parser.add_argument("--timeout", type=float, default=SECONDS, metavar="SECONDS", help=f"give up then ({SECONDS:g})")
    add_output(parser, FORMATS)


def run(args: Args) -> int:
    """Answer; 0, whatever the answer is."""
    from kempt.engine.fleet.stored import asked, schema, verify
    from kempt.report.escape import visible
    from kempt.report.fleet_rows import RENDERERS, Answer, schema_to_text
    from kempt.report.quantity import count

    refuse_overwriting({"--output-file": args.output_file}, args.db)
    chosen = format_of(args, FORMATS)
    if args.verify and (pages := verify(args.db)) and not args.quiet:
        sound = f"{visible(args.db)}: sound, {count(pages, 'page')}\n"
        deliver(args, sound) if args.sql is None and not args.schema else output.tell(sound)
    if args.schema:
        deliver(args, schema_to_text(schema(args.db)))
    if args.sql is None:
        if not (args.verify or args.schema):
            raise UsageError("what is the question?", hint='kempt fleet query "SELECT * FROM runs"')
        return 0
    if not 0 <= (args.limit or 0) <= MOST or not args.timeout > 0:
        raise UsageError("--limit takes a number of rows, and --timeout seconds", hint="kempt fleet query --help")
    limit = (SHOWN if chosen == "text" else 0) if args.limit is None else args.limit
    with asked(args.db, args.sql, args.timeout) as (columns, rows):
        found = tuple(islice(rows, limit + 1) if limit else rows)
    answer = Answer(columns, found[:limit] if limit else found, 0 < limit < len(found))
    deliver(args, RENDERERS[chosen](answer, report_look(args, "fleet query")), chosen)
    return 0
