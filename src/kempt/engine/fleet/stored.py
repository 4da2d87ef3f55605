"""How the database of a fleet is asked, and what comes out of it whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from functools import cache, lru_cache, partial

from kempt.engine.fleet.waiving import covering, words
from kempt.host.clock import day, now
from kempt.host.store import asking
from kempt.host.store.asking import Value
from kempt.host.store.fleet import FleetStore
from kempt.model.fleet import Waiver
from kempt.model.fleet_overview import Exported

_REMEMBERED = 50_000  # places that were held against waivers


def asked(
    database: str, question: str, seconds: float
) -> AbstractContextManager[tuple[tuple[str, ...], Iterator[tuple[Value, ...]]]]:
    """The columns and rows of an answer, while the context lasts. Raises UsageError for a question that is none.

    In a question, `waived(repository, code, path)` is what `Open.waiver` says today of such a finding, else NULL.
    """
    waivers, today = cache(partial(_waivers, database)), day(now())
    waived = lru_cache(_REMEMBERED)(lambda *place: _words(waivers(), today, *map(str, place)))
    return asking.asked(database, question, seconds=seconds, functions={"waived": (3, waived)})


def schema(database: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The views that can be asked, with their columns."""
    return asking.schema(database)


def verify(database: str) -> int:
    """Read all of it; how many pages that are. Raises UnreadableError where it is damaged."""
    with FleetStore.open(database, read_only=True) as store:
        return store.verify()


def exported(database: str) -> Iterator[Exported]:
    """All open findings, by repository, path and line; what a waiver of the last run covers today says so."""
    today = day(now())
    with FleetStore.open(database, read_only=True) as store:
        waivers = store.waivers()
        for each in store.exported():
            noted = each.found.noted
            said = _words(waivers, today, each.repository, noted.code, noted.path)
            yield each._replace(found=each.found._replace(waiver=said or ""))


def _waivers(database: str) -> tuple[Waiver, ...]:
    with FleetStore.open(database, read_only=True) as store:
        return store.waivers()


def _words(waivers: tuple[Waiver, ...], today: str, repository: str, code: str, path: str) -> str | None:
    """Why a finding does not count and until when; None where it counts."""
    waiver = covering(waivers, repository, code, path, today)
    return words(waiver) if waiver else None
