"""Sizes and ages on a command line."""

from __future__ import annotations

import pytest

from kempt.cli.amounts import age, size
from kempt.errors import UsageError
from support.envs import DAY


@pytest.mark.parametrize(
    "text, bytes",
    [("5GB", 5 * 10**9), ("500 MB", 5 * 10**8), ("2GiB", 2**31), ("1.5g", 1_500_000_000), ("0", 0), ("12", 12)],
)
def test_a_size_is_read(text: str, bytes: int) -> None:
    assert bytes == size(text)


@pytest.mark.parametrize("text", ["", "GB", "-1GB", "1e5", "5 parsecs", "nan", "1" * 40, "٣GB"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is no size"):
        size(text)


@pytest.mark.parametrize(
    "text, days", [("90d", 90), ("90", 90), ("12w", 84), ("48h", 2), ("1y", 365), (" 2 W ", 14), ("0d", 0)]
)
def test_an_age_is_in_hours_days_weeks_or_years(text: str, days: int) -> None:
    assert days * DAY == age(text)


@pytest.mark.parametrize("text", ["", "d", "-1d", "1.5d", "90days", "6m", "9" * 20, "٣d"])
def test_anything_else_is_no_age(text: str) -> None:
    with pytest.raises(UsageError, match="is no age"):
        age(text)
