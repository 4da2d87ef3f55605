"""Workflows of GitHub Actions in memory: a repository of a few files, read, and edited as `kempt check --fix` does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kempt.formats import yaml
from kempt.model.finding import Replace
from kempt.model.listing import Listing
from kempt.model.pipeline import Job, Pipeline, Step
from kempt.model.provider import Read
from kempt.providers.github import PROVIDER

CI = ".github/workflows/ci.yml"
HEAD = "on: push\njobs:\n  tests:\n    runs-on: ubuntu-latest\n    steps:\n"


class Tracked:
    """Tracked files, as a provider sees them."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files

    @property
    def listing(self) -> Listing:
        """All tracked paths."""
        return Listing.of(self._files)

    def read(self, path: str, /) -> bytes | None:
        """The content of a tracked file."""
        return self._files.get(path)


def read_all(files: Mapping[str, str | bytes]) -> Read:
    """What the workflows among these files come to."""
    tracked = Tracked({path: text.encode() if isinstance(text, str) else text for path, text in files.items()})
    return PROVIDER.read(tracked, PROVIDER.paths(tracked.listing))


def pipeline(text: str, files: Mapping[str, str] = {}) -> Pipeline:
    """The pipeline of one workflow, beside other files; they are empty where only their names matter."""
    found = read_all({**files, CI: text + "\n# uv, pip\n" if not text.endswith("\n") else text + "# uv, pip\n"})
    return found.pipelines[0]


def job(text: str, files: Mapping[str, str] = {}) -> Job:
    """The first job of a workflow."""
    return pipeline(text, files).jobs[0]


def steps(text: str, files: Mapping[str, str] = {}) -> tuple[Step, ...]:
    """The steps of a job, given as the items of `steps:`, six blanks deep."""
    return job(HEAD + text, files).steps


def edited(text: str, edits: Iterable[Replace]) -> str:
    """A text after edits, which must not overlap."""
    return yaml.applied(text, (yaml.Change(edit.start, edit.end, edit.text) for edit in edits))
