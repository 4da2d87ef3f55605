"""KPT416 cache-in-release-job: what is published was built with what a cache held. Off unless it is selected."""

from __future__ import annotations

from collections.abc import Iterator

from kempt.model.finding import Finding, Level
from kempt.model.repo import Repo
from kempt.model.rule import Rule
from kempt.rules import caching, installing


def check(repo: Repo) -> Iterator[Finding]:
    """Whoever can write to the cache has a hand in the release; zizmor's cache-poisoning says more about it."""
    for _, job, _ in installing.jobs(repo):
        if not job.releases:
            continue
        for step, cache in caching.caches(job):
            if cache.restores and caching.is_pythonic(caching.stored(repo, job, step, cache)):
                yield RULE.finding(
                    cache.location, f"`{job.name}` publishes what it builds with a restored cache", key=job.name
                )


RULE = Rule(
    "KPT416", "cache-in-release-job", promise=3, level=Level.INFO, since="0.1", check=check,
    summary="what is published was built with what a cache held",
    help="build releases without a cache",
)  # fmt: skip
