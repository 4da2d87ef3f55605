"""`kempt prune`: what goes of the caches, as a plan, and its execution."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

from kempt.engine.disk.caches.choose import choose
from kempt.engine.disk.caches.found import Tell, caches, look_at, silent, users_of
from kempt.engine.disk.caches.layouts import pre_commit
from kempt.errors import KemptError
from kempt.host.clock import now, stamp, ticks
from kempt.host.files import remove_empty_folder
from kempt.host.lock import cache_lock, tool_lock
from kempt.host.mounts import Mounts
from kempt.host.own_names import gone_name
from kempt.host.reading import reason
from kempt.host.removing import remove_tree
from kempt.host.state import state_folder
from kempt.host.store import change
from kempt.host.surveying import used_since
from kempt.model.caches import CacheEntry, CachePlan, Pruned, PrunePlan, PruneReceipt, PruneWishes, Spare, Survey
from kempt.model.disk import Weight

USED = "was used since the plan was made"
CHANGED = "is not what it was when the plan was made"


def plan_prune(wishes: PruneWishes, tools: Sequence[str] = (), tell: Tell = silent) -> PrunePlan:
    """What a prune of these tools' caches, or of all, would do. Nothing is changed. Raises UsageError."""
    found = caches(tools, tell)
    return choose(found.caches, wishes, found.now_ns)


def prune(plan: PrunePlan, tell: Tell = silent) -> PruneReceipt:
    """Carry out a plan: of each cache, under its tool's lock, what is still as the plan has it and was not used since.

    A cache that is in use is skipped: nothing waits. When this ends half-way, at whatever point, what is left is a
    cache that the tool takes as it is.
    """
    start = ticks()
    done = tuple(_prune(each, tell) for each in plan.plans if each.chosen)
    return PruneReceipt(done, ticks() - start)


def _prune(plan: CachePlan, tell: Tell) -> Pruned:
    facts, root = plan.cache.facts, plan.cache.where.path
    try:
        with cache_lock(state_folder(), root):
            why, _ = users_of(facts, root)
            if why or not facts.lock:
                return Pruned(plan, skipped=why) if why else _Eviction(plan, tell).run()
            with tool_lock(f"{root}/{facts.lock}") as held:
                return _Eviction(plan, tell).run() if held else Pruned(plan, skipped="its lock is held")
    except KemptError as error:
        return Pruned(plan, skipped=str(error))


class _Eviction:
    """What is done in one cache, while its lock is held."""

    def __init__(self, plan: CachePlan, tell: Tell) -> None:
        self._plan = plan
        self._root = plan.cache.where.path
        self._tell = tell
        self._freed = Weight()
        self._numbers = count()
        self._time = stamp(now())

    def run(self) -> Pruned:
        """Look again, and take what is still as it was."""
        facts = self._plan.cache.facts
        try:
            survey, fresh = look_at(facts, self._plan.cache.where, self._root)
        except OSError as error:
            return Pruned(self._plan, skipped=reason(error))
        if self._plan.cache.survey is None or survey.identity != self._plan.cache.survey.identity:
            return Pruned(self._plan, skipped="another folder is there than when the plan was made")
        spared, failed, done = list[Spare](), list[Spare](), 0
        with Mounts() as mounts:
            for entry, why in self._still_planned(survey, fresh.entries):
                if why:
                    spared.append(Spare(entry.name, why))
                    continue
                self._tell(f"removing from {facts.tool}'s cache: {entry.name}")
                problem = self._remove(entry, survey, mounts)
                if problem:
                    failed.append(Spare(entry.name, problem))
                else:
                    done += 1
        self._remove_folders(survey)
        return Pruned(self._plan, self._freed, done, "", tuple(spared), tuple(failed))

    def _still_planned(self, survey: Survey, fresh: tuple[CacheEntry, ...]) -> Iterator[tuple[CacheEntry, str]]:
        """Each chosen entry, as it is now, and why it stays."""
        now_there = {entry.paths: entry for entry in fresh}
        before = self._plan.cache.survey
        for planned, _ in self._plan.chosen:
            entry = now_there.get(planned.paths)
            if entry is None or entry.remake is not planned.remake:
                yield planned, CHANGED
            elif before is None or any(_differs(survey, before, path) for path in planned.paths):
                yield entry, CHANGED
            elif self._was_used(entry, planned):
                yield entry, USED
            else:
                yield entry, ""

    def _was_used(self, entry: CacheEntry, planned: CacheEntry) -> bool:
        if self._plan.cache.facts.lock:
            return entry.used_ns > planned.used_ns
        return any(used_since(self._root, path, planned.used_ns) for path in entry.paths)

    def _remove(self, entry: CacheEntry, survey: Survey, mounts: Mounts) -> str:
        """Take one entry away, its paths in their order; what stopped that, empty where nothing did."""
        try:
            if self._plan.cache.facts.layout == "pre-commit":
                database = f"{self._root}/{pre_commit.DATABASE}"
                change(database, pre_commit.FORGET, (f"{self._root}/{entry.paths[0]}",))
            for path in entry.paths:
                aside = gone_name(f"{self._time}-{next(self._numbers)}")
                removal = remove_tree(self._root, path, survey.items[path].identity, aside, mounts)
                self._freed = self._freed.plus(removal.freed)
                if removal.kept:
                    return f"{removal.kept[0].path}: {removal.kept[0].reason}"
        except KemptError as error:
            return str(error)
        return ""

    def _remove_folders(self, survey: Survey) -> None:
        for folder in self._plan.folders:
            if folder in survey.items and remove_empty_folder(self._root, folder):
                self._freed = self._freed.plus(survey.items[folder].weight._replace(files=0))


def _differs(survey: Survey, before: Survey, path: str) -> bool:
    here, there = survey.items.get(path), before.items.get(path)
    return here is None or there is None or here.identity != there.identity
