"""The database of a fleet: who writes it and reads it goes through `FleetStore`."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from types import TracebackType
from typing import TYPE_CHECKING, Self

from kempt.errors import UnsafeError
from kempt.host.lock import database_lock
from kempt.host.state import state_folder
from kempt.host.store import adding, figures, standing
from kempt.host.store.opening import PATIENCE, opened, opened_to_read, told, verify
from kempt.host.store.writing import Numbers, encodable, put, require_no_credentials
from kempt.model.fleet import Begun, Noted, Row, RunFacts, Waiver
from kempt.model.fleet_overview import (
    Candidate,
    Exported,
    Kind,
    NotAsked,
    Open,
    Part,
    RuleTrend,
    RunSummary,
    Share,
    Standing,
)  # fmt: skip

if TYPE_CHECKING:
    from sqlite3 import Connection


class FleetStore:
    """A fleet's database, open. Use it as a context. One process writes, any number reads meanwhile."""

    def __init__(self, path: str, database: Connection, held: ExitStack, *, reads: bool) -> None:
        """What `open` has opened."""
        self._reads = reads
        self._path = path
        self._database = database
        self._held = held
        self._numbers = Numbers(database)

    @classmethod
    def open(cls, path: str, *, create: bool = False, read_only: bool = False, patience: float = PATIENCE) -> Self:
        """Open a database; with `create` it is made where there is none. An older one is brought up to date.

        Another program may hold it for `patience` seconds. Raises UsageError where there is none, UnsafeError where it
        is another program's or another kempt writes it, UnsupportedError on a network file system or where a newer
        kempt made it, UnreadableError where it is damaged, and KemptError for all else that is in the way.
        """
        if read_only:
            return cls(path, opened_to_read(path, patience=patience), ExitStack(), reads=True)
        with ExitStack() as held:
            held.enter_context(database_lock(state_folder(), os.path.realpath(path)))
            database = opened(path, create=create, patience=patience)
            return cls(path, database, held.pop_all(), reads=False)
        raise AssertionError  # an ExitStack lets nothing pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of it."""
        with self._held:
            self._database.close()

    def verify(self) -> int:
        """Read every page; how many there are. Raises UnreadableError where one is damaged."""
        return verify(self._database, self._path)

    # --- written by a scan ---
    def begin_run(self, facts: RunFacts, names: Sequence[str]) -> Begun:
        """Start a run over these repositories, or take up the unfinished one of the same key.

        An unfinished run of another key is closed as abandoned: what it found stays. Raises UnsafeError where a name
        holds a user or a password.
        """
        require_no_credentials(names)
        self._numbers.forget()
        with self._writing() as database:
            number, visited = adding.begin(database, facts, {encodable(name) for name in names})
        return Begun(number, frozenset(name for name in names if encodable(name) in visited))

    def known(self, key: str) -> dict[str, str]:
        """The head of each repository at its last complete look, where that was with this key."""
        with told(self._path):
            return adding.known(self._database, key)

    def write(self, run: int, rows: Iterable[Row]) -> None:
        """Write rows in one transaction. The same rows again change nothing; a later row of a repository replaces.

        Raises UnsafeError for a run that is over, or a name that holds a user or a password; nothing is written then.
        """
        listed = tuple(rows)
        require_no_credentials(row.name for row in listed)
        with self._writing() as database:
            self._require_open(run)
            self._numbers.name(row.name for row in listed)
            for row in listed:
                put(database, self._numbers, run, row)
            self._numbers.write()

    def finish(self, run: int, finished: float, covered: Callable[[str, Noted], bool] | None = None) -> None:
        """Close a run and add it up. `covered` says whether a waiver covers a finding of a repository of that name."""
        with self._writing() as database:
            self._require_open(run)
            adding.add_up(database, run, covered)
            database.execute("UPDATE run SET finished = ? WHERE id = ?", (finished, run))

    # --- read by the page ---
    def runs(self, last: int = 30) -> tuple[RunSummary, ...]:
        """The last finished runs, the oldest first."""
        with told(self._path):
            return standing.runs(self._database, last)

    def not_asked(self) -> NotAsked:
        """What the last finished run was not asked for of the finished run before it."""
        with told(self._path):
            return standing.not_asked(self._database)

    def standings(self) -> dict[int, Standing]:
        """The repositories of the last finished run by their numbers, in the order of their names, without findings."""
        with told(self._path):
            return standing.standings(self._database)

    def shares(self) -> tuple[Share, ...]:
        """What each repository of the last finished run has, by owners."""
        with told(self._path):
            return tuple(figures.shares(self._database))

    def by_rule(self, part: Part, *, whole: bool = False) -> dict[str, tuple[int, int]]:
        """How many findings each rule has, waived ones too, and in how many repositories.

        `whole`: the part is the fleet, so that what the last run has added up is taken, if nothing came after it.
        """
        with told(self._path):
            is_known = whole and figures.is_settled(self._database)
            return figures.by_rule(self._database, None if is_known else part)

    def kinds(self, part: Part) -> dict[int, tuple[Kind, ...]]:
        """The findings of each repository by rule and fix, as if none were waived."""
        with told(self._path):
            return figures.kinds(self._database, part)

    def fresh(self, part: Part, began: float) -> dict[int, int]:
        """How many findings of each repository were first found by a run that began at that time, or later."""
        with told(self._path):
            return figures.fresh(self._database, part, began)

    def candidates(self, part: Part, codes: Sequence[str]) -> Iterator[Candidate]:
        """The findings of the part that are of these rules."""
        with told(self._path):
            yield from figures.candidates(self._database, part, codes)

    def findings(self, part: Part, repository: int, limit: int | None = None) -> tuple[Open, ...]:
        """The worst findings of one repository that are in the part (None: all). No waiver is applied to them."""
        with told(self._path):
            return figures.shown(self._database, part, repository, limit)

    def trends(self, last: int = 30) -> tuple[RuleTrend, ...]:
        """Each rule's findings in the last finished runs, the same runs as `runs(last)`, those waived left out."""
        with told(self._path):
            return standing.trends(self._database, last)

    def waivers(self) -> tuple[Waiver, ...]:
        """Those of the last finished run."""
        with told(self._path):
            text = standing.waivers(self._database)
            return tuple(Waiver(*each) for each in json.loads(text))

    @contextmanager
    def moment(self) -> Iterator[None]:
        """All that is read within is of one moment, even while a scan writes."""
        with told(self._path):
            self._database.execute("BEGIN")
            try:
                yield
            finally:
                self._database.execute("ROLLBACK")

    def exported(self) -> Iterator[Exported]:
        """All open findings of the repositories of the last finished run, by repository, path and line.

        They are of one moment where the database was opened to read; the writer may write while it goes through them.
        """
        with told(self._path), self.moment() if self._reads else nullcontext():
            yield from standing.exported(self._database)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """One transaction: all of it or nothing."""
        with told(self._path):
            try:
                self._database.execute("BEGIN IMMEDIATE")
                yield self._database
                self._database.execute("COMMIT")
            except BaseException:
                self._numbers.forget()
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise

    def _require_open(self, run: int) -> None:
        found = self._database.execute("SELECT finished IS NULL AND NOT abandoned FROM run WHERE id = ?", (run,))
        if found.fetchone() != (1,):
            raise UnsafeError(f"run {run} is over: nothing is added to it", path=self._path)
