"""Bitbucket configurations, read from their text."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kempt.model.listing import Listing
from kempt.model.pipeline import Pipeline
from kempt.model.provider import Read
from kempt.providers import provider

PATH = "bitbucket-pipelines.yml"


class Tracked:
    """A repository that holds nothing but the configuration."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.listing = Listing.of([PATH])

    def read(self, path: str, /) -> bytes | None:
        return self.content if path == PATH else None


@pytest.fixture(scope="session")
def read() -> Callable[[bytes], Read]:
    bitbucket = provider("bitbucket")

    def _read(content: bytes) -> Read:
        tracked = Tracked(content)
        return bitbucket.read(tracked, bitbucket.paths(tracked.listing))

    return _read


@pytest.fixture(scope="session")
def pipeline_of(read: Callable[[bytes], Read]) -> Callable[[str], Pipeline]:
    def _pipeline_of(text: str) -> Pipeline:
        found = read(text.encode())
        assert () == found.faults
        return found.pipelines[0]

    return _pipeline_of
