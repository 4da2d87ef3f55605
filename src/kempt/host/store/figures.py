"""What open findings add up to, and those of them that somebody wants to see: never all of them at once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from kempt.host.store.noted import worst
from kempt.host.store.schema import CURRENT, LEVELS
from kempt.model.fleet_overview import Amount, Candidate, Kind, Open, Part, Share

if TYPE_CHECKING:
    from sqlite3 import Connection

# What a part is made of, as values of a statement: repositories, and with owners their texts and whose are meant.
_WITHIN = """
    f.gone_run IS NULL AND f.repository IN (SELECT value FROM json_each(:repositories))
"""
_OWNED = """
    (f.owners IN (SELECT p.id FROM json_each(:owned) j JOIN phrase p ON p.text = j.value)
      OR f.owners IS NULL AND f.repository IN (SELECT value FROM json_each(:owners_own)))
"""
_SHARES = f"""
    SELECT s.repository, coalesce(p.text, ''), s.errors, s.warnings, s.infos, s.bytes, s.safe
    FROM visit v JOIN share s ON s.repository = v.repository LEFT JOIN phrase p ON p.id = s.owners
    WHERE v.run = {CURRENT}
"""
_TALLIES = f"""
    SELECT ru.code, t.errors + t.warnings + t.infos + t.waived, t.everywhere
    FROM tally t JOIN rule ru ON ru.id = t.rule WHERE t.run = {CURRENT}
"""
_BY_RULE = """
    SELECT ru.code, f.number, f.repositories
    FROM (SELECT f.rule, count(*) AS number, count(DISTINCT f.repository) AS repositories FROM finding f WHERE {}
      GROUP BY f.rule) f
    JOIN rule ru ON ru.id = f.rule
"""
_KINDS = """
    SELECT f.repository, ru.code, coalesce(f.fix, ''), count(*) FROM finding f JOIN rule ru ON ru.id = f.rule WHERE {}
    GROUP BY f.repository, ru.code, f.fix
"""
_FRESH = """
    SELECT f.repository, count(*) FROM finding f
    WHERE {} AND f.first_run IN (SELECT id FROM run WHERE started >= :began) GROUP BY f.repository
"""
_CANDIDATES = """
    SELECT f.repository, ru.code, f.level, p.text, coalesce(f.bytes, 0), coalesce(f.fix, ''), coalesce(o.text, '')
    FROM finding f JOIN rule ru ON ru.id = f.rule JOIN path p ON p.id = f.path LEFT JOIN phrase o ON o.id = f.owners
    WHERE {} AND f.rule IN (SELECT r.id FROM json_each(:codes) j JOIN rule r ON r.code = j.value)
"""


def shares(database: Connection) -> Iterator[Share]:
    """What the repositories of the last finished run have, by owners."""
    for repository, owners, errors, warnings, infos, bytes, safe in database.execute(_SHARES):
        yield Share(repository, owners, Amount(errors, warnings, infos, bytes), safe)


def is_settled(database: Connection) -> bool:
    """Whether nothing was looked at since the last finished run, so that what it added up still holds."""
    return bool(database.execute(f"SELECT max(id) = {CURRENT} FROM run").fetchone()[0])


def by_rule(database: Connection, part: Part | None) -> dict[str, tuple[int, int]]:
    """How many findings each rule has, waived ones too, and in how many repositories; None: as was added up."""
    query = _TALLIES if part is None else _asking(_BY_RULE, part)
    found = database.execute(query, {} if part is None else _values(part))
    return {code: (number, repositories) for code, number, repositories in found if number}


def kinds(database: Connection, part: Part) -> dict[int, tuple[Kind, ...]]:
    """The findings of each repository by rule and fix, none of them waived yet."""
    found = dict[int, list[Kind]]()
    for repository, code, fix, number in database.execute(_asking(_KINDS, part), _values(part)):
        found.setdefault(repository, []).append(Kind(code, fix, number, 0))
    return {repository: tuple(rows) for repository, rows in found.items()}


def fresh(database: Connection, part: Part, began: float) -> dict[int, int]:
    """How many findings of each repository were first found by a run that began then, or later."""
    return dict(database.execute(_asking(_FRESH, part), {**_values(part), "began": began}).fetchall())


def candidates(database: Connection, part: Part, codes: Sequence[str]) -> Iterator[Candidate]:
    """The findings of these rules."""
    values = {**_values(part), "codes": json.dumps(codes)}
    for repository, code, level, path, bytes, fix, owners in database.execute(_asking(_CANDIDATES, part), values):
        yield Candidate(repository, code, LEVELS[level], path, bytes, fix, owners)


def shown(database: Connection, part: Part, repository: int, limit: int | None) -> tuple[Open, ...]:
    """The worst findings of one repository that are in the part; all of them where there is no limit."""
    times = "SELECT started FROM run WHERE id = ?"
    (seen,) = database.execute(
        "SELECT coalesce(s.started, 0.0) FROM repository r LEFT JOIN run s ON s.id = r.seen_run WHERE r.id = ?",
        (repository,),
    ).fetchone()
    found = worst(database, repository, None if part.owned is not None else limit)
    rows = [(first, noted) for first, noted in found if is_in(part, repository, noted.owners)][:limit]
    started = {first: database.execute(times, (first,)).fetchone()[0] for first in {first for first, _ in rows}}
    return tuple(Open(noted, started[first], seen) for first, noted in rows)


def is_in(part: Part, repository: int, owners: str) -> bool:
    """Whether findings with these owners are in the part."""
    return part.owned is None or (owners in part.owned if owners else repository in part.owners_own)


def _asking(query: str, part: Part) -> str:
    return query.format(_WITHIN if part.owned is None else f"{_WITHIN} AND {_OWNED}")


def _values(part: Part) -> dict[str, object]:
    return {each: json.dumps(value) for each, value in part._asdict().items() if value is not None}
