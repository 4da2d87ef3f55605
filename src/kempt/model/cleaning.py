"""What `kempt clean` found, what of it goes, and what stays for which reason."""

from __future__ import annotations

from typing import NamedTuple

from kempt.model.artefact import Kind
from kempt.model.disk import Disposable, Spared
from kempt.model.plan import Plan, TreeStep

GROUPS = {
    "bytecode": frozenset({Kind.BYTECODE}),
    "caches": frozenset({Kind.TOOL_CACHE}),
    "envs": frozenset({Kind.ENVIRONMENT}),
    "build": frozenset({Kind.BUILD_OUTPUT, Kind.PACKAGE_METADATA, Kind.TEST_OUTPUT, Kind.OS_JUNK}),
}
"""The words for kinds on the command line."""
DEFAULT_GROUPS = ("bytecode", "caches")
"""What is taken if nothing is named: what its tools make again by themselves, without being told."""


class Candidate(NamedTuple):
    """Something that a scan recognised, and what a plan must know of its surroundings.

    `row` is the name of its row in the catalog without slashes. `repository` is the innermost folder above it that
    holds a `.git`, empty outside any; `locked` says whether a lock file lies in its project's folder. `asks` is why
    only a person can say whether it may go, in words that end a sentence, empty where that is clear. `undone`: its tool
    does not make it again just as it was, so it goes to the trash. `changed_ns` is when it last changed itself.
    """

    thing: Disposable
    row: str
    repository: str = ""
    locked: bool = False
    asks: str = ""
    undone: bool = False
    changed_ns: int = 0


class Scan(NamedTuple):
    """What lies below one folder. `unlisted` are folders that could not be read; `repositories` were met on the way.

    `own` are the trash of kempt's and what is left of its removals that were stopped (absolute paths).
    """

    root: str
    found: tuple[Candidate, ...]
    spared: tuple[Spared, ...] = ()
    unlisted: tuple[Spared, ...] = ()
    repositories: tuple[str, ...] = ()
    own: tuple[str, ...] = ()


class Wishes(NamedTuple):
    """What is to be cleaned.

    `groups` are words of GROUPS. `older_than` is in seconds, 0 for any age. `keep` are patterns of a .gitignore for
    what stays. `include` are names of things that are left alone unless they are named ("node_modules"). `unlocked`
    takes environments without a lock file, `in_environments` the bytecode inside environments. Without `trash`,
    everything is removed at once.
    """

    groups: tuple[str, ...] = DEFAULT_GROUPS
    older_than: float = 0
    keep: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    unlocked: bool = False
    in_environments: bool = False
    trash: bool = True


class Cleaning(NamedTuple):
    """What is going to happen: a plan for each folder that was named, and the things that they take, in their order.

    `roots` are the folders that were named, absolute and without links. `spared` looked disposable and stays;
    `unlisted` could not be looked at. `others` says how many things of kinds that were not asked for there are, by the
    words of GROUPS. `notes` are sentences for people. `now` is when the plan was made, in seconds since the epoch.
    `own` are the trash of kempt's below the roots, and what is left of its removals that were stopped.
    """

    roots: tuple[str, ...]
    plans: tuple[Plan, ...]
    taken: tuple[Disposable, ...]
    spared: tuple[Spared, ...] = ()
    unlisted: tuple[Spared, ...] = ()
    others: tuple[tuple[str, int], ...] = ()
    notes: tuple[str, ...] = ()
    now: float = 0
    own: tuple[str, ...] = ()

    @property
    def steps(self) -> tuple[TreeStep, ...]:
        """The step that each thing is taken by, in the order of `taken`."""
        return tuple(step for plan in self.plans for step in plan.steps if isinstance(step, TreeStep))
