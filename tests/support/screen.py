"""The interactive screen without a terminal: keys go in, what a person would see comes out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kempt.engine.disk.by_hand import look_around
from kempt.model.by_hand import CACHES, Holding, Stock, Way
from kempt.model.disk import Weight

if TYPE_CHECKING:
    from kempt.cli.tui.app import DiskApp

DAY_NS = 24 * 3600 * 10**9
NOW_NS = 20_000 * DAY_NS
HOME = "/home/ada"
CALM = 4
"""Looks in a row, 5 ms apart, that see nothing waiting."""


def holding(
    path: str, group: str, owner: str, way: Way = Way.AT_ONCE, *,
    size: int = 0, files: int = 0, days: float = 0, why: str = "", tool: str = "",
) -> Holding:  # fmt: skip
    """A thing below the home of a person; `path` and `owner` are relative to it."""
    weight = Weight(files, size) if size else None
    used = int(NOW_NS - days * DAY_NS) if days else 0
    full, place = f"{HOME}/{path}", owner if group == CACHES else f"{HOME}/{owner}"
    name = full.removeprefix(f"{place}/") if group != CACHES else path.rpartition("/")[2]
    return Holding(full, group, place, name, full, way, tool, weight, used, "file read" if used else "", why)


HOLDINGS = (
    holding("code/shop/api/.venv", "environment", "code/shop/api", Way.TRASH, size=412_000_000, files=14113, days=3)
    ._replace(facts=("Python 3.12.7, made by uv, 84 packages", "stale: uv.lock is newer than its packages")),
    holding("code/thesis/.venv", "environment", "code/thesis", Way.TRASH, size=1_900_000_000, files=31804, days=420),
    holding("code/shop/web/.venv", "environment", "code/shop/web", Way.STAYS, why="python (812) works in it"),
    holding("code/shop/api/.mypy_cache", "tool cache", "code/shop/api", size=96_000_000, files=2110, days=3,
            tool="mypy"),
    holding("code/shop/api/.ruff_cache", "tool cache", "code/shop/api", size=420_000, files=31, days=3, tool="Ruff"),
    holding("code/thesis/.pytest_cache", "tool cache", "code/thesis", size=45_000, files=9, days=420, tool="pytest"),
    holding("code/thesis/figures/__pycache__", "bytecode", "code/thesis", size=61_000, files=10, tool="CPython"),
    holding(".cache/uv/numpy 2.1.0", CACHES, "uv", Way.EVICT, size=31_000_000, files=900, days=200, tool="uv"),
    holding(".cache/uv/polars 1.9", CACHES, "uv", Way.STAYS, size=120_000, files=2, days=1, tool="uv",
            why="environments share its files"),
    holding("code/notes/old.pyc", "bytecode", "code/notes", Way.STAYS, why="it has no source beside it"),
)  # fmt: skip
STOCK = Stock((f"{HOME}/code",), HOLDINGS, now_ns=NOW_NS, home=HOME)


def app_of(*stocks: Stock, color: bool = True) -> DiskApp:
    """The screen on what is made up, given to it piece by piece."""
    from kempt.cli.tui.app import DiskApp

    def source(_tell: Callable[[str], None]) -> Iterator[Stock]:
        yield from stocks or (STOCK,)

    return DiskApp(source, color=color)


def app_on(*paths: Path) -> DiskApp:
    """The screen on folders of this disk."""
    from kempt.cli.tui.app import DiskApp

    return DiskApp(partial(look_around, tuple(map(str, paths))))


def seen(app: DiskApp, *keys: str, size: tuple[int, int] = (80, 24), click: tuple[int, int] | None = None) -> str:
    """The text of the whole screen after these keys, each when the one before it is done with."""

    async def run() -> str:
        async with app.run_test(size=size, notifications=True) as pilot:
            await settled(app)
            for key in keys:
                await pilot.press(key)
                await settled(app)
            if click:
                await pilot.click(offset=click)
                await settled(app)
            return await drawn(app)

    return asyncio.run(run())


async def settled(app: DiskApp) -> None:
    """Wait until nothing is done in the background any more, and every message is dealt with."""
    calm = 0
    while calm < CALM:
        await asyncio.sleep(0.005)
        nodes = (app, *app.screen_stack, *(each for screen in app.screen_stack for each in screen.walk_children()))
        busy = any(not each.is_finished for each in app.workers) or any(each.message_queue_size for each in nodes)
        calm = 0 if busy and app.is_running else calm + 1


async def drawn(app: DiskApp) -> str:
    """What is on the screen once it has been the same for longer than Textual takes to draw it, three times over."""
    shown, same = "", 0
    while same < CALM:
        await settled(app)
        await asyncio.sleep(0.02)
        before, shown = shown, text_of(app) if app.is_running else shown
        same = same + 1 if shown == before else 0
    return shown


def text_of(app: DiskApp) -> str:
    """What is on the screen now, without the blanks at the ends of its lines."""
    strips = app.screen._compositor.render_strips()
    return "".join(f"{strip.text.rstrip()}\n" for strip in strips)


def colors(app: DiskApp) -> set[tuple[int, int, int]]:
    """The colours of what is on the screen now."""
    found = set[tuple[int, int, int]]()
    for strip in app.screen._compositor.render_strips():
        for segment in strip:
            style = segment.style
            found |= (
                {each.triplet for each in (style.color, style.bgcolor) if each and each.triplet} if style else set()
            )
    return found
