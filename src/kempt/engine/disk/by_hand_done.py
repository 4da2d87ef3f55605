"""What a person chose on the screen: looked at once more, as plans of the commands, and carried out by them."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence

from kempt.engine.disk.by_hand import ANY, EVERYTHING, WHY, Tell, because, key_of
from kempt.engine.disk.caches.choose import choose
from kempt.engine.disk.caches.prune import prune
from kempt.engine.disk.clean import plan_clean
from kempt.engine.disk.envs_removal import plan_removal, without_used
from kempt.errors import KemptError, UsageError
from kempt.host.folders import is_folder
from kempt.host.paths import absolute, is_below, relative
from kempt.model.by_hand import CACHES, Carried, Choice, Holding, Stock
from kempt.model.caches import Cache, Pruned, PrunePlan, PruneReceipt, PruneWishes
from kempt.model.cleaning import Cleaning
from kempt.model.disk import Spared, Weight
from kempt.model.plan import MoveToTrash, Plan, Receipt, RemoveTree, Result, TreeStep


def settle(stock: Stock, marked: Container[str], tell: Tell, *, trash: bool = True) -> Choice:
    """What taking the marked ones does, by a fresh look at each: what is used by now, or another one by now, stays.

    `marked` are keys of holdings. Without `trash` what lies below the folders is removed for good. Nothing is changed.
    """
    chosen = [each for each in stock.holdings if each.goes and each.key in marked]
    inside = {each.path for each in stock.cleaning.taken} if stock.cleaning else set[str]()
    things = [each for each in chosen if each.group != CACHES and each.path in inside]
    outside = [each for each in chosen if each.group != CACHES and each.path not in inside]
    plans, going, stays = _of_folders(stock, things, tell, trash=trash)
    moved, left = _of_environments(stock, {each.path for each in outside})
    refused = {each.path for each in left}
    entries = [each for each in chosen if each.group == CACHES]
    return Choice(
        (*plans, *moved),
        _of_caches(stock, {each.key for each in entries}) if entries else None,
        (*going, *(each for each in outside if each.path not in refused), *entries),
        (*stays, *left),
    )


def carry_out(choice: Choice, tell: Tell) -> Carried:
    """Do it: plan by plan, then cache by cache. One that cannot be done stops no other."""
    from kempt.engine.apply import apply

    receipts: list[Receipt] = []
    problems: list[str] = []
    gone = set[str]()
    for plan in choice.plans:
        tell(f"removing below {plan.root}")
        try:
            receipt = apply(plan)
        except KemptError as error:
            problems.append(str(error))
            continue
        receipts.append(receipt)
        gone |= {absolute(each, plan.root) for each in _done(receipt)}
        problems += _not_done(receipt, plan.root)
    pruned = prune(choice.prune, tell) if choice.prune else None
    if pruned:
        gone |= {key for each in pruned.pruned for key in _evicted(each)}
        problems += (problem for each in pruned.pruned for problem in _not_evicted(each))
    freed, held = _freed(receipts, pruned)
    undo = tuple(each.journal for each in receipts if each.journal and _moved(each))
    return Carried(frozenset(gone), freed, held, undo, tuple(problems), tuple(receipts), pruned)


def _of_folders(
    stock: Stock, things: Sequence[Holding], tell: Tell, *, trash: bool
) -> tuple[tuple[Plan, ...], list[Holding], list[Spared]]:
    """The steps of the cleaning that take these, as a fresh look at their projects has them."""
    before = stock.cleaning
    if before is None or not things:
        return (), [], []
    fresh = _fresh(before, things, tell, trash=trash)
    now_there = {each.path: (each, step) for each, step in zip(fresh.taken, fresh.steps, strict=True)}
    planned = {each.path: each for each in before.taken}
    reasons = {each.path: because(each.reason) for each in (*fresh.spared, *fresh.unlisted)}
    going: list[Holding] = []
    stays: list[Spared] = []
    steps: dict[str, list[TreeStep]] = {}
    for each in things:
        thing, step = now_there.get(each.path, (None, None))
        if thing is None or step is None or thing.identity != planned[each.path].identity:
            stays.append(Spared(each.path, reasons.get(each.path, "it is gone, or another one by now")))
            continue
        root = _root_of(before, each.path)
        steps.setdefault(root, []).append(step._replace(path=relative(each.path, root)))
        going.append(each._replace(weight=thing.weight))
    return tuple(Plan(root, tuple(taken), WHY) for root, taken in steps.items()), going, stays


def _fresh(before: Cleaning, things: Sequence[Holding], tell: Tell, *, trash: bool) -> Cleaning:
    """The projects that hold these, looked at again; all folders, where one of them cannot be."""
    wishes = EVERYTHING._replace(trash=trash)
    projects = {each.path: each.project for each in before.taken}
    folders = dict.fromkeys(_narrow(projects[each.path], each.path, before.roots) for each in things)
    there = [each for each in folders if is_folder(each)]
    try:
        return plan_clean(there or before.roots, wishes, tell=tell)
    except UsageError:
        return plan_clean(before.roots, wishes, tell=tell)


def _narrow(project: str, path: str, roots: Sequence[str]) -> str:
    """The project's folder, if it lies below a folder that was named and the thing below it; else that folder."""
    root = next(each for each in roots if is_below(path, each))
    return project if project and project != path and is_below(project, root) and is_below(path, project) else root


