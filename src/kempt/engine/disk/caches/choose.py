"""Which entries of caches go: by age, by a budget, for a CI, or all. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from kempt.model.caches import DAY, Cache, CacheEntry, CachePlan, Chosen, PrunePlan, PruneWishes, Remake, State, Survey
from kempt.model.disk import Weight

DEFAULT_AGES = {Remake.CREATE: 30 * DAY, Remake.DOWNLOAD: 90 * DAY}
"""Seconds that something stays unused where nothing was said: what must be downloaded again stays longer."""
SECOND = 10**9


class _Candidate(NamedTuple):
    cache: int
    entry: CacheEntry


def choose(caches: Sequence[Cache], wishes: PruneWishes, now_ns: int) -> PrunePlan:
    """What a prune takes. `now_ns` is in nanoseconds since the epoch.

    A budget is for all these caches together, and takes what was used least recently first.
    """
    chosen: list[dict[CacheEntry, str]] = [{} for _ in caches]
    candidates = [
        _Candidate(number, entry)
        for number, cache in enumerate(caches)
        if cache.state is State.FREE
        for entry in cache.entries
    ]
    for number, entry in candidates:
        if reason := _reason(caches[number], entry, wishes, now_ns):
            chosen[number][entry] = reason
    missed = 0
    if wishes.max_size is not None:
        missed = _fit(caches, candidates, chosen, wishes, now_ns)
    elif not wishes.all and not wishes.ci:
        for number, cache in enumerate(caches):
            if cache.facts.budget and wishes.older_than is None:
                own = [each for each in candidates if each.cache == number]
                _fit([cache], [each._replace(cache=0) for each in own], [chosen[number]],
                     wishes._replace(max_size=cache.facts.budget), now_ns)  # fmt: skip
    plans = (_planned(cache, each) for cache, each in zip(caches, chosen, strict=True))
    return PrunePlan(tuple(plans), wishes, now_ns, missed)


def age(entry: CacheEntry, now_ns: int) -> int | None:
    """Seconds since the last use; None where that lies in the future, so that it says nothing."""
    passed = (now_ns - entry.used_ns) // SECOND
    return None if passed < -DAY else max(passed, 0)


def emptied(survey: Survey, gone: Iterable[str], lowest: int) -> tuple[str, ...]:
    """The folders that hold nothing any more, innermost first; those above `lowest` names deep stay."""
    removed = set(gone)
    removed |= {path for path in survey.items if _is_below(path, removed)}
    inside: dict[str, int] = {}
    for path in survey.items:
        above = path.rpartition("/")[0]
        inside[above] = inside.get(above, 0) + 1
    found: list[str] = []
    waiting = list(removed)
    while waiting:
        above = waiting.pop().rpartition("/")[0]
        if above in removed or not above or above.count("/") + 1 < lowest:
            continue
        inside[above] -= 1
        if inside[above] == 0:
            found.append(above)
            removed.add(above)
            waiting.append(above)
    return tuple(sorted(found, key=lambda path: (-path.count("/"), path)))


def _is_below(path: str, folders: set[str]) -> bool:
    above = path.rpartition("/")[0]
    while above:
        if above in folders:
            return True
        above = above.rpartition("/")[0]
    return False


def _reason(cache: Cache, entry: CacheEntry, wishes: PruneWishes, now_ns: int) -> str:
    """Why an entry goes whatever the budget; empty where it stays."""
    if entry.remake is Remake.NOTHING:
        return "nothing needs it"
    if wishes.all:
        return "everything goes"
    if wishes.ci:
        return "" if entry.built else "a CI downloads it again"
    if entry.held:
        return ""
    limit = wishes.older_than
    if limit is None:
        if wishes.max_size is not None or cache.facts.budget:
            return ""
        limit = DEFAULT_AGES[entry.remake]
    passed = age(entry, now_ns)
    return f"unused for {_days(passed)}" if passed is not None and passed >= limit else ""


def _days(seconds: int) -> str:
    days = seconds // DAY
    return f"{days:,} day{'s' * (days != 1)}" if days else "less than a day"


def _fit(
    caches: Sequence[Cache],
    candidates: Iterable[_Candidate],
    chosen: Sequence[dict[CacheEntry, str]],
    wishes: PruneWishes,
    now_ns: int,
) -> int:
    """Choose more until the budget is met; the bytes that are still too many then."""
    total = sum(_counted(cache.weight, wishes) for cache in caches)
    total -= sum(_counted(entry.weight, wishes) for each in chosen for entry in each)
    for number, entry in sorted(candidates, key=lambda each: (_rank(each.entry, now_ns), each.entry.name)):
        if total <= (wishes.max_size or 0):
            break
        if entry not in chosen[number] and (not entry.held or wishes.ci):
            chosen[number][entry] = "used least recently"
            total -= _counted(entry.weight, wishes)
    return max(total - (wishes.max_size or 0), 0)


def _rank(entry: CacheEntry, now_ns: int) -> tuple[int, bool]:
    """By the last use; one that lies in the future counts as now, and comes last."""
    return min(entry.used_ns, now_ns), entry.used_ns > now_ns


def _counted(weight: Weight, wishes: PruneWishes) -> int:
    """What counts for a budget: what the disk would have back; for a CI, which packs files, all."""
    return weight.bytes + weight.shared if wishes.ci else weight.bytes


def _planned(cache: Cache, chosen: dict[CacheEntry, str]) -> CachePlan:
    rows = tuple(Chosen(entry, reason) for entry, reason in chosen.items())
    rows = tuple(sorted(rows, key=lambda each: (-each.entry.weight.bytes, each.entry.name)))
    if cache.survey is None or not rows:
        return CachePlan(cache, rows, Weight())
    lowest = 1 if cache.facts.layout == "hub" else 2
    folders = emptied(cache.survey, (path for each in rows for path in each.entry.paths), lowest)
    if cache.facts.layout == "pip":  # pip may be about to build into one of them, and would fail
        folders = tuple(each for each in folders if not each.startswith("wheels/"))
    weight = Weight()
    for each in rows:
        weight = weight.plus(each.entry.weight)
    for folder in folders:
        weight = weight.plus(cache.survey.items[folder].weight)
    return CachePlan(cache, rows, weight, folders)
