"""Bars, places and what is said of caches."""

from __future__ import annotations

import pytest

from kempt.model.caches import Cache, CacheList, PrunePlan, PruneWishes, State, Where
from kempt.model.disk import Process
from kempt.report.caches import Shown, bar, to_text, why_not
from kempt.report.home import short
from kempt.report.look import Look
from support.caches import FACTS


@pytest.mark.parametrize(
    "value, part, whole, expected",
    [
        (0, 0, 100, ("", "")),
        (100, 0, 100, ("████████", "")),
        (100, 100, 100, ("", "░░░░░░░░")),
        (100, 50, 100, ("████", "░░░░")),
        (100, 1, 100, ("████████", "")),
        (50, 25, 100, ("██", "░░")),
        (30, 0, 100, ("██▍", "")),
        (1, 0, 1000, ("▏", "")),
        (1, 1, 1000, ("▏", "")),
        (5, 0, 0, ("", "")),
    ],
)
def test_a_bar_is_as_long_as_its_value_and_its_light_part_is_what_can_go(
    value: int, part: int, whole: int, expected: tuple[str, str]
) -> None:
    assert expected == bar(value, part, whole, 8, blocks=True)


def test_without_block_characters_bars_are_ascii() -> None:
    assert ("####", "----") == bar(100, 50, 100, 8, blocks=False)


@pytest.mark.parametrize(
    "path, expected",
    [
        ("/home/ada/.cache/uv", "~/.cache/uv"),
        ("/home/ada", "~"),
        ("/home/adamant/x", "/home/adamant/x"),
        ("/big", "/big"),
    ],
)
def test_a_path_is_short_below_home(path: str, expected: str) -> None:
    assert expected == short(path, "/home/ada")


def test_who_uses_a_cache_is_named() -> None:
    running = tuple(Process(pid, "uv", "runs") for pid in (7, 8))
    cache = Cache(FACTS["uv"], Where("/c"), State.IN_USE, "its lock is held", users=running)

    assert "in use: its lock is held (uv 7, uv 8)" == why_not(cache)


def test_a_hostile_place_is_shown_and_not_obeyed() -> None:
    cache = Cache(FACTS["pip"], Where("/a\x1b[31m\n::error::", "PIP_CACHE_DIR"), State.REFUSED, "is no folder")
    shown = Shown(CacheList((cache,), 0), PrunePlan((), PruneWishes(), 0))

    assert (
        "  pip: left alone: PIP_CACHE_DIR says /a\\x1b[31m\\n::error::, which is no folder"
        in to_text(shown, Look()).splitlines()
    )
