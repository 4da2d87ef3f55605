"""The stat index of an environment: what its files were like when they were read, and what came of it.

As in git's index, a file that has the size, times and inode that it had is not read again. Where that holds for all of
them, the whole answer is the one that was written down, and the environment costs a walk.

A file that was changed a moment before it was looked at can be changed again without its time showing it, so it is not
written down, and an answer that rests on such a file is not either. Changing a file and setting its times back is seen
all the same: nobody sets the time of the inode's last change back without setting the clock.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from json import dumps, loads
from typing import Any, NamedTuple

from kempt.host.clock import now
from kempt.host.hashing import Hashed
from kempt.host.stat_index import load_index, save_index
from kempt.host.walking import Stat, Walk, walk
from kempt.model.environment import Damage, Distribution, Problem

MAGIC = "kempt-stat-index 1"
PROVEN = "proven"
SLACK_NS = 2_000_000_000
"""The coarsest times that a file system in use has: FAT's."""


class Answer(NamedTuple):
    """What a look came to, but for what lies outside of the environment: a fingerprint without its interpreter."""

    lines: tuple[str, ...]
    problems: tuple[Problem, ...]
    distributions: tuple[Distribution, ...]
    files: int
    bytes: int
    notes: tuple[str, ...]


class Look(NamedTuple):
    """A walk, when it began in nanoseconds, and its digest."""

    walk: Walk
    began_ns: int
    digest: str

    @property
    def is_settled(self) -> bool:
        """Whether all files were changed long enough before, so that another change would show in their times."""
        return self.walk.changed_ns() < self.began_ns - SLACK_NS


class Index(NamedTuple):
    """What was written down. `answer` rests on the walk with the digest `walk`, and on what was `asked` for.

    `rows` are what was read, one a file: its digest and its state then, or for bytecode the contents that it was found
    right for.
    """

    walk: str
    asked: str
    answer: Answer | None
    rows: tuple[str, ...] = ()


EMPTY = Index("", "", None)


def look_at(environment: str) -> Look:
    """Walk an environment."""
    began = int(now() * 1e9)
    found = walk(environment)
    return Look(found, began, found.digest())


def load(environment: str) -> Index:
    """The index of an environment, empty where there is none, or one that is damaged or of another environment."""
    content = load_index(environment)
    if content is None:
        return EMPTY
    head, _, body = content.partition(b"\0")
    if head.decode("ascii", "replace") != f"{MAGIC} {hashlib.sha256(body).hexdigest()}":
        return EMPTY
    try:
        return _parse(environment, body.decode("utf-8", "surrogateescape").split("\0"))
    except (ValueError, KeyError, TypeError, IndexError):
        return EMPTY


def known(index: Index, walk: Walk) -> dict[str, str]:
    """The SHA-256 of the files that were read earlier and were not touched since."""
    files = walk.files
    found = (row.split("\t", 2) for row in index.rows if row.count("\t") > 1)
    return {path: digest for digest, state, path in found if path in files and _state(files[path]) == state}


def proven(index: Index) -> dict[str, str]:
    """The contents, of it and of its source, for which each bytecode file was found right."""
    rows = (row.split("\t", 2) for row in index.rows if row.startswith(f"{PROVEN}\t") and row.count("\t") > 1)
    return {path: pair for _, pair, path in rows}


def save(
    look: Look,
    asked: str,
    answer: Answer,
    hashed: Mapping[str, Hashed],
    *,
    settled: bool,
    kept: Mapping[str, str],
    proven: Mapping[str, str],
) -> bool:
    """Write down what was read, and if all files were `settled` the answer too; whether that went well.

    `kept` are the digests that the index knew before and that still hold; `proven` is bytecode that was compared, with
    what it was compared to.
    """
    before = look.began_ns - SLACK_NS
    files = look.walk.files
    entries = [_entry(path, digest, files[path]) for path, digest in kept.items()]
    for path, one in hashed.items():
        found = files.get(path)
        if found is None or one.found is None or path in kept:
            continue
        if _changed_ns(found) < before and _state(one.found) == _state(found):
            entries.append(_entry(path, one.digest, found))
    entries += [f"{PROVEN}\t{pair}\t{path}" for path, pair in proven.items()]
    head: dict[str, Any] = {"environment": look.walk.root, "walk": "", "asked": asked}
    lines: tuple[str, ...] = ()
    if settled:
        head |= answer._replace(lines=())._asdict() | {"walk": look.digest}
        lines = answer.lines
    text = "\0".join((dumps(head), str(len(lines)), *lines, *entries))
    body = text.encode("utf-8", "surrogateescape")
    return save_index(look.walk.root, f"{MAGIC} {hashlib.sha256(body).hexdigest()}\0".encode() + body)


def _parse(environment: str, parts: list[str]) -> Index:
    head = loads(parts[0])
    end = 2 + int(parts[1])
    if head["environment"] != environment:
        return EMPTY
    answer = None
    if head["walk"]:
        answer = Answer(
            tuple(parts[2:end]),
            tuple(Problem(Damage(damage), *rest) for damage, *rest in head["problems"]),
            tuple(Distribution(*each) for each in head["distributions"]),
            head["files"],
            head["bytes"],
            tuple(head["notes"]),
        )
    return Index(head["walk"], head["asked"], answer, tuple(parts[end:]))


def _entry(path: str, digest: str, found: Stat) -> str:
    return f"{digest}\t{_state(found)}\t{path}"


def _state(found: Stat) -> str:
    return f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_ino}"


def _changed_ns(found: Stat) -> int:
    return max(found.st_mtime_ns, found.st_ctime_ns)


def asked_for(locked: Collection[str] | None, root: str, version: str) -> str:
    """What an answer depends on beside the environment's files, as one text."""
    return dumps([version, None if locked is None else sorted(locked), root])
