"""The page of an image: it lists what the terminal lists, bars are bytes, and names that would be markup are text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from kempt.engine.image_findings import report_of
from kempt.model.image import ImageProof, LayerFacts, Leftover, Proofs, Unproven, Verdict
from kempt.report.image import to_text
from kempt.report.image_page import to_html
from kempt.report.look import Look

LAYERS = (
    LayerFacts("sha256:a", 10, 3, "FROM scratch", base=True, kinds=(("other files", 600), ("packages", 150))),
    LayerFacts("sha256:b", 5, 1, "RUN <script>", base=False, kinds=(("cache of pip", 200), ("buried files", 50))),
    LayerFacts("sha256:c", 1, 0, "", base=False),
)
LEFT = (
    Leftover("KPT551", Verdict.PRESENT, "pip", "root/.cache/pip", 2, 19_000, 2, "RUN <script>"),
    Leftover("KPT552", Verdict.BURIED, "uv", "a" * 300, 1, 7, 1, "", base=True),
)
PROOFS = Proofs((ImageProof("a.tar", '"><script>x</script>', "", LAYERS, LEFT),))


class Cells(HTMLParser):
    """The rows of the tables of a page; complains of tags that are not closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.rows: list[list[str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "meta":
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.open.pop()

    def handle_data(self, data: str) -> None:
        if {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data


def page(proofs: Proofs = PROOFS) -> str:
    return to_html(proofs, report_of(proofs))


def test_each_finding_is_a_row_with_rule_path_bytes_layer_and_line() -> None:
    parsed = Cells(page())

    assert [
        ["where", "rule", "path", "what", "layer", "made by"],
        ["present", "KPT551", "/root/.cache/pip", "pip, 2 files, 19 kB", "2 of 3", "RUN <script>"],
        ["buried", "KPT552", f"/{'a' * 300}", "uv, 1 file, 7 B", "1 of 3, base image", "not known"],
    ] == parsed.rows
    assert [] == parsed.open


def test_its_numbers_are_those_of_the_terminal() -> None:
    text = to_text(PROOFS, report_of(PROOFS), Look(width=1_000))

    assert "Left in the image: 1 present (19 kB), 1 buried (7 B)." in page()
    for said in ("Left in the image: 1 present (19 kB), 1 buried (7 B).", "pip, 2 files, 19 kB", "uv, 1 file, 7 B"):
        assert said in text


def test_bars_are_as_wide_as_bytes_and_never_too_small_to_see() -> None:
    shown = page()

    assert ["100.00", "33.33"] == re.findall(r'style="width:([\d.]+)%"', shown)
    assert ["600", "150", "200", "50"] == re.findall(r"flex:(\d+) 0 4px", shown)


def test_each_layer_has_its_number_and_the_kinds_in_words() -> None:
    shown = page()

    for said in ("Layer 1 · 10 B · 3 entries · base image", "Layer 3 · 1 B · 0 entries", "cache of pip, 200 B"):
        assert said in shown


def test_it_runs_nothing() -> None:
    assert "<script" not in page()
    assert "RUN &lt;script&gt;" in page()


def test_what_is_not_proven_is_said() -> None:
    shown = page(Proofs((), (Unproven("b.tar", "b.tar: the tar is <truncated>"),)))

    assert "<h1>b.tar</h1>\n<p>Not proven: b.tar: the tar is &lt;truncated&gt;</p>" in shown


@pytest.mark.parametrize("color", ["#1c1c1c", "#a8200d", "#6e1f12", "#555555"])
def test_text_stands_out_from_the_white_page(color: str) -> None:
    assert color in page() or color == "#555555"
    assert contrast_with_white(color) >= 4.5


def contrast_with_white(color: str) -> float:
    """As WCAG 2 reckons it."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
