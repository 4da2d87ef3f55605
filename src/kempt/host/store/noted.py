"""Findings on their way out of a fleet's database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kempt.host.store.schema import LEVELS
from kempt.model.fleet import Noted

if TYPE_CHECKING:
    from sqlite3 import Connection

_SELECT = """
    SELECT f.first_run, ru.code, f.level, p.text, f.line, f.message, coalesce(h.text, ''), f.fingerprint,
      coalesce(sv.text, ''), f.files, f.bytes, coalesce(f.fix, ''), coalesce(o.text, '')
    FROM finding f
    JOIN rule ru ON ru.id = f.rule
    JOIN path p ON p.id = f.path
    LEFT JOIN phrase h ON h.id = f.help
    LEFT JOIN path sv ON sv.id = f.service
    LEFT JOIN phrase o ON o.id = f.owners
    WHERE f.repository = ? AND f.gone_run IS NULL
"""
_WORST_FIRST = f"{_SELECT} ORDER BY f.level, p.text, f.line, ru.code, f.fingerprint LIMIT ?"
_BY_PLACE = f"{_SELECT} ORDER BY p.text, f.line, ru.code, f.fingerprint"


def worst(database: Connection, repository: int, limit: int | None) -> Iterator[tuple[int, Noted]]:
    """The worst open findings of a repository, each with the run that found it first; all where there is no limit."""
    return map(_noted, database.execute(_WORST_FIRST, (repository, -1 if limit is None else limit)))


def by_place(database: Connection, repository: int) -> Iterator[tuple[int, Noted]]:
    """All open findings of a repository by path and line, each with the run that found it first."""
    return map(_noted, database.execute(_BY_PLACE, (repository,)))


def _noted(row: tuple[int, str, int, *tuple[object, ...]]) -> tuple[int, Noted]:
    first, code, level, *rest = row
    return first, Noted._make((code, LEVELS[level], *rest))
