"""Databases in files: the only place that opens one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING
from urllib.parse import quote

from kempt.errors import UnreadableError
from kempt.host.reading import refuse_others

if TYPE_CHECKING:
    from sqlite3 import Connection

LIMIT = 1024**3
_PATIENCE = 2.0  # seconds that another program may hold the database


def rows(path: str, query: str) -> tuple[tuple[str, ...], ...]:
    """What a query on a database of SQLite says, as text. Raises UnreadableError where it is none."""
    with _opened(path, "ro") as database:
        return tuple(tuple(str(value) for value in row) for row in database.execute(query))


def change(path: str, statement: str, values: tuple[str, ...]) -> int:
    """Carry out one statement as a whole, or not at all; how many rows it changed. Raises UnreadableError."""
    with _opened(path, "rw") as database, database:
        return database.execute(statement, values).rowcount


@contextmanager
def _opened(path: str, mode: str) -> Iterator[Connection]:
    """A database that is there: none is made."""
    import sqlite3

    try:
        refuse_others(os.lstat(path), path, LIMIT)
        address = f"file:{quote(path, errors='surrogateescape')}?mode={mode}"
        with closing(sqlite3.connect(address, _PATIENCE, uri=True)) as database:
            yield database
    except (OSError, sqlite3.Error) as error:
        raise UnreadableError(f"cannot be read as a database: {error}", path=path) from error
