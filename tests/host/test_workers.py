"""Work beside: what a thread does with pieces, and what its owner hears of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import active_count

import pytest

from kempt.host import workers
from kempt.host.workers import AHEAD, LOT, Beside

PIECE = bytes(LOT)


@pytest.fixture(params=[1, 2], autouse=True)
def _with_processors(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(workers, "processors", lambda: request.param)
    before = active_count()
    yield
    assert before == active_count()


def refusing(number: int) -> Callable[[bytes], None]:
    """Work that fails at the piece of this number, the first is 0."""
    pieces = iter(range(10_000))

    def work(_piece: bytes) -> None:
        if next(pieces) == number:
            raise ValueError(number)

    return work


@pytest.mark.parametrize("size", [0, 1, LOT // 3, LOT, 2 * LOT])
def test_all_pieces_are_worked_on_in_their_order(size: int) -> None:
    pieces = [bytes([number]) * size for number in range(3 * AHEAD)]
    done: list[bytes] = []

    with Beside(done.append) as beside:
        for piece in pieces:
            beside.put(piece)

    assert pieces == done


@pytest.mark.parametrize("piece", [b"a", PIECE], ids=["small", "large"])
def test_what_the_work_raises_is_raised_at_the_end(piece: bytes) -> None:
    with pytest.raises(ValueError, match="1"), Beside(refusing(1)) as beside:  # noqa: PT012 - the end raises
        beside.put(piece)
        beside.put(piece)


def test_what_the_work_raises_ends_a_long_stream() -> None:
    pieces = iter([PIECE] * 1000)
    with pytest.raises(ValueError, match="0"), Beside(refusing(0)) as beside:  # noqa: PT012 - one put of many raises
        for piece in pieces:
            beside.put(piece)

    assert len(list(pieces)) >= 1000 - AHEAD - 1


@pytest.mark.parametrize("piece", [b"a", PIECE], ids=["small", "large"])
def test_an_error_of_the_work_came_before_one_of_its_owner(piece: bytes) -> None:
    with pytest.raises(ValueError, match="0"), Beside(refusing(0)) as beside:  # noqa: PT012 - the end raises
        beside.put(piece)
        raise OSError


def test_an_error_of_the_owner_comes_through() -> None:
    done: list[bytes] = []
    with pytest.raises(OSError, match="mine"), Beside(done.append) as beside:  # noqa: PT012 - the end raises
        beside.put(PIECE)
        raise OSError("mine")

    assert [PIECE] == done


def test_an_interrupt_waits_for_no_work() -> None:
    done: list[bytes] = []
    with pytest.raises(KeyboardInterrupt), Beside(done.append) as beside:  # noqa: PT012 - the end raises
        beside.put(b"a")
        raise KeyboardInterrupt

    assert [] == done
