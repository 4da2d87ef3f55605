"""KPT512: each change of the source makes the image download all packages again."""

from __future__ import annotations

import pytest

from conftest import MakeRepository
from kempt.rules.source_before_dependencies import RULE
from support.dockerfiles import image, told

AGAIN = "each change of the source downloads all packages again"


@pytest.mark.parametrize(
    "lines, expected",
    [
        (["COPY . .", "RUN uv sync"], [f"2: `COPY .` stands before `uv sync`: {AGAIN}"]),
        (["ADD . /a", "RUN pip install /a"], [f"2: `ADD .` stands before `pip install /a`: {AGAIN}"]),
        (["COPY uv.lock .", "RUN uv sync --no-install-project", "COPY . .", "RUN uv sync"], []),
        (["COPY src src", "RUN uv sync"], []),
        (["COPY . .", "RUN pip install uv"], []),
        (["RUN uv sync", "COPY . ."], []),
    ],
)
def test_order(git_repo: MakeRepository, lines: list[str], expected: list[str]) -> None:
    assert expected == told(git_repo, RULE, image(*lines))


def test_a_stage_before_may_have_installed(git_repo: MakeRepository) -> None:
    text = "FROM python:3 AS a\nRUN uv sync --no-install-project\nFROM a\nCOPY . .\nRUN uv sync\n"

    assert [] == told(git_repo, RULE, text)
