"""Whatever happens to runs and rows, the database says what a dictionary would."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from kempt.host.store.fleet import FleetStore
from kempt.model.fleet import Outcome, Row
from support.fleets import checked, facts, failed, noted, unchanged

NAMES = ("a", "b")
NAME = st.sampled_from(NAMES)
MARKS = st.sets(st.sampled_from("12"))


class Stood(NamedTuple):
    """A finding in the model: first seen in this run, gone since that one, and whether by the rules of before."""

    first: int
    gone: int | None = None
    is_mended: bool = False


Findings = dict[str, Stood]


def after(before: Findings, row: Row | None, run: int, *, is_alike: bool) -> Findings:
    """Where a repository's findings stand after a row; whether the look before went by the same rules, if there was."""
    if row is None or row.outcome is not Outcome.CHECKED:
        return before
    found = {each.fingerprint for each in row.findings}
    stood = {mark: Stood(before[mark].first if mark in before else run) for mark in found}
    closed = {
        mark: each if each.gone else Stood(each.first, run, is_alike)
        for mark, each in before.items()
        if mark not in found
    }
    return stood | closed


def changed(before: Findings, now: Findings) -> tuple[int, int]:
    """How many findings are there that were not, and how many that were are not."""
    was, there = ({mark for mark, each in side.items() if not each.gone} for side in (before, now))
    return len(there - was), len(was - there)


class Fleet(RuleBasedStateMachine):
    """A database and a dictionary that are told the same."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory(prefix="kempt-test-")
        self.path = str(Path(self.folder.name, "fleet.db"))
        self.run, self.key, self.started = 0, "", 0
        self.before: dict[str, Findings] = {name: {} for name in NAMES}
        self.rows: dict[str, Row] = {}
        self.heads: dict[str, tuple[str, str]] = {}
        self.keys: dict[str, str] = {}
        self.finished: list[tuple[str, int, int]] = []

    @initialize()
    def make(self) -> None:
        self.store = FleetStore.open(self.path, create=True)

    @rule(key=st.sampled_from("xy"), names=st.sets(NAME, min_size=1))
    def begin(self, key: str, names: set[str]) -> None:
        if not self.run or key != self.key:
            self.drop(set(self.rows))
            self.started += 1
            self.run, self.key = self.started, key
        self.drop(self.rows.keys() - names)

        assert (self.run, frozenset(self.rows)) == self.store.begin_run(facts(key, float(self.run)), sorted(names))

    @rule(names=st.lists(NAME, max_size=3), marks=MARKS, kind=st.sampled_from(Outcome), twice=st.booleans())
    def write(self, names: list[str], marks: set[str], kind: Outcome, twice: bool) -> None:  # noqa: FBT001
        if not self.run:
            self.begin("x", set(NAMES))
        makers: dict[Outcome, Any] = {Outcome.UNCHANGED: unchanged, Outcome.FAILED: failed}
        rows = [
            checked(*map(noted, sorted(marks)), name=name, head=f"{self.run}{name}")
            if kind is Outcome.CHECKED
            else makers[kind](name)
            for name in names
        ]
        for _ in range(1 + twice):
            self.store.write(self.run, rows)
        self.rows |= {row.name: row for row in rows}

    @precondition(lambda self: self.run)
    @rule()
    def finish(self) -> None:
        self.store.finish(self.run, 1000.0 + self.run)
        counts = [changed(self.before[name], self.now(name)) for name in self.rows if self.is_alike(name)]
        is_compared = not self.finished or self.finished[-1][0] == self.key
        new, gone = (sum(column) for column in zip((0, 0), *counts, strict=True))
        self.finished.append((self.key, *((new, gone) if is_compared else (0, 0))))
        self.settle()

        assert [each[1:] for each in self.finished] == [(run.new, run.gone) for run in self.store.runs(0)]

    @rule(looks=st.lists(MARKS, min_size=1, max_size=4))
    def scan(self, looks: list[set[str]]) -> None:
        """Some whole runs over one repository, one after the other."""
        for marks in looks:
            self.write(["a"], marks, Outcome.CHECKED, twice=False)
            self.findings_stand_as_in_the_model()
            self.finish()

    @rule()
    def restart(self) -> None:
        self.store.close()
        self.store = FleetStore.open(self.path)

    @invariant()
    def findings_stand_as_in_the_model(self) -> None:
        found: dict[str, Findings] = {name: {} for name in NAMES}
        query = (
            "SELECT r.name, f.fingerprint, f.first_run, f.gone_run, f.gone_run IS NOT NULL AND f.unasked IS NULL "
            "FROM finding f JOIN repository r ON f.repository = r.id"
        )
        for name, mark, first, gone, is_mended in self.store._database.execute(query):
            found[name][mark] = Stood(first, gone, bool(is_mended))

        assert {name: self.now(name) for name in NAMES} == found

    @invariant()
    def heads_are_those_of_the_last_complete_look(self) -> None:
        for key in "xy":
            assert {name: head for name, (of, head) in self.known().items() if of == key} == self.store.known(key)

    def known(self) -> dict[str, tuple[str, str]]:
        fresh = {name: (self.key, row.head) for name, row in self.rows.items() if row.outcome is Outcome.CHECKED}
        return self.heads | fresh

    def is_alike(self, name: str) -> bool:
        return self.keys.get(name, self.key) == self.key

    def now(self, name: str) -> Findings:
        return after(self.before[name], self.rows.get(name), self.run, is_alike=self.is_alike(name))

    def drop(self, names: set[str]) -> None:
        """What a run has said of these is taken back; what their findings say is not known to be of a commit."""
        for name in names:
            if self.rows.pop(name).outcome is Outcome.CHECKED:
                self.heads.pop(name, None)

    def settle(self) -> None:
        self.before = {name: self.now(name) for name in NAMES}
        self.heads = self.known()
        self.keys |= {name: self.key for name, row in self.rows.items() if row.outcome is Outcome.CHECKED}
        self.rows, self.run = {}, 0

    def teardown(self) -> None:
        self.store.verify()  # no row refers to nothing
        self.store.close()
        self.folder.cleanup()


TestFleet = Fleet.TestCase
TestFleet.settings = settings(max_examples=30, stateful_step_count=15, deadline=None)
