"""Where a fleet stands: a real database, the waivers of today, and a part of it that agrees with itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kempt.engine.fleet.overview import Asked, Shown, read, reading
from kempt.host.clock import day, now
from kempt.host.store.fleet import FleetStore
from kempt.model.fleet import Noted, Outcome, Promised, Row, Ruled, RunFacts, Waiver
from kempt.model.fleet_overview import Coverage, InForce, Overview

SHOWN = Shown(10, 100, 100)
DAY = 24 * 3600.0
BEGAN = 1_795_000_000.0
TODAY = "2026-11-20"
KEPT, BROKEN, ABSENT = Promised.KEPT, Promised.BROKEN, Promised.ABSENT
RULES = (Ruled("KPT101", "tracked-environment", 2, "error"), Ruled("KPT308", "unpinned-python", 1, "warning"))
HOST = "https://git.example.org/team"
NAMES = (f"{HOST}/shop", f"{HOST}/till", f"{HOST}/lost")
ENV = Noted("KPT101", "error", "env", 1, "an environment", "", "a" * 16, bytes=9_000_000, owners="@acme/web")
PIN = Noted("KPT308", "warning", "pyproject.toml", 3, "no Python is pinned", "", "b" * 16)
OLD = Noted("KPT308", "warning", "old/pyproject.toml", 3, "no Python is pinned", "", "c" * 16)
SHOP = Waiver("*/shop", "KPT3", "*", "moves in March", "2027-03-31")
OVER = Waiver("*/shop", "KPT1", "*", "for the fair", "2026-11-01")
IDLE = Waiver("*/gone", "KPT1", "*", "never", "2027-03-31")


def row(name: str, *findings: Noted, owners: str = "") -> Row:
    broken = {"KPT101": 1, "KPT308": 0}
    states = [BROKEN if place in {broken[each.code] for each in findings} else KEPT for place in range(2)]
    return Row(name, Outcome.CHECKED, "a" * 40, "main", 9, (*states, KEPT, ABSENT), findings, owners=owners)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[FleetStore]:
    """Two runs over three repositories: in the second one has a finding less and one more, and one is lost."""
    with FleetStore.open(str(tmp_path / "fleet.db"), create=True) as store:
        for number in range(2):
            facts = RunFacts("key", "0.9.0", BEGAN + number * DAY, 3, (SHOP, OVER, IDLE), RULES)
            run = store.begin_run(facts, NAMES).number
            shop = row(NAMES[0], *((OLD, PIN) if number == 0 else (ENV, PIN)))
            last = row(NAMES[2]) if number == 0 else Row(NAMES[2], Outcome.FAILED, error="timeout", reason="too slow")
            store.write(run, [shop, row(NAMES[1], PIN, owners="@acme/data"), last])
            store.finish(run, BEGAN + number * DAY + 60)
        yield store


def seen(store: FleetStore, asked: Asked | None = None, waivers: tuple[Waiver, ...] | None = ()) -> Overview:
    return read(store, waivers, TODAY, BEGAN + 2 * DAY, (asked or Asked("team"))._replace(shown=SHOWN)).overview


def counts(found: Overview) -> tuple[int, ...]:
    last = found.runs[-1]
    return (last.errors, last.warnings, last.infos, last.waived)


def test_without_waivers_everything_counts(store: FleetStore) -> None:
    found = seen(store)

    assert (1, 2, 0, 0) == counts(found)
    assert [(1, 0), (2, 1)] == [(run.number, run.failed) for run in found.runs]
    assert [Coverage(1, 0, 2, 0, 1), Coverage(2, 1, 1, 0, 1), Coverage(3, 2, 0, 0, 1), Coverage(4, 0, 0, 2, 1)] == list(
        found.runs[-1].promises
    )


def test_a_finding_that_a_waiver_covers_says_so_and_counts_nowhere(store: FleetStore) -> None:
    found = seen(store, waivers=(SHOP, OVER, IDLE))
    shop = next(each for each in found.repositories if each.name == NAMES[0])

    assert {"KPT101": "", "KPT308": "moves in March (until 2027-03-31)"} == {
        each.noted.code: each.waiver for each in shop.findings
    }
    assert (1, 1, 0, 1) == counts(found)
    assert {"KPT101": (1, 1), "KPT308": (1, 1)} == {
        each.code: (each.counts[-1], each.repositories) for each in found.rules
    }


def test_waivers_are_in_force_expired_or_idle(store: FleetStore) -> None:
    found = seen(store, waivers=(SHOP, OVER, IDLE))

    assert ((InForce(SHOP, 1, 1),), (OVER,), (IDLE,)) == (found.in_force, found.expired, found.idle)


def test_those_of_the_last_run_count_where_no_policy_is_named(store: FleetStore) -> None:
    assert seen(store, waivers=(SHOP, OVER, IDLE)) == seen(store, waivers=None)


def test_a_part_by_name_agrees_with_itself(store: FleetStore) -> None:
    found = seen(store, Asked("team", only=("till", "lost")), (SHOP, OVER, IDLE))

    assert {NAMES[1], NAMES[2]} == {each.name for each in found.repositories}
    assert (0, 1, 0, 0) == counts(found)
    assert ("only till, lost", 1) == (found.part, len(found.runs))
    assert (2, 1) == (found.runs[-1].repositories, found.runs[-1].failed)
    assert ((), (), ()) == (found.in_force, found.expired, found.idle)
    assert {1} == {len(each.counts) for each in found.rules}


def test_a_part_tells_of_the_waivers_that_were_about_it(store: FleetStore) -> None:
    found = seen(store, Asked("team", only=("shop",)), (SHOP, OVER, IDLE))

    assert ((InForce(SHOP, 1, 1),), (OVER,), ()) == (found.in_force, found.expired, found.idle)


@pytest.mark.parametrize(
    "owner, names, codes",
    [("@acme/web", [NAMES[0]], ["KPT101"]), ("@acme/data", [NAMES[1]], ["KPT308"]), ("@acme", [], [])],
)
def test_a_part_by_owner_has_only_what_is_theirs(
    store: FleetStore, owner: str, names: list[str], codes: list[str]
) -> None:
    found = seen(store, Asked("team", owner=owner))

    assert names == [each.name for each in found.repositories]
    assert codes == [each.noted.code for one in found.repositories for each in one.findings]


def test_new_and_gone_are_against_the_run_before(store: FleetStore) -> None:
    whole, part = seen(store), seen(store, Asked("team", only=("shop",)))

    assert (1, 1) == (whole.runs[-1].new, whole.runs[-1].gone) == (part.runs[-1].new, part.runs[-1].gone)
    assert [1] == [each.new for each in seen(store, Asked("team", owner="@acme/web")).repositories]


def test_only_so_many_runs_are_looked_back_on(store: FleetStore) -> None:
    found = seen(store, Asked("team", runs=1))

    assert [2] == [run.number for run in found.runs]
    assert {1} == {len(each.counts) for each in found.rules}


def test_a_database_without_a_finished_run_is_an_empty_fleet(tmp_path: Path) -> None:
    with FleetStore.open(str(tmp_path / "new.db"), create=True):
        pass
    with reading(str(tmp_path / "new.db"), Asked("new")) as new:
        found = new.overview

    assert ("new", (), ()) == (found.title, found.runs, found.repositories)


def test_a_policy_brings_its_waivers_and_today_decides(tmp_path: Path, store: FleetStore) -> None:
    policy = tmp_path / "policy.toml"
    lines = [
        f'[[fleet.waivers]]\nrepository = "*/till"\ncode = "KPT308"\nreason = "r"\nexpires = {last}\n'
        for last in (day(now()), "2020-01-01")
    ]
    policy.write_text("\n".join(lines), encoding="utf-8")
    with reading(str(tmp_path / "fleet.db"), Asked("team", policy=str(policy))) as opened:
        found = opened.overview

    assert (1, 1, 0, 1) == counts(found)
    assert (1, 1) == (len(found.in_force), len(found.expired))


def test_so_many_findings_are_shown_as_asked_for_and_all_are_counted(store: FleetStore) -> None:
    asked = Asked("team", shown=Shown(2, 2, 1))
    found = read(store, (), TODAY, BEGAN + 2 * DAY, asked).overview

    assert [(NAMES[0], 1, 2), (NAMES[1], 1, 1), (NAMES[2], 0, 0)] == [
        (each.name, len(each.findings), sum(kind.counting for kind in each.kinds)) for each in found.repositories
    ]


def test_any_findings_are_read_while_the_database_is(store: FleetStore) -> None:
    opened = read(store, (SHOP,), TODAY, BEGAN + 2 * DAY, Asked("team"))
    (shop, *_) = opened.overview.repositories

    assert ((), ["", "moves in March (until 2027-03-31)"]) == (
        shop.findings, [each.waiver for each in opened.findings(shop)]
    )  # fmt: skip
