from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from kempt.host.workers.overtime import Overtime, at_most


def here(work: Callable[[], object]) -> object:
    return work()


def on_a_thread(work: Callable[[], object]) -> object:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def endless() -> None:
    with at_most(0.05):
        while True:
            try:
                sum(range(100))
            except Exception as error:
                raise AssertionError from error


def done_in_time() -> int:
    with at_most(60):
        return 3


@pytest.mark.parametrize("place", [here, on_a_thread])
def test_what_takes_too_long_is_cut_short(place: Callable[[Callable[[], object]], object]) -> None:
    with pytest.raises(Overtime):
        place(endless)


@pytest.mark.parametrize("place", [here, on_a_thread])
def test_what_is_done_in_time_is_left_alone(place: Callable[[Callable[[], object]], object]) -> None:
    assert 3 == place(done_in_time)


def test_no_limit_is_no_limit() -> None:
    with at_most(0):
        total = sum(range(1_000_000))

    assert 499_999_500_000 == total
