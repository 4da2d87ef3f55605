"""How the database of a fleet is asked, and what comes out of it whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager

from kempt.host.store import asking
from kempt.host.store.asking import Value
from kempt.host.store.fleet import FleetStore
from kempt.model.fleet_overview import Exported


def asked(
    database: str, question: str, seconds: float
) -> AbstractContextManager[tuple[tuple[str, ...], Iterator[tuple[Value, ...]]]]:
    """The columns and rows of an answer, while the context lasts. Raises UsageError for a question that is none."""
    return asking.asked(database, question, seconds=seconds)


def schema(database: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The views that can be asked, with their columns."""
    return asking.schema(database)


def verify(database: str) -> None:
    """Read all of it. Raises UnreadableError where it is damaged."""
    with FleetStore.open(database, read_only=True) as store:
        store.verify()


def exported(database: str) -> Iterator[Exported]:
    """All open findings, by repository, path and line."""
    with FleetStore.open(database, read_only=True) as store:
        yield from store.exported()
