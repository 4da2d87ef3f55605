"""The page of `kempt fleet report --html` in a real browser: fits, sorts, obeys no name, and needs no script."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import MakeRepository, RunKempt
from kempt.report.fleet_page import render
from kempt.report.fleet_page_details import DETAILED
from report.fleets import many, overview
from report.test_disk_page import HOSTILE as MARKUP
from report.test_fleet_page import NAMES
from support.devtools import Tab, tab

pytestmark = pytest.mark.slow  # a browser takes seconds to start
AXE = os.environ.get("KEMPT_AXE", "")
PAGES = {
    "plain": render(overview(), target="--db nightly.db"),
    "small": render(overview(number=60)),
    "hostile": render(overview(*many(NAMES, 130), title=MARKUP)),
    "large": render(overview(number=10_000)),
}
WIDE = """
[...document.querySelectorAll("body *")].filter(e => !e.closest("svg,br,.hidden,.pick") && e.getClientRects().length
  && e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 200))
"""
NAMED = "[...document.querySelectorAll('table.all tbody th')].slice(0, 3).map(e => e.textContent)"
SAID = "document.querySelector('[role=status]').textContent"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    """One browser for all questions."""
    with tab(tmp_path_factory.mktemp("browser")) as opened:
        yield opened


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The pages as files."""
    folder = tmp_path_factory.mktemp("pages")
    for name, page in PAGES.items():
        (folder / f"{name}.html").write_text(page, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in PAGES}


@pytest.mark.parametrize("name", PAGES)
def test_one_request_and_nothing_to_complain_about(browser: Tab, files: dict[str, Path], name: str) -> None:
    browser.open(files[name])

    assert ([files[name].as_uri()], []) == (browser.requests, browser.complaints)


@pytest.mark.parametrize("width", [390, 761, 1001, 1280])
@pytest.mark.parametrize("name", ["plain", "hostile"])
def test_nothing_sticks_out_at_the_side(browser: Tab, files: dict[str, Path], name: str, width: int) -> None:
    browser.open(files[name], width=width)
    browser.ask("document.querySelectorAll('details').forEach((each, at) => { each.open = at < 40; })")

    assert [] == browser.ask(WIDE)
    assert 0 == browser.ask("document.documentElement.scrollWidth - innerWidth")


def test_names_run_nothing_and_make_no_element(browser: Tab, files: dict[str, Path]) -> None:
    question = "[...new Set([...document.querySelectorAll('*')].map(e => e.localName))].sort()"
    browser.open(files["plain"])
    plain = browser.ask(question)
    browser.open(files["hostile"])

    assert set(plain) | {"script"} >= set(browser.ask(question))
    assert [] == browser.complaints
    assert browser.ask("document.title").startswith("kempt fleet: ")


def test_names_from_data_are_text_too(browser: Tab, tmp_path: Path) -> None:
    rows = tuple(each._replace(findings=()) for each in many((MARKUP,), 1200))
    page = tmp_path / "page.html"
    page.write_text(render(overview(*rows)), encoding="utf-8")
    browser.open(page)
    browser.ask("document.querySelector('table.all thead button').click()")

    assert 500 == browser.ask("document.querySelectorAll('table.all tbody tr').length")
    assert 0 == browser.ask("document.querySelectorAll('table.all tbody :is(script, img, style)').length")
    assert [] == browser.complaints


