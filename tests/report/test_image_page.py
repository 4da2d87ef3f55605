"""The treemap of an image: areas are bytes, and names that would be markup are text."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from kempt.model.image import ImageProof, LayerFacts
from kempt.report.image_page import HEIGHT, WIDTH, boxes, to_html

LAYERS = (
    LayerFacts("sha256:a", 10, 3, "FROM scratch", base=True, kinds=(("other files", 600), ("packages", 150))),
    LayerFacts("sha256:b", 5, 1, "RUN <script>", base=False, kinds=(("cache of pip", 200), ("buried", 50))),
    LayerFacts("sha256:c", 1, 0, "", base=False),
)


def test_the_area_of_a_box_is_its_share_of_the_bytes() -> None:
    areas = {(box.layer, box.kind): box.width * box.height / (WIDTH * HEIGHT) for box in boxes(LAYERS)}

    expected = {(1, "other files"): 0.6, (1, "packages"): 0.15, (2, "cache of pip"): 0.2, (2, "buried"): 0.05}
    assert expected == pytest.approx(areas)


def test_an_image_of_no_bytes_has_no_box() -> None:
    assert [] == list(boxes(LAYERS[2:]))


def test_the_page_is_well_formed_and_runs_nothing() -> None:
    page = to_html([ImageProof("a", '"><script>x</script>', "", LAYERS, ())])
    svg = page[page.index("<svg") : page.index("</svg>") + 6]

    assert 4 == len(ET.fromstring(svg).findall("g"))  # noqa: S314 - made here
    assert "<script" not in page
    assert "RUN &lt;script&gt;" in page
