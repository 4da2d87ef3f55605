"""What is said of images in a sentence."""

from __future__ import annotations

import pytest

from kempt.model.image import ImageProof, LayerFacts
from kempt.report.image import summary_of

LAYERS = (LayerFacts("sha256:a", 1, 1, "", base=False),) * 3


@pytest.mark.parametrize(
    "known, expected",
    [
        (0, "Proven: no cache is in the image, 3 layers read to the last byte."),
        (2, "Proven: no cache is in the image, 3 layers read to the last byte, 2 of them in an earlier run."),
        (3, "Proven: no cache is in the image, 3 layers read to the last byte, in an earlier run."),
    ],
)
def test_layers_that_were_read_in_an_earlier_run_are_said_to_be(known: int, expected: str) -> None:
    assert expected == summary_of((ImageProof("a.tar", "a", "", LAYERS, (), known),))
