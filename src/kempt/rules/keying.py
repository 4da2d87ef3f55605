"""Whether the key of a cache follows the lock, for all rules that ask."""

from __future__ import annotations

import re
from typing import NamedTuple

from kempt import catalog
from kempt.model.finding import Level
from kempt.model.pipeline import CacheUse, Key, PartKind
from kempt.model.repo import Repo
from kempt.rules import caching, installing
from kempt.rules.installing import Work

BY_STRANGERS = frozenset({"codebuild"})
"""Providers whose caches are not kept apart by branch, so that a name of a branch leads to another one's cache."""
MAKES = frozenset(
    {"export", "compile", "freeze", "lock", "-o", "--output", "--output-file", "cp", "mv", "curl", "wget"}
)
"""Words of commands that write a file which they name."""


class Verdict(NamedTuple):
    """What is wrong with a key, in words."""

    message: str
    level: Level


class Case(NamedTuple):
    """A cache with its job. `manager` is whose downloads it is about, empty where that is not known."""

    work: Work
    cache: CacheUse
    manager: str


def verdict_of(repo: Repo, case: Case) -> Verdict | None:
    """What is wrong with the key of a cache, if anything is."""
    key = case.cache.key
    if key is None:
        return None if case.cache.keyed else _without_key(repo, case)
    if key.broken:
        return Verdict(f"{_shown(case, key)} never changes: {key.broken}", Level.WARNING)
    return _of_files(repo, case, key) if key.has(PartKind.FILES) else _of_words(case, key)


def _of_words(case: Case, key: Key) -> Verdict | None:
    shown = _shown(case, key)
    if key.has(PartKind.RUN):
        return Verdict(f"{shown} is another one in each run{_unless_restored(case)}", Level.WARNING)
    if key.has(PartKind.UNKNOWN):
        return None
    if key.has(PartKind.BRANCH):
        why = "holds a name that whoever opens a change request chooses, and no lock file is hashed into it"
        return Verdict(f"{shown} {why}", Level.WARNING)
    return Verdict(f"{shown} never changes: no lock file is hashed into it", Level.ERROR)


def _unless_restored(case: Case) -> str:
    return ", so each run saves a cache" if case.cache.restore_keys else ", so nothing is ever found"


def _without_key(repo: Repo, case: Case) -> Verdict:
    cache = case.cache
    name = f"the cache `{cache.name}`" if cache.name else "the cache"
    lock = next(iter(_locks(repo, case)), None)
    followed = f"`{lock}`" if lock else "the lock file"
    return Verdict(f"{name} has no key, so it does not follow {followed}", Level.WARNING)


def _of_files(repo: Repo, case: Case, key: Key) -> Verdict | None:
    if not caching.is_known(case.cache) or _is_made_here(case, key):
        return None
    hashed = caching.hashed(repo, case.cache, case.work.pipeline.provider)
    if not hashed:
        named = tuple(key.text.value.split()) if case.cache.built is not None else ()
        return Verdict(
            f"{_shown(case, key)} never changes: {named_files(named or key.files)} names no tracked file", Level.ERROR
        )
    if not installing.managers(case.work.acts):
        return None  # what a program installs that kempt cannot read may follow any file
    locks = _locks(repo, case)
    if locks.isdisjoint(hashed) and not (not locks and any(map(catalog.is_lock, hashed))):
        return _of_others(case, key, hashed, sorted(locks))
    return _of_followers(case, key)


def _of_followers(case: Case, key: Key) -> Verdict | None:
    """What is wrong with a key that follows the lock: it changes more often, or strangers can choose it."""
    if key.has(PartKind.RUN):
        return Verdict(f"{_shown(case, key)} is another one in each run{_unless_restored(case)}", Level.WARNING)
    if key.has(PartKind.BRANCH) and case.work.pipeline.provider in BY_STRANGERS:
        return Verdict(f"{_shown(case, key)} holds a name that whoever opens a change request chooses", Level.WARNING)
    return None


