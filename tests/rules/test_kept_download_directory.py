"""KPT505: the archives that `pip download` fetched stay in the image."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from kempt.rules.kept_download_directory import RULE
from support.dockerfiles import image, told


@pytest.mark.parametrize(
    "lines, expected",
    [
        (["RUN pip download -d /d x"], ["2: `pip download` leaves its archives in the image, in `/d`"]),
        (["WORKDIR /w", "RUN pip download x"], ["3: `pip download` leaves its archives in the image, in `/w`"]),
        (["RUN pip download -d /d x && pip install /d/* && rm -rf /d"], []),
        (["RUN --mount=type=tmpfs,target=/d pip download -d /d x"], []),
        (["RUN pip install x"], []),
    ],
)
def test_downloads(git_repo: MakeRepository, lines: list[str], expected: list[str]) -> None:
    assert expected == told(git_repo, RULE, image(*lines))
