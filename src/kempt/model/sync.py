"""Installing what locks say: what was asked for, what is going on meanwhile, and what came of each service."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from kempt.model.manager import Command
from kempt.model.repo import Service
from kempt.model.verify import Refusal


class Outcome(StrEnum):
    """How it went; the value is the word for it."""

    INSTALLED = "installed"
    UNCHANGED = "nothing to do"
    REPAIRED = "repaired"
    REBUILT = "rebuilt"
    PLANNED = "would run"
    REFUSED = "refused"
    FAILED = "failed"


class Phase(StrEnum):
    """What is being done to a service; the value is the word for it."""

    INSTALLING = "installing"
    CHECKING = "checking"
    REPAIRING = "repairing"
    REBUILDING = "rebuilding"
    DONE = "done"


class SyncOptions(NamedTuple):
    """What was asked for.

    `everything` takes demoted services too. `python` is X.Y or X.Y.Z, empty for what the project pins. `repair` reads
    every byte of the environments. `jobs` is how many services at once, 0 for as many as the machine has processors, up
    to four. `cache` is a folder to use instead of the managers' own download caches, and `variables` are set for them
    on top of everything: a proof wants both.
    """

    everything: bool = False
    python: str = ""
    offline: bool = False
    repair: bool = False
    dry_run: bool = False
    jobs: int = 0
    cache: str = ""
    variables: tuple[tuple[str, str], ...] = ()


class Synced(NamedTuple):
    """One service and what came of it.

    `environment` is an absolute path and `python` X.Y.Z; both are empty where it did not come so far. `repaired` are
    the distributions that were installed anew, `damage` is what was wrong before, in words. `commands` are those that
    were run, or would be. `withheld` are variables and files of the user that were kept from the manager. `output` is
    the end of what it printed, and `state` what there is now, where something failed.
    """

    service: Service
    outcome: Outcome
    environment: str = ""
    python: str = ""
    packages: int = 0
    digest: str = ""
    repaired: tuple[str, ...] = ()
    damage: tuple[str, ...] = ()
    refusal: Refusal | None = None
    commands: tuple[Command, ...] = ()
    withheld: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    output: tuple[str, ...] = ()
    state: str = ""
    seconds: float = 0.0

    @property
    def is_good(self) -> bool:
        """Whether the environment is what the lock says, or would be made so."""
        return self.refusal is None


class Event(NamedTuple):
    """Something to show while it goes on. `line` is what the manager printed; `synced` comes with `DONE`."""

    service: Service
    phase: Phase
    line: str = ""
    synced: Synced | None = None


class SyncReport(NamedTuple):
    """What came of all of them. `root` is the repository, or the folder that holds those that were named."""

    root: str
    services: tuple[Synced, ...]
    seconds: float = 0.0
