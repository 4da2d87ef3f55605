"""KPT403 unkeyed-ci-cache: the key of a download cache in CI does not follow the lock file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from kempt.model.finding import Finding, Level, Safety
from kempt.model.pipeline import CacheUse, Key, PartKind
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.rules import caching, installing
from kempt.rules.installing import Work

BY_STRANGERS = frozenset({"codebuild"})
"""Providers whose caches are not kept apart by branch, so that a name of a branch leads to another one's cache."""


LOCAL = "a cache of type LOCAL, which the project's settings choose and no file here, has no key"
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


def check(repo: Repo) -> Iterator[Finding]:
    """A key must change when the lock does, and no more often. Globs are held against the tracked files.

    A cache of a manager that installs nothing here is KPT402's.
    """
    return caching.once(_all(repo))


def _all(repo: Repo) -> Iterator[Finding]:
    for work in installing.jobs(repo):
        for step, cache in caching.caches(work.job):
            found = caching.stored(repo, work.job, step, cache)
            if not caching.is_pythonic(found):
                continue
            manager = caching.manager_of(work, found)
            case = Case(work, cache, manager or "")
            verdict = _verdict(repo, case) if manager is not None else None
            if verdict is not None:
                yield _finding(repo, case, verdict)


def _finding(repo: Repo, case: Case, verdict: Verdict) -> Finding:
    work, cache = case.work, case.cache
    wanted = caching.wanted(repo, work, case.manager) if verdict.level is not Level.INFO else None
    provider = caching.provider_of(work.pipeline)
    edits = () if wanted is None else provider.with_key(work.pipeline, work.job, cache, wanted)
    text = cache.key.text if cache.key is not None else None
    return RULE.finding(
        text.location if text is not None else cache.location, verdict.message,
        key=f"{work.job.name} {text.value if text is not None else ''} {case.manager}", level=verdict.level,
        help=f"hash {_named(wanted.locks)} into the key" if wanted is not None else None,
        notes=(LOCAL,) if work.pipeline.provider == "codebuild" and cache.key is None else (),
        fix=installing.fix("make the key follow the lock", Safety.SAFE, edits),
    )  # fmt: skip


def _verdict(repo: Repo, case: Case) -> Verdict | None:
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
            f"{_shown(case, key)} never changes: {_named(named or key.files)} names no tracked file", Level.ERROR
        )
    if not installing.managers(case.work.acts):
        return None  # what a program installs that kempt cannot read may follow any file
    locks = _locks(repo, case)
    if locks.isdisjoint(hashed) and not (not locks and any(map(caching.is_lock, hashed))):
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
        return Verdict(f"the key follows {_named(hashed)}: there is no lock file for {title} to follow", Level.INFO)
    names = {path.rpartition("/")[2] for path in hashed}
    named = next(
        (lock for lock in locks if (name := lock.rpartition("/")[2]) in key.text.value and name not in names), ""
    )
    if named:
        return Verdict(f"{_shown(case, key)} names `{named}`, and hashes only {_named(hashed)}", Level.WARNING)
    return Verdict(f"the key follows {_named(hashed)}, and not `{locks[0]}`", Level.WARNING)


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
        return f"the key of `cache: {case.cache.manager}`"
    lines = key.text.value.split("\n")
    return f"the key `{lines[0]}{'…' if len(lines) > 1 else ''}`"


def _named(names: tuple[str, ...]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:2])
    return f"{shown} and {len(names) - 2} more" if len(names) > 2 else shown  # noqa: PLR2004


RULE = Rule(
    "KPT403", "unkeyed-ci-cache", promise=3, level=Level.ERROR, since="0.1", check=check, fix=Safety.SAFE,
    summary="the key of a download cache in CI does not follow the lock file",
    help="hash the lock file into the key",
)  # fmt: skip
