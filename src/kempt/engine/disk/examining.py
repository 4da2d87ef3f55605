"""A look inside what a scan recognised: what it weighs, when it was used, and what nobody expected in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from kempt.engine.disk.evidence import foreign_to_bytecode
from kempt.engine.disk.names import BYTECODE
from kempt.host.forks import in_forks
from kempt.host.scanning import names_in
from kempt.host.weighing import Inside, from_plain, keeps_access_times, look_inside, to_plain
from kempt.model.artefact import Kind
from kempt.model.cleaning import Candidate

_FOLDER = 0o040000
_SHOWN = 3
_ENOUGH = 100  # things, or one environment: less is looked at sooner than a process is copied

Tell = Callable[[str], None]


class Examined(NamedTuple):
    """A candidate with what lies in it. `obstacle` is why it stays, `unread` whether that cannot be listed."""

    candidate: Candidate
    inside: Inside
    obstacle: str = ""
    unread: bool = False


def examine(
    candidates: Sequence[Candidate], *, now: float, jobs: int, tell: Tell | None = None
) -> tuple[Examined, ...]:
    """Look inside each, on up to `jobs` processors. `now` is in seconds since the epoch."""
    large = len(candidates) >= _ENOUGH or any(each.thing.kind is Kind.ENVIRONMENT for each in candidates)
    if tell is not None and candidates:
        tell(f"weighing {len(candidates):,} things")
    seen = in_forks(partial(_look, now), candidates, jobs if large else 1)
    return tuple(
        _judged(candidate, from_plain(plain), odd) for candidate, (plain, odd) in zip(candidates, seen, strict=True)
    )


def last_use(inside: Inside, path: str) -> tuple[int, str, bool]:
    """When something was last used (nanoseconds since the epoch), what says so, and whether a later use would show.

    0 where nothing tells: files that were written later than now say that a clock was wrong, then or now.
    """
    if inside.future or not inside.written_ns:
        return 0, "", False
    keeps = keeps_access_times(path)
    if keeps and inside.read_ns > inside.written_ns:
        return inside.read_ns, "file read", True
    return inside.written_ns, "file written", keeps


def _look(now: float, candidate: Candidate) -> tuple[tuple[object, ...], tuple[str, ...]]:
    thing = candidate.thing
    inside = look_inside(thing.path, dev=thing.identity.dev, now=now)
    is_cache = candidate.row == BYTECODE.name.strip("/") and thing.identity.kind == _FOLDER
    return to_plain(inside), foreign_to_bytecode(names_in(thing.path))[:_SHOWN] if is_cache else ()


def _judged(candidate: Candidate, inside: Inside, odd: tuple[str, ...]) -> Examined:
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
    used, evidence, _ = last_use(inside, thing.path)
    return Examined(weighed._replace(thing=weighed.thing._replace(used_ns=used, evidence=evidence)), inside)
