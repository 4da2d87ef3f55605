"""Files that hold the same bytes, across environments or anywhere, and how well that is known.

A duplicate is counted by inode: names that already lead to one inode occupy its bytes once. Whether inodes lie on the
same blocks (reflinks) is looked at where that is asked for and cheap; else what sharing frees may be less.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple, Protocol

from kempt.model.disk import Spared


class Grade(StrEnum):
    """How well it is known what a file holds, the weakest first.

    CLAIMED: RECORD says so and the size agrees. UNTOUCHED: and the file's last change (ctime) is not later than that of
    its RECORD, which installers write last, and which was not written again. VERIFIED: its bytes were read, now or at
    an earlier run since which size, times and inode are the same.
    """

    CLAIMED = "claimed"
    UNTOUCHED = "untouched"
    VERIFIED = "verified"


class Origin(StrEnum):
    """Where a digest comes from: a RECORD, the file's bytes, or the index of what was read at an earlier run."""

    RECORD = "RECORD"
    READ = "read"
    INDEX = "index"


class FileFact(NamedTuple):
    """One name of a file and what it looked like.

    `path` is absolute; bytes of it that are no UTF-8 are surrogates. `size` and `allocated` (what it occupies) are in
    bytes, times in nanoseconds since the epoch, `mode` is all of `st_mode`. `distribution` is "name version" and
    `environment` the folder of the environment, both empty for a file that lies in none. `cached` says that it lies in
    the cache that was compared against.
    """

    path: str
    size: int
    dev: int
    inode: int
    mtime_ns: int
    ctime_ns: int
    mode: int
    uid: int
    gid: int
    links: int
    allocated: int
    grade: Grade
    origin: Origin
    distribution: str = ""
    environment: str = ""
    cached: bool = False


class DupeGroup(NamedTuple):
    """Names of at least two inodes on one file system that hold the same bytes; the one to keep comes first.

    `digest` is SHA-256 as hexadecimal digits. `grade` is the weakest of its files'.
    """

    digest: str
    size: int
    dev: int
    files: tuple[FileFact, ...]

    @property
    def grade(self) -> Grade:
        """The weakest grade in the group."""
        order = list(Grade)
        return min((each.grade for each in self.files), key=order.index)

    @property
    def inodes(self) -> int:
        """How many copies there are on the disk."""
        return len({each.inode for each in self.files})

    @property
    def bytes(self) -> int:
        """What sharing them all would free: each copy but one."""
        return (self.inodes - 1) * self.size


class Groups(Protocol):
    """All groups, made one at a time as they are asked for: a million files as objects would fill the memory."""

    def __len__(self) -> int:
        """How many groups there are."""

    def __iter__(self) -> Iterator[DupeGroup]:
        """Each group, the one that frees most first; as often as it is asked for."""


class Amount(NamedTuple):
    """Something that duplicates are counted by: a package, an environment, a kind of file, a grade.

    `files` are the copies that could go, `bytes` their content.
    """

    name: str
    files: int
    bytes: int


class Against(NamedTuple):
    """How the environments stand to a download cache.

    `linked` are files that share an inode with the cache already; `could` those that the cache holds too, on the same
    file system, as another inode; `apart` those that it holds too, and that lie on another file system.
    """

    cache: str
    linked: Amount
    could: Amount
    apart: Amount = Amount("apart", 0, 0)


class Duplicates(NamedTuple):
    """What was found.

    `files` were looked at (each had a stat, or was read), `listed` is how many RECORD lists, bytecode left out, and the
    cache's that was compared against;
    `redundant` is how many copies could go, `bytes` their content and `allocated` what they occupy, in bytes. `shared`
    are names that already share an inode with another one of their group, and the bytes that saves; `shared_allocated`
    is what they would occupy. `reflinked` are copies that lie on the same blocks as another one, `inline` those that
    lie in their inodes, `held` those whose blocks a snapshot or a file elsewhere holds: none of them is in `redundant`
    or `groups`. `reflinked` is None where blocks were not looked at.

    The amounts are sorted, the largest first, and each sums up to `redundant` and `bytes`. `notes` say what was left
    out. `any` says that all files were compared, not those of environments alone.
    """

    roots: tuple[str, ...]
    environments: tuple[str, ...]
    groups: Groups
    files: int
    listed: int
    redundant: int
    bytes: int
    allocated: int
    shared: Amount
    by_grade: tuple[Amount, ...]
    by_package: tuple[Amount, ...]
    by_environment: tuple[Amount, ...]
    by_kind: tuple[Amount, ...]
    against: Against | None = None
    unread: tuple[Spared, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    any: bool = False
    home: str = ""
    reflinked: Amount | None = None
    inline: Amount = Amount("inline", 0, 0)
    held: Amount = Amount("held", 0, 0)
    shared_allocated: int = 0
