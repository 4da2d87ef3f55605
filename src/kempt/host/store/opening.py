"""How a fleet's database is opened: nothing that is not ours is touched, and what is wrong is said in one line."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import quote

from kempt.errors import KemptError, UnreadableError, UnsafeError, UnsupportedError, UsageError
from kempt.host.mounts import Mounts
from kempt.host.reading import refuse_others
from kempt.host.store.schema import APPLICATION_ID, MIGRATIONS

if TYPE_CHECKING:
    from sqlite3 import Connection

PATIENCE = 10.0  # seconds that another program may hold the database
_ENDLESS = 1 << 62
_MEMORY = 64 * 1024  # KiB of pages that a connection keeps
_PAGE = 8192  # bytes; writing a million findings takes 5 % less time than with 4096
_OLDEST = (3, 38)  # STRICT tables are of 3.37, JSON functions are always there since 3.38
_KEEP = "what was written before stays"


@contextmanager
def told(path: str) -> Iterator[None]:
    """What SQLite says of a database, as an error that says what to do. A question's own faults are not meant here."""
    import sqlite3

    try:
        yield
    except sqlite3.Error as error:
        explain(error, path)


def explain(error: Exception, path: str) -> NoReturn:
    """Raises what an error of SQLite means, as a KemptError.

    Source of the codes: https://sqlite.org/rescode.html
    """
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    match code:
        case 5 | 6:  # BUSY, LOCKED
            what = KemptError(f"another program is using it; {_KEEP}", path=path, hint="run it again in a moment")
        case 13:  # FULL
            what = KemptError(
                f"the disk is full; {_KEEP}", path=path, hint="make room and run it again: it goes on from there"
            )
        case 11 | 26:  # CORRUPT, NOTADB
            what = UnreadableError(
                f"not a database, or a damaged one ({error})", path=path,
                hint=f"put a copy back, or save what is left: sqlite3 {path} .recover",
            )  # fmt: skip
            if not _begins_as_one(path):
                what = UnreadableError("not a database", path=path, hint="name another file with --db")
        case 3 | 8 | 14 | 23:  # PERM, READONLY, CANTOPEN, AUTH
            what = KemptError(
                f"cannot be opened or written ({error})", path=path,
                hint="it needs a folder that can be written too: SQLite keeps two files beside it",
            )  # fmt: skip
        case _:
            what = KemptError(
                f"the database failed ({error})", path=path, hint="kempt fleet query --verify looks at it"
            )
    raise what from error


def opened(path: str, *, create: bool, patience: float = PATIENCE) -> Connection:
    """A database to write, of this version; with `create` it is made. Transactions are begun by hand.

    Raises KemptError as `FleetStore.open` says.
    """
    real = _place(path, create=create)
    _refuse_network(real, path)
    with told(path):
        _recognise(real, path, create=create)
        database = _connect(real, "rwc" if create else "rw", patience)
        try:
            database.execute(f"PRAGMA page_size = {_PAGE}")  # of a database that is made
            migrate(database, path, MIGRATIONS, create=create)
            _set_up(database, path)
        except BaseException:
            database.close()
            raise
    return database


def opened_to_read(path: str, *, patience: float = PATIENCE) -> Connection:
    """A database that this connection cannot change; one of an older version is brought up to date before.

    Also in a folder that cannot be written, and on a network file system, where nobody is writing it.
    """
    real = _place(path, create=False)
    with told(path):
        version = _recognise(real, path, create=False)
        if version < len(MIGRATIONS):
            opened(path, create=False, patience=patience).close()
        database = _connect_to_read(real, path, patience)
        try:
            database.execute("PRAGMA query_only = on")
            _require_known(database, path, MIGRATIONS)
        except BaseException:
            database.close()
            raise
    return database


def migrate(database: Connection, path: str, steps: Sequence[Sequence[str]], *, create: bool = False) -> None:
    """Bring it to the last of these versions, each step in a transaction of its own.

    Raises UnsupportedError where it is newer, UsageError where it is empty and is not to be made.
    """
    while True:
        database.execute("BEGIN IMMEDIATE")
        try:
            version = _version(database)
            if _is_empty(database) and not create:
                raise UsageError("there is no fleet in it", path=path, hint=_MAKE)
            if version >= len(steps):
                _require_known(database, path, steps)
                return
            for statement in steps[version]:
                database.execute(statement)
            database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            database.execute(f"PRAGMA user_version = {version + 1}")
            database.execute("COMMIT")
        finally:
            if database.in_transaction:
                database.execute("ROLLBACK")


def verify(database: Connection, path: str) -> int:
    """Read every page and follow every foreign key; how many pages. Raises UnreadableError where one is damaged."""
    with told(path):
        found = [str(line) for (line,) in database.execute("PRAGMA quick_check(1)")]
        stray = database.execute("PRAGMA foreign_key_check").fetchone()
        (pages,) = database.execute("PRAGMA page_count").fetchone()
    if stray is not None and found == ["ok"]:
        found = [f"a row of the table {stray[0]} has lost what it refers to"]
    if found != ["ok"]:
        raise UnreadableError(
            f"the database is damaged: {' '.join(found[0].split())}", path=path,
            hint=f"put a copy back, or save what is left: sqlite3 {path} .recover",
        )  # fmt: skip
    return int(pages)


