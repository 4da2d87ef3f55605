"""The page of a fleet: self-contained, of bounded size, readable by everybody, and inert to names."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kempt.model.fleet import Outcome, Promised
from kempt.model.fleet_overview import Overview
from kempt.report.fleet_page import render
from kempt.report.fleet_page_charts import MEASURES, treemap
from kempt.report.fleet_page_details import DETAILED, FINDINGS
from kempt.report.fleet_page_rows import LISTED
from kempt.report.fleet_page_script import SCRIPT
from kempt.report.fleet_page_style import BOX, DARK, LIGHT, STYLE, TEXTS
from report.builders import HOSTILE
from report.fleets import HOST, NOW, finding, many, overview, standing
from report.test_disk_page import HOSTILE as MARKUP
from report.test_disk_page import LEAST_CONTRAST, contrast

EMPTY = Overview("fleet", NOW, (), (), ())
CLEAN = overview(*(standing(number, findings=()) for number in range(3)), runs=1)
NAMES = (
    *HOSTILE.values(),
    MARKUP,
    "</script><script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "x" * 4000,
    "\u202e" * 90,
)


class Elements(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def values(self, attribute: str) -> list[str]:
        return [attributes[attribute] or "" for _, attributes in self.found if attribute in attributes]


@pytest.fixture(scope="module")
def page() -> str:
    return render(overview(), target="--db nightly.db")


@pytest.fixture(scope="module")
def hostile() -> str:
    return render(overview(*many(NAMES, 200), title=MARKUP))


def test_it_begins_with_the_numbers(page: str) -> None:
    text = " ".join(Elements(page).text.split())

    assert "kempt fleet · platform · run 12 · 2026-11-18 11:06 UTC · kempt 0.9.0" in text
    assert "668 findings in 74 of 240 repositories 114 new and 234 gone since run 11." in text
    assert "6 repositories could not be looked at. repositories240 looked at60 unchanged174 failed6" in text


def test_it_fetches_nothing(page: str) -> None:
    found = Elements(page)

    assert set() == {"img", "link", "iframe", "object", "embed", "form", "use", "image"} & {
        tag for tag, _ in found.found
    }
    assert set() == {
        name for _, held in found.found for name in held if name.startswith("on") or name in {"src", "style"}
    }
    assert set() == {each for each in found.values("href") if not re.fullmatch(r"#[a-z]+\d*", each)}
    assert "url(" not in page
    assert "@import" not in page


def test_its_policy_allows_its_own_style_sheet_and_script_and_nothing_else(page: str) -> None:
    (style,) = re.findall("<style>(.*?)</style>", page, re.DOTALL)
    (script,) = re.findall("<script>(.*?)</script>", page, re.DOTALL)
    one, two = (b64encode(sha256(text.encode()).digest()).decode() for text in (style, script))

    assert (
        f"default-src 'none'; style-src 'sha256-{one}'; script-src 'sha256-{two}'; base-uri 'none'; form-action 'none'"
        in page
    )


def test_the_script_is_small_and_makes_no_markup_from_text() -> None:
    assert len(SCRIPT.encode()) < 20 * 1024
    assert [] == re.findall(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|Function\(|fetch\(", SCRIPT
    )


def test_every_link_leads_somewhere(page: str) -> None:
    found = Elements(page)
    ids = found.values("id")

    assert len(ids) == len(set(ids))
    assert set() == {href[1:] for href in found.values("href")} - set(ids)
    assert set() == set(found.values("for")) - set(ids)
    assert set() == set(found.values("aria-labelledby")) - set(ids)


def test_each_table_has_a_caption_and_each_head_a_scope(page: str) -> None:
    found = Elements(page).found
    tables = [tag for tag, _ in found if tag in {"table", "caption"}]

    assert ["table", "caption"] * (len(tables) // 2) == tables
    assert [] == [held for tag, held in found if tag == "th" and held.get("scope") not in {"row", "col"}]


def test_headings_leave_out_no_step(page: str) -> None:
    levels = [int(tag[1]) for tag, _ in Elements(page).found if re.fullmatch(r"h\d", tag)]

    assert 1 == levels.count(1) == levels[0]
    assert [] == [pair for pair in pairwise(levels) if pair[1] > pair[0] + 1]


def test_pictures_are_well_formed_and_have_words_for_who_cannot_see_them(page: str) -> None:
    pictures = re.findall(r"<svg .*?</svg>", page, re.DOTALL)

    assert (4, 4) == (page.count('class="runs"'), page.count('class="map '))
    for each in pictures:
        root = ET.fromstring(each)  # noqa: S314 - made here
        assert root.get("aria-hidden") == "true" or (root.get("role") == "img" and root.get("aria-label"))


def test_what_failed_is_listed_with_its_reason_however_many() -> None:
    lost = [standing(39 + 40 * number)._replace(reason=f"reason {number}.") for number in range(1200)]
    text = Elements(render(overview(*lost))).text

    assert [] == [number for number in range(1200) if f"reason {number}." not in text]
    assert "No findings in what was seen of 1,200 repositories" in text


def test_a_repository_has_its_commands_quoted_for_a_shell() -> None:
    name = f"{HOST}it's $(touch owned)*"
    text = Elements(render(overview(standing(0, name)), target="--db nightly.db")).text

    assert (
        "kempt fleet fix --only 'https://git.example.org/platform/it'\"'\"'s $(touch owned)[*]' -o patches --db" in text
    )
    assert "kempt check --fix --unsafe-fixes mends more in a clone, after a look at what changes" in text


def test_a_folder_is_mended_where_it_is() -> None:
    text = Elements(render(overview(standing(0, "/srv/a b")))).text

    assert "kempt check --fix '/srv/a b'" in text


def test_it_says_what_to_type_for_all_of_them(page: str) -> None:
    text = " ".join(Elements(page).text.split())

    assert (
        "kempt fleet fix -o patches --db nightly.db writes a patch for each of 74 repositories that can be mended"
        in text
    )
    assert "kempt fleet fix -o patches" not in Elements(render(CLEAN)).text


def test_waivers_say_how_they_stand(page: str) -> None:
    text = " ".join(Elements(page).text.split())

    assert "expired, counts no longerKPT302*/ledger-apiuv.lock2026-10-01waits for the new index" in text
    assert "covers nothingKPT501*/gone*2027-01-31its image is built elsewhere" in text
    assert "in forceKPT1*/archive-**2027-03-3128 findings in 4 repositoriesarchived, deleted in spring" in text


def test_a_waived_finding_is_shown_and_says_why() -> None:
    row = standing(0, findings=(finding(1), finding(0, "moves in March (until 2027-03-31)")))
    text = Elements(render(overview(row))).text

    assert "1 finding in 1 of 1 repository" in text
    assert "waived: moves in March (until 2027-03-31)" in text


def test_before_the_first_run_and_without_findings_it_says_so() -> None:
    assert "No run has been finished yet" in Elements(render(EMPTY)).text
    assert "No findings in 3 repositories" in Elements(render(CLEAN)).text


def test_the_same_fleet_makes_the_same_page(page: str) -> None:
    assert page == render(overview(), target="--db nightly.db")


def test_names_make_no_element(page: str, hostile: str) -> None:
    plain = {tag for tag, _ in Elements(page).found}
    found = Elements(hostile)

    assert plain >= {tag for tag, _ in found.found}
    assert 1 == hostile.count("<script>")
    assert set() == {name for _, held in found.found for name in held if name.startswith("on") or name == "style"}
    assert set() == {each for each in found.values("href") if not re.fullmatch(r"#[a-z]+\d*", each)}


def test_names_show_what_cannot_be_seen(hostile: str) -> None:
    text = Elements(hostile).text

    assert set() == {letter for letter in text if not letter.isprintable()} - {"\n"}
    assert "\\u202e" in text
    assert 1_500_000 > len(hostile)


@settings(max_examples=10, deadline=None)
@given(st.lists(st.text(), min_size=1, max_size=3))
def test_any_name_keeps_the_page_whole(names: list[str]) -> None:
    made = render(overview(*many(tuple(names), 4), title=names[0]))
    found = Elements(made)

    assert made.encode()
    assert 1 == made.count("<script>") == made.count("</main>") == made.count("</style>")
    assert {"href", "id"} >= {name for tag, held in found.found if tag == "a" for name in held}


def test_without_data_it_takes_less_than_100_kib() -> None:
    assert len(render(EMPTY).encode()) < 100 * 1024


@pytest.mark.parametrize("number, most", [(600, 1_200_000), pytest.param(10_000, 3_000_000, marks=pytest.mark.slow)])
def test_its_size_is_bounded(number: int, most: int) -> None:
    made = render(overview(number=number))
    found = Elements(made)
    rest = json.loads(re.findall(r'<script type="application/json" id="rest">(.*?)</script>', made)[0])

    assert len(made.encode()) < most
    assert number == LISTED + len(rest)
    assert len([tag for tag, _ in found.found if tag == "details"]) <= DETAILED + 2
    assert f"{LISTED} are listed; sorting and filtering reach all {number:,}." in found.text


def test_findings_beyond_the_limit_are_counted_by_rule_with_the_command_that_shows_them() -> None:
    row = standing(0, f"{HOST}big", tuple(finding(number) for number in range(90)))
    text = " ".join(Elements(render(overview(row), target="--db n.db")).text.split())

    assert "50 more, not listed here: 7 KPT101 tracked-environment, 7 KPT102 tracked-bytecode," in text
    assert f"kempt fleet report --only {HOST}big --html one.html --db n.db" in text
    assert f"At most {FINDINGS:,} findings are listed, 40 of one repository" in text


def test_data_for_the_script_holds_no_markup() -> None:
    rows = many((MARKUP, "</script><script>alert(1)</script>"), LISTED + 20)
    made = render(overview(*(row._replace(findings=()) for row in rows if row.outcome is not Outcome.FAILED), *rows))
    (data,) = re.findall(r'<script type="application/json" id="rest">(.*?)</script>', made)

    assert set() == set("<>&\u2028\u2029") & set(data)
    assert json.loads(data)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_all_text_stands_out_from_what_is_behind_it(theme: dict[str, str]) -> None:
    faint = [
        (text, behind) for text in TEXTS for behind in ("page", "card", "code")
        if contrast(theme[text], theme[behind]) < LEAST_CONTRAST
    ]  # fmt: skip
    faint += [("on", box) for box in BOX if contrast(theme["on"], theme[box]) < LEAST_CONTRAST]

    assert [] == faint


def test_it_is_made_for_paper_and_for_who_wants_no_motion() -> None:
    assert "@media print" in STYLE
    assert "@media (prefers-reduced-motion:reduce)" in STYLE
    assert "@media (forced-colors:active)" in STYLE


def test_it_says_why_promises_are_unknown_and_that_other_rules_are_not_compared() -> None:
    states = (Promised.KEPT, Promised.KEPT, Promised.UNKNOWN, Promised.KEPT)
    row = standing(3, f"{HOST}r", (finding(1),))._replace(promises=states, unknown=("", "", "no <job> installs", ""))
    found = overview(row, runs=2)
    page = render(found._replace(runs=(found.runs[0], found.runs[1]._replace(compared=False))))

    assert "CI caches downloads, unknown: 1 no &lt;job&gt; installs</p>" in page
    assert "CI caches downloads: unknown: no &lt;job&gt; installs</li>" in page
    assert "Other rules than run 1: not compared." in page


def test_thousands_that_are_all_small_are_boxes_of_neighbours() -> None:
    """Finding: 5,000 equal repositories were one box, called 5,000 smaller ones."""
    held = overview(*(standing(3, f"{HOST}r{number:04}", (finding(1),)) for number in range(5000)), runs=1)

    boxes = re.findall("<title>([^<]*)</title>", treemap(held, MEASURES[0]))

    assert (120, "r0000 and 41 more: 42 findings, 42 errors") == (len(boxes), boxes[0])
