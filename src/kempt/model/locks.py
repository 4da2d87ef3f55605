"""What a lock file says, whoever wrote it."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import PurePosixPath
from typing import NamedTuple


class Freshness(StrEnum):
    """Whether a lock still answers its manifest. What cannot be told without running the manager is `UNKNOWN`."""

    FRESH = "fresh"
    STALE = "stale"
    UNKNOWN = "unknown"


class LockState(NamedTuple):
    """How fresh a lock is, and why it is not: "pyproject.toml asks idna<3, uv.lock was made for idna".

    `path` and `line` are where the reason stands (a member's manifest); line 0 is the file as a whole.
    """

    freshness: Freshness
    reason: str = ""
    path: PurePosixPath | None = None
    line: int = 0


class Origin(StrEnum):
    """Where a locked package comes from."""

    INDEX = "index"
    URL = "url"
    VCS = "vcs"
    FILE = "file"  # a wheel or an sdist on the disk
    FOLDER = "folder"  # a path dependency, or the project itself


class LockedPackage(NamedTuple):
    """One package of a lock file, at one version. A name may be locked more than once, under different markers.

    `name` is normalised (PEP 503); `version` is empty where the lock has none. `place` is the index, address or path as
    written. `marker` is the PEP 508 condition under which it is installed, empty for always. `wheels` are file names,
    `hashes` are as written (`sha256:…`). `line` is where its entry begins, counted from 1.
    """

    name: str
    version: str
    origin: Origin = Origin.INDEX
    place: str = ""
    marker: str = ""
    wheels: tuple[str, ...] = ()
    sdist: bool = False
    hashes: tuple[str, ...] = ()
    editable: bool = False
    line: int = 1


class Target(NamedTuple):
    """The interpreter and the platform that an environment is for.

    `python` is X.Y.Z; `markers` is the whole PEP 508 environment (`sys_platform`, `platform_machine` and so on).
    """

    python: str
    markers: Mapping[str, str]


class Wanted(NamedTuple):
    """What a lock wants in an environment.

    `packages` maps each normalised name to its version, which is empty where the lock names none (the project itself).
    `optional` may be there as well, at these versions: groups and extras that are not installed by default.
    """

    packages: Mapping[str, str]
    optional: Mapping[str, str] = {}