def _place(path: str, *, create: bool) -> str:
    """Where it is, without links. Raises UsageError where there is none, UnreadableError for what is no file."""
    real = os.path.realpath(path)
    if os.path.lexists(real):
        try:
            refuse_others(os.lstat(real), path, _ENDLESS)
        except OSError as error:
            raise UnreadableError(f"cannot be opened: {error.strerror}", path=path) from error
        return real
    if not create:
        raise UsageError("there is no such database", path=path, hint=_MAKE)
    if not os.path.isdir(parent := os.path.dirname(real)):
        raise UsageError("no such folder", path=parent, hint=f"mkdir -p {parent}")
    return real


def _refuse_network(real: str, path: str) -> None:
    if kind := _network(real):
        raise UnsupportedError(
            f"on a network file system ({kind}), where SQLite can lose what it writes", path=path, hint=_LOCAL
        )


def _network(real: str) -> str:
    """The kind of network file system that a path is on; empty where it is on none, or the system does not tell."""
    with Mounts() as mounts:
        mount = mounts.of(os.path.dirname(real))
    return mount.type if mount is not None and mount.is_network else ""


def _recognise(real: str, path: str, *, create: bool) -> int:
    """Its version. Looks without a lock and without making a file beside it: it may be another program's.

    Raises UnsafeError where it is. What was not moved into the file itself yet is not seen, and is asked again later.
    """
    import sqlite3

    if not os.path.lexists(real) or not os.path.getsize(real):
        return 0
    try:
        database = _connect(real, _ALONE, 0)
    except sqlite3.DatabaseError:
        if not os.path.exists(f"{real}-wal"):
            raise
        database = _connect(real, "ro", PATIENCE)  # whole only together with what is still beside it
    with closing(database):
        (application,) = database.execute("PRAGMA application_id").fetchone()
        if application == APPLICATION_ID or (create and application == 0 and _is_empty(database)):
            return _version(database)
    raise UnsafeError(
        "a database of another program: kempt leaves it alone", path=path, hint="name another file with --db"
    )


def _set_up(database: Connection, path: str) -> None:
    (mode,) = database.execute("PRAGMA journal_mode = wal").fetchone()
    if mode != "wal":
        told = "this file system cannot hold it: SQLite has no shared memory there"
        raise UnsupportedError(told, path=path, hint=_LOCAL)
    database.execute("PRAGMA synchronous = normal")
    # Each foreign key costs a million findings a quarter of a second, and every number that is written was looked up in
    # the same transaction: they are declared, and checked by `verify`.
    database.execute("PRAGMA foreign_keys = off")


def _require_known(database: Connection, path: str, steps: Sequence[Sequence[str]]) -> None:
    if (version := _version(database)) > len(steps):
        raise UnsupportedError(
            f"a newer kempt wrote it (format {version}, this one knows {len(steps)})", path=path,
            hint="upgrade kempt, or name another file with --db",
        )  # fmt: skip


def _begins_as_one(path: str) -> bool:
    """Whether a file begins as SQLite's do, as https://sqlite.org/fileformat.html has it."""
    try:
        with open(path, "rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except OSError:
        return True


def _version(database: Connection) -> int:
    return int(database.execute("PRAGMA user_version").fetchone()[0])


def _is_empty(database: Connection) -> bool:
    return not database.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]


def _connect_to_read(real: str, path: str, patience: float) -> Connection:
    """Where no file can be made beside it, and no log with anything in it lies there, it is read as it is."""
    import sqlite3

    log = f"{real}-wal"
    is_alone = not os.path.exists(log) or not os.path.getsize(log)
    if _network(real):
        if not is_alone:
            _refuse_network(real, path)
        return _connect(real, _ALONE, patience)
    try:
        return _connect(real, "ro", patience)
    except sqlite3.OperationalError:
        if not is_alone or os.access(os.path.dirname(real), os.W_OK):
            raise
    return _connect(real, _ALONE, patience)


def _connect(real: str, mode: str, patience: float) -> Connection:
    import sqlite3

    if sqlite3.sqlite_version_info < _OLDEST:
        raise UnsupportedError(
            f"this Python has SQLite {sqlite3.sqlite_version}; a fleet's database needs 3.38 or newer", path=real,
            hint="run kempt with another Python",
        )  # fmt: skip
    address = f"file:{quote(real, errors='surrogateescape')}?mode={mode}"
    database = sqlite3.connect(address, patience, isolation_level=None, uri=True)
    try:
        for setting in ("trusted_schema = off", "temp_store = memory", f"cache_size = -{_MEMORY}"):
            database.execute(f"PRAGMA {setting}")
        database.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # only now is the file looked at
    except BaseException:
        database.close()
        raise
    return database


_ALONE = "ro&immutable=1"
_MAGIC = b"SQLite format 3\0"
_MAKE = "kempt fleet scan --db FILE INVENTORY makes one"
_LOCAL = "keep it on a disk of this machine, and copy it from there"
