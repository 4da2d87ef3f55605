"""Questions in SQL to a fleet's database: answered by a connection that cannot change it, for so long and no longer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from kempt.errors import UsageError
from kempt.host.clock import ticks
from kempt.host.store.opening import PATIENCE, explain, opened_to_read
from kempt.host.store.schema import VIEWS

if TYPE_CHECKING:
    from sqlite3 import Connection, Cursor

Value: TypeAlias = str | int | float | bytes | None
NO_FUNCTIONS: Mapping[str, tuple[int, Callable[..., Value]]] = MappingProxyType({})
"""None but SQLite's own."""

_EVERY = 20_000  # steps of SQLite's machine between two looks at the clock: about a millisecond
_LARGEST = 64 * 1024**2  # bytes of one value: a question cannot take all memory
_AT_ONCE = 500  # rows
_PRAGMAS = {
    "table_info", "table_xinfo", "table_list", "index_list", "index_info", "index_xinfo", "foreign_key_list",
    "function_list", "collation_list", "compile_options",
}  # fmt: skip
_FIGURES = {"user_version", "application_id", "page_count", "page_size", "freelist_count", "encoding", "journal_mode"}
_FUNCTIONS = {"load_extension", "fts3_tokenizer", "readfile", "writefile", "edit"}
_ERROR, _INTERRUPT, _TOOBIG, _AUTH, _RANGE = 1, 9, 18, 23, 25  # https://sqlite.org/rescode.html
_HINT = "kempt fleet query --schema lists what can be asked for"


class _Watch:
    """How long SQLite may work on a question; what the reader of its rows does meanwhile does not count."""

    def __init__(self, seconds: float) -> None:
        self.seconds = self._left = seconds
        self._started = 0.0

    def is_over(self) -> bool:
        """Whether the time is used up: what the progress handler asks."""
        return ticks() - self._started > self._left

    @contextmanager
    def running(self, path: str) -> Iterator[None]:
        """SQLite works. Raises what its errors mean."""
        import sqlite3

        self._started = ticks()
        try:
            yield
        except (sqlite3.Error, sqlite3.Warning) as error:  # a Warning is what Python 3.11 says of two statements
            raise self._explained(error, path) from error
        finally:
            self._left -= ticks() - self._started

    def _explained(self, error: Exception, path: str) -> UsageError:
        code = getattr(error, "sqlite_errorcode", 1) & 0xFF
        text = str(error).rstrip(".")
        if code == _INTERRUPT:
            return UsageError(f"it took longer than {self.seconds:g} s", hint="ask for less, or raise --timeout")
        if code == _AUTH or text.startswith("not authorized"):
            return UsageError(f"the database can only be read: {text}", hint=_HINT)
        if code not in {_ERROR, _TOOBIG, _RANGE}:
            explain(error, path)
        return UsageError(f"SQLite says: {text}", hint=_HINT)


@contextmanager
def asked(
    path: str,
    question: str,
    *,
    seconds: float = 60.0,
    patience: float = PATIENCE,
    functions: Mapping[str, tuple[int, Callable[..., Value]]] = NO_FUNCTIONS,
) -> Iterator[tuple[tuple[str, ...], Iterator[tuple[Value, ...]]]]:
    """The columns of an answer and its rows, one after the other, while the context lasts.

    `functions` can be called in the question, each with so many arguments; they always say the same of the same.

    Raises UsageError where the question is wrong, asks for a change, or keeps SQLite busy for longer than `seconds`;
    else as `FleetStore.open`.
    """
    watch = _Watch(seconds)
    with closing(opened_to_read(path, patience=patience)) as database:
        for name, (arguments, function) in functions.items():
            database.create_function(name, arguments, function, deterministic=True)
        _restrict(database, watch)
        with watch.running(path):
            cursor = database.execute(question)
        if cursor.description is None:
            raise UsageError("that asks for nothing", hint=_HINT)
        yield tuple(each[0] for each in cursor.description), _rows(cursor, watch, path)


def schema(path: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The views of a database with their columns, as they are in it."""
    found = []
    for view in VIEWS:
        with asked(path, f"SELECT * FROM {view} LIMIT 0") as (columns, _):
            found.append((view, columns))
    return tuple(found)


def _rows(cursor: Cursor, watch: _Watch, path: str) -> Iterator[tuple[Value, ...]]:
    while True:
        with watch.running(path):
            rows = cursor.fetchmany(_AT_ONCE)
        if not rows:
            return
        yield from rows


def _restrict(database: Connection, watch: _Watch) -> None:
    """Beside being opened to read: no other file is attached, no setting changed, nothing loaded, nothing endless."""
    import sqlite3

    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LARGEST)
    database.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    database.set_progress_handler(watch.is_over, _EVERY)
    database.set_authorizer(_allowed)
    database.text_factory = _text


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _allowed(action: int, first: str | None, second: str | None, _database: str | None, _view: str | None) -> int:
    """What SQLite asks of each thing that a question would do.

    Source: https://sqlite.org/c3ref/c_alter_table.html
    """
    import sqlite3

    match action:
        case sqlite3.SQLITE_SELECT | sqlite3.SQLITE_READ | sqlite3.SQLITE_RECURSIVE:
            is_fine = True
        case sqlite3.SQLITE_FUNCTION:
            is_fine = second not in _FUNCTIONS
        case sqlite3.SQLITE_PRAGMA:
            is_fine = first in _PRAGMAS or (first in _FIGURES and second is None)
        case _:
            is_fine = False
    return sqlite3.SQLITE_OK if is_fine else sqlite3.SQLITE_DENY
