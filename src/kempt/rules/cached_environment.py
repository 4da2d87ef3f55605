"""KPT405 cached-environment: CI caches installed packages instead of downloads."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.model.finding import Finding, Level, Safety
from kempt.model.pipeline import Built, CacheUse, Text
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.rules import caching, installing
from kempt.rules.installing import Work
from kempt.rules.places import Holds


def check(repo: Repo) -> Iterator[Finding]:
    """An environment that comes out of a cache holds what an older lock said, and paths of an older machine.

    `cache: poetry` and `cache: pipenv` of setup-python store virtual environments (its cache-distributors, read).
    """
    return caching.once(_all(repo))


def _all(repo: Repo) -> Iterator[Finding]:
    for work in installing.jobs(repo):
        for step, cache in caching.caches(work.job):
            for each in caching.stored(repo, work.job, step, cache):
                if each.holds is Holds.ENVIRONMENT:
                    yield _finding(repo, work, cache, each.text)


def _finding(repo: Repo, work: Work, cache: CacheUse, text: Text | None) -> Finding:
    switch = cache.built is Built.ENVIRONMENT
    wanted = caching.wanted(repo, work, cache.manager or _owner(repo, work, cache), locked=text is None)
    if any(act.step.skipped_on_hit and act.installs for act in work.acts):
        wanted = None  # with downloads in its place, nothing would install them on a hit
    place = text or Text(cache.manager, cache.location)
    edits = (
        ()
        if wanted is None
        else caching.provider_of(work.pipeline).with_path(work.pipeline, work.job, cache, place, wanted)
    )
    what = f"`{text.value}`" if text is not None else f"what `cache: {cache.manager}` stores"
    return RULE.finding(
        text.location if text is not None else cache.location,
        f"{what} is an environment, no download cache",
        key=f"{work.job.name} {place.value}",
        fix=installing.fix("cache downloads instead", Safety.SAFE if switch else Safety.UNSAFE, edits),
    )  # fmt: skip


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
