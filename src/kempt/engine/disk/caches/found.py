"""`kempt caches`: the caches that tools keep for this user, and what in them can go."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from difflib import get_close_matches
from functools import partial
from typing import NamedTuple

from kempt.catalog.user_caches_table import ROWS
from kempt.engine.disk.caches.layouts import hub, pip, plain, poetry, pre_commit, uv
from kempt.engine.disk.caches.leftovers import leftovers, without_leftovers
from kempt.engine.disk.caches.memory import remembered, trusted_time
from kempt.engine.disk.caches.places import World, places, refusal, setting
from kempt.errors import KemptError, UsageError
from kempt.host.clock import ticks
from kempt.host.env import environ, home_folder, platform_name
from kempt.host.lock import is_locked
from kempt.host.processes import called, variables_of
from kempt.host.reading import read_regular, reason
from kempt.host.store import rows
from kempt.host.surveying import place_of, survey
from kempt.model.caches import Cache, CacheEntry, CacheFacts, CacheList, Look, State, Survey, Where
from kempt.model.disk import Process

SETTINGS_LIMIT = 1024**2
SECOND = 10**9
Tell = Callable[[str], None]


class Layout(NamedTuple):
    """How one kind of cache is read. All of it is pure: a survey in, entries out.

    `is_whole(facts, path)` tells the folders that are added up, not listed; `readers` give what can go, each;
    `remarks` says what is left alone in this very cache.
    """

    is_whole: Callable[[CacheFacts, str], bool]
    readers: tuple[Callable[[Survey, Look], tuple[CacheEntry, ...]], ...]
    remarks: Callable[[Survey], tuple[str, ...]] = lambda _: ()

    def entries(self, survey: Survey, look: Look) -> tuple[CacheEntry, ...]:
        """All that can go."""
        return tuple(entry for read in self.readers for entry in read(survey, look))


LAYOUTS = {
    "hub": Layout(hub.is_whole, (hub.entries,)),
    "pip": Layout(plain.is_whole, (pip.entries, plain.entries)),
    "plain": Layout(plain.is_whole, (plain.entries,)),
    "poetry": Layout(plain.is_whole, (poetry.entries,)),
    "pre-commit": Layout(pre_commit.is_whole, (pre_commit.entries,)),
    "uv": Layout(uv.is_whole, (uv.entries,), uv.remarks),
}
"""How each tool of the catalog lays out its cache, by the word that the catalog has for it."""


def silent(_line: str) -> None:
    """No progress."""


def caches(tools: Sequence[str] = (), tell: Tell = silent) -> CacheList:
    """The caches of these tools, or of all that kempt knows; `tell` hears what is being looked at.

    Nothing is changed and no tool is run. Raises UsageError for a tool that is not known.
    """
    start, time = ticks(), trusted_time()
    world = this_world()
    now_ns = int(time.seconds * SECOND)
    found = tuple(_each_once(cache for facts in known(tools) for cache in _caches_of(facts, world, now_ns, tell)))
    if time.remark:
        found = tuple(each._replace(remarks=(*each.remarks, time.remark)) if each.survey else each for each in found)
    return CacheList(found, now_ns, ticks() - start)


def known(tools: Sequence[str] = ()) -> tuple[CacheFacts, ...]:
    """The catalog's rows of these tools, however their names are spelled. Raises UsageError."""
    by_name = {row.tool.lower(): row for row in ROWS}
    for tool in tools:
        if tool.lower() not in by_name:
            close = get_close_matches(tool.lower(), by_name, n=1)
            meant = f"; did you mean `{by_name[close[0]].tool}`?" if close else ""
            raise UsageError(f"no cache of `{tool}` is known{meant}", hint="kempt caches -v lists all that are")
    wanted = {tool.lower() for tool in tools}
    return tuple(row for name, row in by_name.items() if not wanted or name in wanted)


def this_world() -> World:
    """What decides where caches are on this machine."""
    return World(environ(), platform_name(), home_folder(), _settings_text)


def look_at(facts: CacheFacts, where: Where, root: str) -> tuple[Survey, Cache]:
    """What lies in a cache now, without what kempt remembers of it. Raises OSError where it cannot be listed."""
    layout = LAYOUTS[facts.layout]
    found = survey(root, partial(layout.is_whole, facts))
    look = Look(facts, partial(_text, root), partial(_rows, root))
    rests = leftovers(found)
    seen = without_leftovers(found) if rests else found
    remarks = (*layout.remarks(seen), *(f"{path}: {why}" for path, why in found.unreadable.items()))
    entries = (*layout.entries(seen, look), *rests)
    return found, Cache(facts, where, State.FREE, "", found.weight, entries, found, remarks)


