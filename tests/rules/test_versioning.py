"""Whether a release is one that a project takes."""

from __future__ import annotations

import pytest

from kempt.rules.versioning import fits


@pytest.mark.parametrize(
    "version, wanted, expected",
    [
        ("0.13.9", "", True),
        ("0.13.9", ">=0.13", True),
        ("0.11.32", ">=0.13", False),
        ("0.13.9", "==0.13.9", True),
        ("0.13.9", "0.13.9", True),
        ("0.13.8", "0.13.9", False),
        ("2.5.1", "^2.0", True),
        ("0.13", ">=0.13", False),
        ("main", ">=0.13", False),
        ("0.13.9", ">=x", False),
        ("0.13.9", "${{ x }}", False),
        ("", "", False),
    ],
)
def test_a_whole_release_within_the_range(version: str, wanted: str, expected: bool) -> None:  # noqa: FBT001 - a column
    assert expected is fits(version, wanted)
