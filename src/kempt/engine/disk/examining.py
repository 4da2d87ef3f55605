"""A look inside what a scan recognised: what it weighs, when it was used, and what nobody expected in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from kempt.engine.disk.evidence import foreign_to_bytecode
from kempt.engine.disk.names import BYTECODE
from kempt.host.forks import in_forks
from kempt.host.mounts import Mounts
from kempt.host.scanning import entries_of
from kempt.host.weighing import Inside, from_plain, look_inside, to_plain
from kempt.model.artefact import Kind
from kempt.model.cleaning import Candidate

_FOLDER = 0o040000
_SHOWN = 3
_ENOUGH = 100  # things, or one environment: less is looked at sooner than a process is copied

Tell = Callable[[str], None]


class Used(NamedTuple):
    """When something was last used (nanoseconds since the epoch, 0: nothing tells), and what says so.

    `sure`: a later use would show.
    """

    ns: int = 0
    evidence: str = ""
    sure: bool = False


class Examined(NamedTuple):
    """A candidate with what lies in it. `obstacle` is why it stays, `unread` whether that cannot be listed."""

    candidate: Candidate
    inside: Inside
    obstacle: str = ""
    unread: bool = False
    used: Used = Used()


def examine(
    candidates: Sequence[Candidate], *, now: float, jobs: int, tell: Tell | None = None
) -> tuple[Examined, ...]:
    """Look inside each, on up to `jobs` processors. `now` is in seconds since the epoch."""
    large = len(candidates) >= _ENOUGH or any(each.thing.kind is Kind.ENVIRONMENT for each in candidates)
    if tell is not None and candidates:
        tell(f"weighing {len(candidates):,} things")
    seen = in_forks(partial(_look, now), candidates, jobs if large else 1)
    with Mounts() as mounts:
        return tuple(
            _judged(candidate, from_plain(plain), odd, mounts)
            for candidate, (plain, odd) in zip(candidates, seen, strict=True)
        )


def last_use(inside: Inside, *, keeps_reads: bool | None) -> Used:
    """When something was last used, by the times of its files. `keeps_reads` is None where nothing tells.

    Nothing tells either where files were written later than now: a clock was wrong, then or now.
    """
    if inside.future or not inside.written_ns:
        return Used()
    if keeps_reads is not False and inside.read_ns > inside.written_ns:
        return Used(inside.read_ns, "file read", keeps_reads is True)
    return Used(inside.written_ns, "file written", keeps_reads is True)


def _look(now: float, candidate: Candidate) -> tuple[tuple[object, ...], tuple[str, ...]]:
    thing = candidate.thing
    inside = look_inside(thing.path, dev=thing.identity.dev, now=now)
    is_cache = candidate.row == BYTECODE.name.strip("/") and thing.identity.kind == _FOLDER
    if not is_cache:
        return to_plain(inside), ()
    folders, files = entries_of(thing.path)
    return to_plain(inside), tuple(sorted((*folders, *foreign_to_bytecode(files))))[:_SHOWN]


def _judged(candidate: Candidate, inside: Inside, odd: tuple[str, ...], mounts: Mounts) -> Examined:
    thing = candidate.thing
    weighed = candidate._replace(thing=thing._replace(weight=inside.weight))
    if inside.unreadable:
        return Examined(weighed, inside, f"holds a folder that cannot be read: {inside.unreadable[0]}", unread=True)
    if inside.repositories:
        return Examined(weighed, inside, f"holds a git repository: {inside.repositories[0]}")
    if inside.foreign:
        return Examined(weighed, inside, f"holds another file system: {inside.foreign[0]}")
    if odd:
        return Examined(weighed, inside, f"holds what no Python wrote: {', '.join(odd)}")
    used = last_use(inside, keeps_reads=mounts.keeps_access_times(thing.path))
    dated = thing._replace(weight=inside.weight, used_ns=used.ns, evidence=used.evidence)
    return Examined(candidate._replace(thing=dated), inside, used=used)
