"""The project files of one tree, in memory: each is parsed when it is first asked for, and once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import PurePosixPath
from typing import Any

from kempt.formats import toml
from kempt.model.repo import Fault


class ReadDocuments:
    """What `survey` has read. `faults` grows by each file that was to be parsed and could not be."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        """Documents with these contents."""
        self._files = files
        self._parsed: dict[str, Mapping[str, Any]] = {}
        self.faults: list[Fault] = []

    @property
    def paths(self) -> Collection[str]:
        """All paths that can be read here."""
        return self._files.keys()

    def read(self, path: PurePosixPath | str) -> bytes | None:
        """The content of a file, None where there is none."""
        return self._files.get(str(path))

    def toml(self, path: PurePosixPath | str) -> Mapping[str, Any]:
        """The parsed content, empty where there is none."""
        name = str(path)
        if name not in self._parsed:
            self._parsed[name] = self._parse(name)
        return self._parsed[name]

    def _parse(self, name: str) -> Mapping[str, Any]:
        content = self._files.get(name)
        if content is None:
            return {}
        parsed = toml.parse(content)
        if isinstance(parsed, toml.Unparsable):
            self.faults.append(Fault("KPT002", PurePosixPath(name), parsed.message, parsed.line))
            return {}
        return parsed
