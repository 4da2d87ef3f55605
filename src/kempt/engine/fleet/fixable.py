"""Which repositories of a database have something that can be mended."""

from __future__ import annotations

from kempt.errors import UsageError
from kempt.host.store.fleet import FleetStore
from kempt.host.store.writing import decoded
from kempt.model.finding import Safety


def fixable_names(database: str, *, unsafe: bool) -> tuple[str, ...]:
    """The repositories with a safe fix at the last look, or with `unsafe` one that wants a second look.

    Raises UsageError where no scan has been finished, KemptError where there is no such database.
    """
    wanted = {Safety.SAFE.value, *([Safety.UNSAFE.value] if unsafe else [])}
    with FleetStore.open(database, read_only=True) as store:
        if not store.runs(1):
            raise UsageError(
                "no scan of this fleet has been finished yet", path=database, hint="the same `kempt fleet scan` goes on"
            )
        found = dict.fromkeys(each.repository for each in store.exported() if each.found.noted.fix in wanted)
        return tuple(map(decoded, found))
