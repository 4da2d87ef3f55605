from __future__ import annotations

import pytest

from kempt.report import quantity
from report.builders import BYTECODE, finding


@pytest.mark.parametrize(
    "number, expected",
    [
        (0, "0 B"), (1, "1 B"), (999, "999 B"), (1000, "1 kB"), (1949, "1.9 kB"), (9_949, "9.9 kB"), (9_950, "10 kB"),
        (999_499, "999 kB"), (999_500, "1 MB"), (412_000_000, "412 MB"), (1_900_000_000, "1.9 GB"),
        (5 * 10**18, "5,000 PB"),
    ],
)  # fmt: skip
def test_sizes_have_units_of_1000_and_the_digits_that_matter(number: int, expected: str) -> None:
    assert expected == quantity.size(number)


@pytest.mark.parametrize(
    "number, noun, plural, expected",
    [(0, "file", "", "0 files"), (1, "file", "", "1 file"), (14_113, "file", "", "14,113 files"),
     (2, "entry", "entries", "2 entries")],
)  # fmt: skip
def test_counts_have_separators_and_their_noun(number: int, noun: str, plural: str, expected: str) -> None:
    assert expected == quantity.count(number, noun, plural)


@pytest.mark.parametrize(
    "files, size, expected",
    [
        pytest.param(14_113, 412_000_000, "x: 14,113 files, 412 MB", id="both"),
        pytest.param(14_113, None, "x: 14,113 files, size unknown", id="a-clone-without-blobs"),
        pytest.param(None, 1_500, "x: 1.5 kB", id="size-only"),
        pytest.param(None, None, "x", id="not-measured"),
    ],
)
def test_a_message_ends_in_the_extent(files: int | None, size: int | None, expected: str) -> None:
    assert expected == quantity.message_of(finding(BYTECODE, "a", "x", files=files, bytes=size))


def test_a_message_that_names_a_thing_after_a_colon_has_no_second_one() -> None:
    assert "is tracked: `env`, 2 files, 1 kB" == quantity.message_of(
        finding(BYTECODE, "a", "is tracked: `env`", files=2, bytes=1000)
    )
