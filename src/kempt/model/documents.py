"""The project files that more than one question is asked of, each read once and parsed once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import PurePosixPath
from typing import Any, Protocol


class Documents(Protocol):
    """Manifests, lock files, requirements files and scripts of a repository, by their path in it."""

    @property
    def paths(self) -> Collection[str]:
        """All paths that can be read here, relative to the repository's root."""

    def read(self, path: PurePosixPath | str) -> bytes | None:
        """The content of a file; None where there is none, or it cannot be read (a fault says so then)."""

    def toml(self, path: PurePosixPath | str) -> Mapping[str, Any]:
        """The parsed content; empty where there is no such file, or it does not parse (a fault says so then)."""


class NoDocuments:
    """A repository without any."""

    paths: Collection[str] = ()

    def read(self, _path: PurePosixPath | str) -> bytes | None:
        """Nothing is there to be read."""
        return None

    def toml(self, _path: PurePosixPath | str) -> Mapping[str, Any]:
        """Nothing is there to be parsed."""
        return {}


NONE: Documents = NoDocuments()
