"""Time: the only place that asks what it is, and the only one that waits."""

from __future__ import annotations

import time


def now() -> float:
    """Seconds since the epoch, in UTC."""
    return time.time()


def ticks() -> float:
    """Seconds from an arbitrary start, never going back: for measuring how long something took."""
    return time.perf_counter()


def wait(seconds: float) -> None:
    """Do nothing for so long."""
    time.sleep(seconds)


def stamp(seconds: float) -> str:
    """A time as a name that sorts by it: `20261122-185501-3f2a`, in UTC, the last part counting 1/65536 seconds."""
    return f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime(seconds))}-{int(seconds % 1 * 65536):04x}"
