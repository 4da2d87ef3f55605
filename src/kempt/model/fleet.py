"""Many repositories: what is asked of each, what came of it, and what all of it adds up to.

Everything here is plain and can be pickled: tasks go to other processes and machines, rows come back.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from kempt.model.config import Config


class Outcome(StrEnum):
    """How it ended for one repository. What failed is never clean: its row says why."""

    CHECKED = "checked"
    UNCHANGED = "unchanged"
    FAILED = "failed"


class Target(NamedTuple):
    """One repository of the inventory.

    `name` is its identity, in the database and on the page: its URL without user, password and a last `.git`, or the
    absolute path of a folder. `url` is what git is given: the same with `.git` kept, or that path. Neither ever holds a
    password.
    """

    name: str
    url: str

    @property
    def is_local(self) -> bool:
        """Whether it is a folder of this machine."""
        return "://" not in self.url


class Task(NamedTuple):
    """A repository to look at. Where its head still is `known_head`, it is unchanged and nothing is fetched."""

    target: Target
    known_head: str = ""


class Credential(NamedTuple):
    """Where the token for a host is found: the name of a variable of the environment, never the token."""

    host: str
    variable: str


class Limits(NamedTuple):
    """What one repository, and one worker, may take.

    `seconds` is the time for one repository, `received` the bytes that may come over the network for it, `at_once` how
    many connections one worker opens to one host. `memory` are bytes of address space of a worker and `processor`
    seconds of its time for one chunk; 0 where there is no limit.
    """

    seconds: float = 120.0
    received: int = 256 * 1024**2
    at_once: int = 4
    memory: int = 0
    processor: int = 0


class Wishes(NamedTuple):
    """How every repository of a scan is looked at.

    `config` are the central settings; with None those of each repository count. `overrides` are laid over either,
    spelled as in a file. `strict` keeps a repository from silencing anything by itself; but for rules whose codes begin
    with one of `accepted`.
    """

    config: Config | None = None
    overrides: tuple[tuple[str, tuple[str, ...]], ...] = ()
    strict: bool = False
    allow_insecure: bool = False
    credentials: tuple[Credential, ...] = ()
    limits: Limits = Limits()
    accepted: tuple[str, ...] = ()


class Noted(NamedTuple):
    """A finding as the database keeps it.

    `path` is relative to the repository, with `/`; `owners` are those whom its CODEOWNERS names for that path, with
    blanks between them; `fix` is "", "safe", "unsafe" or "show".
    """

    code: str
    level: str
    path: str
    line: int
    message: str
    help: str
    fingerprint: str
    service: str = ""
    files: int | None = None
    bytes: int | None = None
    fix: str = ""
    owners: str = ""


class Promised(StrEnum):
    """What a scan knows of one of the four promises in one repository."""

    KEPT = "kept"
    BROKEN = "broken"
    ABSENT = "absent"
    """There is nothing that it could be about: no Python, no CI, no Dockerfile."""
    UNKNOWN = "unknown"


class Row(NamedTuple):
    """What came of one repository.

    `head` is the commit that was looked at, `branch` what it is the tip of. `promises` has the states of the four, in
    order; empty unless it was checked. `unknown` says why each of them is that is, in the same order, with empty words
    for the others. `error` is a short word for why it failed (`timeout`, `not-found`, a KPT code), `reason` the same in
    a line for people, or where it is now; without any credential. `seconds` is wall time, `processor` CPU time of kempt
    itself, `received` bytes that came over the network.
    """

    name: str
    outcome: Outcome
    head: str = ""
    branch: str = ""
    files: int = 0
    promises: tuple[Promised, ...] = ()
    findings: tuple[Noted, ...] = ()
    error: str = ""
    reason: str = ""
    owners: str = ""
    seconds: float = 0.0
    processor: float = 0.0
    received: int = 0
    unknown: tuple[str, ...] = ()


class Inventory(NamedTuple):
    """The repositories that are asked for, each once, in order.

    `notes` are lines that say what was left out on purpose. `refused` are the rows of what was asked for and cannot be
    taken: they failed before the scan began.
    """

    targets: tuple[Target, ...]
    notes: tuple[str, ...] = ()
    refused: tuple[Row, ...] = ()


class Waiver(NamedTuple):
    """A finding that the policy lives with for a time: globs of repository and path, a code or prefix, and why.

    `expires` is the last day on which it counts, as YYYY-MM-DD.
    """

    repository: str
    code: str
    path: str
    reason: str
    expires: str


class Ruled(NamedTuple):
    """What the database keeps of a rule, so that it can be read without kempt. `level` is the rule's usual one."""

    code: str
    name: str
    promise: int | None
    level: str


class RunFacts(NamedTuple):
    """What a run is made of.

    Two runs with one `key` judge alike: it is a digest of kempt's version, its rules and the wishes. `started` is in
    seconds since 1970, UTC. `rules` are those that judge, for whoever reads the database without kempt.
    """

    key: str
    version: str
    started: float
    repositories: int
    waivers: tuple[Waiver, ...] = ()
    rules: tuple[Ruled, ...] = ()


class Begun(NamedTuple):
    """A run that was started or taken up again: its number, and the repositories it has looked at already."""

    number: int
    done: frozenset[str]
