"""Commands about many repositories, one file each. What all of them share is the database."""

from __future__ import annotations

from argparse import ArgumentParser

DATABASE = "kempt-fleet.db"
"""Where a scan keeps what it finds unless told otherwise: in the current folder, and named for what it is."""


def add_database(parser: ArgumentParser) -> None:
    """`--db`."""
    parser.add_argument("--db", default=DATABASE, metavar="FILE", help=f"the database of the fleet ({DATABASE})")


def repeated(db: str) -> str:
    """What a command to type next repeats to mean the same database: nothing for the usual one."""
    from kempt.cli.options import quoted

    return "" if db == DATABASE else f"--db {quoted(db)}"
