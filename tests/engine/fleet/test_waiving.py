"""Waivers: what they cover, for how long, and which do nothing."""

from __future__ import annotations

import pytest

from kempt.engine.fleet.waiving import covering, described, expired, words
from kempt.model.fleet import Waiver

ENV = Waiver("https://example.com/*", "KPT10", "services/*/env", "moves in June", "2027-06-30")
ALL = Waiver("*", "KPT2", "*", "later", "2027-01-31")
SHOP = "https://example.com/team/shop"


@pytest.mark.parametrize(
    "repository, code, path, today, found",
    [
        (SHOP, "KPT101", "services/api/env", "2027-06-30", ENV),
        (SHOP, "KPT101", "services/api/env/bin/python", "2027-01-01", ENV),
        (SHOP, "KPT101", "services/api/env", "2027-07-01", None),
        (SHOP, "KPT201", "services/api/env", "2027-01-01", None),
        (SHOP, "KPT101", "env", "2027-01-01", None),
        ("https://example.org/shop", "KPT101", "services/api/env", "2027-01-01", None),
    ],
    ids=["last-day", "below", "expired", "other-code", "other-path", "other-repository"],
)
def test_what_a_waiver_covers(repository: str, code: str, path: str, today: str, found: Waiver | None) -> None:
    assert found == covering((ENV,), repository, code, path, today)


def test_what_was_not_checked_is_never_covered() -> None:
    waiver = Waiver("*", "KPT", "*", "all", "2099-01-01")

    assert covering((waiver,), SHOP, "KPT002", "a", "2027-01-01") is None


def test_expired_ones() -> None:
    assert ((), (ALL,), (ENV, ALL)) == tuple(
        expired((ENV, ALL), day) for day in ("2027-01-31", "2027-02-01", "2027-07-01")
    )


def test_in_words() -> None:
    assert ("moves in June (until 2027-06-30)", "KPT2 in every repository: later") == (words(ENV), described(ALL))
    assert "KPT10 in services/*/env of https://example.com/*: moves in June" == described(ENV)
