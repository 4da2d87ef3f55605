from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from conftest import MakeRepository
from kempt.engine.fleet.scan import Plan, Tally, key_of, scan
from kempt.engine.fleet.strictness import require_rules
from kempt.errors import ConfigError, UsageError
from kempt.host.store.fleet import FleetStore
from kempt.host.workers.crew import Crew
from kempt.model.config import Config
from kempt.model.fleet import Inventory, Outcome, Row, Target, Wishes
from support.repositories import Repository

WISHES = Wishes(overrides=(("select", ("KPT1",)),))
PLAN = Plan(chunk=1)


class Stopped(Exception):  # noqa: N818 - what a test does to a scan
    """The scan is stopped by its user."""


@pytest.fixture
def fleet(git_repo: MakeRepository) -> list[Repository]:
    return [git_repo({f"a{number}.pyc": "x"}, f"r{number}") for number in range(4)]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[FleetStore]:
    with FleetStore.open(str(tmp_path / "fleet.db"), create=True) as store:
        yield store


def scanned(
    store: FleetStore, fleet: list[Repository], plan: Plan = PLAN, wishes: Wishes = WISHES, stop_after: int = 99
) -> Tally:
    """A scan on one thread, in chunks of one, that may be stopped."""
    paths = [str(each.root) for each in fleet]

    def tell(tally: Tally, _rows: tuple[Row, ...]) -> None:
        if tally.done >= stop_after:
            raise Stopped

    with Crew(ThreadPoolExecutor(1), 1) as crew:
        inventory = Inventory(tuple(Target(path, path) for path in paths))
        tally = scan(inventory, wishes, store, crew, plan=plan, tell=tell)
    return tally._replace(seconds=0)


def test_each_repository_is_looked_at_and_the_run_added_up(store: FleetStore, fleet: list[Repository]) -> None:
    assert Tally(4, checked=4) == scanned(store, fleet)

    (run,) = store.runs()
    assert (4, 4, 4) == (run.repositories, run.checked, run.errors)


def test_the_next_scan_looks_only_at_what_has_changed(store: FleetStore, fleet: list[Repository]) -> None:
    scanned(store, fleet)
    fleet[2].write({"b/c.pyc": "x"})
    fleet[2].stage()
    fleet[2].commit()

    assert Tally(4, checked=1, unchanged=3) == scanned(store, fleet)
    assert 1 == store.runs()[-1].new


def test_full_looks_at_all(store: FleetStore, fleet: list[Repository]) -> None:
    scanned(store, fleet)

    assert Tally(4, checked=4) == scanned(store, fleet, PLAN._replace(full=True))


def test_other_rules_look_at_all(store: FleetStore, fleet: list[Repository]) -> None:
    scanned(store, fleet)

    assert Tally(4, checked=4) == scanned(store, fleet, wishes=Wishes(overrides=(("select", ("KPT101",)),)))


def test_a_stopped_scan_is_taken_up_where_it_was(store: FleetStore, fleet: list[Repository]) -> None:
    with pytest.raises(Stopped):
        scanned(store, fleet, stop_after=2)
    assert () == store.runs()

    assert Tally(4, before=2, checked=2) == scanned(store, fleet)
    (run,) = store.runs()
    assert (4, 4) == (run.checked, run.errors)


def test_a_stopped_scan_with_other_wishes_begins_anew(store: FleetStore, fleet: list[Repository]) -> None:
    with pytest.raises(Stopped):
        scanned(store, fleet, stop_after=2)

    assert Tally(4, checked=4) == scanned(store, fleet, wishes=Wishes(overrides=(("select", ("KPT2",)),)))


def test_the_key_follows_what_judges_and_nothing_else() -> None:
    others = (
        Wishes(config=Config()), Wishes(strict=True), Wishes(accepted=("KPT1",)), Wishes(overrides=(("ignore", ()),)),
    )  # fmt: skip

    assert key_of(Wishes()) == key_of(Wishes(allow_insecure=True))
    assert len({key_of(each) for each in (Wishes(), *others)}) == 1 + len(others)


def test_what_was_refused_is_written_last_so_that_a_mended_list_is_looked_at(
    store: FleetStore, fleet: list[Repository]
) -> None:
    paths = [str(each.root) for each in fleet[:2]]
    refused = (Row(paths[1], Outcome.FAILED, error="refused", reason="list.txt:2: no"),)

    def stop(_tally: Tally, rows: tuple[Row, ...]) -> None:
        if any(row.outcome is Outcome.CHECKED for row in rows):
            raise Stopped

    inventory = Inventory((Target(paths[0], paths[0]),), (), refused)
    with Crew(ThreadPoolExecutor(1), 1) as crew, pytest.raises(Stopped):
        scan(inventory, WISHES, store, crew, plan=PLAN, tell=stop)

    assert Tally(2, before=1, checked=1) == scanned(store, fleet[:2])


def test_a_policy_that_turns_every_rule_off_is_refused_at_once() -> None:
    with pytest.raises(UsageError, match="every rule is off"):
        require_rules(Wishes(config=Config(ignore=("KPT",))))
    with pytest.raises(ConfigError, match="no rule begins with `nope`"):
        require_rules(Wishes(overrides=(("extend-select", ("nope",)),)))
