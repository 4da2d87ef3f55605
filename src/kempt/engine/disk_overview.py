"""`kempt disk`: all that can be made again on one screen: what clean, envs and prune would find, each measured once.

Environments are left out of the plan for cleaning and caches are read once for both their size and their prune. The
parts follow each other: environments use all processors already, and caches beside them were no sooner done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from kempt.engine.disk.caches.choose import choose
from kempt.engine.disk.caches.found import caches, silent
from kempt.engine.disk.clean import plan_clean
from kempt.engine.disk.envs import environments
from kempt.engine.disk.envs_removal import DAY_SECONDS, YOUNG_SECONDS, Wanted, chosen
from kempt.engine.disk.scan import root_of
from kempt.engine.disk.trash import trashes
from kempt.errors import KemptError
from kempt.host.clock import ticks
from kempt.host.env import home_folder
from kempt.host.folders import real
from kempt.host.paths import is_below
from kempt.host.volumes import device, volume
from kempt.model.artefact import Kind
from kempt.model.caches import Cache, CacheList, PruneWishes, State
from kempt.model.cleaning import Cleaning, Wishes
from kempt.model.disk import Spared, Trash, Weight
from kempt.model.disk_overview import DiskBrief, DiskOverview, Section, Thing, Volume
from kempt.model.envs import Environment, Environments
from kempt.model.envs import State as Standing

Tell = Callable[[str], None]
UNUSED_DAYS = 90
"""What was not used for so long is counted as what can go."""
UNUSED = "unused"
MEANT = Wanted(UNUSED_DAYS * DAY_SECONDS, broken=True, orphaned=True)
_SECTIONS = {Kind.BYTECODE: Section.BYTECODE, Kind.TOOL_CACHE: Section.CACHES}
_GROUPS = ("bytecode", "caches", "build")  # not envs: those are weighed where all environments are


def disk(paths: Sequence[str] = (), *, central: bool = True, jobs: int = 1, tell: Tell | None = None) -> DiskOverview:
    """What lies below the paths and can be made again; with `central`, also what managers and tools keep elsewhere.

    Without paths, the current folder; where that is a home folder or holds one, only what is kept elsewhere. Nothing is
    changed. Up to `jobs` processors weigh, `tell` gets a line for each step on the way. Raises UsageError for a path
    that is not one to clean.
    """
    begun = ticks()
    roots = _roots(paths)
    cleaning = plan_clean(roots, Wishes(_GROUPS), jobs=jobs, tell=tell) if roots else Cleaning((), (), ())
    envs = environments(roots, central=central, jobs=jobs, tell=tell)
    found = caches((), tell or silent) if central else CacheList((), envs.now_ns)
    held = trashes(() if central else cleaning.roots, cleaning.own)
    inside = (*_of_environments(envs), *map(_of_trash, held))
    things = (*_of_cleaning(cleaning), *inside, *_of_caches(found, inside))
    return DiskOverview(
        cleaning.roots, tuple(sorted(things, key=lambda each: (-each.weight.bytes, each.path))),
        tuple(_volumes(cleaning.roots or (real(home_folder()),))), envs.total or Weight(),
        _unread(cleaning, envs), envs.now_ns, ticks() - begun, real(home_folder()),
    )  # fmt: skip


def disk_in_brief(path: str, *, jobs: int = 1) -> DiskBrief:
    """What of one repository can go, as far as that is cheap to tell: environments are counted, not weighed.

    Nothing where the folder is not one to clean.
    """
    try:
        cleaning = plan_clean([path], jobs=jobs)
    except KemptError:
        return DiskBrief(Weight())
    envs = environments(cleaning.roots, central=False, sizes=False)
    free = sum(_may_go(each, envs.now_ns) for each in chosen(envs, MEANT))
    weights = [each.weight for each in cleaning.taken if each.weight]
    return DiskBrief(Weight(*map(sum, zip(*weights, strict=True))) if weights else Weight(), free)


def _roots(paths: Sequence[str]) -> tuple[str, ...]:
    if paths:
        return tuple(map(root_of, paths))
    here, home = real("."), real(home_folder())
    return () if is_below(home, here) else (root_of(here),)


def _of_cleaning(cleaning: Cleaning) -> Iterator[Thing]:
    for each in cleaning.taken:
        weight = each.weight or Weight()
        section = _SECTIONS.get(each.kind, Section.BUILDS)
        yield Thing(section, each.path, each.tool, weight, weight, each.project, "", "", each.used_ns)


def _of_environments(envs: Environments) -> Iterator[Thing]:
    meant = {each.path for each in chosen(envs, MEANT)}
    for each in envs.environments:
        weight = each.weight or Weight()
        goes = each.path in meant and _may_go(each, envs.now_ns)
        state = "" if each.state is Standing.OK else each.state.value
        project = (each.project.root or each.project.name) if each.project else ""
        yield Thing(
            Section.ENVIRONMENTS, each.path, each.manager, weight, weight if goes else Weight(), project,
            state or UNUSED * goes, each.reason, each.used.ns if each.used else 0,
        )  # fmt: skip


def _may_go(each: Environment, now_ns: int) -> bool:
    """Whether `kempt envs --remove` would take it, but for what only a second look inside tells."""
    if each.kept or each.removal:
        return False
    if each.used is not None and now_ns - each.used.ns < YOUNG_SECONDS * 10**9:
        return False
    if each.state in {Standing.BROKEN, Standing.INCOMPLETE, Standing.ORPHANED}:
        return True
    return each.used is not None and (each.used.sure or bool(each.project and each.project.root))


def _of_trash(held: Trash) -> Thing:
    return Thing(
        Section.TRASH, held.path, "kempt", held.weight, held.weight, held.root, "", "", int(held.made * 10**9)
    )  # fmt: skip


def _of_caches(found: CacheList, inside: Iterable[Thing]) -> Iterator[Thing]:
    """The caches without what lies in one and is counted already: Poetry keeps its environments there."""
    counted = tuple(inside)
    for plan in choose(found.caches, PruneWishes(), found.now_ns).plans:
        cache = plan.cache
        if cache.survey is None:
            continue
        weight = cache.weight
        for each in counted:
            if is_below(each.path, cache.where.path):
                weight = _without(weight, each.weight)
        in_use = cache.state is State.IN_USE
        yield Thing(
            Section.DOWNLOADS, cache.where.path, cache.facts.tool, weight, plan.weight, "",
            State.IN_USE.value if in_use else "", cache.reason if in_use else "", _last_use(cache),
        )  # fmt: skip


def _without(weight: Weight, part: Weight) -> Weight:
    return Weight(*(max(all_of_it - some, 0) for all_of_it, some in zip(weight, part, strict=True)))


def _last_use(cache: Cache) -> int:
    return max((entry.used_ns for entry in cache.entries), default=0)


def _volumes(folders: Iterable[str]) -> Iterator[Volume]:
    """The file systems of these folders, each once."""
    seen: set[int | None] = {None}
    for folder in folders:
        number = device(folder)
        if number not in seen and (found := volume(folder)):
            seen.add(number)
            yield found


def _unread(cleaning: Cleaning, envs: Environments) -> tuple[Spared, ...]:
    """What could not be listed, each once: both looked there."""
    reasons = {each.path: each for each in (*envs.unread, *cleaning.unlisted)}
    return tuple(reasons[path] for path in sorted(reasons))
