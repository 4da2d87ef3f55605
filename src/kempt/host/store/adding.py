"""A run in the database: how it begins, what it may skip, what it adds up to. The caller holds the transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from kempt.host.store.noted import by_place
from kempt.host.store.schema import IS_COMPARED
from kempt.host.store.writing import decoded, withdraw
from kempt.model.fleet import Noted, RunFacts

if TYPE_CHECKING:
    from sqlite3 import Connection

_COUNTS = """
    UPDATE run SET (checked, unchanged, failed, received, new, gone) = (
      SELECT count(*) FILTER (WHERE outcome = 0), count(*) FILTER (WHERE outcome = 1),
        count(*) FILTER (WHERE outcome = 2), coalesce(sum(received), 0), 0, 0
      FROM visit WHERE run = :run
    ) WHERE id = :run
"""
# Where the finished run before was of other rules, nothing is compared, of no repository.
_UNCOMPARED = f"""
    UPDATE visit SET new = NULL, gone = NULL
    WHERE run = :run AND new + gone > 0 AND NOT (SELECT {IS_COMPARED} FROM run WHERE id = :run)
"""
_DIFFERENCES = """
    UPDATE run SET (new, gone) = (
      SELECT coalesce(sum(v.new), 0), coalesce(sum(v.gone), 0) FROM visit v WHERE v.run = :run
    ) WHERE id = :run
"""
_TALLY = """
    INSERT INTO tally
    SELECT :run, f.rule,
      count(*) FILTER (WHERE w.fingerprint IS NULL AND f.level = 0),
      count(*) FILTER (WHERE w.fingerprint IS NULL AND f.level = 1),
      count(*) FILTER (WHERE w.fingerprint IS NULL AND f.level = 2),
      count(w.fingerprint),
      count(DISTINCT CASE WHEN w.fingerprint IS NULL THEN f.repository END),
      count(DISTINCT f.repository)
    FROM visit v
    JOIN finding f ON f.repository = v.repository AND f.gone_run IS NULL
    LEFT JOIN temp.waived w ON w.repository = f.repository AND w.fingerprint = f.fingerprint
    WHERE v.run = :run
    GROUP BY f.rule
"""
_TOTALS = """
    UPDATE run SET (errors, warnings, infos, waived) = (
      SELECT coalesce(sum(errors), 0), coalesce(sum(warnings), 0), coalesce(sum(infos), 0), coalesce(sum(waived), 0)
      FROM tally WHERE run = :run
    ) WHERE id = :run
"""
# What failed is not known to keep anything: only a look in this run, or one that it found to be still true, counts.
_COVERAGE = """
    INSERT INTO coverage
    WITH number (promise) AS (VALUES (1), (2), (3), (4)),
    known AS (
      SELECT promise, CASE v.outcome WHEN 2 THEN '' ELSE substr(coalesce(c.promises, ''), promise, 1) END AS state
      FROM visit v
      JOIN repository r ON r.id = v.repository
      LEFT JOIN visit c ON c.run = r.checked_run AND c.repository = r.id
      JOIN number
      WHERE v.run = :run
    )
    SELECT :run, promise,
      count(*) FILTER (WHERE state = 'k'), count(*) FILTER (WHERE state = 'b'), count(*) FILTER (WHERE state = 'a'),
      count(*) FILTER (WHERE state NOT IN ('k', 'b', 'a'))
    FROM known GROUP BY promise
"""
_KNOWN = """
    SELECT r.name, v.head FROM run
    JOIN repository r ON r.checked_run = run.id
    JOIN visit v ON v.run = run.id AND v.repository = r.id
    WHERE run.key = ? AND v.head IS NOT NULL
"""


def begin(database: Connection, facts: RunFacts, names: AbstractSet[str]) -> tuple[int, frozenset[str]]:
    """The number of the run that was begun or taken up, and the repositories that it has looked at already."""
    _abandon(database, facts.key)
    _name_rules(database, facts)
    found = database.execute("SELECT id FROM run WHERE finished IS NULL AND NOT abandoned").fetchone()
    waivers = json.dumps(facts.waivers)
    if found is None:
        columns = (facts.key, facts.version, facts.started, facts.repositories, waivers)
        command = "INSERT INTO run (key, version, started, repositories, waivers) VALUES (?, ?, ?, ?, ?)"
        return int(database.execute(command, columns).lastrowid or 0), frozenset()
    (number,) = found
    database.execute("UPDATE run SET repositories = ?, waivers = ? WHERE id = ?", (facts.repositories, waivers, number))
    query = "SELECT r.id, r.name FROM visit v JOIN repository r ON r.id = v.repository WHERE v.run = ?"
    visited = dict(database.execute(query, (number,)).fetchall())
    for repository in (each for each, name in visited.items() if name not in names):
        withdraw(database, number, repository)
    return int(number), frozenset(visited.values()) & frozenset(names)


def _abandon(database: Connection, key: str) -> None:
    """Close what was cut short of another key, as if it had never looked: no run is compared with an unfinished one."""
    ended = "UPDATE run SET abandoned = 1 WHERE finished IS NULL AND NOT abandoned AND key <> ? RETURNING id"
    for (run,) in database.execute(ended, (key,)).fetchall():
        for (repository,) in database.execute("SELECT repository FROM visit WHERE run = ?", (run,)).fetchall():
            withdraw(database, run, repository)


def known(database: Connection, key: str) -> dict[str, str]:
    """The head of each repository at its last complete look, where that was with this key."""
    return {decoded(name): head for name, head in database.execute(_KNOWN, (key,)).fetchall()}


def add_up(database: Connection, run: int, covered: Callable[[str, Noted], bool] | None) -> None:
    """What a run came to: counts of repositories, findings by rule, promises."""
    database.execute(
        "CREATE TEMP TABLE IF NOT EXISTS waived "
        "(repository INTEGER, fingerprint TEXT, PRIMARY KEY (repository, fingerprint)) WITHOUT ROWID"
    )
    database.execute("DELETE FROM temp.waived")
    if covered is not None:
        database.executemany("INSERT INTO temp.waived VALUES (?, ?)", _waived(database, run, covered))
    for statement in (_COUNTS, _UNCOMPARED, _DIFFERENCES, _TALLY, _TOTALS, _COVERAGE):
        database.execute(statement, {"run": run})


def _waived(database: Connection, run: int, covered: Callable[[str, Noted], bool]) -> Iterator[tuple[int, str]]:
    query = "SELECT r.id, r.name FROM visit v JOIN repository r ON r.id = v.repository WHERE v.run = ?"
    for number, name in database.execute(query, (run,)).fetchall():
        yield from ((number, noted.fingerprint) for _, noted in by_place(database, number) if covered(name, noted))


def _name_rules(database: Connection, facts: RunFacts) -> None:
    database.executemany(
        "INSERT INTO rule (code, name, promise, level) VALUES (?, ?, ?, ?) ON CONFLICT (code) DO UPDATE SET "
        "name = excluded.name, promise = excluded.promise, level = excluded.level",
        facts.rules,
    )
