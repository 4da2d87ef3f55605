"""CI files of a provider in memory: read, edited as `kempt check --fix` does, and read again."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kempt.formats import yaml
from kempt.model.listing import Listing
from kempt.model.pipeline import Pipeline
from kempt.model.provider import Edits, Provider, Read


class Tracked:
    """Tracked files, as a provider sees them."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files
        self.listing = Listing.of(files)

    def read(self, path: str, /) -> bytes | None:
        """The content of a tracked file."""
        return self._files.get(path)


def read(provider: Provider, files: Mapping[str, str | bytes]) -> Read:
    """What a provider's files among these come to."""
    tracked = Tracked({path: text.encode() if isinstance(text, str) else text for path, text in files.items()})
    return provider.read(tracked, provider.paths(tracked.listing))


def edited(text: str, edits: Edits) -> str:
    """A text after edits, which must not overlap; each takes the place of something."""
    assert all(edit.start < edit.end for edit in edits)
    return yaml.applied(text, (yaml.Change(edit.start, edit.end, edit.text) for edit in edits))


def mended(provider: Provider, path: str, text: str, edit: Callable[[Pipeline], Edits]) -> tuple[str, Pipeline]:
    """A file after an edit, and what is read from it then. With Windows' line ends the edit must come to the same."""
    (before,) = read(provider, {path: text}).pipelines
    new = edited(text, edit(before))
    windows = text.replace("\n", "\r\n")
    (other,) = read(provider, {path: windows}).pipelines
    assert new.replace("\n", "\r\n") == edited(windows, edit(other))
    found = read(provider, {path: new})
    assert () == found.faults
    return new, found.pipelines[0]
