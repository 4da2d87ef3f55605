"""The screen itself, by the keys that a person presses and what they see then."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

import pytest

from kempt.model.by_hand import Stock
from support.cleaning import project
from support.envs import make_environment
from support.screen import HOLDINGS, STOCK, app_of, app_on, colors, drawn, seen, settled

pytest.importorskip("textual", reason="the screen is drawn by Textual, which only the extra `tui` installs")

SCREENS = Path(__file__).parent / "screens"


def lines(text: str) -> list[str]:
    return text.splitlines()


@pytest.mark.parametrize(
    "name, size, keys",
    [
        ("first", (80, 24), ()),
        ("opened-and-marked", (80, 24), ("E", "j", "space")),
        ("wide", (140, 40), ("E", "j", "j", "j")),
        ("small", (48, 14), ("j", "space")),
        ("filtered", (80, 24), ("slash", "t", "h", "e", "s")),
        ("help", (80, 30), ("question_mark",)),
    ],
)
def test_the_whole_screen(name: str, size: tuple[int, int], keys: tuple[str, ...]) -> None:
    assert (SCREENS / f"{name}.txt").read_text(encoding="utf-8") == seen(app_of(), *keys, size=size)


def test_what_is_found_is_shown_as_it_comes_and_marks_stay() -> None:
    first = STOCK._replace(holdings=HOLDINGS[:2])

    assert lines(seen(app_of()))[:8] == lines(seen(app_of(first, STOCK)))[:8]


def test_nothing_found_is_said() -> None:
    assert "Nothing here can be made again." in seen(app_of(Stock(("/x",))))


@pytest.mark.parametrize(
    "keys, marked",
    [
        (("space",), "2 marked: 2.3 GB in 45,917 files"),
        (("space", "space"), "Space marks what is to go."),
        (("space", "escape"), "Space marks what is to go."),
        (("j", "space", "k", "space"), "5 marked: 2.4 GB in 48,067 files"),
        (("G", "k", "space"), "1 marked: 31 MB in 900 files"),
        (("l", "l", "j", "j", "space"), "Space marks what is to go."),
        (("slash", "m", "y", "p", "y", "enter", "space"), "1 marked: 96 MB in 2,110 files"),
    ],
)
def test_keys_mark(keys: tuple[str, ...], marked: str) -> None:
    assert marked == lines(seen(app_of(), *keys))[-2].strip()


@pytest.mark.parametrize(
    "key, first", [("s", "bytecode"), ("n", "bytecode"), ("m", "environments")]
)  # fmt: skip
def test_keys_order(key: str, first: str) -> None:
    assert first in lines(seen(app_of(), key))[2]


def test_escape_ends_the_filter() -> None:
    assert seen(app_of()) == seen(app_of(), "slash", "x", "escape")


@pytest.mark.parametrize(
    "at, expected",
    [
        ((1, 2), " ● ▸ environments"),
        ((4, 3), " ○ ▾ tool caches"),
        ((1, 4), " ● ▸ download caches"),
    ],
)
def test_a_click_marks_or_opens(at: tuple[int, int], expected: str) -> None:
    assert any(line.startswith(expected) for line in lines(seen(app_of(), click=at)))


def test_a_click_on_a_heading_orders_by_it() -> None:
    assert "name▾" in lines(seen(app_of(), click=(5, 1)))[1]


def test_without_colours_all_is_grey() -> None:
    async def run() -> bool:
        app = app_of(color=False)
        async with app.run_test() as pilot:
            await settled(app)
            await pilot.press("space")
            return all(len(set(color)) == 1 for color in colors(app))

    assert asyncio.run(run())


def test_a_smaller_terminal_is_drawn_anew() -> None:
    async def run() -> str:
        app = app_of()
        async with app.run_test(size=(140, 40)) as pilot:
            await settled(app)
            await pilot.resize_terminal(80, 24)
            await settled(app)
            return await drawn(app)

    assert (SCREENS / "first.txt").read_text(encoding="utf-8") == asyncio.run(run())


def test_ctrl_c_leaves_as_interrupted() -> None:
    app = app_of()
    seen(app, "ctrl+c")

    with pytest.raises(KeyboardInterrupt):
        app.raise_failure()


def test_ctrl_c_leaves_from_a_box_too() -> None:
    app = app_of()
    seen(app, "question_mark", "ctrl+c")

    with pytest.raises(KeyboardInterrupt):
        app.raise_failure()


def test_q_leaves() -> None:
    app = app_of()
    seen(app, "q")
    app.raise_failure()

    assert 0 == app.return_code


def test_a_folder_that_is_not_one_to_clean_ends_it_with_that_error(tmp_path: Path) -> None:
    from kempt.errors import UsageError

    app = app_on(tmp_path / "missing")
    seen(app)

    with pytest.raises(UsageError, match="no such folder"):
        app.raise_failure()


@pytest.fixture
def code(home: Path) -> Path:
    """A project with an environment that nobody used for 40 days."""
    root = project(home / "code" / "shop")
    make_environment(root / ".venv", age_days=40, now=time.time())
    for path in (root / ".mypy_cache").rglob("*"):
        os.utime(path, (1, 1))
    return home / "code"


def test_what_is_marked_goes_when_it_is_agreed_to_and_only_that(code: Path) -> None:
    shop = code / "shop"
    screen = seen(app_on(code), "slash", *"venv", "enter", "space", "ctrl+t", "y")

    assert (False, True, True) == tuple(
        path.exists() for path in (shop / ".venv", shop / ".mypy_cache", shop / "src" / "__pycache__")
    )
    assert "in the trash for" in screen


def test_nothing_goes_where_it_is_not_agreed_to(code: Path) -> None:
    seen(app_on(code), "ctrl+t", "escape", "ctrl+t", "enter", "ctrl+t", "n")

    assert [True, True] == [(code / "shop" / name).exists() for name in (".venv", ".mypy_cache")]


def test_u_brings_back_what_went_last(code: Path) -> None:
    before = sorted(path for path in code.rglob("*"))
    first = seen(app_on(code), "slash", *"venv", "enter")
    screen = seen(app_on(code), "slash", *"venv", "enter", "ctrl+t", "ctrl+t", "u", "y")

    assert before == sorted(path for path in code.rglob("*"))
    assert lines(first)[:4] == lines(screen)[:4]
    assert "Brought back" in screen


def test_u_brings_back_what_an_earlier_screen_took(code: Path) -> None:
    seen(app_on(code), "slash", *"venv", "enter", "ctrl+t", "y")
    seen(app_on(code), "u", "y")

    assert (code / "shop" / ".venv" / "pyvenv.cfg").exists()


def test_nothing_to_bring_back_is_said(code: Path) -> None:
    assert "nothing to undo" in seen(app_on(code), "u")


def test_ctrl_r_removes_for_good(code: Path) -> None:
    screen = seen(app_on(code), "slash", *"venv", "enter", "ctrl+r", "ctrl+r")

    assert "Freed" in screen
    assert [] == [path for path in (code / "shop").iterdir() if path.name.startswith(".kempt-trash")]


def test_what_changed_since_it_was_shown_stays_and_is_told(code: Path) -> None:
    """Between the screen and the key, the environment is replaced by a folder of somebody's own."""
    shop = code / "shop"

    async def run() -> str:
        app = app_on(code)
        async with app.run_test(notifications=True) as pilot:
            await settled(app)
            await pilot.press("slash", *"venv", "enter")
            (shop / ".venv").rename(code / "aside")
            (shop / ".venv").mkdir()
            (shop / ".venv" / "precious.txt").write_text("mine")
            await pilot.press("ctrl+t")
            await settled(app)
            screen = await drawn(app)
            await pilot.press("y")
            await settled(app)
            return screen

    screen = asyncio.run(run())

    assert "Nothing of it can go now." in screen
    assert "mine" == (shop / ".venv" / "precious.txt").read_text()


def test_o_shows_and_copies_the_whole_path() -> None:
    app = app_of()
    screen = seen(app, "E", "j", "o")

    assert "/home/ada/code/thesis/.venv" == app.clipboard
    assert "Copied: /home/ada/code/thesis/.venv" in screen


def test_leaving_waits_for_what_is_being_removed() -> None:
    async def run() -> list[bool]:
        app = app_of()
        async with app.run_test() as pilot:
            await settled(app)
            app.acts.removing = True
            await pilot.press("q")
            while_removing = app.is_running
            app.acts.ended(None)
            return [while_removing, app.return_code == 0]

    assert [True, True] == asyncio.run(run())


def test_the_page_shows_this_screen_and_names_its_keys() -> None:
    from kempt.cli.tui.dialogs import KEYS

    page = (Path(__file__).parents[3] / "docs/how-to/disk-screen.md").read_text(encoding="utf-8")

    assert (SCREENS / "opened-and-marked.txt").read_text(encoding="utf-8") in page
    assert set() == {key for keys, _ in KEYS for key in keys.split() if key not in "↑↓←→" and f"`{key}`" not in page}
