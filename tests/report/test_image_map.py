"""The treemap of an image: areas are bytes."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from kempt.model.image import LayerFacts
from kempt.report.image_map import HEIGHT, WIDTH, boxes, to_svg

LAYERS = (
    LayerFacts("sha256:a", 10, 3, "FROM scratch", base=True, kinds=(("other files", 600), ("packages", 150))),
    LayerFacts("sha256:b", 5, 1, "RUN x", base=False, kinds=(("cache of <pip>", 200), ("buried", 50))),
    LayerFacts("sha256:c", 1, 0, "", base=False),
)


def test_the_area_of_a_box_is_its_share_of_the_bytes() -> None:
    areas = {(box.layer, box.kind): box.area.width * box.area.height / (WIDTH * HEIGHT) for box in boxes(LAYERS)}

    expected = {(1, "other files"): 0.6, (1, "packages"): 0.15, (2, "cache of <pip>"): 0.2, (2, "buried"): 0.05}
    assert expected == pytest.approx(areas)


def test_an_image_of_no_bytes_has_no_picture() -> None:
    assert "" == to_svg(LAYERS[2:], lambda _: "#000")


def test_each_box_says_what_it_is() -> None:
    drawn = ET.fromstring(to_svg(LAYERS, lambda _: "#000"))  # noqa: S314 - made here

    titles = [each.text for each in drawn.iter("title")]
    assert "layer 2: cache of <pip>, 200 B" in titles
    assert 4 == len(titles)
