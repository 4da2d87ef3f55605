"""The names that kempt gives to what it moves aside: the trash, and what is being removed."""

from __future__ import annotations

import re

_TRASH = ".kempt-trash-"
_TRASH_NAME = re.compile(r"\.kempt-trash-(\d{8}-\d{6}-[0-9a-f]{4})")
_GONE = ".kempt-gone-"
_GONE_NAME = re.compile(r"\.kempt-gone-\d{8}-\d{6}-[0-9a-f]{4}-\d+")


def trash_name(stamp: str) -> str:
    """The name of the trash of the run that began at a time (`clock.stamp`)."""
    return f"{_TRASH}{stamp}"


def stamp_of(name: str) -> str:
    """The stamp in such a name; empty for any other name."""
    found = _TRASH_NAME.fullmatch(name)
    return found.group(1) if found else ""


def gone_name(token: str) -> str:
    """The name of something that is being removed; `token` (a stamp and a number) makes it unique."""
    return f"{_GONE}{token}"


def is_leftover(name: str) -> bool:
    """Whether a name is one of those: whatever has it was to be removed, by a kempt that was stopped."""
    return _GONE_NAME.fullmatch(name) is not None
