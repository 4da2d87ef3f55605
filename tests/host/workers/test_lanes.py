"""Threads that wait for servers: few for each lane, all results, nothing left behind."""

from __future__ import annotations

from threading import Event, Lock

import pytest

from kempt.host.workers.lanes import Lanes


class Crowd:
    """Work that counts how many of each lane are at it together."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.busy = {"a": 0, "b": 0}
        self.most = {"a": 0, "b": 0}
        self.all = self.most_in_all = 0

    def work(self, item: str) -> str:
        lane = item[0]
        with self.lock:
            self.busy[lane] += 1
            self.all += 1
            self.most[lane] = max(self.most[lane], self.busy[lane])
            self.most_in_all = max(self.most_in_all, self.all)
        Event().wait(0.002)
        with self.lock:
            self.busy[lane] -= 1
            self.all -= 1
        return item.upper()


def lanes(crowd: Crowd, *, width: int = 2, threads: int = 8, ahead: int = 8) -> Lanes[str, str]:
    return Lanes(
        crowd.work, lambda item: item[0], width=width, threads=threads, ahead=ahead, stop=lambda: None,
        drop=lambda _: None,
    )  # fmt: skip


ITEMS = [f"{lane}{number}" for number in range(20) for lane in "ab"]


def test_every_item_has_its_result() -> None:
    assert sorted(each.upper() for each in ITEMS) == sorted(lanes(Crowd()).results(ITEMS))


def test_a_lane_is_no_wider_than_wanted_and_all_of_them_run_together() -> None:
    crowd = Crowd()

    assert 40 == len(list(lanes(crowd, width=2).results(ITEMS)))
    assert (True, True, True) == (crowd.most["a"] <= 2, crowd.most["b"] <= 2, crowd.most_in_all <= 4)


def test_the_work_does_not_get_ahead_of_its_reader() -> None:
    crowd, started = Crowd(), list[str]()

    def work(item: str) -> str:
        started.append(item)
        return crowd.work(item)

    running = Lanes[str, str](
        work, lambda item: item[0], width=8, threads=8, ahead=3, stop=lambda: None, drop=lambda _: None
    )
    results = running.results(ITEMS)
    next(results)
    Event().wait(0.1)

    assert len(started) <= 4
    assert 39 == len(list(results))


def test_nothing_to_do_ends_at_once() -> None:
    assert [] == list(lanes(Crowd()).results([]))


def test_leaving_early_stops_the_rest_and_drops_what_nobody_reads() -> None:
    stopped, dropped = Event(), list[str]()

    def work(item: str) -> str:
        if item != "a0":
            stopped.wait(20)
        return item

    running = Lanes[str, str](
        work, lambda item: item, width=1, threads=3, ahead=10, stop=stopped.set, drop=dropped.append
    )
    results = running.results(["a0", "a1", "a2", "a3", "a4", "a5"])

    assert "a0" == next(results)
    results.close()

    assert stopped.is_set()
    assert set(dropped) <= {"a1", "a2", "a3"}


def test_an_interrupt_in_the_reader_stops_the_rest() -> None:
    stopped = Event()
    running = Lanes[str, str](
        lambda item: item if item == "a" else str(stopped.wait(20)), lambda item: item, width=1, threads=2, ahead=4,
        stop=stopped.set, drop=lambda _: None,
    )  # fmt: skip

    def read() -> None:
        for _ in running.results(["a", "b"]):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read()
