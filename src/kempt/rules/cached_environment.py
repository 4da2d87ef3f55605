"""KPT405 cached-environment: CI caches installed packages instead of downloads."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.model.finding import Finding, Level, Safety
from kempt.model.pipeline import Built, CacheUse, Text
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.rules import caching, exchanging, installing
from kempt.rules.caching import Stored
from kempt.rules.installing import Work
from kempt.rules.places import Holds


def check(repo: Repo) -> Iterator[Finding]:
    """An environment that comes out of a cache holds what an older lock said, and paths of an older machine.

    `cache: poetry` and `cache: pipenv` of setup-python store virtual environments (its cache-distributors, read).
    """
    return installing.once(_all(repo))


def _all(repo: Repo) -> Iterator[Finding]:
    for work in installing.jobs(repo):
        for step, cache in caching.caches(work.job):
            for each in caching.stored(repo, work.job, step, cache):
                if each.holds is Holds.ENVIRONMENT:
                    yield _finding(repo, work, cache, each)


def _finding(repo: Repo, work: Work, cache: CacheUse, found: Stored) -> Finding:
    text, place = found.text, (found.text or Text(cache.manager, cache.location))
    way = exchanging.instead(repo, work, cache, found, cache.manager or found.manager or _owner(repo, work, cache))
    if any(act.step.skipped_on_hit and act.installs for act in work.acts):
        way = way._replace(edits=())  # with downloads in its place, nothing would install them on a hit
    safety = Safety.SAFE if cache.built is Built.ENVIRONMENT else Safety.UNSAFE
    return RULE.finding(
        text.location if text is not None else cache.location, _message(found),
        key=f"{work.job.name} {place.value}",
        help=f"write `{cache.off}`, and cache the manager's download cache" if cache.off else None,
        fix=installing.fix(way.title, safety, way.edits),
    )  # fmt: skip


def _message(found: Stored) -> str:
    if found.text is None:
        return f"what `{found.where}` stores is an environment, no download cache"
    if found.managers:
        return f"`{found.where}` holds Poetry's environments beside its downloads"
    return f"`{found.where}` is an environment, no download cache"


def _owner(repo: Repo, work: Work, cache: CacheUse) -> str:
    """The manager whose lock the key follows: the first one that installs may only have brought it."""
    hashed = caching.hashed(repo, cache, work.pipeline.provider)
    used = installing.managers(work.acts)
    return next((each.manager for each in repo.services if each.manager in used and str(each.lock) in hashed), "")


RULE = Rule(
    "KPT405", "cached-environment", promise=3, level=Level.WARNING, since="0.1", check=check, fix=Safety.SAFE,
    summary="CI caches installed packages instead of downloads",
    help="cache the manager's download cache, and install in each run: from a warm cache that takes seconds",
)  # fmt: skip
