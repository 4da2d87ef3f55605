"""What kempt remembers of caches: when it first saw an entry, and what the clock said the last time.

Needed where a file system keeps no times of reading: an entry then counts as used when it was first seen, so nothing is
called unused before it was watched for that long.
"""

from __future__ import annotations

from contextlib import suppress
from json import dumps, loads
from typing import NamedTuple

from kempt.errors import KemptError
from kempt.host.clock import boot, now
from kempt.host.state import read_state, repository_key, write_state
from kempt.model.caches import DAY, CacheEntry, Survey

FOLDER, CLOCK = "caches", "clock.json"
LIMIT = 256 * 1024**2
FIRST_SEEN = "first seen"
SECOND = 10**9


class Time(NamedTuple):
    """What time it is, in seconds since the epoch, as far as it can be trusted; `remark` where the clock cannot."""

    seconds: float
    remark: str = ""


def trusted_time() -> Time:
    """The clock's time, or an earlier one where the clock was set forward while the system ran."""
    clock, (start, up) = now(), boot()
    before = _read(CLOCK)
    seconds, remark = clock, ""
    if start and before.get("boot") == start:
        expected = _number(before, "now") + up - _number(before, "up")
        if clock - expected > DAY:
            seconds, remark = expected, f"the clock was set forward by {int((clock - expected) // DAY):,} days"
    if start and not remark:
        _write(CLOCK, {"boot": start, "now": clock, "up": up})
    return Time(seconds, remark)


def remembered(survey: Survey, entries: tuple[CacheEntry, ...], now_ns: int) -> tuple[CacheEntry, ...]:
    """The entries, those without a time of reading as used when kempt first saw them as they are."""
    if survey.reads_kept:
        return entries
    name = f"{repository_key(survey.root)}.json"
    before, seen = _read(name), dict[str, object]()
    found = []
    for entry in entries:
        mark = f"{entry.paths[0]} {entry.used_ns}"
        first = before.get(mark)
        since = first if isinstance(first, int) else now_ns // SECOND
        seen[mark] = since
        found.append(
            entry._replace(used_ns=since * SECOND, evidence=FIRST_SEEN) if since * SECOND > entry.used_ns else entry
        )
    _write(name, seen)
    return tuple(found)


def _number(found: dict[str, object], key: str) -> float:
    value = found.get(key)
    return float(value) if isinstance(value, int | float) else 0.0


def _read(name: str) -> dict[str, object]:
    with suppress(KemptError, ValueError, RecursionError):
        found = loads(read_state(FOLDER, name, LIMIT) or b"{}")
        if isinstance(found, dict):
            return found
    return {}


def _write(name: str, content: dict[str, object]) -> None:
    with suppress(KemptError):
        write_state(FOLDER, name, dumps(content, ensure_ascii=True).encode("ascii"))