def _of_others(case: Case, key: Key, hashed: tuple[str, ...], locks: list[str]) -> Verdict:
    if not locks:
        title = caching.title_of(case.manager)
        return Verdict(
            f"the key follows {named_files(hashed)}: there is no lock file for {title} to follow", Level.INFO
        )
    names = {path.rpartition("/")[2] for path in hashed}
    named = next(
        (lock for lock in locks if (name := lock.rpartition("/")[2]) in key.text.value and name not in names), ""
    )
    if named:
        return Verdict(f"{_shown(case, key)} names `{named}`, and hashes only {named_files(hashed)}", Level.WARNING)
    return Verdict(f"the key follows {named_files(hashed)}, and not `{locks[0]}`", Level.WARNING)


def _locks(repo: Repo, case: Case) -> frozenset[str]:
    """What the installs of the manager follow: the requirements that commands name, the locks of their projects."""
    acts = [act for act in case.work.acts if act.installs and act.doing.manager == case.manager]
    found = {str(path) for act in acts for path in installing.files_of(repo, act)}
    if case.manager == "pip" and acts:
        roots = [act.root for act in acts if not act.doing.files and not act.doing.names and act.doing.folders]
        return frozenset(found | {str(path) for root in roots for path in caching.locks_of(repo, "pylock", root)})
    for root in dict.fromkeys(act.root for act in acts) or [None]:
        found |= {str(path) for path in caching.locks_of(repo, case.manager, root)}
    return frozenset(found)


def _is_made_here(case: Case, key: Key) -> bool:
    """Whether a command of the job writes a file that the key hashes: it need not be tracked then."""
    names = {file.rpartition("/")[2] for file in key.files}
    for command in case.work.job.commands:
        written = [target for _, target in command.redirects]
        written += command.argv if MAKES.intersection(word.partition("=")[0] for word in command.argv) else ()
        if not names.isdisjoint(re.split(r"[/=]", word)[-1] for word in written):
            return True
    return False


def _shown(case: Case, key: Key) -> str:
    if case.cache.built is not None:
        return f"the key of `{case.cache.written or f'cache: {case.cache.manager}'}`"
    lines = key.text.value.split("\n")
    return f"the key `{lines[0]}{'…' if len(lines) > 1 else ''}`"


def named_files(names: tuple[str, ...]) -> str:
    """Some files, for people to read."""
    shown = ", ".join(f"`{name}`" for name in names[:2])
    return f"{shown} and {len(names) - 2} more" if len(names) > 2 else shown  # noqa: PLR2004


def is_told(told: set[tuple[str, str]], cache: CacheUse, message: str) -> bool:
    """Whether a job's key was told of already: one step restores under it, another saves. Notes that it is from now."""
    said = (cache.key.text.value if cache.key is not None else str(cache.location), message)
    seen = said in told
    told.add(said)
    return seen


def alive(repo: Repo, case: Case) -> CacheUse:
    """The cache with what its key hashes cut down to files that are there: a provider may fail where one is not."""
    key = case.cache.key
    if key is None or not caching.is_known(case.cache) or _is_made_here(case, key):
        return case.cache
    provider = case.work.pipeline.provider
    parts = []
    for part in key.parts:
        files = tuple(name for name in part.files if caching.matched(repo, part._replace(files=(name,)), provider))
        if part.kind is not PartKind.FILES or files:
            parts.append(part._replace(files=files))
    return case.cache._replace(key=key._replace(parts=tuple(parts)))


def is_bounded(repo: Repo, work: Work, cache: CacheUse) -> bool:
    """Whether a cache begins anew with each lock: its key follows it, and no older cache is restored instead."""
    if cache.key is None or cache.key.has(PartKind.RUN):
        return False
    follows = any(map(catalog.is_lock, caching.hashed(repo, cache, work.pipeline.provider)))
    return follows and not any(each.restore_keys for each in work.job.all_caches if _share(each, cache))


def _share(one: CacheUse, other: CacheUse) -> bool:
    return one is other or not {each.value for each in one.paths}.isdisjoint(each.value for each in other.paths)
