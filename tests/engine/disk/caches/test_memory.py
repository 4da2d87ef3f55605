"""What kempt remembers where neither the disk nor the clock can be trusted."""

from __future__ import annotations

from pathlib import Path

import pytest

from kempt.engine.disk.caches import memory
from kempt.engine.disk.caches.memory import Time, remembered, trusted_time
from kempt.model.caches import DAY, CacheEntry, Remake, Survey
from kempt.model.disk import Weight
from kempt.model.plan import Identity
from support.caches import SECOND

START = 1_800_000_000.0


class Clock:
    """A system that runs: what its two clocks say."""

    def __init__(self) -> None:
        self.wall = START
        self.up = 1000.0

    def passes(self, seconds: float, shift: float = 0) -> None:
        self.wall += seconds + shift
        self.up += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(memory, "now", lambda: made.wall)
    monkeypatch.setattr(memory, "boot", lambda: ("this start", made.up))
    return made


def test_a_clock_that_was_set_forward_is_not_believed(clock: Clock) -> None:
    first = trusted_time()
    clock.passes(3600, shift=400 * DAY)

    assert [Time(START), Time(START + 3600, "the clock was set forward by 400 days")] == [first, trusted_time()]


def test_a_clock_that_was_set_right_again_is_believed(clock: Clock) -> None:
    trusted_time()
    clock.passes(3600, shift=-3 * DAY)

    assert Time(START + 3600 - 3 * DAY) == trusted_time()


def test_time_that_passed_is_believed(clock: Clock) -> None:
    trusted_time()
    clock.passes(200 * DAY)

    assert Time(START + 200 * DAY) == trusted_time()


def cache(*, reads_kept: bool) -> Survey:
    return Survey("/cache", Identity(1, 1, 1), {}, {}, Weight(), {}, reads_kept)


def test_without_times_of_reading_an_entry_was_used_when_it_was_first_seen(home: Path) -> None:
    found = (CacheEntry("old", ("old",), Remake.DOWNLOAD, Weight(), 5 * SECOND, "written"),)
    day = int(START) * SECOND
    first = remembered(cache(reads_kept=False), found, day)
    later = remembered(cache(reads_kept=False), found, day + 90 * DAY * SECOND)
    changed = remembered(cache(reads_kept=False), (found[0]._replace(used_ns=6 * SECOND),), day + 91 * DAY * SECOND)

    assert [(day, "first seen"), (day, "first seen"), (day + 91 * DAY * SECOND, "first seen")] == [
        (entry.used_ns, entry.evidence) for (entry,) in (first, later, changed)
    ]
    assert found == remembered(cache(reads_kept=True), found, day)
