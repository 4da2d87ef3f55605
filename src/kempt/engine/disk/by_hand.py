"""What a person can choose from on the screen: what the commands would take, what stays, and why. Nothing is changed.

It is found by the functions that `kempt clean`, `kempt envs` and `kempt prune` are made of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from kempt.engine.disk.caches.found import caches
from kempt.engine.disk.clean import plan_clean
from kempt.engine.disk.envs import environments
from kempt.engine.disk.envs_removal import Wanted, plan_removal
from kempt.engine.disk.scan import root_of, scan
from kempt.host.clock import now
from kempt.host.env import home_folder
from kempt.host.folders import real
from kempt.host.paths import is_below, name_of, parent_of, relative
from kempt.model.by_hand import CACHES, Holding, Stock, Way
from kempt.model.caches import Cache, CacheEntry, CacheList, Remake, State
from kempt.model.cleaning import GROUPS, Candidate, Cleaning, Wishes
from kempt.model.disk import Disposable
from kempt.model.envs import Environment, Environments, LastUse, Removal
from kempt.model.envs import State as Standing
from kempt.model.plan import MoveToTrash, TreeStep

Tell = Callable[[str], None]
WHY = "kempt disk -i"
EVERYTHING = Wishes(tuple(GROUPS), unlocked=True)
"""What is offered: a person who marks an environment knows whether it can be made again; it goes to the trash."""
ANY = Wanted(0, broken=True, orphaned=True)
NO_LOCK = "No lock file lies beside it, so the same environment may not be made again."
_REMAKES = {Remake.DOWNLOAD: "downloaded again when needed", Remake.CREATE: "made again by its tool when needed"}


def look_around(paths: Sequence[str], tell: Tell, *, central: bool = True) -> Iterator[Stock]:
    """What lies below the folders; then, with `central`, the environments and the caches that this user has elsewhere.

    Without paths, the current folder; where that is a home folder or holds one, only what is kept elsewhere. Each stock
    holds what the ones before it held. `tell` gets a line for each step on the way. Raises UsageError for a path that
    is not one to clean.
    """
    roots = _roots(paths)
    cleaning = plan_clean(roots, EVERYTHING, tell=tell) if roots else Cleaning((), (), ())
    found = {each.thing.path: each for root in cleaning.roots for each in scan(root, tell=tell).found}
    home = real(home_folder())
    stock = Stock(cleaning.roots, (), cleaning.unlisted, cleaning, now_ns=int(now() * 10**9), home=home)
    yield stock._replace(holdings=tuple(_of_cleaning(cleaning, found, {})))
    listed = _listed(roots, tell, central=central)
    known = {each.path: each for each in listed.environments}
    outside = tuple(each for each in listed.environments if each.place)
    elsewhere = listed._replace(environments=outside)
    held = (*_of_cleaning(cleaning, found, known), *_of_central(elsewhere, plan_removal(elsewhere, ANY, WHY)))
    unread = (*stock.unread, *(each for each in listed.unread if each not in stock.unread))
    stock = stock._replace(holdings=held, central=elsewhere, unread=unread)
    yield stock
    cached = caches(tell=tell) if central else CacheList((), stock.now_ns)
    yield stock._replace(caches=cached, holdings=(*held, *_of_caches(cached)))


def key_of(cache: Cache, entry: CacheEntry) -> str:
    """What tells an entry of a cache from all other holdings."""
    return "\0".join((cache.where.path, *entry.paths))


def _roots(paths: Sequence[str]) -> tuple[str, ...]:
    if paths:
        return tuple(map(root_of, paths))
    here = real(".")
    return () if is_below(real(home_folder()), here) else (root_of(here),)


def _listed(paths: Sequence[str], tell: Tell, *, central: bool) -> Environments:
    """All environments; those in central places weighed (those below the folders are weighed by the cleaning)."""
    weighed = environments((), central=central, tell=tell)
    weights = {each.path: each.weight for each in weighed.environments}
    listed = environments(paths, central=central, sizes=False, tell=tell)
    return listed._replace(
        environments=tuple(each._replace(weight=weights.get(each.path)) for each in listed.environments)
    )


def _of_cleaning(
    cleaning: Cleaning, found: Mapping[str, Candidate], known: Mapping[str, Environment]
) -> Iterator[Holding]:  # fmt: skip
    for thing, step in zip(cleaning.taken, cleaning.steps, strict=True):
        yield _of_thing(thing, step, found.get(thing.path), known.get(thing.path))
    for path, reason in cleaning.spared:
        candidate = found.get(path)
        root = next((root for root in cleaning.roots if is_below(path, root)), parent_of(path))
        if candidate is None:
            name = relative(path, root)
            yield Holding(path, "other", root, name, path, Way.STAYS, why=because(reason))
            continue
        facts = _facts(known.get(path))
        kind, tool = str(candidate.thing.kind), candidate.thing.tool
        owner = candidate.thing.project or root
        name = _name(path, owner)
        yield Holding(path, kind, owner, name, path, Way.STAYS, tool, why=because(reason), facts=facts)


def _of_thing(thing: Disposable, step: TreeStep, candidate: Candidate | None, known: Environment | None) -> Holding:
    owner = thing.project or parent_of(thing.path)
    unlocked = str(thing.kind) == "environment" and candidate is not None and not candidate.locked
    used = known.used if known and known.used else LastUse(thing.used_ns, thing.evidence)
    return Holding(
        thing.path, str(thing.kind), owner, _name(thing.path, owner), thing.path,
        Way.TRASH if isinstance(step, MoveToTrash) else Way.AT_ONCE,
        "" if known else thing.tool, thing.weight, used.ns, used.evidence,
        facts=(*_facts(known), *[NO_LOCK] * unlocked),
    )  # fmt: skip


def _name(path: str, owner: str) -> str:
    return relative(path, owner) if path != owner and is_below(path, owner) else name_of(path)


def because(reason: str) -> str:
    """A reason that ends a sentence on a thing, as one that stands alone: "is in use" becomes "it is in use"."""
    return reason.removeprefix("stays: ") if reason.startswith("stays: ") else f"it {reason}"


def _of_central(listed: Environments, removal: Removal) -> Iterator[Holding]:
    """The environments outside the folders; what a removal spares stays, and what is in use."""
    going = {each.path for each in removal.environments}
    reasons = {each.path: each.reason for each in removal.spared}
    for each in listed.environments:
        owner = each.project.root or each.project.name if each.project else each.place
        used = each.used or LastUse(0, "")
        reason = reasons.get(each.path) or each.kept or each.reason or "it is in use"
        yield Holding(
            each.path, "environment", owner, name_of(each.path), each.path,
            Way.TRASH if each.path in going else Way.STAYS, each.manager, each.weight, used.ns, used.evidence,
            why="" if each.path in going else reason, facts=_facts(each),
        )  # fmt: skip


def _facts(known: Environment | None) -> tuple[str, ...]:
    """What is known of an environment: its Python, its manager, how many packages, how it stands."""
    if known is None:
        return ()
    parts = [f"Python {known.python}" if known.python else "", f"made by {known.manager}" if known.manager else ""]
    if known.packages is not None:
        parts.append(f"{known.packages:,} package{'s' * (known.packages != 1)}")
    lines = [", ".join(filter(None, parts))]
    if known.state is not Standing.OK:
        lines.append(f"{known.state}: {known.reason}" if known.reason else str(known.state))
    if known.project and known.project.evidence:
        lines.append(f"of {known.project.root or known.project.name} ({known.project.evidence})")
    return tuple(filter(None, lines))


def _of_caches(cached: CacheList) -> Iterator[Holding]:
    for cache in cached.caches:
        if cache.state is State.REFUSED and cache.where.path:
            path, tool = cache.where.path, cache.facts.tool
            yield Holding(path, CACHES, tool, path, path, Way.STAYS, tool, why=cache.reason)
        yield from map(partial(_of_entry, cache), cache.entries)


def _of_entry(cache: Cache, entry: CacheEntry) -> Holding:
    held = cache.reason if cache.state is not State.FREE else entry.held
    path = f"{cache.where.path}/{entry.paths[0]}"
    fact = _REMAKES.get(entry.remake, "left over; nothing needs it")
    return Holding(
        key_of(cache, entry), CACHES, cache.facts.tool, entry.name, path, Way.STAYS if held else Way.EVICT,
        cache.facts.tool, entry.weight, entry.used_ns, entry.evidence, why=held, facts=(fact,),
    )  # fmt: skip
