"""What kempt holds in the trash, and what empties it.

A trash is found by the journal of the change that filled it, or by a scan. It is taken for one only if its name, its
owner and the sign in it all say so: nothing else is ever purged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

from kempt.engine.journals import journals_around
from kempt.errors import UnsafeError
from kempt.host.clock import now, seconds_of, stamp
from kempt.host.folders import real
from kempt.host.paths import is_below, parent_of, relative
from kempt.host.removing import leftover_at
from kempt.host.trash import read_trash
from kempt.model.disk import TRASH_DAYS, Trash, Weight
from kempt.model.journal import Fate, Journal, TreeChange
from kempt.model.plan import Plan, Receipt, RemoveTree

WHY = "kempt clean --purge"
_DAY = 24 * 3600


def trashes(roots: Sequence[str] = (), found: Iterable[str] = (), until: str = "") -> tuple[Trash, ...]:
    """What is in the trash below these folders (anywhere, if none are named), the oldest first.

    `found` are paths that a scan met (`Scan.own`): a trash whose journal is gone, or what is left of a removal that was
    stopped. `until`: by journals, only what was moved there by then, a time as `clock.stamp` writes it. Nothing is
    changed.
    """
    places = tuple(map(real, roots))
    known = {each.path: each for each in _by_journals(places, until)}
    for path in found:
        if path not in known and (trash := _at(path)):
            known[path] = trash
    return tuple(sorted(known.values(), key=lambda each: (each.made, each.path)))


def held_for(held: Iterable[Trash], seconds: float) -> tuple[Trash, ...]:
    """Those that have been there for so long; what is left of a removal is of no age and always among them."""
    latest = now() - seconds
    return tuple(each for each in held if each.made <= latest)


def weighed(held: Iterable[Trash]) -> tuple[Trash, ...]:
    """The same, with what each occupies by now: what a journal says of it is from before, and without its own files."""
    from kempt.host.weighing import weigh

    return tuple(each._replace(weight=weigh(each.path, dev=each.identity.dev)) for each in held)


def plan_purge(held: Iterable[Trash]) -> tuple[Plan, ...]:
    """How to remove these for good: a plan for each folder that was cleaned. Give them to `apply`."""
    by_root: dict[str, list[RemoveTree]] = {}
    for each in held:
        step = RemoveTree(relative(each.path, each.root), each.identity, each.weight.files, each.weight.bytes)
        by_root.setdefault(each.root, []).append(step)
    return tuple(Plan(root, tuple(steps), WHY) for root, steps in by_root.items())


def expired(found: Iterable[str] = (), time: float = 0) -> tuple[Trash, ...]:
    """The trash, wherever it is, whose days are over at a time (now), and leftovers; `found` as in `trashes`.

    A clock that went back keeps it longer.
    """
    time = time or now()
    held = trashes((), found, stamp(time - TRASH_DAYS * _DAY))
    return tuple(each for each in held if each.until <= time)


def purge(held: Iterable[Trash]) -> tuple[Receipt, ...]:
    """Remove these. Where another kempt is at work they stay for the next run."""
    from kempt.engine.apply import apply

    receipts = []
    for plan in plan_purge(held):
        with suppress(UnsafeError):
            receipts.append(apply(plan))
    return tuple(receipts)


def _by_journals(places: tuple[str, ...], until: str) -> Iterator[Trash]:
    for journal in journals_around(places, until):
        root = journal.header.root
        for path, changes in _filled(journal).items():
            trash = read_trash(path)
            if trash is None or (places and not any(is_below(path, place) for place in places)):
                continue
            inside = [each for each in changes if each.place.rpartition("/")[2] in trash.things]
            weight = Weight(sum(each.files for each in inside), sum(each.bytes for each in inside))
            yield Trash(path, root, seconds_of(trash.stamp), trash.identity, trash.things, weight)


def _filled(journal: Journal) -> dict[str, list[TreeChange]]:
    """What a change moved into each trash, by the trash's path."""
    filled: dict[str, list[TreeChange]] = {}
    for intent in journal.intents:
        if isinstance(intent, TreeChange) and intent.fate is Fate.TRASHED:
            trash = f"{journal.header.root.rstrip('/')}/{intent.place.rpartition('/')[0]}"
            filled.setdefault(trash, []).append(intent)
    return filled


def _at(path: str) -> Trash | None:
    """A trash or a leftover that only a scan knows of."""
    from kempt.host.weighing import weigh

    root = parent_of(path)
    if trash := read_trash(path):
        weight = weigh(path, dev=trash.identity.dev)
        return Trash(path, root, seconds_of(trash.stamp), trash.identity, trash.things, weight)
    if identity := leftover_at(path):
        return Trash(path, root, 0, identity, (), weigh(path, dev=identity.dev))
    return None
