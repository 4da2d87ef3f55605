"""Numbers for people: thousands separated, sizes in units of 1000."""

from __future__ import annotations

from kempt.model.finding import Finding

_PERIODS = ((365 * 24 * 3600, "year"), (30 * 24 * 3600, "month"), (24 * 3600, "day"), (3600, "hour"), (60, "minute"))
_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")
_PROMOTED, _WITH_TENTHS = 999.5, 9.95  # what rounds to 1,000 has the next unit, what rounds to 10 no tenths


def count(number: int, noun: str, plural: str = "") -> str:
    """A number and what it counts: "1 file", "14,113 files"."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def size(number: int) -> str:
    """Bytes with two or three digits that matter: "812 B", "1.9 GB", "412 MB"."""
    amount, unit = float(number), 0
    while amount >= _PROMOTED and unit < len(_UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    digits = f"{amount:.1f}".removesuffix(".0") if unit and amount < _WITH_TENTHS else f"{amount:,.0f}"
    return f"{digits} {_UNITS[unit]}"


def age(seconds: float) -> str:
    """How long ago, in the largest unit that fits at least once: "3 days", "14 months"; "now" below a minute."""
    for length, name in _PERIODS:
        number = int(seconds // length)
        if number >= (2 if name in {"year", "month"} else 1):
            return count(number, name)
    return "now"


def extent(finding: Finding) -> str:
    """How much a finding is about: "14,113 files, 412 MB", or nothing where it was not measured.

    Where files are known and bytes are not (git holds no sizes in a partial clone) the size is said to be unknown.
    """
    if finding.files is None:
        return "" if finding.bytes is None else size(finding.bytes)
    amount = "size unknown" if finding.bytes is None else size(finding.bytes)
    return f"{count(finding.files, 'file')}, {amount}"


def message_of(finding: Finding) -> str:
    """The message and, where it was measured, the extent of what it is about."""
    amount = extent(finding)
    separator = ", " if ": " in finding.message else ": "  # "...: `env`, 14,113 files" has one colon, not two
    return f"{finding.message}{separator}{amount}" if amount else finding.message
