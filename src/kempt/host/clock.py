"""Time: the only place that asks what it is, and the only one that waits."""

from __future__ import annotations

import os
import time


def now() -> float:
    """Seconds since the epoch, in UTC."""
    return time.time()


def ticks() -> float:
    """Seconds from an arbitrary start, never going back: for measuring how long something took."""
    return time.perf_counter()


def spent() -> float:
    """Seconds of processor time that this thread has taken: for measuring what something costs."""
    return time.thread_time()


def wait(seconds: float) -> None:
    """Do nothing for so long."""
    time.sleep(seconds)


def day(seconds: float) -> str:
    """The day of a time, in UTC: `2026-11-22`."""
    return time.strftime("%Y-%m-%d", time.gmtime(seconds))


def stamp(seconds: float) -> str:
    """A time as a name that sorts by it: `20261122-185501-3f2a`, in UTC, the last part counting 1/65536 seconds."""
    return f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime(seconds))}-{int(seconds % 1 * 65536):04x}"


def seconds_of(stamp: str) -> float:
    """The time that a stamp tells, in seconds since the epoch. Raises ValueError for what is none."""
    import calendar

    day, clock, parts = stamp.split("-")
    return calendar.timegm(time.strptime(f"{day}{clock}", "%Y%m%d%H%M%S")) + int(parts, 16) / 65536


def boot() -> tuple[str, float]:
    """Which start of the system this is, and how many seconds ago it was; empty and 0 where the system does not tell.

    Nobody sets this clock, so it shows when somebody set the other one.
    """
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as handle:
            return handle.read().strip(), time.clock_gettime(time.CLOCK_BOOTTIME)
    except (OSError, AttributeError):
        return "", 0.0


def scattered(seconds: float) -> float:
    """A time between half of this and all of it, drawn anew each time: many that wait do not all come back at once."""
    return seconds * (0.5 + int.from_bytes(os.urandom(2)) / 2**17)
