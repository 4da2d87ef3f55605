"""KPT502: a download cache is removed in another layer than the one it lies in."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from kempt.rules import cache_in_final_image
from kempt.rules.cache_removed_later import RULE
from support.dockerfiles import image, mended_image, told

LATE = "3: `rm -rf /root/.cache` comes too late: `/root/.cache/pip` is in the layer of line 2"


@pytest.mark.parametrize(
    "lines, expected",
    [
        (["RUN pip install x", "RUN rm -rf /root/.cache"], [LATE]),
        (["RUN pip install x", "RUN apt-get clean && rm -rf /root/.cache"], [LATE]),
        (["RUN pip install x && pip install y", "RUN rm -rf /root/.cache"], [LATE]),
        (["RUN pip install x", "RUN pip cache purge"],
         ["3: `pip cache purge` comes too late: `/root/.cache/pip` is in the layer of line 2"]),
        (["RUN pip install x && rm -rf /root/.cache", "RUN rm -rf /root/.cache"], []),
        (["RUN pip install --no-cache-dir x", "RUN rm -rf /root/.cache"], []),
        (["RUN pip install x", "RUN rm -rf /tmp/x"], []),
        (["RUN rm -rf /root/.cache", "RUN pip install x"], []),
    ],
)  # fmt: skip
def test_removals(git_repo: MakeRepository, lines: list[str], expected: list[str]) -> None:
    assert expected == told(git_repo, RULE, image(*lines))


def test_the_install_itself_is_told_of_once(git_repo: MakeRepository) -> None:
    assert [] == told(git_repo, cache_in_final_image.RULE, image("RUN pip install x", "RUN rm -rf /root/.cache"))


@pytest.mark.parametrize(
    "before, after",
    [
        ("RUN pip install x\nRUN rm -rf /root/.cache/pip\nUSER a", "RUN pip install --no-cache-dir x\nUSER a"),
        (
            "RUN pip install x\nRUN b && rm -rf /root/.cache",
            "RUN pip install --no-cache-dir x\nRUN b && rm -rf /root/.cache",
        ),
        (
            "RUN pip install x\nRUN uv sync\nRUN rm -rf /root/.cache",
            "RUN pip install --no-cache-dir x\nRUN uv sync --no-cache",
        ),
    ],
)
def test_fixes(git_repo: MakeRepository, before: str, after: str) -> None:
    assert image(after) == mended_image(git_repo, RULE, image(before))
