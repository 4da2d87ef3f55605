"""The environments on a disk: whose they are, when they were used, what they weigh and whether they still work."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from kempt.model.disk import Process, Spared, Weight
from kempt.model.plan import Identity, Plan


class State(StrEnum):
    """How an environment stands; the value is the word for it. Where several are right, the first of these is said."""

    IN_USE = "in use"
    INCOMPLETE = "incomplete"
    BROKEN = "broken"
    ORPHANED = "orphaned"
    STALE = "stale"
    OK = "ok"


class LastUse(NamedTuple):
    """When an environment was last used, in nanoseconds since the epoch, and what says so ("bytecode written").

    It is the latest that anything says. Not `sure`: the disk it lies on keeps no access times, so it may have been used
    since without a trace.
    """

    ns: int
    evidence: str
    sure: bool = True


class Project(NamedTuple):
    """What an environment belongs to. `root` is the project's folder, empty where only its name is known.

    `evidence` says how it is known ("it lies in it", "its .project file").
    """

    name: str
    root: str = ""
    evidence: str = ""


class Place(NamedTuple):
    """A row of the catalog: a folder outside any project in which a manager keeps environments.

    `variable` names an environment variable that holds the folder; where it is empty, `base` says where the folder is:
    home, data, cache, config, roaming (the platform's own), xdg-data (the same on every Unix), or an absolute path.
    `pattern` leads from there to the environments, `*` standing for one name. `removal` is the manager's own command
    for one that kempt leaves to it, `{name}` standing for the environment's.
    """

    manager: str
    variable: str
    base: str
    pattern: str
    systems: tuple[str, ...] = ()
    removal: str = ""


class Found(NamedTuple):
    """A folder that is an environment. `place` is the central folder it lies in, empty for one below a path asked for.

    `kind` is what its content says: venv, conda, pixi or PDM; `row` the row of the catalog that led to it.
    """

    path: str
    kind: str
    place: str = ""
    row: Place | None = None


class Environment(NamedTuple):
    """One environment.

    `path` is absolute and without links; `manager` who made it, as far as its content and place tell; `python` is its
    version (X.Y.Z, X.Y or empty). `packages` is None where they cannot be counted, `weight` where it was not asked for.
    `state` has its `reason` in words. `kept` says why kempt never removes it, as the end of a sentence ("kempt runs in
    it"), and `removal` is the command that does, where that is its manager's.
    """

    path: str
    manager: str
    python: str
    identity: Identity
    place: str = ""
    project: Project | None = None
    packages: int | None = None
    state: State = State.OK
    reason: str = ""
    used: LastUse | None = None
    weight: Weight | None = None
    processes: tuple[Process, ...] = ()
    kept: str = ""
    removal: str = ""


class Environments(NamedTuple):
    """All that was found. `roots` are the folders asked for; `unread` could not be looked into, with the reason.

    `total` is what all of them weigh together, where that was asked for: an inode with names in several counts once,
    and as `bytes` where it has none elsewhere. `now_ns` is when they were looked at, `home` this user's home folder.
    `sees_processes` says whether this system tells which environments are in use.
    """

    roots: tuple[str, ...]
    environments: tuple[Environment, ...]
    unread: tuple[Spared, ...] = ()
    total: Weight | None = None
    now_ns: int = 0
    seconds: float = 0.0
    home: str = ""
    sees_processes: bool = True


class Removal(NamedTuple):
    """What is to be moved to the trash: `plans`, one for each folder that holds some, and the environments in them.

    `spared` were asked for and stay, with the reason.
    """

    plans: tuple[Plan, ...]
    environments: tuple[Environment, ...]
    spared: tuple[Spared, ...] = ()
