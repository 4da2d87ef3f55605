"""What a person may choose from on the screen, and what becomes of a choice."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from kempt.model.caches import CacheList, PrunePlan, PruneReceipt
from kempt.model.cleaning import Cleaning
from kempt.model.disk import Spared, Weight
from kempt.model.envs import Environments
from kempt.model.plan import Plan, Receipt

CACHES = "download caches"
"""The group of what tools downloaded or built once; every other group is the value of a `Kind`."""


class Way(StrEnum):
    """How something goes: removed for good, moved to the trash, taken out of a tool's cache; or that it stays."""

    AT_ONCE = "at once"
    TRASH = "trash"
    EVICT = "evict"
    STAYS = "stays"


class Holding(NamedTuple):
    """One thing on the disk, as a row of the screen.

    `key` tells it from all others. `group` is a `Kind` in words, or CACHES; `owner` what it belongs to: a project's
    folder, or a tool. `path` is absolute. `weight` is None where it was not measured, `used_ns` 0 where the last use is
    not known, and `evidence` says what tells it. `why` is the reason why it stays, as a sentence without its stop;
    `facts` are more to know, one line each.
    """

    key: str
    group: str
    owner: str
    name: str
    path: str
    way: Way
    tool: str = ""
    weight: Weight | None = None
    used_ns: int = 0
    evidence: str = ""
    why: str = ""
    facts: tuple[str, ...] = ()

    @property
    def bytes(self) -> int:
        """What removing it frees, 0 where it was not measured."""
        return self.weight.bytes if self.weight else 0

    @property
    def files(self) -> int:
        """How many files it has, 0 where it was not measured."""
        return self.weight.files if self.weight else 0

    @property
    def goes(self) -> bool:
        """Whether it may be marked."""
        return self.way is not Way.STAYS


class Stock(NamedTuple):
    """All that was found, as far as it was looked for, and what the plans are made from.

    `roots` are the folders that were named. `unread` could not be looked into. `now_ns` is when it was looked at,
    `home` this user's home folder.
    """

    roots: tuple[str, ...]
    holdings: tuple[Holding, ...] = ()
    unread: tuple[Spared, ...] = ()
    cleaning: Cleaning | None = None
    central: Environments | None = None
    caches: CacheList | None = None
    now_ns: int = 0
    home: str = ""


class Choice(NamedTuple):
    """What is going to happen: exactly this is shown, and exactly this is carried out.

    `plans` and `prune` are what the commands carry out too. `going` are the holdings that they take, each with the
    weight that it has now; `stays` were marked and stay, with the reason.
    """

    plans: tuple[Plan, ...]
    prune: PrunePlan | None
    going: tuple[Holding, ...]
    stays: tuple[Spared, ...] = ()


class Carried(NamedTuple):
    """What was done. `gone` are the keys of what is not there any more; `problems` are sentences.

    `freed` is gone for good, `held` lies in the trash; `journals` are the ids that take that back.
    """

    gone: frozenset[str]
    freed: Weight
    held: Weight
    journals: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    pruned: PruneReceipt | None = None
