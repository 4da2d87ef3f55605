"""CircleCI configurations, read from their text."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kempt.model.listing import Listing
from kempt.model.pipeline import Job, Pipeline
from kempt.model.provider import Read
from kempt.providers import provider

PATH = ".circleci/config.yml"


class Tracked:
    """A repository that holds nothing but the configuration."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.listing = Listing.of([PATH])

    def read(self, path: str, /) -> bytes | None:
        return self.content if path == PATH else None


@pytest.fixture(scope="session")
def read() -> Callable[[bytes], Read]:
    circleci = provider("circleci")

    def _read(content: bytes) -> Read:
        tracked = Tracked(content)
        return circleci.read(tracked, circleci.paths(tracked.listing))

    return _read


@pytest.fixture(scope="session")
def pipeline_of(read: Callable[[bytes], Read]) -> Callable[[str], Pipeline]:
    def _pipeline_of(text: str) -> Pipeline:
        found = read(text.encode())
        assert () == found.faults
        return found.pipelines[0]

    return _pipeline_of


@pytest.fixture(scope="session")
def job_of(pipeline_of: Callable[[str], Pipeline]) -> Callable[..., Job]:
    """A job of these steps, which are YAML with a margin of six blanks, on a machine in YAML with one of four."""

    def _job_of(steps: str, *, machine: str = "    docker: [{image: cimg/python:3.13}]\n", rest: str = "") -> Job:
        text = f"version: 2.1\njobs:\n  test:\n{machine}    steps:\n{steps}{rest}"
        return pipeline_of(text).jobs[0]

    return _job_of
