"""What a fleet's database keeps of runs, and what a page gets from it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kempt.errors import UnsafeError
from kempt.host.store.fleet import FleetStore
from kempt.model.fleet import Noted, Outcome, Promised, Row, Waiver
from kempt.model.fleet_overview import Coverage, Open, Part
from support.fleets import NAME, checked, facts, failed, noted, unchanged

OTHER = "https://example.org/desk"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[FleetStore]:
    with FleetStore.open(str(tmp_path / "fleet.db"), create=True) as opened:
        yield opened


def scan(store: FleetStore, *rows: Row, started: float, key: str = "k") -> int:
    """A whole run."""
    run, _ = store.begin_run(facts(key, started, len(rows)), [row.name for row in rows])
    store.write(run, rows)
    store.finish(run, started + 1)
    return run


def marks(store: FleetStore) -> list[tuple[str, str, float, float]]:
    return [
        (each.repository, each.found.noted.fingerprint, each.found.first_seen, each.found.last_seen)
        for each in store.exported()
    ]


def mended(store: FleetStore) -> list[str]:
    return [mark for (mark,) in store._database.execute("SELECT fingerprint FROM mended ORDER BY 1")]


def worst(store: FleetStore, limit: int | None = None) -> list[list[Open]]:
    """The worst findings of each repository, in the order of the names."""
    return [[*each] for each in (store.findings(Part((number,)), number, limit) for number in store.standings())]


def test_what_was_found_comes_back_as_it_was(store: FleetStore) -> None:
    found = Noted(
        "KPT101", "error", "a/.venv", 3, "a Python 3.9 environment", "kempt check --fix", "f" * 16, "a", 12, 3456,
        "unsafe", "@team @other",
    )  # fmt: skip
    scan(store, checked(found), started=100)

    (standing,) = store.standings().values()

    assert (NAME, Outcome.CHECKED, "a" * 40, "main", 7) == standing[:5]
    assert (Promised.KEPT, Promised.BROKEN, Promised.ABSENT, Promised.UNKNOWN) == standing.promises
    assert ("@team", 100.0, 1, 0) == (standing.owners, standing.looked_at, standing.new, standing.gone)
    assert [[Open(found, 100.0, 100.0)]] == worst(store)


def test_a_failed_visit_neither_closes_nor_renews(store: FleetStore) -> None:
    scan(store, checked(noted("1")), started=100)
    scan(store, failed(), started=200)

    (standing,) = store.standings().values()

    assert [(NAME, "1", 100.0, 100.0)] == marks(store)
    assert (Outcome.FAILED, "timeout", ()) == (standing.outcome, standing.error, standing.promises)
    assert (Coverage(1, 0, 0, 0, 1), 1) == (store.runs()[-1].promises[0], store.runs()[-1].errors)


def test_an_unchanged_visit_renews_and_writes_no_finding(store: FleetStore) -> None:
    scan(store, checked(noted("1")), started=100)
    scan(store, unchanged(), started=200)

    assert [(NAME, "1", 100.0, 200.0)] == marks(store)
    assert (Coverage(1, 1, 0, 0, 0), 1) == (store.runs()[-1].promises[0], store.runs()[-1].unchanged)


def test_a_finding_that_was_found_again_is_not_rewritten(store: FleetStore) -> None:
    scan(store, checked(*(noted(str(number)) for number in range(100))), started=100)
    run, _ = store.begin_run(facts(started=200), [NAME])
    before = store._database.total_changes
    store.write(run, [checked(*(noted(str(number)) for number in range(100)))])

    assert 2 == store._database.total_changes - before  # the visit, and when the repository was seen


def test_a_finding_that_comes_back_keeps_when_it_was_first_seen(store: FleetStore) -> None:
    scan(store, checked(noted("1")), started=100)
    scan(store, checked(), started=200)
    assert [] == marks(store)
    scan(store, checked(noted("1")), started=300)

    assert [(NAME, "1", 100.0, 300.0)] == marks(store)
    assert [(1, 0), (0, 1), (1, 0)] == [(run.new, run.gone) for run in store.runs()]


def test_what_a_finding_says_follows_the_last_look(store: FleetStore) -> None:
    scan(store, checked(noted("1", message="3 files")), started=100)
    scan(store, checked(noted("1", message="4 files", level="warning")), started=200)

    assert [("4 files", "warning")] == [(e.found.noted.message, e.found.noted.level) for e in store.exported()]
    assert [(1, 0), (0, 1)] == [(run.errors, run.warnings) for run in store.runs()]


def test_a_repository_that_left_the_inventory_is_not_current(store: FleetStore) -> None:
    scan(store, checked(noted("1")), checked(noted("2"), name=OTHER), started=100)
    scan(store, unchanged(), started=200)

    assert [(NAME, "1", 100.0, 200.0)] == marks(store)
    assert [NAME] == [each.name for each in store.standings().values()]
    assert ((2, 1), 1) == (store.trends()[0].counts, store.trends()[0].repositories)


def test_a_run_that_was_cut_short_is_taken_up_by_the_next_of_its_key(store: FleetStore) -> None:
    first, _ = store.begin_run(facts(), [NAME, OTHER])
    store.write(first, [checked()])

    assert (first, {NAME}) == tuple(store.begin_run(facts(), [NAME, OTHER]))


def test_a_run_of_other_rules_abandons_what_was_cut_short_and_drops_what_it_found(store: FleetStore) -> None:
    first, _ = store.begin_run(facts(), [NAME])
    store.write(first, [checked(noted("1"), noted("2"))])
    second = scan(store, checked(noted("1")), started=200, key="other")

    assert [(second, 1, 0, 0)] == [(run.number, run.new, run.gone, run.before) for run in store.runs()]
    assert [(NAME, "1", 200.0, 200.0)] == marks(store)
    assert [] == mended(store)
    with pytest.raises(UnsafeError, match="run 1 is over"):
        store.write(first, [checked()])


def test_a_run_is_compared_with_the_finished_one_before_whatever_was_abandoned_between(store: FleetStore) -> None:
    scan(store, checked(noted("1"), noted("2")), started=100)
    cut, _ = store.begin_run(facts("other", 200.0), [NAME])
    store.write(cut, [checked(noted("3"), head="b" * 40)])

    last, _ = store.begin_run(facts(started=300.0), [NAME])
    assert {} == store.known("k")  # what its findings say is of another commit
    store.write(last, [checked(noted("2"), noted("3"))])
    store.finish(last, 301.0)

    (_, run), (standing,) = store.runs(), store.standings().values()
    assert (1, 1, 1, True) == (run.new, run.gone, run.before, run.compared)
    assert (1, 1) == (standing.new, standing.gone)
    assert ["1"] == mended(store)


def test_a_run_of_other_rules_is_not_compared(store: FleetStore) -> None:
    scan(store, checked(noted("1"), noted("2")), started=100)
    scan(store, checked(noted("1"), noted("3")), started=200, key="other")

    (_, run), (standing,) = store.runs(), store.standings().values()

    assert (0, 0, 1, False) == (run.new, run.gone, run.before, run.compared)
    assert (0, 0) == (standing.new, standing.gone)
    assert [] == mended(store)
    assert [(None, None)] == store._database.execute("SELECT new, gone FROM runs WHERE run = 2").fetchall()


def test_what_comes_back_with_its_rules_is_not_new_and_keeps_when_it_was_first_seen(store: FleetStore) -> None:
    scan(store, checked(noted("1")), started=100)
    scan(store, checked(), started=200, key="other")
    scan(store, checked(noted("1")), started=300)
    assert [(NAME, "1", 100.0, 300.0)] == marks(store)
    scan(store, checked(), started=400)

    assert [(1, 0), (0, 0), (0, 0), (0, 1)] == [(run.new, run.gone) for run in store.runs()]
    assert ["1"] == mended(store)


def test_a_repository_that_an_older_run_of_other_rules_looked_at_is_not_compared(store: FleetStore) -> None:
    scan(store, checked(noted("1")), started=100, key="other")
    scan(store, failed(), started=200)
    scan(store, checked(noted("2")), started=300)

    assert (0, 0, True) == store.runs()[-1][12:14] + store.runs()[-1][-1:]
    assert [] == mended(store)


def test_why_a_promise_is_unknown_comes_back(store: FleetStore) -> None:
    scan(store, checked()._replace(unknown=("", "", "", "no\nimage; is built")), started=100)
    scan(store, unchanged(), started=200)

    (standing,) = store.standings().values()

    assert ("", "", "", "no image; is built") == standing.unknown
    assert [("promise 4: no image; is built",)] == store._database.execute(
        "SELECT unknown FROM repositories"
    ).fetchall()


def test_what_is_waived_is_counted_apart(store: FleetStore) -> None:
    run, _ = store.begin_run(facts(), [NAME])
    store.write(run, [checked(noted("1", path="a"), noted("2", path="b"))])
    store.finish(run, 101, lambda name, each: (name, each.path) == (NAME, "a"))

    assert [(1, 1)] == [(each.errors, each.waived) for each in store.runs()]
    assert [(1,)] == [each.counts for each in store.trends()]


def test_rules_are_followed_over_runs(store: FleetStore) -> None:
    scan(store, checked(noted("1"), noted("2")), started=100)
    scan(store, checked(noted("1"), noted("3", "KPT401", "warning")), started=200)

    assert [
        ("KPT101", "tracked-environment", 2, "error", (2, 1), 1),
        ("KPT401", "uncached-ci-install", 3, "warning", (0, 1), 1),
    ] == [tuple(each) for each in store.trends()]
    assert [(1,), (1,)] == [each.counts for each in store.trends(1)]


def test_the_worst_come_first_and_as_many_as_asked_for(store: FleetStore) -> None:
    rows = (
        checked(noted("1", level="info")),
        checked(noted("2", level="warning"), noted("3"), name=OTHER),
    )
    scan(store, *rows, started=100)

    assert [["3", "2"], ["1"]] == [[each.noted.fingerprint for each in found] for found in worst(store)]
    assert [["3"], ["1"]] == [[each.noted.fingerprint for each in found] for found in worst(store, 1)]


def test_waivers_come_back(store: FleetStore) -> None:
    waiver = Waiver("*", "KPT101", "*", "moving", "2027-01-01")
    run, _ = store.begin_run(facts()._replace(waivers=(waiver,)), [NAME])
    store.finish(run, 101)

    assert (waiver,) == store.waivers()


def test_an_empty_database_has_nothing_to_show(store: FleetStore) -> None:
    assert ((), {}, (), (), []) == (
        store.runs(), store.standings(), store.trends(), store.waivers(), list(store.exported())
    )  # fmt: skip


def test_no_credential_is_stored(store: FleetStore, tmp_path: Path) -> None:
    name = "https://me:secret@example.org/shop"
    with pytest.raises(UnsafeError, match=r"://\.\.\.@example.org/shop"):
        store.begin_run(facts(), [name])
    run, _ = store.begin_run(facts(), [NAME])
    with pytest.raises(UnsafeError):
        store.write(run, [checked(), failed(name)])
    store.write(run, [failed()])
    store.finish(run, 101)

    assert ["no answer from https://...@example.org in 120 s"] == [each.reason for each in store.standings().values()]
    assert [] == [path.name for path in tmp_path.glob("fleet.db*") if b"secret" in path.read_bytes()]


def test_names_that_are_no_utf8_are_spelled_out(store: FleetStore) -> None:
    name = "/srv/\udc80"
    run, _ = store.begin_run(facts(), [name])
    store.write(run, [checked(noted("1", path="\udcff.py", message="a\0b\udc80"), name=name)])
    assert {name} == store.begin_run(facts(), [name]).done
    store.finish(run, 101)

    (found,) = store.exported()

    assert ("/srv/\\udc80", "\\udcff.py") == (found.repository, found.found.noted.path)
    assert "a\\u0000b\\udc80" == found.found.noted.message


def test_findings_that_share_a_fingerprint_are_one(store: FleetStore) -> None:
    scan(store, checked(noted("1", message="first"), noted("1", message="second")), started=100)

    assert ["first"] == [each.found.noted.message for each in store.exported()]


def test_a_page_reads_while_a_scan_writes(store: FleetStore, tmp_path: Path) -> None:
    scan(store, checked(noted("1")), started=100)
    run, _ = store.begin_run(facts(started=200), [NAME])
    store._database.execute("BEGIN IMMEDIATE")
    try:
        with FleetStore.open(str(tmp_path / "fleet.db"), read_only=True) as reader, reader.moment():
            runs, names = reader.runs(), [each.name for each in reader.standings().values()]
    finally:
        store._database.execute("ROLLBACK")

    assert (2, [1], [NAME]) == (run, [each.number for each in runs], names)


def test_an_export_is_of_one_moment(store: FleetStore, tmp_path: Path) -> None:
    scan(store, checked(noted("1")), checked(noted("2"), name=OTHER), started=100)
    with FleetStore.open(str(tmp_path / "fleet.db"), read_only=True) as reader:
        found = reader.exported()
        first = next(found).found.noted.fingerprint
        scan(store, checked(), checked(name=OTHER), started=200)

        assert ["2", "1"] == [first, *(each.found.noted.fingerprint for each in found)]


def test_no_question_of_the_writer_reads_all_findings(store: FleetStore) -> None:
    queries = (
        "SELECT * FROM finding WHERE repository = 1",
        "DELETE FROM finding WHERE repository = 1 AND fingerprint = ''",
        "SELECT max(v.run) FROM run JOIN visit v ON v.run = run.id AND v.repository = 1 WHERE run.id < 9",
        "SELECT * FROM visit v JOIN finding f ON f.repository = v.repository WHERE v.run = 1",
    )
    plans = [str(detail) for query in queries for *_, detail in store._database.execute(f"EXPLAIN QUERY PLAN {query}")]

    assert [] == [plan for plan in plans if plan.startswith(("SCAN f", "SCAN finding", "SCAN v"))]
