"""The page of `kempt disk --html` in a real browser: it needs no JavaScript, fits, obeys no name, and prints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kempt.report.disk_page import to_html
from report.disks import overview
from report.test_disk_page import hostile
from support.browser import DARK, LIGHT, Browser, browser

pytestmark = pytest.mark.slow  # a browser takes a second or two to start, for each question
PAGE = to_html(overview())
HOSTILE = to_html(overview(*map(hostile, range(120))))
SHOWN = """
const shown = name => [...page.querySelectorAll("main > ." + name)]
  .map(each => view.getComputedStyle(each).display != "none");
"""
BY_KEYS = (
    SHOWN
    + """
const states = [[shown("bytes"), shown("files")]];
page.querySelector("label[for=in-files]").click();
states.push([shown("bytes"), shown("files")]);
return states;
"""
)
FITS = """
const wide = [...page.querySelectorAll("main *")].filter(e => !e.closest("svg") && e.getClientRects().length
  && e.getBoundingClientRect().right > view.innerWidth + 1);
return [page.documentElement.scrollWidth - view.innerWidth, wide.map(e => e.outerHTML.slice(0, 200))];
"""


@pytest.fixture
def chromium(tmp_path: Path) -> Browser:
    return browser(tmp_path)


def test_a_choice_shows_bytes_or_files_and_no_script_runs(chromium: Browser) -> None:
    bytes_first, files_then = chromium.ask(PAGE, BY_KEYS)

    assert [[True], [False]] == bytes_first
    assert [[False], [True]] == files_then


def test_the_choice_is_reached_by_keys(chromium: Browser) -> None:
    question = """
    const choice = page.getElementById("in-bytes"); choice.focus();
    const outline = view.getComputedStyle(page.querySelector(".pick")).outlineStyle;
    return [page.activeElement.id, choice.tabIndex, outline, page.querySelectorAll("[tabindex]").length];
    """

    assert ["in-bytes", 0, "solid", 0] == chromium.ask(PAGE, question)


@pytest.mark.parametrize("width", [390, 700, 1280])
@pytest.mark.parametrize("page", [PAGE, HOSTILE], ids=["plain", "hostile"])
def test_nothing_sticks_out_at_the_side(chromium: Browser, page: str, width: int) -> None:
    assert [0, []] == chromium.ask(page, FITS, width=width)


@pytest.mark.parametrize("width, picture", [(390, "narrow"), (1280, "wide")])
def test_each_width_has_its_own_picture_with_labels_large_enough_to_read(
    chromium: Browser, width: int, picture: str
) -> None:
    question = """
    const maps = [...page.querySelectorAll(".bytes .map")].filter(e => e.getClientRects().length);
    const text = maps[0].querySelector("text").getBoundingClientRect();
    return [maps.map(e => e.classList[1]), text.height > 11];
    """

    assert [[picture], True] == chromium.ask(PAGE, question, width=width)


def test_no_label_sticks_out_of_its_box(chromium: Browser) -> None:
    question = """
    return [...page.querySelectorAll(".bytes .map.wide g > g")].flatMap(group => {
      const box = group.querySelector("rect").getBoundingClientRect();
      return [...group.querySelectorAll("text")].filter(e => e.getBoundingClientRect().right > box.right + 1)
        .map(e => e.textContent);
    });
    """

    assert [] == chromium.ask(PAGE, question)


def test_names_make_no_element_and_run_nothing(chromium: Browser) -> None:
    question = """
    return [[...new Set([...page.querySelectorAll("*")].map(e => e.localName))].sort(),
      view.getComputedStyle(page.body).marginTop, page.title.slice(0, 18)];
    """
    plain, shown = chromium.ask(PAGE, question), chromium.ask(HOSTILE, question)

    assert plain == shown
    assert "script" not in shown[0]


def test_the_policy_lets_no_script_and_no_foreign_style_in(chromium: Browser) -> None:
    opened = PAGE.replace("</main>", '<script>document.title = "run"</script><p id="x" style="color:red">x</p></main>')
    question = 'return [page.title.startsWith("kempt disk"), view.getComputedStyle(page.getElementById("x")).color];'

    title_stays, color = chromium.ask(opened, question)
    assert title_stays
    assert "rgb(255, 0, 0)" != color


@pytest.mark.parametrize("theme, background", [(LIGHT, "rgb(251, 251, 249)"), (DARK, "rgb(20, 23, 26)")])
def test_it_is_light_or_dark_as_the_reader_wants(chromium: Browser, theme: str, background: str) -> None:
    assert background == chromium.ask(PAGE, "return view.getComputedStyle(page.body).backgroundColor;", theme=theme)


def test_it_is_printed_with_both_views(chromium: Browser, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(PAGE, encoding="utf-8")
    paper = chromium.printed(page, tmp_path / "page.pdf").read_bytes()

    assert paper.startswith(b"%PDF-")
    assert paper.count(b"/Type /Page\n") + paper.count(b"/Type /Page ") >= 2


def test_pictures_can_be_taken(chromium: Browser, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(PAGE, encoding="utf-8")
    taken: Any = chromium.picture(page, tmp_path / "page.png", width=1280, height=900)

    assert taken.read_bytes().startswith(b"\x89PNG")
