"""The page on a disk: small, self-contained, running nothing, readable by everybody, and inert to names."""

from __future__ import annotations

import re
from base64 import b64encode
from collections import Counter
from hashlib import sha256
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kempt.model.disk import Spared, Weight
from kempt.model.disk_overview import DiskOverview, Section, Thing
from kempt.report.disk_page import to_html
from kempt.report.disk_page_text import COLORS, DARK, LIGHT, PALE
from report.disks import MB, overview

LIMIT = 300 * 1024
LEAST_CONTRAST = 4.5
"""What WCAG 2 asks for between text and what is behind it (level AA)."""
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7*7 }}{% raw %}</style></svg>&\u202e\x1b[2J'


class Elements(HTMLParser):
    """The elements of a page, with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def hostile(number: int) -> Thing:
    """A thing whose every name is as long as a path may be, and markup."""
    name = (HOSTILE + '"' * 4000)[:4000]
    return Thing(
        tuple(Section)[number % len(Section)], f"/home/ada/{number}{name}", f"{name}{number}",
        Weight(1000 - number, (1000 - number) * MB), Weight(9, 9 * MB), f"/{number}{name}", "broken", name, 5,
    )  # fmt: skip


def luminance(color: str) -> float:
    digits = color.removeprefix("#")
    digits = digits if len(digits) == 6 else "".join(2 * digit for digit in digits)
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def mixed(color: str, page: str, share: float) -> str:
    """What an eye sees of a colour of which only a share is left, on a page."""

    def channels(text: str) -> list[int]:
        digits = text.removeprefix("#")
        digits = digits if len(digits) == 6 else "".join(2 * digit for digit in digits)
        return [int(digits[at : at + 2], 16) for at in (0, 2, 4)]

    pairs = zip(channels(color), channels(page), strict=True)
    return "#" + "".join(f"{round(share * one + (1 - share) * other):02x}" for one, other in pairs)


@pytest.fixture(scope="module")
def page() -> str:
    return to_html(overview())


def test_it_says_how_much_can_go_and_what_to_type(page: str) -> None:
    text = " ".join(Elements(page).text.split())

    assert "2.2 GB can go They lie in 39,322 files. All that can be made again: 7.7 GB in 156,047 files." in text
    assert "960 MB16,000 fileskempt envs ~/code --broken --stale 90d --remove2 environments, to the trash" in text


def test_it_fetches_nothing_and_runs_nothing(page: str) -> None:
    found = Elements(page)

    assert set() == {"script", "img", "link", "iframe", "object", "embed", "a", "form", "use", "image"} & {*found.names}
    assert set() == {name for name, _ in found.attributes if name.startswith("on") or name in {"src", "href", "style"}}
    assert "url(" not in page
    assert "@import" not in page


def test_its_policy_allows_its_own_style_sheet_and_nothing_else(page: str) -> None:
    (style,) = re.findall("<style>(.*?)</style>", page, re.DOTALL)
    digest = b64encode(sha256(style.encode()).digest()).decode()

    assert f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'" in page


def test_bytes_and_files_have_a_view_each_that_a_choice_shows(page: str) -> None:
    found = Elements(page)

    assert ["in-bytes", "in-files"] == [value for name, value in found.attributes if name == "id"]
    assert ["in-bytes", "in-files"] == [value for name, value in found.attributes if name == "for"]
    assert (2, 2) == (page.count('class="map wide"'), page.count('class="map narrow"'))


def test_the_pictures_are_well_formed_and_have_words_for_who_cannot_see_them(page: str) -> None:
    pictures = re.findall(r'<svg class="map .*?</svg>', page, re.DOTALL)

    assert 4 == len(pictures)
    for each in pictures:
        picture = ET.fromstring(each)  # noqa: S314 - made here
        assert "img" == picture.get("role")
        assert (picture.get("aria-label") or "").startswith(("download caches ", "environments "))


def test_in_a_picture_what_can_go_is_told_from_what_stays(page: str) -> None:
    picture = ET.fromstring(re.findall(r'<svg class="map wide.*?</svg>', page, re.DOTALL)[0])  # noqa: S314 - made here
    boxes = {
        (box[0].text or ""): round(float(box[1].get("width", 0)) * float(box[1].get("height", 0)))
        for box in picture.iterfind("g[@class='downloads']/g")
    }

    assert ["~/.cache/uv, 2.6 GB stays", "~/.cache/pip, 700 MB stays, in use", "~/.cache/uv, 300 MB can go"] == [*boxes]
    assert 2600 / 300 == pytest.approx(
        boxes["~/.cache/uv, 2.6 GB stays"] / boxes["~/.cache/uv, 300 MB can go"], rel=0.1
    )


def test_names_are_text_whatever_they_hold() -> None:
    shown = to_html(overview(*map(hostile, range(12)))._replace(unread=(Spared(f"/{HOSTILE}", HOSTILE),)))
    found, plain = Elements(shown), Elements(to_html(overview()))

    assert {*found.names} <= {*plain.names, "p"}
    assert {name for name, _ in found.attributes} <= {name for name, _ in plain.attributes}
    assert {"\x1b", "\u202e"}.isdisjoint(shown)
    assert 1 == shown.count("</style>")
    assert "{{ 7*7 }}" in found.text


@settings(max_examples=30)
@given(st.text(st.sampled_from("<>\"'&/{}%#;=`- \n\0\u2028\udcffscriptyle"), min_size=1, max_size=60))
def test_no_name_adds_an_element_or_an_attribute(name: str) -> None:
    named = Thing(Section.ENVIRONMENTS, f"/{name}", name, Weight(1, MB), Weight(1, MB), f"/{name}", "broken", name)
    plain = Thing(Section.ENVIRONMENTS, "/a", "a", Weight(1, MB), Weight(1, MB), "/a", "broken", "a")
    found, expected = (Elements(to_html(overview(each, roots=(each.path,)))) for each in (named, plain))

    drawn = {"text"}  # a name is written into its rectangle where there is room for it
    assert Counter(each for each in expected.names if each not in drawn) == Counter(
        each for each in found.names if each not in drawn
    )
    assert set(expected.names) | drawn == set(found.names) | drawn
    assert {each for each, _ in expected.attributes} == {each for each, _ in found.attributes}


@pytest.mark.parametrize("number", [30, 400])
def test_it_stays_small_whatever_lies_on_the_disk(number: int) -> None:
    shown = to_html(overview(*map(hostile, range(number)), roots=("/" + '"' * 4000, "/" + "&" * 4000)))

    assert len(shown.encode()) <= LIMIT


def test_a_disk_with_nothing_on_it_has_a_page_too() -> None:
    text = Elements(to_html(DiskOverview((), (), ()))).text

    assert "Nothing here can be made again." in text
    assert "in files" not in text


def test_environments_that_share_with_a_cache_are_explained() -> None:
    seen = overview()._replace(environments=Weight(57_000, 3_160 * MB, 800 * MB))

    assert "Environments share 800 MB more with a cache; that is freed when both go." in Elements(to_html(seen)).text


@pytest.mark.parametrize("name", COLORS)
def test_text_on_a_full_colour_can_be_read(name: str) -> None:
    assert contrast(*COLORS[name]) >= LEAST_CONTRAST


@pytest.mark.parametrize("name", COLORS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_on_a_pale_colour_can_be_read(name: str, theme: str) -> None:
    colors = {"light": LIGHT, "dark": DARK}[theme]

    assert contrast(colors["ink"], mixed(COLORS[name][0], colors["page"], PALE[theme])) >= LEAST_CONTRAST


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("behind", ["page", "card"])
def test_text_on_the_page_can_be_read(theme: dict[str, str], behind: str) -> None:
    assert [] == [each for each in ("ink", "soft") if contrast(theme[each], theme[behind]) < LEAST_CONTRAST]
