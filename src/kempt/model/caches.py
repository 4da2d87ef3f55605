"""Download caches of a user: where they are, what lies in them, and which of it can go."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import NamedTuple

from kempt.model.disk import Process, Weight
from kempt.model.plan import Identity

DAY = 24 * 3600


class Remake(StrEnum):
    """What brings an entry back: the network, or this machine alone. `NOTHING`: kempt leaves it where it is."""

    DOWNLOAD = "download"
    CREATE = "create"
    NOTHING = "nothing"


class CacheFacts(NamedTuple):
    """One row of `user_caches.toml`: a tool's cache; what the fields mean stands there.

    `unix` and `windows` are folders that may begin with a word in braces. `budget` is in bytes, 0 for none.
    """

    tool: str
    layout: str
    unix: tuple[str, ...] = ()
    windows: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    key: str = ""
    download: tuple[str, ...] = ()
    create: tuple[str, ...] = ()
    lock: str = ""
    programs: tuple[str, ...] = ()
    budget: int = 0
    remark: str = ""


class Where(NamedTuple):
    """A folder that a tool may keep its cache in, and what says so ("UV_CACHE_DIR", "pip.conf", "" for the default).

    `refusal` says why it is left alone, whatever lies there.
    """

    path: str
    said_by: str = ""
    refusal: str = ""


class Item(NamedTuple):
    """A file, a link or a folder of a cache. Times are in nanoseconds since the epoch, `target` is a link's.

    `weight` of a folder is its own, or, where it was looked at as a whole (`whole`), that of all below it; times are
    then the youngest of its files'.
    """

    identity: Identity
    weight: Weight
    read_ns: int
    written_ns: int
    linked_ns: int = 0
    target: str = ""
    whole: bool = False


class Survey(NamedTuple):
    """What lies in one cache: items by their paths below `root`, with `/`.

    `links` are the symbolic links inside folders that were looked at as a whole, with their targets. `weight` is all of
    it, with the folder itself, as `du -s` counts. `unreadable` says why folders could not be listed. `reads_kept` says
    whether the file system keeps times of reading.
    """

    root: str
    identity: Identity
    items: Mapping[str, Item]
    links: Mapping[str, str]
    weight: Weight
    unreadable: Mapping[str, str]
    reads_kept: bool = True


class CacheEntry(NamedTuple):
    """What goes at once or stays at once. `paths` are in the order in which they have to go.

    `name` is for people; `used_ns` is when it was last used (nanoseconds since the epoch) and `evidence` what says so.
    `built` says that this machine made it and no index has it. `held` says why it does not go on its own account
    ("environments share its files"), empty where nothing holds it.
    """

    name: str
    paths: tuple[str, ...]
    remake: Remake
    weight: Weight
    used_ns: int
    evidence: str
    built: bool = False
    held: str = ""


class Look(NamedTuple):
    """What a layout may ask beside the survey: the catalog's row, a small file's text, what a query on a file says.

    Nothing comes of what cannot be read.
    """

    facts: CacheFacts
    read: Callable[[str], str]
    rows: Callable[[str, str], tuple[tuple[str, ...], ...]]


class State(StrEnum):
    """Whether a cache can be pruned now."""

    FREE = "free"
    IN_USE = "in use"
    MISSING = "missing"
    REFUSED = "refused"


class Cache(NamedTuple):
    """One cache as it is now. `entries` can go, each; `weight` is all of it. `reason` says why the state is not free.

    `remarks` are sentences on what is left alone. `users` are running processes of the tool.
    """

    facts: CacheFacts
    where: Where
    state: State
    reason: str = ""
    weight: Weight = Weight()
    entries: tuple[CacheEntry, ...] = ()
    survey: Survey | None = None
    remarks: tuple[str, ...] = ()
    users: tuple[Process, ...] = ()


class CacheList(NamedTuple):
    """All caches that were asked for, as they were at `now_ns`."""

    caches: tuple[Cache, ...]
    now_ns: int
    seconds: float = 0.0


class PruneWishes(NamedTuple):
    """What `kempt prune` is to leave. Ages in seconds, sizes in bytes; None where nothing was said."""

    older_than: int | None = None
    max_size: int | None = None
    ci: bool = False
    all: bool = False


class Chosen(NamedTuple):
    """An entry that goes, and why ("unused for 93 days")."""

    entry: CacheEntry
    reason: str


class CachePlan(NamedTuple):
    """What goes of one cache: `weight` is what the disk has back, emptied folders included."""

    cache: Cache
    chosen: tuple[Chosen, ...]
    weight: Weight
    folders: tuple[str, ...] = ()


class PrunePlan(NamedTuple):
    """What a prune will do. `missed` are bytes that a budget asks for and nothing more can give."""

    plans: tuple[CachePlan, ...]
    wishes: PruneWishes
    now_ns: int
    missed: int = 0


class Spare(NamedTuple):
    """An entry that was chosen and stays, and why."""

    name: str
    reason: str


class Pruned(NamedTuple):
    """What was done to one cache.

    `skipped` says why nothing was done at all; `failed` are entries that could not go.
    """

    plan: CachePlan
    freed: Weight = Weight()
    entries: int = 0
    skipped: str = ""
    spared: tuple[Spare, ...] = ()
    failed: tuple[Spare, ...] = ()


class PruneReceipt(NamedTuple):
    """What was done."""

    pruned: tuple[Pruned, ...]
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether nothing failed; what was in use or used meanwhile is no failure."""
        return not any(each.failed for each in self.pruned)
