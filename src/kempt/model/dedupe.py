"""What sharing duplicate files would free, how, and what it did free."""

from __future__ import annotations

from typing import NamedTuple

from kempt.model.dupes import Amount
from kempt.model.plan import Means, Plan, Receipt, RewriteBytecode, ShareFile


class DedupeWishes(NamedTuple):
    """What was asked for.

    `hardlink`: files may become names of one file where the file system has no better way. `verify`: every candidate is
    read for the plan, not only when it is shared. `any`: all files are looked at, not those of environments alone.
    `bytecode`: bytecode of the same source is made the same, and shares too.
    """

    hardlink: bool = False
    verify: bool = False
    any: bool = False
    bytecode: bool = False


class Way(NamedTuple):
    """What a file system offers: `folder` lies on it, `dev` is its number; `means` is None where it offers nothing.

    `files` are to be shared there, `bytes` is what that frees. `told` is whether the file system said what it can: the
    kernel answers only who may write to a file.
    """

    dev: int
    folder: str
    means: Means | None
    files: int = 0
    bytes: int = 0
    told: bool = True


class Dedupe(NamedTuple):
    """What `kempt dedupe` would do; nothing is changed yet.

    `plan` has nothing but ShareFile and, after them, RewriteBytecode steps. `spared` are duplicates that stay, by the
    reason why, in words that end a sentence; `by_environment` what is shared in each. `already` is what shares its
    blocks by now, or is one more name of a file. `looked` files were looked at.
    """

    roots: tuple[str, ...]
    environments: tuple[str, ...]
    plan: Plan
    ways: tuple[Way, ...] = ()
    spared: tuple[Amount, ...] = ()
    by_environment: tuple[Amount, ...] = ()
    already: Amount = Amount("", 0, 0)
    looked: int = 0
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    wishes: DedupeWishes = DedupeWishes()

    @property
    def steps(self) -> tuple[ShareFile | RewriteBytecode, ...]:
        """The steps of the plan."""
        return tuple(step for step in self.plan.steps if isinstance(step, ShareFile | RewriteBytecode))

    @property
    def bytecode(self) -> tuple[RewriteBytecode, ...]:
        """The steps that make bytecode the same."""
        return tuple(step for step in self.plan.steps if isinstance(step, RewriteBytecode))

    @property
    def shares(self) -> tuple[ShareFile | RewriteBytecode, ...]:
        """The steps by which a file comes to share another one's blocks, or to be a name of it.

        The others write the bytecode that is kept for those to share.
        """
        return tuple(step for step in self.steps if step.keep)

    @property
    def bytes(self) -> int:
        """What the plan frees."""
        return sum(step.bytes for step in self.steps)


class Loaded(NamedTuple):
    """How long Python takes to load the bytecode of some modules, in seconds of the processor, before and after.

    Loading is what an import does before it runs a module: it looks at the source, reads the bytecode, makes objects of
    it, and puts the names of sources right. Of each of several Pythons it is the best of some rounds, and of these the
    median; `noise` is how far they lie apart. `anew_...` counts those that are stale.
    """

    modules: int
    before: float
    after: float
    anew_before: int
    anew_after: int
    noise: float = 0.0

    @property
    def is_same(self) -> bool:
        """Whether the difference is no more than chance, or a tenth."""
        return abs(self.after - self.before) <= max(self.noise, self.before / 10)


class Deduped(NamedTuple):
    """What was done. `freed` is how much more of the file systems was free afterwards, None where they do not tell.

    Other programs write meanwhile, so it is an observation, beside what the steps themselves account for. `loaded` is
    what it means for imports, where bytecode was changed and could be measured.
    """

    receipt: Receipt
    freed: int | None = None
    seconds: float = 0.0
    loaded: Loaded | None = None


class Advice(NamedTuple):
    """One thing about how environments get their files: `ok` where it is well as it is, with what to type where not.

    `about` is a manager or a place, `words` say what is the case. `here` is False for a manager that was not found.
    """

    about: str
    ok: bool
    words: str
    command: str = ""
    here: bool = True
