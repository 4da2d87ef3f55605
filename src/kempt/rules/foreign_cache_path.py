"""KPT402 foreign-cache-path: what CI caches is not what its installs download."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kempt.managers import commands
from kempt.model.finding import Finding, Fix, Level, Location, Safety
from kempt.model.pipeline import CacheUse, Job
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.rules import caching, exchanging, installing
from kempt.rules.caching import Stored
from kempt.rules.installing import Work
from kempt.rules.places import Holds

RUNNERS = frozenset({
    "tox", "nox", "hatch", "make", "just", "task", "invoke", "inv", "pre-commit", "prek", "bazel", "conda", "mamba",
    "micromamba", "pixi", "rye", "pip-compile", "cibuildwheel",
})  # fmt: skip
"""Programs that may install with any manager."""
MANAGERS = frozenset({"uv", "poetry", "pdm", "pipenv", "pip-tools"})
"""What pip installs to install with."""
PLACES = {
    "gitlab": "inside the project, with the manager's cache variable set to it",
    "azure": "one folder without wildcards, with the manager's cache variable set to it",
    "codebuild": "the folder with `/**/*` behind it",
}
"""What each provider can store."""


class Held(NamedTuple):
    """A cache of a job with what it stores, and the managers that install in the job, by whether any cache has them."""

    work: Work
    cache: CacheUse
    found: tuple[Stored, ...]
    used: tuple[str, ...]
    lacking: tuple[str, ...]


def check(repo: Repo) -> Iterator[Finding]:
    """A cache of pip's downloads is of no use to uv, nor is one at a place that a variable has moved.

    Only jobs whose installs kempt can read are judged: what `make` installs is not known. A path that the provider does
    not store holds nothing. What setup-uv caches by itself is never taken for foreign: it comes with the program.
    """
    return installing.once(_all(repo))


def _all(repo: Repo) -> Iterator[Finding]:
    for work in installing.jobs(repo):
        used = installing.managers(work.acts)
        all_found = [
            (cache, caching.stored(repo, work.job, step, cache)) for step, cache in caching.caches(work.job)
        ]  # fmt: skip
        covered = {
            name
            for cache, found in all_found
            for each in found
            if exchanging.counts(cache, each)
            for name in each.managers
        }
        unknown = any(each.holds is Holds.UNKNOWN for _, found in all_found for each in found)
        lacking = () if unknown else tuple(name for name in used if name not in covered)
        for cache, found in all_found:
            yield from _of_cache(repo, Held(work, cache, found, used, lacking))


def _is_unstored(cache: CacheUse, found: Stored) -> bool:
    return found.text is not None and found.text in cache.unstored


def _of_cache(repo: Repo, held: Held) -> Iterator[Finding]:
    """The findings of one cache. One of them at most writes the right path: two would write it twice."""
    written = False
    for each in held.found:
        mine = not held.used or any(name in held.used for name in each.managers)
        finding = None
        if _is_unstored(held.cache, each) and (each.holds is Holds.EVERYTHING or (mine and each.managers)):
            finding = _unstored(repo, held, each, write=not written)
        elif each.holds is Holds.DOWNLOADS and mine and each.elsewhere:
            finding = _moved(repo, held, each, write=not written)
        elif each.holds is Holds.DOWNLOADS and not mine and _is_judged(held.work.job, each) and not _brings(held, each):
            finding = _foreign(repo, held, each, write=not written)
        if finding is not None:
            written = written or (finding.fix is not None and bool(held.lacking))
            yield finding


def _is_judged(job: Job, found: Stored) -> bool:
    """Whether a job's installs are all that can fill a cache: an action or a program that is not known may too."""
    if found.text is None and found.manager == "uv":
        return False
    programs = {commands.program(each.words) for each in job.commands} | {
        word for each in job.commands for word in each.argv[1:3]
    }
    return (
        RUNNERS.isdisjoint(programs)
        and not any(step.opaque for step in job.steps)
        and not any(name.endswith((".sh", ".ps1")) for name in programs)
    )