def _root_of(cleaning: Cleaning, path: str) -> str:
    """The root of the plan that took it."""
    return next(plan.root for plan in cleaning.plans if is_below(path, plan.root))


def _of_environments(stock: Stock, marked: Container[str]) -> tuple[tuple[Plan, ...], tuple[Spared, ...]]:
    if stock.central is None:
        return (), ()
    listed = tuple(each for each in stock.central.environments if each.path in marked)
    if not listed:
        return (), ()
    removal = without_used(plan_removal(stock.central._replace(environments=listed), ANY, WHY))
    return removal.plans, removal.spared


def _of_caches(stock: Stock, marked: Container[str]) -> PrunePlan | None:
    """A prune of the marked entries and of nothing else."""
    if stock.caches is None:
        return None
    only = [_only(each, marked) for each in stock.caches.caches]
    return choose([each for each in only if each.entries], PruneWishes(all=True), stock.caches.now_ns)


def _only(cache: Cache, marked: Container[str]) -> Cache:
    return cache._replace(entries=tuple(each for each in cache.entries if key_of(cache, each) in marked))


def _done(receipt: Receipt) -> Iterator[str]:
    for each in receipt.outcomes:
        if each.result is Result.DONE and isinstance(each.step, RemoveTree | MoveToTrash):
            yield each.step.path


def _not_done(receipt: Receipt, root: str) -> Iterator[str]:
    for each in receipt.outcomes:
        if each.result is not Result.DONE and isinstance(each.step, TreeStep):
            yield f"{absolute(each.step.path, root)}: {each.detail}"


def _moved(receipt: Receipt) -> bool:
    return any(each.result is Result.DONE and isinstance(each.step, MoveToTrash) for each in receipt.outcomes)


def _evicted(pruned: Pruned) -> Iterator[str]:
    left = {each.name for each in (*pruned.spared, *pruned.failed)}
    if not pruned.skipped:
        yield from (key_of(pruned.plan.cache, e.entry) for e in pruned.plan.chosen if e.entry.name not in left)


def _not_evicted(pruned: Pruned) -> Iterator[str]:
    tool = pruned.plan.cache.facts.tool
    if pruned.skipped:
        yield f"{tool}'s cache: {pruned.skipped}"
    yield from (f"{tool}, {each.name}: {each.reason}" for each in (*pruned.spared, *pruned.failed))


def _freed(receipts: Sequence[Receipt], pruned: PruneReceipt | None) -> tuple[Weight, Weight]:
    """What is gone for good, and what is held in the trash."""
    freed, held = Weight(), Weight()
    for each in (outcome for receipt in receipts for outcome in receipt.outcomes):
        weight = Weight(each.files, each.bytes)
        if isinstance(each.step, RemoveTree):
            freed = freed.plus(weight)
        elif each.result is Result.DONE:
            held = held.plus(weight)
    for one in pruned.pruned if pruned else ():
        freed = freed.plus(one.freed)
    return freed, held
