"""Commands about many repositories, one file each. What all of them share is the database."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kempt.cli.options import OutputArgs

DATABASE = "kempt-fleet.db"
"""Where a scan keeps what it finds unless told otherwise: in the current folder, and named for what it is."""

_AT_ONCE = 100  # pieces that are printed together


def add_database(parser: ArgumentParser) -> None:
    """`--db`."""
    parser.add_argument("--db", default=DATABASE, metavar="FILE", help=f"the database of the fleet ({DATABASE})")


def repeated(db: str) -> str:
    """What a command to type next repeats to mean the same database: nothing for the usual one."""
    from kempt.cli.options import quoted

    return "" if db == DATABASE else f"--db {quoted(db)}"


def refuse_overwriting(
    outputs: Mapping[str, str | None], db: str, policy: str | None = None, sources: Sequence[str] = ()
) -> None:
    """Raises UsageError, before anything is done, where a result would be written over what the command reads.

    `outputs` are files by the options that name them, None where they were not given.
    """
    given = [(option, path) for option, path in outputs.items() if path is not None]
    if given:
        from kempt.engine.fleet import inputs

        inputs.refuse_overwriting(given, db, policy, sources)


def deliver_pieces(args: OutputArgs, pieces: Iterable[str], format: str) -> None:
    """Print a long result as it comes, or write it to the file that was named: a million findings need no memory."""
    from kempt.cli import output
    from kempt.cli.options import deliver

    left = iter(pieces)
    if args.output_file is not None:
        deliver(args, "".join(left), format)
        return
    while (part := "".join(islice(left, _AT_ONCE))) and output.is_open():
        output.emit(part, utf8=True)


def deliver_screen(args: OutputArgs, screen: Callable[[bool], str]) -> None:
    """Print a screen, or write it; it is told whether bars can be drawn, and plain signs take the place of others."""
    from kempt.cli import output
    from kempt.cli.options import deliver

    blocks = args.output_file is not None or output.can_show("█▏·✓✗")
    text = screen(blocks)
    deliver(args, text if blocks else text.translate({ord("·"): "-", ord("✓"): "+", ord("✗"): "x"}))
