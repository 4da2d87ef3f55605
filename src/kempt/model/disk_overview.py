"""All on a disk that can be made again: what it is, what it weighs, and how much of it can go now."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from kempt.model.disk import Spared, Weight


class Section(StrEnum):
    """What a thing is, as an overview counts it; the value is the word for it."""

    ENVIRONMENTS = "environments"
    DOWNLOADS = "download caches"
    CACHES = "tool caches"
    BYTECODE = "bytecode"
    BUILDS = "build output"
    TRASH = "trash"


class Thing(NamedTuple):
    """One thing that can be made again, or that kempt holds in its trash.

    `path` is absolute and without links; `tool` is who makes it; `project` the folder of the project it belongs to
    (a name where only that is known, empty where there is none; the folder that was cleaned for the trash). `going` is
    what of it can go now. `state` is a word on it ("broken", "unused", "in use"), with its `reason`; `used_ns` its last
    use in nanoseconds since the epoch, 0 where that is not known.
    """

    section: Section
    path: str
    tool: str
    weight: Weight
    going: Weight = Weight()
    project: str = ""
    state: str = ""
    reason: str = ""
    used_ns: int = 0


class Volume(NamedTuple):
    """A file system, by a folder on it. Sizes in bytes; `free` is what this user may fill.

    `files` is how many it can hold, folders among them, and `files_free` how many more; 0 and 0 where it has no limit.
    """

    path: str
    total: int
    used: int
    free: int
    files: int = 0
    files_free: int = 0


class DiskOverview(NamedTuple):
    """One look at a disk. `roots` are the folders asked for; what lies elsewhere belongs to this user.

    `environments` is what all environments weigh together: what several share counts once, and as `bytes` where it has
    no name elsewhere. `unread` could not be looked into. `now_ns` is when it was, `home` this user's home folder.
    """

    roots: tuple[str, ...]
    things: tuple[Thing, ...]
    volumes: tuple[Volume, ...]
    environments: Weight = Weight()
    unread: tuple[Spared, ...] = ()
    now_ns: int = 0
    seconds: float = 0.0
    home: str = ""


class DiskBrief(NamedTuple):
    """The cheap part of an overview, of one repository: bytecode and tool caches, and how many environments can go."""

    going: Weight
    environments: int = 0
