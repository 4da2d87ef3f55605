"""What a page asks of a fleet's database: runs, where each repository stands, how each rule did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from kempt.host.store.noted import by_place
from kempt.host.store.schema import BEFORE, CURRENT, IS_COMPARED, OUTCOMES, STATES
from kempt.model.fleet import Outcome, Promised
from kempt.model.fleet_overview import Coverage, Exported, NotAsked, Open, RuleTrend, RunSummary, Standing

if TYPE_CHECKING:
    from sqlite3 import Connection

_STATES = {letter: Promised(state) for state, letter in STATES.items()}
_LAST = "SELECT id FROM run WHERE finished IS NOT NULL ORDER BY id DESC LIMIT ?"
_RUNS = f"""
    SELECT id, started, finished, version, repositories, checked, unchanged, failed, errors, warnings, infos, waived,
      new, gone, received, coalesce({BEFORE}, 0), {IS_COMPARED}
    FROM run WHERE id IN ({_LAST}) ORDER BY id
"""
_COVERAGE = f"""
    SELECT run, promise, kept, broken, absent, unknown FROM coverage WHERE run IN ({_LAST}) ORDER BY run, promise
"""
_STANDINGS = f"""
    SELECT r.id, r.name, v.outcome, coalesce(c.head, ''), coalesce(c.branch, ''), coalesce(c.files, 0),
      coalesce(c.promises, ''), coalesce(v.error, ''), coalesce(v.reason, ''), coalesce(c.owners, ''),
      coalesce(s.started, 0.0), coalesce(v.new, 0), coalesce(v.gone, 0), coalesce(u.text, '')
    FROM visit v
    JOIN repository r ON r.id = v.repository
    LEFT JOIN visit c ON c.run = r.checked_run AND c.repository = r.id
    LEFT JOIN phrase u ON u.id = c.unknown
    LEFT JOIN run s ON s.id = r.seen_run
    WHERE v.run = {CURRENT}
    ORDER BY r.name
"""
_NOT_ASKED = """
    SELECT count(*) FROM (
      SELECT v.repository FROM visit v WHERE v.run = ?2 EXCEPT SELECT v.repository FROM visit v WHERE v.run = ?1
    )
"""
_TRENDS = f"""
    SELECT ru.code, ru.name, ru.promise, ru.level, t.run, t.errors + t.warnings + t.infos, t.repositories
    FROM tally t JOIN rule ru ON ru.id = t.rule WHERE t.run IN ({_LAST}) ORDER BY ru.code, t.run
"""
_PLACES = f"""
    SELECT r.id, r.name, coalesce(c.head, ''), coalesce(c.branch, ''), coalesce(s.started, 0.0)
    FROM visit v
    JOIN repository r ON r.id = v.repository
    LEFT JOIN visit c ON c.run = r.checked_run AND c.repository = r.id
    LEFT JOIN run s ON s.id = r.seen_run
    WHERE v.run = {CURRENT}
    ORDER BY r.name
"""


def runs(database: Connection, last: int) -> tuple[RunSummary, ...]:
    """The last finished runs, the oldest first; all of them for 0."""
    covered = dict[int, list[Coverage]]()
    for run, *figures in database.execute(_COVERAGE, (last or -1,)):
        covered.setdefault(run, []).append(Coverage(*figures))
    found = database.execute(_RUNS, (last or -1,))
    return tuple(
        RunSummary._make((*row, tuple(covered.get(row[0], ())), before, bool(compared)))
        for *row, before, compared in found
    )


def not_asked(database: Connection) -> NotAsked:
    """What the last finished run was not asked for of the one before it."""
    numbers = [number for (number,) in database.execute(_LAST, (2,))]
    if len(numbers) < 2:  # noqa: PLR2004 - a run, and the one before
        return NotAsked()
    ((left,),) = database.execute(_NOT_ASKED, numbers)
    return NotAsked(numbers[1], left)


def standings(database: Connection) -> dict[int, Standing]:
    """Where the repositories of the last finished run stand, by number, in the order of their names."""
    return {row[0]: _standing(row) for row in database.execute(_STANDINGS)}


def trends(database: Connection, last: int) -> tuple[RuleTrend, ...]:
    """Each rule's findings in the last finished runs, by code."""
    numbers = sorted(number for (number,) in database.execute(_LAST, (last or -1,)))
    places = {number: place for place, number in enumerate(numbers)}
    rules = dict[str, RuleTrend]()
    for code, name, promise, level, run, count, repositories in database.execute(_TRENDS, (last or -1,)):
        trend = rules.get(code) or RuleTrend(code, name, promise, level, (0,) * len(numbers), 0)
        place = places[run]
        counts = (*trend.counts[:place], count, *trend.counts[place + 1 :])
        rules[code] = trend._replace(counts=counts, repositories=repositories if run == numbers[-1] else 0)
    return tuple(rules.values())


def waivers(database: Connection) -> str:
    """Those of the last finished run, as JSON."""
    found = database.execute(f"SELECT waivers FROM run WHERE id = {CURRENT}").fetchone()
    return str(found[0]) if found else "[]"


def exported(database: Connection) -> Iterator[Exported]:
    """All open findings of the repositories of the last finished run."""
    started = _started(database)
    rules = {code: (name, promise) for code, name, promise in database.execute("SELECT code, name, promise FROM rule")}
    for number, name, head, branch, seen in database.execute(_PLACES).fetchall():
        for first, noted in by_place(database, number):
            found = Open(noted, started.get(first, 0.0), seen)
            yield Exported(name, head, branch, *rules[noted.code], found)


def _started(database: Connection) -> dict[int, float]:
    """When each run began."""
    return dict(database.execute("SELECT id, started FROM run").fetchall())


def _standing(row: Sequence[Any]) -> Standing:
    _, name, outcome, head, branch, files, promises, error, reason, owners, seen, new, gone, unknown = row
    ended = Outcome(OUTCOMES[outcome])
    states = () if ended is Outcome.FAILED else tuple(map(_STATES.__getitem__, promises))
    words = dict(line.split(": ", 1) for line in unknown.split("\n") if ended is not Outcome.FAILED and line)
    return Standing(
        name, ended, head, branch, files, states, error, reason, owners, seen, (), new, gone,
        unknown=tuple(words.get(f"promise {number}", "") for number in range(1, 5)) if words else (),
    )  # fmt: skip
