"""Sizes and ages as people type them on a command line."""

from __future__ import annotations

import re

from kempt.errors import UsageError

_SIZE = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,3})?) ?([a-z]*)")
_UNITS = {
    "": 1, "b": 1, "k": 10**3, "kb": 10**3, "m": 10**6, "mb": 10**6, "g": 10**9, "gb": 10**9, "t": 10**12,
    "tb": 10**12, "kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40,
}  # fmt: skip
_AGE = re.compile(r"([0-9]{1,6}) ?([hdwy]?)")
_DAY = 24 * 3600
_SECONDS = {"h": 3600, "": _DAY, "d": _DAY, "w": 7 * _DAY, "y": 365 * _DAY}
AGES = "36h, 90d, 12w, 1y"
"""Ages as an example, for `--help` and for errors."""


def size(text: str) -> int:
    """Bytes in a size: `5GB`, `500 MB`, `2GiB`; a number alone is bytes. GB are thousands, GiB are 1,024s.

    Raises UsageError.
    """
    match = _SIZE.fullmatch(text.strip().lower())
    if match is None or match[2] not in _UNITS:
        raise UsageError(f"`{text}` is no size", hint="bytes, MB, GB or GiB: 500MB, 5GB, 2GiB")
    return int(float(match[1]) * _UNITS[match[2]])


def age(text: str) -> int:
    """Seconds in an age: `90d`, `12w`, `1y`, `36h`; a number alone is days. Raises UsageError.

    There is no `m`: to some it is a minute and to others a month.
    """
    match = _AGE.fullmatch(text.strip().lower())
    if match is None:
        raise UsageError(f"`{text}` is no age", hint=f"hours, days, weeks or years: {AGES}")
    return int(match[1]) * _SECONDS[match[2]]
