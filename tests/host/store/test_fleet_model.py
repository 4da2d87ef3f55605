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
    """A finding in the model: first seen in this run, gone since that one."""

    first: int
    gone: int | None = None


Findings = dict[str, Stood]


def after(before: Findings, row: Row | None, run: int) -> Findings:
    """Where a repository's findings stand after a row."""
    if row is None or row.outcome is not Outcome.CHECKED:
        return before
    found = {each.fingerprint for each in row.findings}
    return {
        mark: Stood(before[mark].first if mark in before else run, None if mark in found else before[mark].gone or run)
        for mark in before.keys() | found
    }


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

    @initialize()
    def make(self) -> None:
        self.store = FleetStore.open(self.path, create=True)

    @rule(key=st.sampled_from("xy"), names=st.sets(NAME, min_size=1))
    def begin(self, key: str, names: set[str]) -> None:
        if not self.run or key != self.key:
            self.settle()
            self.started += 1
            self.run, self.key = self.started, key
        self.rows = {name: row for name, row in self.rows.items() if name in names}

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
        self.settle()

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
        query = "SELECT name, fingerprint, first_run, gone_run FROM finding JOIN repository ON repository = id"
        for name, mark, first, gone in self.store._database.execute(query):
            found[name][mark] = Stood(first, gone)

        assert {name: after(self.before[name], self.rows.get(name), self.run) for name in NAMES} == found

    @invariant()
    def heads_are_those_of_the_last_complete_look(self) -> None:
        for key in "xy":
            assert {name: head for name, (of, head) in self.known().items() if of == key} == self.store.known(key)

    def known(self) -> dict[str, tuple[str, str]]:
        fresh = {name: (self.key, row.head) for name, row in self.rows.items() if row.outcome is Outcome.CHECKED}
        return self.heads | fresh

    def settle(self) -> None:
        self.before = {name: after(self.before[name], self.rows.get(name), self.run) for name in NAMES}
        self.heads, self.rows, self.run = self.known(), {}, 0

    def teardown(self) -> None:
        self.store.verify()  # no row refers to nothing
        self.store.close()
        self.folder.cleanup()


TestFleet = Fleet.TestCase
TestFleet.settings = settings(max_examples=30, stateful_step_count=15, deadline=None)