def test_the_policy_lets_no_other_script_and_no_foreign_style_in(browser: Tab, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    added = '<script>document.title = "run"</script><p id="x" style="color:red" onclick="1">x</p></main>'
    page.write_text(PAGES["plain"].replace("</main>", added), encoding="utf-8")
    browser.open(page)

    assert browser.ask("document.title").startswith("kempt fleet")
    assert "rgb(255, 0, 0)" != browser.ask("getComputedStyle(document.getElementById('x')).color")
    assert 2 <= len(browser.complaints)


def test_without_scripts_all_of_it_is_there(browser: Tab, files: dict[str, Path]) -> None:
    browser.open(files["plain"], scripts=False, fragment="#r4")

    assert 240 == browser.ask("document.querySelectorAll('table.all tbody tr').length")
    assert (0, 0) == (browser.ask("document.querySelectorAll('button').length"),
                      browser.ask("document.querySelectorAll('input[type=search]').length"))  # fmt: skip
    assert [True, 1] == browser.ask(
        "[document.getElementById('r4').closest('details').open,"
        " document.querySelectorAll('.each details[open]').length]"
    )
    shown = "['.by-findings', '.by-bytes'].map(e => getComputedStyle(document.querySelector(e)).display != 'none')"
    assert [True, False] == browser.ask(shown)
    browser.ask("document.querySelector('label[for=by-bytes]').click()")
    assert [False, True] == browser.ask(shown)


def test_tables_are_sorted_with_the_keyboard(browser: Tab, files: dict[str, Path]) -> None:
    browser.open(files["plain"])
    state = "document.querySelector('table.all thead th').getAttribute('aria-sort')"
    browser.ask("document.querySelector('.tools select').focus()")
    browser.press("Tab")
    assert "repository" == browser.ask("document.activeElement.textContent")
    assert "solid" == browser.ask("getComputedStyle(document.activeElement).outlineStyle")

    browser.press("Enter")
    assert ["ascending", ["alerts-api", "alerts-api1", "alerts-jobs"]] == [browser.ask(state), browser.ask(NAMED)]
    browser.press(" ")
    assert ["descending", "webhooks-worker1"] == [browser.ask(state), browser.ask(NAMED)[0]]


def test_every_control_is_reached_by_tab_and_shows_it(browser: Tab, files: dict[str, Path]) -> None:
    browser.open(files["plain"])
    reached = []
    for _ in range(30):
        browser.press("Tab")
        reached.append(browser.ask(
            "[document.activeElement.localName, getComputedStyle(document.activeElement.closest('.pick')"
            " ?? document.activeElement).outlineStyle]"
        ))  # fmt: skip

    assert {"a", "summary", "input", "button"} <= {name for name, _ in reached}
    assert [] == [name for name, outline in reached if outline == "none" and name != "body"]


def test_a_large_fleet_is_sorted_and_filtered_as_a_whole(browser: Tab, files: dict[str, Path]) -> None:
    browser.open(files["large"])
    assert ["500 of 10,000", 500] == [
        browser.ask(SAID), browser.ask("document.querySelectorAll('table.all tbody tr').length"),
    ]  # fmt: skip

    browser.ask("document.querySelectorAll('table.all thead button')[10].click()")
    assert "the first 500 of 10,000" == browser.ask(SAID)
    write = "const field = document.querySelector('input[type=search]'); field.value = {!r}; "
    browser.ask("{" + write.format("ALERTS sdk61") + "field.dispatchEvent(new Event('input'))}")
    assert [["alerts-sdk61"], "1 of 10,000"] == [browser.ask(NAMED), browser.ask(SAID)]
    browser.ask("{" + write.format("") + "field.dispatchEvent(new Event('input'))}")
    browser.ask("{const list = document.querySelector('.tools select'); list.value = 4;"
                "list.dispatchEvent(new Event('change'))}")  # fmt: skip
    assert "250 of 10,000" == browser.ask(SAID)
    assert {"failed"} == set(
        browser.ask("[...document.querySelectorAll('table.all tbody td:nth-child(2)')].map(e => e.textContent)")
    )
    assert DETAILED == browser.ask("document.querySelectorAll('.each details').length")


@pytest.mark.parametrize("width, picture", [(390, "narrow"), (1280, "wide")])
def test_each_width_has_its_own_picture_with_labels_large_enough_to_read(
    browser: Tab, files: dict[str, Path], width: int, picture: str
) -> None:
    browser.open(files["plain"], width=width)
    maps = "[...document.querySelectorAll('.by-findings .map')].filter(e => e.getClientRects().length)"

    assert [picture] == browser.ask(f"{maps}.map(e => e.classList[1])")
    assert browser.ask(f"{maps}[0].querySelector('text').getBoundingClientRect().height > 11")


def test_no_label_sticks_out_of_its_box(browser: Tab, files: dict[str, Path]) -> None:
    browser.open(files["plain"])

    assert [] == browser.ask("""
        [...document.querySelectorAll(".by-findings .map.wide g g")].flatMap(group => {
          const box = group.querySelector("rect").getBoundingClientRect();
          return [...group.querySelectorAll("text")].filter(e => e.getBoundingClientRect().right > box.right + 1)
            .map(e => e.textContent);
        })
    """)


def test_light_and_dark_and_paper(browser: Tab, files: dict[str, Path]) -> None:
    color = "getComputedStyle(document.body).backgroundColor"
    browser.open(files["plain"])
    light, paper = browser.ask(color), browser.printed()
    browser.open(files["plain"], dark=True)

    assert ["rgb(251, 251, 249)", "rgb(20, 23, 26)"] == [light, browser.ask(color)]
    assert paper.startswith(b"%PDF-")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_wrong(browser: Tab, files: dict[str, Path], width: int, dark: bool) -> None:  # noqa: FBT001
    """KEMPT_AXE is the path of axe.min.js, of the npm package axe-core; nothing of it is kept here."""
    if not AXE:
        pytest.skip("KEMPT_AXE does not name axe.min.js (npm pack axe-core)")
    browser.open(files["small"], width=width, dark=dark)
    browser.ask("document.querySelectorAll('details').forEach((each, at) => { each.open = at < 6; })")
    browser.ask(f"{Path(AXE).read_text(encoding='utf-8')};1")

    assert [] == browser.ask(
        "axe.run(document).then(found => found.violations.map(each => [each.id, each.nodes[0].html.slice(0, 200)]))"
    )


def test_from_hostile_clones_to_an_inert_page(
    browser: Tab, tmp_path: Path, git_repo: MakeRepository, kempt: RunKempt
) -> None:
    """Real repositories whose names, paths and owners are markup: scanned, reported, opened."""
    name = "<img src=x onerror=document.title=1>\u202e"
    files = {f"{name}/__pycache__/a.pyc": "x", "CODEOWNERS": "* @<script>\n"}
    for folder in ("one", name):
        git_repo(files, f"clones/{folder}")
    scanned = kempt("fleet", "scan", "clones", "--jobs", "1", cwd=tmp_path)
    reported = kempt("fleet", "report", "--html", "page.html", "--title", name, cwd=tmp_path)
    browser.open(tmp_path / "page.html")

    assert (1, 0) == (scanned.status, reported.status)
    assert "kempt fleet: <img src=x onerror=document.title=1>\\u202e" == browser.ask("document.title")
    assert 0 == browser.ask("document.querySelectorAll('img').length")
    assert 4 <= browser.ask("document.body.textContent.split('<img src=x').length")
    assert [] == browser.complaints
