"""What kempt knows of a CI provider: one value of this type in each package of `providers/`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple, Protocol

from kempt.model.finding import Replace
from kempt.model.installs import Downloads
from kempt.model.listing import Listing
from kempt.model.pipeline import Artifacts, CacheUse, Job, Pipeline, Step, Text

if TYPE_CHECKING:
    from kempt.model.repo import Fault  # at run time it would lengthen every chain of imports

Edits = tuple[Replace, ...]
"""Edits of one file that belong together; empty where kempt cannot write what is wanted in this place."""


class Files(Protocol):
    """The tracked files of a repository, for a provider that follows includes and local actions."""

    @property
    def listing(self) -> Listing:
        """All tracked paths."""

    def read(self, path: str, /) -> bytes | None:
        """The content of a tracked file; None where it is not tracked or cannot be read."""


class Read(NamedTuple):
    """What the files of one provider hold. One that does not parse is a fault, and the others are read."""

    pipelines: tuple[Pipeline, ...] = ()
    faults: tuple[Fault, ...] = ()


class Wanted(NamedTuple):
    """The cache that a job should have: whose downloads, keyed on which files (paths from the root), which Python.

    `python` is the version in the words of the file (`3.13`, `${{ matrix.python }}`), empty where it names none. A
    tracked `.python-version` that says it instead is `python_file`, to be hashed beside the locks.
    """

    manager: str
    downloads: Downloads
    locks: tuple[str, ...]
    python: str = ""
    python_file: str = ""

    @property
    def hashed(self) -> tuple[str, ...]:
        """The files that a key is made of."""
        return (*self.locks, self.python_file) if self.python_file else self.locks


class Provider(NamedTuple):
    """One provider. Pure: files in, facts and edits out.

    `paths` are the files that are this provider's; `read` makes pipelines of them. The rest write: a job's cache
    (`with_cache`), the place of a cached path (`with_path`), a key that follows the lock (`with_key`), commands before
    a step or, where `step` is None, at the end of a job (`with_commands`), what artifacts leave out (`without_paths`),
    no cache (`without_cache`).
    """

    name: str
    title: str
    paths: Callable[[Listing], tuple[str, ...]]
    read: Callable[[Files, Iterable[str]], Read]
    with_cache: Callable[[Pipeline, Job, Wanted], Edits]
    with_path: Callable[[Pipeline, Job, CacheUse, Text, Wanted], Edits]
    with_key: Callable[[Pipeline, Job, CacheUse, Wanted], Edits]
    with_commands: Callable[[Pipeline, Job, Step | None, tuple[str, ...]], Edits]
    without_paths: Callable[[Pipeline, Artifacts, tuple[str, ...]], Edits]
    without_cache: Callable[[Pipeline, Job, CacheUse], Edits]