def users_of(facts: CacheFacts, root: str) -> tuple[str, tuple[Process, ...]]:
    """Why a cache cannot be pruned now, empty where it can, and the tool's processes that run on it."""
    running = tuple(each for each in called(facts.programs) if _uses(each, facts, root))
    if facts.lock and is_locked(f"{root}/{facts.lock}"):
        return "its lock is held", running
    if not running or facts.layout in {"pip", "uv"}:
        return "", running  # pip takes what is gone for what was never there; uv holds its lock as long as it runs
    return ("it runs" if facts.lock else "it runs, and has no lock"), running


def _each_once(found: Iterable[Cache]) -> Iterator[Cache]:
    """The caches, a folder that two tools share counted as the first one's."""
    owners: dict[str, str] = {}
    for cache in found:
        if cache.survey is None:
            yield cache
            continue
        owner = owners.setdefault(cache.where.path, cache.facts.tool)
        shared = f"is {owner}'s cache, too"
        yield cache if owner == cache.facts.tool else Cache(cache.facts, cache.where, State.REFUSED, shared)


def _uses(process: Process, facts: CacheFacts, root: str) -> bool:
    """Whether a running tool has its cache there, by the variables that it was started with."""
    env = variables_of(process.pid)
    if not env:  # another user's, whose caches are none of ours
        return False
    world = World(env, platform_name(), env.get("HOME") or home_folder(), _settings_text)
    return any(place_of(each.path)[0] == root for each in places(facts, world) if not each.refusal)


def _caches_of(facts: CacheFacts, world: World, now_ns: int, tell: Tell) -> Iterator[Cache]:
    candidates = places(facts, world)
    seen = set[str]()
    missing = None
    for where in candidates:
        cache = _cache(facts, where, world, now_ns, tell)
        if cache.state is State.MISSING:
            missing = missing or cache
        elif cache.where.path not in seen:
            seen.add(cache.where.path)
            yield cache
    if not seen:
        yield missing or Cache(facts, Where(""), State.MISSING, "has one only where a variable names it")


def _cache(facts: CacheFacts, where: Where, world: World, now_ns: int, tell: Tell) -> Cache:
    if where.refusal:
        return Cache(facts, where, State.REFUSED, where.refusal)
    root, why = place_of(where.path)
    if not root:
        return Cache(facts, where, State.MISSING)
    why = why or refusal(root, world)
    if why:
        return Cache(facts, where, State.REFUSED, why)
    tell(f"looking at {facts.tool}'s cache: {root}")
    try:
        found, cache = look_at(facts, where._replace(path=root), root)
    except OSError as error:
        return Cache(facts, where, State.REFUSED, f"cannot be read: {reason(error)}")
    why, users = users_of(facts, root)
    entries = remembered(found, cache.entries, now_ns)
    remarks = (*cache.remarks, *_remarks(facts, world))
    state = State.IN_USE if why else State.FREE
    if facts.layout == "uv" and _linked_by_symlinks(facts, world):
        entries, remarks = (), (*remarks, SYMLINKS)
    return cache._replace(state=state, reason=why, users=users, entries=entries, remarks=remarks)


SYMLINKS = "uv's link-mode is symlink: environments point into the cache, so nothing is removed"


def _linked_by_symlinks(facts: CacheFacts, world: World) -> bool:
    """Whether uv is told to make environments of links into its cache."""
    if mode := world.env.get("UV_LINK_MODE", ""):
        return mode == "symlink"
    return "symlink" in setting(facts, "link-mode", world)[0]


def _remarks(facts: CacheFacts, world: World) -> Iterable[str]:
    if facts.remark:
        yield facts.remark
    for variable in facts.variables:
        name = variable.partition("/")[0]
        if name in world.env and not world.env[name].strip():
            yield f"{name} is empty, which counts as not set"


def _settings_text(path: str) -> str:
    """A settings file, empty where there is none; links are followed, as the tools do."""
    from kempt.host.folders import real

    return _read(real(path), SETTINGS_LIMIT)


def _text(root: str, path: str) -> str:
    return _read(f"{root}/{path}", SETTINGS_LIMIT)


def _read(path: str, limit: int) -> str:
    with suppress(KemptError):
        return read_regular(path, limit).decode("utf-8", "replace")
    return ""


def _rows(root: str, path: str, query: str) -> tuple[tuple[str, ...], ...]:
    with suppress(KemptError):
        return rows(f"{root}/{path}", query)
    return ()