def _brings(held: Held, found: Stored) -> bool:
    """Whether pip's downloads are the manager itself, which is worth a cache beside that of what it downloads.

    A switch such as setup-python's `cache: pip` follows pip's own files, and is left over from before the manager came.
    """
    if found.text is None:
        return False
    fetched = (act for act in held.work.acts if act.doing.manager == "pip" and act.doing.cached)
    names = {installing.name_of(word.text) for act in fetched for word in act.doing.names}
    return not held.lacking and found.manager == "pip" and bool(names & MANAGERS)


def _foreign(repo: Repo, held: Held, found: Stored, *, write: bool) -> Finding:
    owner, installer = caching.title_of(found.manager), caching.title_of((*held.lacking, *held.used)[0])
    told = f"cache what {installer} downloads: {caching.place_of(held.work.job, (*held.lacking, *held.used)[0])}"
    return RULE.finding(
        _location(held, found), f"`{found.where}` is {owner}'s download cache, and {installer} installs here",
        key=f"{held.work.job.name} {found.where}", level=None if held.lacking else Level.INFO,
        help=told if held.lacking else f"take it out: {installer} does not look there",
        fix=_fix(repo, held, found, write=write),
    )  # fmt: skip


def _moved(repo: Repo, held: Held, found: Stored, *, write: bool) -> Finding | None:
    manager = next(name for name in found.managers if name in held.used or not held.used)
    if not found.moved_by and manager not in held.lacking:
        return None  # the places of all systems are listed together
    title = caching.title_of(manager)
    set_here = found.moved_by in {"", *(each.name for each in held.work.pipeline.variables)}
    untold = found.elsewhere == caching.UNTOLD
    told = f"cache {caching.place_of(held.work.job, manager)}, or take this path out"
    return RULE.finding(
        _location(held, found), f"`{found.where}` stays empty of {title}'s downloads: {found.elsewhere}",
        key=f"{held.work.job.name} {found.where}", level=Level.WARNING if untold else None,
        help=f"set `{commands.downloads(manager).variable}` to it" if untold else told,
        fix=_fix(repo, held, found, write=write and set_here),
    )  # fmt: skip


def _unstored(repo: Repo, held: Held, found: Stored, *, write: bool) -> Finding:
    place = PLACES.get(held.work.pipeline.provider, "a folder that the provider can store")
    return RULE.finding(
        _location(held, found), f"`{found.where}` is not stored: {held.cache.limits}",
        key=f"{held.work.job.name} limits {found.where}", level=Level.WARNING, help=f"write {place}",
        fix=_fix(repo, held, found, write=write),
    )  # fmt: skip


def _location(held: Held, found: Stored) -> Location:
    return found.text.location if found.text is not None else held.cache.location


def _fix(repo: Repo, held: Held, found: Stored, *, write: bool) -> Fix | None:
    """The right place instead of a path, or nothing instead of it where the right one is cached already."""
    pipeline, job = held.work.pipeline, held.work.job
    if held.lacking:
        edits = exchanging.written(repo, held.work, held.cache, found, held.lacking[0]) if write else ()
        title = f"cache {caching.title_of(held.lacking[0])}'s downloads instead"
        return installing.fix(title, Safety.SAFE, edits)
    if not held.used or _is_needed_elsewhere(held, found) or exchanging.sharing(pipeline, job, held.cache):
        return None
    return installing.fix(
        f"take `{found.where}` out", Safety.SAFE, exchanging.without(pipeline, job, held.cache, found)
    )


def _is_needed_elsewhere(held: Held, found: Stored) -> bool:
    """Whether another job has the same cache, as an anchor or a default gives it."""
    return any(
        found.text in cache.paths and job is not held.work.job
        for job in held.work.pipeline.jobs
        for cache in job.all_caches
    )


RULE = Rule(
    "KPT402", "foreign-cache-path", promise=3, level=Level.ERROR, since="0.1", check=check, fix=Safety.SAFE,
    summary="what CI caches is not what its installs download",
    help="cache the download cache of the manager that installs",
)  # fmt: skip
