"""Which waiver covers a finding on a day, and which have expired.

Days are written YYYY-MM-DD, so that they sort as text.
"""

from __future__ import annotations

from collections.abc import Iterable

from kempt.engine.selection import NEVER_SUPPRESSED, matches
from kempt.model.fleet import Waiver


def covering(waivers: Iterable[Waiver], repository: str, code: str, path: str, today: str) -> Waiver | None:
    """The first waiver in force that covers a finding. What was not checked (KPT000 to KPT002) none covers."""
    if code in NEVER_SUPPRESSED:
        return None
    return next((each for each in waivers if each.expires >= today and _fits(each, repository, code, path)), None)


def expired(waivers: Iterable[Waiver], today: str) -> tuple[Waiver, ...]:
    """Those whose last day is over."""
    return tuple(each for each in waivers if each.expires < today)


def words(waiver: Waiver) -> str:
    """Why, and until when: what is shown beside a finding that does not count."""
    return f"{waiver.reason} (until {waiver.expires})"


def described(waiver: Waiver) -> str:
    """What a waiver is about, in one line."""
    places = " of ".join(each for each in (waiver.path, waiver.repository) if each != "*")
    return f"{waiver.code} in {places or 'every repository'}: {waiver.reason}"


def _fits(waiver: Waiver, repository: str, code: str, path: str) -> bool:
    return code.startswith(waiver.code) and matches(repository, waiver.repository) and matches(path, waiver.path)
