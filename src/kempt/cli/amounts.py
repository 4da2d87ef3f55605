"""Sizes as people type them on a command line."""

from __future__ import annotations

import re

from kempt.errors import UsageError

_SIZE = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,3})?) ?([a-z]*)")
_UNITS = {
    "": 1, "b": 1, "k": 10**3, "kb": 10**3, "m": 10**6, "mb": 10**6, "g": 10**9, "gb": 10**9, "t": 10**12,
    "tb": 10**12, "kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40,
}  # fmt: skip


def size(text: str) -> int:
    """Bytes in a size: `5GB`, `500 MB`, `2GiB`; a number alone is bytes. GB are thousands, GiB are 1,024s.

    Raises UsageError.
    """
    match = _SIZE.fullmatch(text.strip().lower())
    if match is None or match[2] not in _UNITS:
        raise UsageError(f"`{text}` is no size", hint="bytes, MB, GB or GiB: 500MB, 5GB, 2GiB")
    return int(float(match[1]) * _UNITS[match[2]])
